package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// Violation is a rule that rows break. Example names one of them by number or
// row, never by anything personal.
type Violation struct {
	Name    string
	Count   int64
	Example string
}

// invariant is a rule that must hold between rows. Query gives a row with a
// column example for each breach; it is written for both databases, over whole
// tables at once.
type invariant struct {
	name  string
	query string
}

// Invariants looks for rows that break the rules of orders.md and delivery.md
// between tables, which constraints cannot hold. An empty list is the good answer.
func (s *Store) Invariants(ctx context.Context) ([]Violation, error) {
	var broken []Violation
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		broken = nil
		for _, rule := range slices.Concat(invariants, resendInvariants, addressInvariants, nameChangeInvariants, contactInvariants, activationInvariants, newsInvariants, s.codeLimits()) {
			var v Violation
			query := "SELECT COUNT(*) AS count, COALESCE(MIN(example), '') AS example FROM (" + rule.query + ") AS breaches"
			if err := tx.Raw(query).Scan(&v).Error; err != nil {
				return fmt.Errorf("invariant %s: %w", rule.name, err)
			}
			if v.Count > 0 {
				v.Name = rule.name
				broken = append(broken, v)
			}
		}
		return nil
	})
	return broken, err
}

// inForce is the newest sheet of each order. Lines of older sheets stay in the
// table and must have changed nothing.
const inForce = `(SELECT l.* FROM order_lines l JOIN (SELECT order_id, MAX(sheet) AS sheet FROM order_lines GROUP BY order_id) newest
	ON newest.order_id = l.order_id AND newest.sheet = l.sheet)`

var invariants = []invariant{
	// Orders and applications.
	{"every_order_has_lines", `SELECT o.order_number AS example FROM orders o
		LEFT JOIN (SELECT DISTINCT order_id FROM order_lines) l ON l.order_id = o.id WHERE l.order_id IS NULL`},
	{"a_live_order_holds_its_application", `SELECT o.order_number AS example FROM orders o JOIN applications a ON a.id = o.application_id
		WHERE o.status IN ('received', 'checking', 'sent_back') AND (a.status <> 'reserved' OR a.order_id <> o.id)`},
	{"a_reserved_application_has_a_live_order", `SELECT CAST(a.id AS TEXT) AS example FROM applications a
		LEFT JOIN orders o ON o.id = a.order_id AND o.application_id = a.id AND o.status IN ('received', 'checking', 'sent_back')
		WHERE a.status = 'reserved' AND o.id IS NULL`},
	{"a_registered_order_used_its_application", `SELECT o.order_number AS example FROM orders o JOIN applications a ON a.id = o.application_id
		WHERE o.status IN ('registered', 'delivered') AND (a.status <> 'used' OR a.order_id <> o.id)`},
	{"a_used_application_has_a_registered_order", `SELECT CAST(a.id AS TEXT) AS example FROM applications a
		LEFT JOIN orders o ON o.id = a.order_id AND o.application_id = a.id AND o.status IN ('registered', 'delivered')
		WHERE a.status = 'used' AND o.id IS NULL`},
	{"a_cancelled_order_holds_no_application", `SELECT o.order_number AS example FROM orders o JOIN applications a ON a.order_id = o.id
		WHERE o.status = 'cancelled'`},
	{"a_cancelled_order_says_when_and_why", `SELECT order_number AS example FROM orders
		WHERE (status = 'cancelled') <> (cancelled_at IS NOT NULL) OR (status = 'cancelled' AND cancel_reason = '')`},

	// Send-backs and waiting.
	{"sent_back_means_one_open_send_back", `SELECT o.order_number AS example FROM orders o
		LEFT JOIN (SELECT order_id, COUNT(*) AS n FROM send_backs WHERE closed_at IS NULL GROUP BY order_id) sb ON sb.order_id = o.id
		WHERE (o.status = 'sent_back' AND COALESCE(sb.n, 0) <> 1) OR (o.status <> 'sent_back' AND sb.n IS NOT NULL)`},
	{"a_send_back_has_reasons", `SELECT CAST(sb.id AS TEXT) AS example FROM send_backs sb
		LEFT JOIN (SELECT DISTINCT send_back_id FROM send_back_reasons) r ON r.send_back_id = sb.id WHERE r.send_back_id IS NULL`},
	{"a_send_back_was_told", `SELECT CAST(sb.id AS TEXT) AS example FROM send_backs sb
		LEFT JOIN mails m ON m.send_back_id = sb.id AND m.kind = 'send_back' WHERE m.id IS NULL`},
	{"a_sent_back_order_waits_for_the_reseller", `SELECT order_number AS example FROM orders
		WHERE (status = 'sent_back') <> (waiting_for = 'reseller')`},
	{"nobody_waits_for_what_is_over", `SELECT order_number AS example FROM orders
		WHERE status IN ('delivered', 'cancelled') AND waiting_for <> ''`},

	// Registering.
	{"a_registered_order_has_one_shipment", `SELECT o.order_number AS example FROM orders o LEFT JOIN shipments s ON s.order_id = o.id
		WHERE (o.status IN ('registered', 'delivered')) <> (s.id IS NOT NULL)`},
	{"a_registered_order_has_a_contract", `SELECT order_number AS example FROM orders
		WHERE (status IN ('registered', 'delivered')) <> (contract_id IS NOT NULL)
		OR (status IN ('registered', 'delivered')) <> (registered_at IS NOT NULL)`},
	{"a_registered_line_changed_one_holding", `SELECT o.order_number AS example FROM orders o
		JOIN ` + inForce + ` l ON l.order_id = o.id LEFT JOIN holding_changes c ON c.order_line_id = l.id
		WHERE (o.status IN ('registered', 'delivered')) <> (c.id IS NOT NULL)`},
	{"only_lines_in_force_change_holdings", `SELECT CAST(c.id AS TEXT) AS example FROM holding_changes c
		LEFT JOIN ` + inForce + ` l ON l.id = c.order_line_id WHERE l.id IS NULL`},
	{"a_holding_is_what_its_newest_change_made", `SELECT CAST(h.id AS TEXT) AS example FROM holdings h
		LEFT JOIN (SELECT holding_id, MAX(id) AS id FROM holding_changes GROUP BY holding_id) newest ON newest.holding_id = h.id
		LEFT JOIN holding_changes c ON c.id = newest.id
		WHERE c.id IS NULL OR c.quantity_after <> h.quantity OR c.ends_on <> h.ends_on
		OR (c.kind <> 'addition' AND c.product_code <> h.product_code)`},
	{"changes_follow_one_another", `SELECT CAST(id AS TEXT) AS example FROM (SELECT id, quantity_before,
			LAG(quantity_after, 1, 0) OVER (PARTITION BY holding_id ORDER BY id) AS quantity_then FROM holding_changes) AS steps
		WHERE quantity_before <> quantity_then`},
	{"a_code_is_kept_whole", `SELECT CAST(id AS TEXT) AS example FROM holdings
		WHERE (code_cipher IS NULL) <> (code_hash IS NULL) OR (code_cipher IS NOT NULL AND code_key < 1)`},

	// Numbers: unique keys hold these; an import or a broken index would show here.
	{"an_order_number_is_given_once", twice("orders", "order_number")},
	{"a_delivery_number_is_given_once", twice("shipments", "delivery_number")},
	{"a_license_id_is_given_once", twice("contracts", "license_id")},
	{"a_receipt_number_is_given_once", `SELECT CAST(MIN(id) AS TEXT) AS example FROM applications GROUP BY receipt_number HAVING COUNT(*) > 1`},
	{"an_activation_code_is_given_once", `SELECT CAST(MIN(id) AS TEXT) AS example FROM holdings WHERE code_hash IS NOT NULL
		GROUP BY code_hash HAVING COUNT(*) > 1`},
	{"a_mail_is_queued_once", twice("mails", "key")},

	// Delivery.
	{"a_delivered_order_was_mailed", `SELECT o.order_number AS example FROM orders o JOIN shipments s ON s.order_id = o.id
		JOIN (SELECT order_id, version, COUNT(*) AS n, SUM(CASE WHEN status IN ('sent', 'unknown') OR bounced_at IS NOT NULL THEN 1 ELSE 0 END) AS gone
			FROM mails WHERE kind IN ('delivery_id', 'delivery_password') GROUP BY order_id, version) m
		ON m.order_id = o.id AND m.version = s.password_version
		WHERE o.status = 'delivered' AND (m.n <> 2 OR m.gone <> 2)`},
	{"a_delivered_order_says_when", `SELECT o.order_number AS example FROM orders o LEFT JOIN shipments s ON s.order_id = o.id
		WHERE (o.status = 'delivered') <> (o.delivered_at IS NOT NULL) OR (o.status = 'delivered' AND s.delivered_at IS NULL)`},
	{"a_password_that_was_mailed_says_when", `SELECT s.delivery_number AS example FROM shipments s
		JOIN mails m ON m.order_id = s.order_id AND m.kind = 'delivery_password' AND m.version = s.password_version
		WHERE m.bounced_at IS NULL AND (m.status IN ('sent', 'unknown')) <> (s.password_sent_at IS NOT NULL)`},
	{"a_contract_counts_from_delivery", `SELECT c.license_id AS example FROM contracts c JOIN orders o ON o.contract_id = c.id
		WHERE o.status = 'delivered' AND c.valid_at IS NULL`},
	{"a_final_mail_says_when", `SELECT CAST(id AS TEXT) AS example FROM mails
		WHERE (status IN ('sent', 'failed', 'unknown')) <> (finished_at IS NOT NULL)`},
	{"an_unknown_mail_has_a_task", `SELECT CAST(m.id AS TEXT) AS example FROM mails m
		LEFT JOIN tasks t ON t.mail_id = m.id AND t.kind = 'mail_unknown'
		WHERE m.status = 'unknown' AND m.inquiry_message_id IS NULL AND m.account_id IS NULL AND t.id IS NULL
		AND m.kind NOT IN ('renewal_notice', 'news', 'news_test')`},
	{"a_failed_notice_has_a_task", `SELECT CAST(m.id AS TEXT) AS example FROM mails m
		LEFT JOIN tasks t ON t.mail_id = m.id AND t.kind = 'mail_failed'
		WHERE m.status = 'failed' AND m.reply <> 'withdrawn' AND m.inquiry_message_id IS NULL AND m.account_id IS NULL AND t.id IS NULL
		AND m.kind NOT IN ('order_accepted', 'delivery_id', 'delivery_password', 'delivery_password_again',
			'resent_delivery_id', 'resent_delivery_password', 'renewal_notice', 'news', 'news_test')`},
	{"a_refused_delivery_mail_has_a_task", `SELECT CAST(m.id AS TEXT) AS example FROM mails m
		JOIN shipments s ON s.order_id = m.order_id AND s.password_version = m.version
		LEFT JOIN tasks t ON t.mail_id = m.id AND t.kind = 'delivery_failed'
		WHERE m.status = 'failed' AND m.reply <> 'withdrawn' AND t.id IS NULL
		AND m.kind IN ('delivery_id', 'delivery_password', 'resent_delivery_id', 'resent_delivery_password')`},

	{"a_bounced_mail_has_failed", `SELECT CAST(m.id AS TEXT) AS example FROM mails m
		LEFT JOIN (SELECT DISTINCT mail_id FROM bounces WHERE class <> 'delayed') b ON b.mail_id = m.id
		WHERE m.bounced_at IS NOT NULL AND (m.status <> 'failed' OR b.mail_id IS NULL)`},

	// What was decided was told and noted.
	{"an_order_was_entered_by_somebody", `SELECT o.order_number AS example FROM orders o
		LEFT JOIN decisions d ON d.order_id = o.id AND d.kind = 'entered' WHERE d.id IS NULL`},
	{"a_decision_is_in_the_outbox", `SELECT CAST(d.id AS TEXT) AS example FROM decisions d
		LEFT JOIN outbox x ON x.workflow = 'OrderIntake' AND x.decision_id = d.id AND x.subject_id = d.order_id WHERE x.id IS NULL`},
	{"a_decision_is_in_the_audit_log", `SELECT CAST(d.order_id AS TEXT) AS example FROM
		(SELECT order_id, kind, COUNT(*) AS n FROM decisions GROUP BY order_id, kind) d
		LEFT JOIN (SELECT subject_id, action, COUNT(*) AS n FROM audit_entries WHERE subject = 'order' GROUP BY subject_id, action) e
		ON e.subject_id = d.order_id AND e.action = d.kind WHERE COALESCE(e.n, 0) < d.n`},
	{"an_application_was_told_of", `SELECT CAST(a.id AS TEXT) AS example FROM applications a
		LEFT JOIN mails m ON m.application_id = a.id AND m.kind = 'receipt_number' WHERE m.id IS NULL`},
	{"an_inquiry_was_acknowledged", `SELECT i.number AS example FROM inquiries i
		LEFT JOIN inquiry_messages q ON q.inquiry_id = i.id AND q.kind = 'asked'
		LEFT JOIN mails m ON m.inquiry_message_id = q.id AND m.kind = 'inquiry_received' WHERE m.id IS NULL`},
	{"an_answer_was_mailed_once", `SELECT CAST(q.id AS TEXT) AS example FROM inquiry_messages q
		LEFT JOIN (SELECT inquiry_message_id, COUNT(*) AS n FROM mails WHERE kind = 'inquiry_answer' GROUP BY inquiry_message_id) m
		ON m.inquiry_message_id = q.id WHERE (q.kind = 'answer') <> (COALESCE(m.n, 0) = 1)`},
	{"a_request_made_one_order", `SELECT CAST(k.id AS TEXT) AS example FROM idempotency_keys k
		LEFT JOIN orders o ON o.id = k.order_id WHERE o.id IS NULL`},
}

func twice(table, column string) string {
	return "SELECT " + column + " AS example FROM " + table + " GROUP BY " + column + " HAVING COUNT(*) > 1"
}

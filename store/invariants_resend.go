package store

// resentMails is what became of the mails of each approval of a resend.
const resentMails = `(SELECT resend_id, version, COUNT(*) AS n, SUM(CASE WHEN status IN ('sent', 'unknown') THEN 1 ELSE 0 END) AS gone
	FROM mails WHERE kind IN ('resent_delivery_id', 'resent_delivery_password') GROUP BY resend_id, version)`

// tellingMails is which password version each mail that tells one belongs to.
const tellingMails = `(SELECT m.id, m.order_id, m.status, m.kind, COALESCE(r.password_version, m.version) AS version FROM mails m
	LEFT JOIN password_requests r ON m.kind = 'delivery_password_again' AND r.id = m.version
	WHERE m.kind IN ('delivery_password', 'delivery_password_again', 'resent_delivery_password'))`

// resendInvariants are the rules of delivery.md, "Password" and "Resend".
var resendInvariants = []invariant{
	// Passwords.
	{"a_password_that_works_was_mailed", `SELECT s.delivery_number AS example FROM shipments s
		LEFT JOIN (SELECT DISTINCT order_id, version FROM ` + tellingMails + ` told WHERE status IN ('sent', 'unknown')) m
		ON m.order_id = s.order_id AND m.version = s.password_version
		WHERE s.password_sent_at IS NOT NULL AND m.order_id IS NULL`},
	{"a_mailed_password_works", `SELECT s.delivery_number AS example FROM shipments s JOIN ` + tellingMails + ` m
		ON m.order_id = s.order_id AND m.version = s.password_version
		WHERE m.status IN ('sent', 'unknown') AND s.password_sent_at IS NULL`},
	{"no_mail_tells_a_password_not_made_yet", `SELECT s.delivery_number AS example FROM shipments s JOIN ` + tellingMails + ` m
		ON m.order_id = s.order_id WHERE m.version > s.password_version`},
	{"a_password_is_mailed_once_unless_asked_for", `SELECT CAST(MIN(id) AS TEXT) AS example FROM ` + tellingMails + ` m
		WHERE kind <> 'delivery_password_again' GROUP BY order_id, version HAVING COUNT(*) > 1`},
	{"an_old_password_does_not_wait_to_be_mailed", `SELECT s.delivery_number AS example FROM shipments s JOIN ` + tellingMails + ` m
		ON m.order_id = s.order_id WHERE m.version < s.password_version AND m.status = 'queued'`},

	// Resends.
	{"a_resend_number_is_given_once", twice("resends", "resend_number")},
	{"a_resend_is_acknowledged_once", `SELECT r.resend_number AS example FROM resends r
		LEFT JOIN (SELECT resend_id, COUNT(*) AS n FROM mails WHERE kind = 'resend_received' GROUP BY resend_id) m ON m.resend_id = r.id
		WHERE COALESCE(m.n, 0) <> CASE WHEN r.asker_email = '' THEN 0 ELSE 1 END`},
	{"a_resend_has_one_mail_of_a_kind_and_version", `SELECT CAST(MIN(id) AS TEXT) AS example FROM mails WHERE resend_id IS NOT NULL
		GROUP BY resend_id, kind, version HAVING COUNT(*) > 1`},
	{"an_approved_resend_has_its_two_mails", `SELECT r.resend_number AS example FROM resends r
		LEFT JOIN ` + resentMails + ` m ON m.resend_id = r.id AND m.version = r.password_version
		WHERE r.status IN ('approved', 'sent') AND COALESCE(m.n, 0) <> 2`},
	{"a_sent_resend_was_mailed", `SELECT r.resend_number AS example FROM resends r
		LEFT JOIN ` + resentMails + ` m ON m.resend_id = r.id AND m.version = r.password_version
		WHERE r.status = 'sent' AND COALESCE(m.gone, 0) <> 2`},
	{"resends_make_passwords_of_their_own", `SELECT CAST(MIN(id) AS TEXT) AS example FROM resends WHERE password_version > 0
		GROUP BY shipment_id, password_version HAVING COUNT(*) > 1`},
	{"a_resend_makes_no_password_beyond_its_delivery", `SELECT r.resend_number AS example FROM resends r JOIN shipments s ON s.id = r.shipment_id
		WHERE r.password_version > s.password_version OR r.password_version < 2`},
	{"a_resend_goes_where_it_was_asked_to", `SELECT r.resend_number AS example FROM resends r JOIN mails m ON m.resend_id = r.id
		WHERE r.resend_to <> '' AND m.kind IN ('resent_delivery_id', 'resent_delivery_password') AND m.recipient <> r.resend_to`},
	{"who_asked_is_told_of_decisions", `SELECT r.resend_number AS example FROM resends r JOIN resend_decisions d ON d.resend_id = r.id
		LEFT JOIN mails m ON m.resend_id = r.id AND m.version = d.resend_version AND m.kind = CASE d.kind WHEN 'refuse' THEN 'resend_refused' ELSE 'resend_question' END
		WHERE d.kind IN ('refuse', 'ask_back') AND r.asker_email <> '' AND m.id IS NULL`},
	{"a_resend_decision_is_in_the_outbox", `SELECT CAST(d.id AS TEXT) AS example FROM resend_decisions d
		LEFT JOIN outbox x ON x.workflow = 'DeliveryResend' AND x.decision_id = d.id AND x.subject_id = d.resend_id WHERE x.id IS NULL`},
	{"a_resend_decision_is_in_the_audit_log", `SELECT CAST(d.resend_id AS TEXT) AS example FROM
		(SELECT resend_id, kind, COUNT(*) AS n FROM resend_decisions GROUP BY resend_id, kind) d
		LEFT JOIN (SELECT subject_id, action, COUNT(*) AS n FROM audit_entries WHERE subject = 'resend' GROUP BY subject_id, action) e
		ON e.subject_id = d.resend_id AND e.action = d.kind WHERE COALESCE(e.n, 0) < d.n`},
}

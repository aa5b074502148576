package store

import (
	"fmt"
	"strings"
)

// codeLimits are the limits of the catalogue. One that was lowered names the contracts
// that have had more.
func (s *Store) codeLimits() []invariant {
	if s.rules.Catalogue == nil {
		return nil
	}
	var within strings.Builder
	for _, p := range s.rules.Catalogue.Products() {
		fmt.Fprintf(&within, " WHEN '%s' THEN %d", p.Code, p.FurtherCodes)
	}
	return []invariant{{"a_contract_has_no_more_codes_than_the_catalogue_allows", `SELECT CAST(MIN(id) AS TEXT) AS example FROM issued_codes
		GROUP BY contract_id, product_code HAVING COUNT(*) > CASE product_code` + within.String() + ` ELSE 0 END`}}
}

// activationInvariants are the rules of activation.md.
var activationInvariants = []invariant{
	{"an_activation_number_is_given_once", twice("activation_requests", "number")},
	{"one_request_waits_for_a_code", `SELECT CAST(MIN(id) AS TEXT) AS example FROM activation_requests WHERE status = 'waiting'
		GROUP BY kind, holding_id HAVING COUNT(*) > 1`},
	{"a_code_was_confirmed_consented_or_replaced", `SELECT CAST(c.id AS TEXT) AS example FROM issued_codes c
		LEFT JOIN (SELECT code_id, COUNT(*) AS n FROM activation_decisions
			WHERE kind IN ('confirmed', 'consented', 'code_replaced') GROUP BY code_id) d ON d.code_id = c.id
		WHERE COALESCE(d.n, 0) = 0`},
	{"a_first_code_is_that_of_its_request", `SELECT CAST(c.id AS TEXT) AS example FROM issued_codes c
		JOIN activation_requests r ON r.id = c.request_id
		WHERE r.kind <> c.kind OR r.holding_id <> c.holding_id OR r.contract_id <> c.contract_id OR r.status <> 'issued'
		OR (c.replaces_id IS NULL AND r.code_id <> c.id)`},
	{"a_replacement_follows_a_revoked_code", `SELECT CAST(c.id AS TEXT) AS example FROM issued_codes c
		JOIN issued_codes b ON b.id = c.replaces_id
		WHERE b.revoked_at IS NULL OR b.kind <> c.kind OR b.holding_id <> c.holding_id`},
	{"a_holding_has_one_live_code_of_a_kind", `SELECT CAST(MIN(id) AS TEXT) AS example FROM issued_codes WHERE revoked_at IS NULL
		GROUP BY kind, holding_id HAVING COUNT(*) > 1`},
	{"only_replacements_follow_a_code", `SELECT CAST(MIN(id) AS TEXT) AS example FROM issued_codes WHERE replaces_id IS NULL
		GROUP BY kind, holding_id HAVING COUNT(*) > 1`},
	{"a_further_code_is_no_holdings_code", `SELECT CAST(c.id AS TEXT) AS example FROM issued_codes c JOIN holdings h ON h.code_hash = c.code_hash`},
	{"an_issued_request_has_its_code", `SELECT r.number AS example FROM activation_requests r
		LEFT JOIN issued_codes c ON c.id = r.code_id AND c.kind = r.kind AND c.holding_id = r.holding_id
		WHERE r.status = 'issued' AND c.id IS NULL`},
	{"an_activation_has_its_request", `SELECT r.number AS example FROM activation_requests r
		LEFT JOIN (SELECT request_id, COUNT(*) AS n FROM activation_decisions WHERE kind = 'requested' GROUP BY request_id) d
		ON d.request_id = r.id WHERE COALESCE(d.n, 0) <> 1`},
	{"a_closed_activation_was_decided_once", `SELECT r.number AS example FROM activation_requests r
		LEFT JOIN (SELECT request_id, COUNT(*) AS n, MIN(kind) AS kind FROM activation_decisions
			WHERE kind IN ('confirmed', 'consented', 'cancelled', 'expired', 'replaced') GROUP BY request_id) d ON d.request_id = r.id
		WHERE (r.closed_at IS NOT NULL) <> (COALESCE(d.n, 0) = 1)
		OR (r.status = 'issued' AND d.kind NOT IN ('confirmed', 'consented'))
		OR (r.status IN ('cancelled', 'expired', 'replaced') AND d.kind <> r.status)`},
	{"an_activation_version_is_its_newest_decision", `SELECT r.number AS example FROM activation_requests r
		LEFT JOIN (SELECT request_id, MAX(request_version) AS version FROM activation_decisions GROUP BY request_id) d ON d.request_id = r.id
		WHERE COALESCE(d.version, 0) <> r.version`},
	{"a_link_is_mailed_to_each_mailbox", `SELECT r.number AS example FROM activation_requests r
		LEFT JOIN (SELECT activation_request_id, version, COUNT(*) AS n FROM mails
			WHERE issued_code_id IS NULL AND again = 0 GROUP BY activation_request_id, version) m
		ON m.activation_request_id = r.id AND m.version = r.link_version
		WHERE r.status = 'waiting' AND COALESCE(m.n, 0) <> CASE WHEN r.contact_email = '' OR LOWER(r.contact_email) = LOWER(r.requester_email) THEN 1 ELSE 2 END`},
	{"an_issued_code_is_mailed", `SELECT r.number AS example FROM activation_requests r
		LEFT JOIN (SELECT DISTINCT activation_request_id, issued_code_id FROM mails) m ON m.activation_request_id = r.id AND m.issued_code_id = r.code_id
		WHERE r.status = 'issued' AND m.issued_code_id IS NULL`},
	{"a_mail_of_an_activation_goes_where_it_was_asked_to", `SELECT CAST(m.id AS TEXT) AS example FROM mails m
		JOIN activation_requests r ON r.id = m.activation_request_id
		WHERE m.recipient <> CASE m.mailbox WHEN 'contact' THEN r.contact_email ELSE r.requester_email END`},
	{"an_activation_decision_is_in_the_outbox", `SELECT CAST(d.id AS TEXT) AS example FROM activation_decisions d
		LEFT JOIN outbox x ON x.workflow = 'ActivationIssue' AND x.decision_id = d.id AND x.subject_id = d.request_id
		WHERE d.kind NOT IN ('expired', 'code_revoked', 'code_replaced') AND x.id IS NULL`},
	{"an_activation_decision_is_in_the_audit_log", `SELECT CAST(d.request_id AS TEXT) AS example FROM
		(SELECT request_id, kind, COUNT(*) AS n FROM activation_decisions GROUP BY request_id, kind) d
		LEFT JOIN (SELECT subject_id, action, COUNT(*) AS n FROM audit_entries WHERE subject = 'activation' GROUP BY subject_id, action) e
		ON e.subject_id = d.request_id AND e.action = 'activation_' || d.kind WHERE COALESCE(e.n, 0) < d.n`},
}

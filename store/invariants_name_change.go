package store

// nameChangeInvariants are the rules of contracts.md, "Corporate-name change review".
var nameChangeInvariants = []invariant{
	{"a_name_change_number_is_given_once", twice("name_changes", "number")},
	{"a_contract_has_one_open_name_change", `SELECT CAST(MIN(id) AS TEXT) AS example FROM name_changes WHERE closed_at IS NULL
		GROUP BY contract_id HAVING COUNT(*) > 1`},
	{"a_name_change_has_its_request", `SELECT c.number AS example FROM name_changes c
		LEFT JOIN (SELECT name_change_id, COUNT(*) AS n FROM name_change_decisions WHERE kind = 'requested' GROUP BY name_change_id) d
		ON d.name_change_id = c.id WHERE COALESCE(d.n, 0) <> 1`},
	{"a_closed_name_change_was_decided", `SELECT c.number AS example FROM name_changes c
		LEFT JOIN name_change_decisions d ON d.name_change_id = c.id AND d.change_version = c.version
		AND d.kind = CASE c.status WHEN 'approved' THEN 'approve' WHEN 'rejected' THEN 'reject' ELSE 'withdraw' END
		WHERE c.closed_at IS NOT NULL AND d.id IS NULL`},
	{"a_requester_is_told_of_decisions", `SELECT c.number AS example FROM name_changes c JOIN name_change_decisions d ON d.name_change_id = c.id
		LEFT JOIN mails m ON m.name_change_id = c.id AND m.version = d.change_version
		AND m.kind = CASE d.kind WHEN 'ask_back' THEN 'name_change_question' WHEN 'withdraw' THEN 'name_change_withdrawn' ELSE 'review_result' END
		WHERE d.kind IN ('approve', 'reject', 'ask_back', 'withdraw') AND m.id IS NULL`},
	{"a_name_change_has_one_mail_of_a_kind_and_version", `SELECT CAST(MIN(id) AS TEXT) AS example FROM mails WHERE name_change_id IS NOT NULL
		GROUP BY name_change_id, kind, version HAVING COUNT(*) > 1`},
	{"a_name_change_decision_is_in_the_outbox", `SELECT CAST(d.id AS TEXT) AS example FROM name_change_decisions d
		LEFT JOIN outbox x ON x.workflow = 'NameChange' AND x.decision_id = d.id AND x.subject_id = d.name_change_id WHERE x.id IS NULL`},
	{"a_name_change_decision_is_in_the_audit_log", `SELECT CAST(d.name_change_id AS TEXT) AS example FROM
		(SELECT name_change_id, kind, COUNT(*) AS n FROM name_change_decisions GROUP BY name_change_id, kind) d
		LEFT JOIN (SELECT subject_id, action, COUNT(*) AS n FROM audit_entries WHERE subject = 'name_change' GROUP BY subject_id, action) e
		ON e.subject_id = d.name_change_id AND e.action = 'name_' || d.kind WHERE COALESCE(e.n, 0) < d.n`},
	{"an_attachment_came_with_a_request_or_answer", `SELECT CAST(a.id AS TEXT) AS example FROM name_change_attachments a
		LEFT JOIN name_change_decisions d ON d.name_change_id = a.name_change_id AND d.change_version = a.change_version AND d.kind IN ('requested', 'answer')
		WHERE d.id IS NULL`},
}

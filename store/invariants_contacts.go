package store

// contactInvariants are the rules of contracts.md, "Changing contacts".
var contactInvariants = []invariant{
	{"a_change_of_contacts_changes_or_asks_something", `SELECT CAST(c.id AS TEXT) AS example FROM contract_changes c
		LEFT JOIN (SELECT DISTINCT change_id FROM contract_change_fields) f ON f.change_id = c.id WHERE f.change_id IS NULL AND c.name_change_id IS NULL`},
	{"a_change_of_contacts_made_a_version_that_was", `SELECT CAST(h.id AS TEXT) AS example FROM contract_changes h
		JOIN contracts c ON c.id = h.contract_id WHERE h.contract_version > c.version OR h.contract_version < 2`},
	{"a_contacts_field_begins_where_its_last_change_ended", `SELECT CAST(change_id AS TEXT) AS example FROM (SELECT f.change_id, f.before_value,
			LAG(f.after_value) OVER (PARTITION BY h.contract_id, f.field ORDER BY h.contract_version) AS last_value
			FROM contract_change_fields f JOIN contract_changes h ON h.id = f.change_id) AS steps
		WHERE last_value IS NOT NULL AND last_value <> before_value`},
	{"a_change_of_contacts_is_in_the_audit_log", `SELECT CAST(c.contract_id AS TEXT) AS example FROM
		(SELECT contract_id, COUNT(*) AS n FROM contract_changes GROUP BY contract_id) c
		LEFT JOIN (SELECT subject_id, COUNT(*) AS n FROM audit_entries WHERE subject = 'contract' AND action IN ('contacts_changed', 'name_changed')
			GROUP BY subject_id) e ON e.subject_id = c.contract_id WHERE COALESCE(e.n, 0) <> c.n`},
	{"an_account_is_told_what_became_of_its_change", `SELECT CAST(c.id AS TEXT) AS example FROM contract_changes c
		LEFT JOIN mails m ON m.contract_change_id = c.id
		AND m.kind = CASE WHEN c.name_change_id IS NULL THEN 'contact_change_done' ELSE 'contact_change_partly_done' END
		WHERE c.actor_kind = 'account' AND c.kind = 'contacts' AND m.id IS NULL`},
}

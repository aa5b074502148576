package store

// addressInvariants are the rules of contracts.md about who sees a contract.
var addressInvariants = []invariant{
	{"a_contract_has_the_addresses_of_its_contacts", `SELECT c.license_id AS example FROM contracts c
		LEFT JOIN contract_addresses h ON h.contract_id = c.id AND h.role = 'holder' AND h.good_until IS NULL
		LEFT JOIN contract_addresses s ON s.contract_id = c.id AND s.role = 'support' AND s.good_until IS NULL
		WHERE h.id IS NULL OR s.id IS NULL OR h.email <> LOWER(c.holder_email) OR s.email <> LOWER(c.support_email)`},
	{"the_addresses_of_a_contact_follow_one_another", `SELECT CAST(id AS TEXT) AS example FROM (SELECT id, good_from,
			LAG(good_until) OVER (PARTITION BY contract_id, role ORDER BY good_from, id) AS until_then,
			LAG(id) OVER (PARTITION BY contract_id, role ORDER BY good_from, id) AS id_then FROM contract_addresses) AS steps
		WHERE id_then IS NOT NULL AND (until_then IS NULL OR until_then <> good_from)`},
	{"an_address_knows_when_its_contract_ends", `SELECT CAST(a.id AS TEXT) AS example FROM contract_addresses a
		LEFT JOIN (SELECT contract_id, MAX(ends_on) AS ends_on FROM holdings GROUP BY contract_id) h ON h.contract_id = a.contract_id
		WHERE h.ends_on IS NULL OR h.ends_on <> a.contract_ends_on`},
}

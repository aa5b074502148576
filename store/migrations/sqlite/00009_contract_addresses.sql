-- Which mail address sees which contract, and from when until when; and contracts
-- that their holder wishes hidden.

-- +goose Up
CREATE TABLE contract_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    role TEXT NOT NULL CHECK (role IN ('holder', 'support')),
    email TEXT NOT NULL,
    good_from DATETIME NOT NULL,
    good_until DATETIME,
    contract_ends_on DATE NOT NULL,
    CHECK (good_until IS NULL OR good_until >= good_from)
);
INSERT INTO contract_addresses (contract_id, role, email, good_from, contract_ends_on)
SELECT c.id, 'holder', LOWER(c.holder_email), c.created_at, h.ends_on FROM contracts c
JOIN (SELECT contract_id, MAX(ends_on) AS ends_on FROM holdings GROUP BY contract_id) h ON h.contract_id = c.id;
INSERT INTO contract_addresses (contract_id, role, email, good_from, contract_ends_on)
SELECT c.id, 'support', LOWER(c.support_email), c.created_at, h.ends_on FROM contracts c
JOIN (SELECT contract_id, MAX(ends_on) AS ends_on FROM holdings GROUP BY contract_id) h ON h.contract_id = c.id;
-- The order in which the portal lists an address's contracts.
CREATE INDEX contract_addresses_email ON contract_addresses (email, contract_ends_on, contract_id);
CREATE INDEX contract_addresses_contract ON contract_addresses (contract_id);
-- One address per role is in force or about to be.
CREATE UNIQUE INDEX contract_addresses_open_key ON contract_addresses (contract_id, role) WHERE good_until IS NULL;

ALTER TABLE contracts ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE contracts DROP COLUMN hidden;
DROP TABLE contract_addresses;

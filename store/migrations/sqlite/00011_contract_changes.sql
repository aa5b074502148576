-- What people changed about contracts: who, when, and each field before and
-- after. A change that only asks for the review of a name has no fields.

-- +goose Up
CREATE TABLE contract_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    kind TEXT NOT NULL CHECK (kind IN ('contacts', 'name_change')),
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('account', 'staff', 'process')),
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    actor_role TEXT NOT NULL CHECK (actor_role IN ('', 'holder', 'support')),
    reason TEXT NOT NULL,
    name_change_id INTEGER,
    contract_version INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT contract_changes_version_key UNIQUE (contract_id, contract_version),
    CHECK ((actor_kind = 'account') = (actor_role <> '')),
    CHECK (kind = 'contacts' OR name_change_id IS NOT NULL)
);
CREATE INDEX contract_changes_name_change ON contract_changes (name_change_id);

CREATE TABLE contract_change_fields (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    change_id INTEGER NOT NULL REFERENCES contract_changes (id),
    position INTEGER NOT NULL,
    field TEXT NOT NULL,
    before_value TEXT NOT NULL,
    after_value TEXT NOT NULL,
    CONSTRAINT contract_change_fields_field_key UNIQUE (change_id, field),
    CHECK (before_value <> after_value)
);

ALTER TABLE mails ADD COLUMN contract_change_id INTEGER REFERENCES contract_changes (id);
CREATE INDEX mails_contract_change ON mails (contract_change_id);

-- +goose Down
DELETE FROM tasks WHERE mail_id IN (SELECT id FROM mails WHERE contract_change_id IS NOT NULL);
DELETE FROM bounces WHERE mail_id IN (SELECT id FROM mails WHERE contract_change_id IS NOT NULL);
DELETE FROM address_marks WHERE mail_id IN (SELECT id FROM mails WHERE contract_change_id IS NOT NULL);
DELETE FROM mails WHERE contract_change_id IS NOT NULL;
DROP INDEX mails_contract_change;
ALTER TABLE mails DROP COLUMN contract_change_id;
DROP TABLE contract_change_fields;
DROP TABLE contract_changes;

-- Changes of a holder's corporate or branch name: what was asked for, what was
-- decided, the files that came with it, and what the directory said then. Nothing
-- refers to the directory: its rows are replaced, so what was read there is copied.

-- +goose Up
CREATE TABLE name_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    status TEXT NOT NULL CHECK (status IN ('accepted', 'reviewing', 'asked_back', 'approved', 'rejected', 'withdrawn')),
    version INTEGER NOT NULL,
    account_id INTEGER,
    requester_email TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    reason TEXT NOT NULL CHECK (reason IN ('rename', 'merger', 'split', 'transfer', 'correction', 'other')),
    note TEXT NOT NULL,
    old_company_name TEXT NOT NULL,
    old_company_kana TEXT NOT NULL,
    old_department TEXT NOT NULL,
    old_key TEXT NOT NULL,
    new_company_name TEXT NOT NULL,
    new_company_kana TEXT NOT NULL,
    new_department TEXT NOT NULL,
    new_key TEXT NOT NULL,
    corporate_number INTEGER NOT NULL,
    corporate_name TEXT NOT NULL,
    corporate_address TEXT NOT NULL,
    due_at DATETIME NOT NULL,
    warned_at DATETIME,
    escalated_at DATETIME,
    asked_back_at DATETIME,
    closed_at DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT name_changes_number_key UNIQUE (number),
    CHECK ((status = 'asked_back') = (asked_back_at IS NOT NULL)),
    CHECK ((status IN ('approved', 'rejected', 'withdrawn')) = (closed_at IS NOT NULL)),
    CHECK ((corporate_number = 0) = (corporate_name = ''))
);
-- While one is open, a second for the same contract is refused.
CREATE UNIQUE INDEX name_changes_open_key ON name_changes (contract_id) WHERE closed_at IS NULL;
CREATE INDEX name_changes_contract ON name_changes (contract_id, id);
CREATE INDEX name_changes_status ON name_changes (status, id);
CREATE INDEX name_changes_waiting ON name_changes (due_at) WHERE status IN ('accepted', 'reviewing');
CREATE INDEX name_changes_old ON name_changes (old_key);
CREATE INDEX name_changes_new ON name_changes (new_key);
CREATE INDEX name_changes_requester ON name_changes (requester_email);

CREATE TABLE name_change_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name_change_id INTEGER NOT NULL REFERENCES name_changes (id),
    kind TEXT NOT NULL CHECK (kind IN ('requested', 'approve', 'reject', 'ask_back', 'answer', 'withdraw')),
    change_version INTEGER NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('account', 'staff', 'process')),
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT name_change_decisions_version_key UNIQUE (name_change_id, change_version)
);

CREATE TABLE name_change_attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name_change_id INTEGER NOT NULL REFERENCES name_changes (id),
    change_version INTEGER NOT NULL,
    file_name TEXT NOT NULL,
    content_type TEXT NOT NULL CHECK (content_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    blob_key TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT name_change_attachments_blob_key_key UNIQUE (blob_key)
);
CREATE INDEX name_change_attachments_change ON name_change_attachments (name_change_id, id);

CREATE TABLE name_change_hints (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name_change_id INTEGER NOT NULL REFERENCES name_changes (id),
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    corporate_number INTEGER NOT NULL,
    corporate_name TEXT NOT NULL,
    former_name TEXT NOT NULL,
    address TEXT NOT NULL,
    happened_on DATE,
    other_number INTEGER NOT NULL,
    other_name TEXT NOT NULL,
    other_address TEXT NOT NULL,
    others INTEGER NOT NULL,
    CONSTRAINT name_change_hints_position_key UNIQUE (name_change_id, position)
);

ALTER TABLE mails ADD COLUMN name_change_id INTEGER REFERENCES name_changes (id);
CREATE INDEX mails_name_change ON mails (name_change_id);

-- +goose Down
DELETE FROM tasks WHERE mail_id IN (SELECT id FROM mails WHERE name_change_id IS NOT NULL);
DELETE FROM bounces WHERE mail_id IN (SELECT id FROM mails WHERE name_change_id IS NOT NULL);
DELETE FROM address_marks WHERE mail_id IN (SELECT id FROM mails WHERE name_change_id IS NOT NULL);
DELETE FROM mails WHERE name_change_id IS NOT NULL;
DROP INDEX mails_name_change;
ALTER TABLE mails DROP COLUMN name_change_id;
DROP TABLE name_change_hints;
DROP TABLE name_change_attachments;
DROP TABLE name_change_decisions;
DROP TABLE name_changes;

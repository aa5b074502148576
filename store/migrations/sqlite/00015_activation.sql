-- Further activation codes: who asked for one, what was decided, and the codes that
-- came of it. A code is made in the transaction that confirms its request, and no
-- two codes are the same, whether they came with an order or were asked for.

-- +goose Up
CREATE TABLE code_hashes (
    hash TEXT NOT NULL PRIMARY KEY
);
INSERT INTO code_hashes (hash) SELECT DISTINCT code_hash FROM holdings WHERE code_hash IS NOT NULL;

CREATE TABLE activation_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    holding_id INTEGER NOT NULL REFERENCES holdings (id),
    product_code TEXT NOT NULL,
    account_id INTEGER,
    requester_email TEXT NOT NULL,
    contact_email TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    purpose TEXT NOT NULL CHECK (purpose IN ('', 'new', 'renewal')),
    status TEXT NOT NULL CHECK (status IN ('waiting', 'issued', 'cancelled', 'expired', 'replaced')),
    version INTEGER NOT NULL,
    link_salt TEXT NOT NULL,
    link_key INTEGER NOT NULL,
    link_version INTEGER NOT NULL,
    link_until DATETIME NOT NULL,
    code_id INTEGER,
    close_reason TEXT NOT NULL,
    form_key TEXT,
    closed_at DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT activation_requests_number_key UNIQUE (number),
    CONSTRAINT activation_requests_form_key UNIQUE (form_key),
    CHECK ((status = 'waiting') = (closed_at IS NULL)),
    CHECK ((status = 'issued') = (code_id IS NOT NULL))
);
-- A newer request takes the place of one that waits.
CREATE UNIQUE INDEX activation_requests_waiting_key ON activation_requests (kind, holding_id) WHERE status = 'waiting';
CREATE INDEX activation_requests_status ON activation_requests (status, id);
CREATE INDEX activation_requests_contract ON activation_requests (contract_id, id);
CREATE INDEX activation_requests_requester ON activation_requests (requester_email, id);
CREATE INDEX activation_requests_contact ON activation_requests (contact_email);

CREATE TABLE issued_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id INTEGER NOT NULL REFERENCES activation_requests (id),
    kind TEXT NOT NULL,
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    holding_id INTEGER NOT NULL REFERENCES holdings (id),
    product_code TEXT NOT NULL,
    code_cipher BLOB NOT NULL,
    code_key INTEGER NOT NULL,
    code_hash TEXT NOT NULL REFERENCES code_hashes (hash),
    offline BOOLEAN NOT NULL,
    replaces_id INTEGER REFERENCES issued_codes (id),
    issued_at DATETIME NOT NULL,
    revoked_at DATETIME,
    revoke_reason TEXT NOT NULL,
    CONSTRAINT issued_codes_hash_key UNIQUE (code_hash),
    CONSTRAINT issued_codes_replaces_key UNIQUE (replaces_id),
    CHECK ((revoked_at IS NULL) = (revoke_reason = ''))
);
-- One code per kind and holding works.
CREATE UNIQUE INDEX issued_codes_live_key ON issued_codes (kind, holding_id) WHERE revoked_at IS NULL;
CREATE INDEX issued_codes_contract ON issued_codes (contract_id, id);
CREATE INDEX issued_codes_holding ON issued_codes (holding_id, id);

CREATE TABLE activation_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id INTEGER NOT NULL REFERENCES activation_requests (id),
    kind TEXT NOT NULL CHECK (kind IN ('requested', 'confirmed', 'consented', 'cancelled', 'expired', 'replaced', 'link_resent',
        'code_revoked', 'code_replaced')),
    request_version INTEGER NOT NULL,
    code_id INTEGER REFERENCES issued_codes (id),
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('account', 'staff', 'process', 'mailbox')),
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT activation_decisions_version_key UNIQUE (request_id, request_version)
);

ALTER TABLE mails ADD COLUMN activation_request_id INTEGER REFERENCES activation_requests (id);
ALTER TABLE mails ADD COLUMN issued_code_id INTEGER REFERENCES issued_codes (id);
ALTER TABLE mails ADD COLUMN mailbox TEXT NOT NULL DEFAULT '';
CREATE INDEX mails_activation_request ON mails (activation_request_id);

CREATE TABLE audit_entries_anew (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'api_key', 'process', 'account', 'mailbox')),
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    request_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
INSERT INTO audit_entries_anew (id, at, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after)
SELECT id, at, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after FROM audit_entries;
DROP TABLE audit_entries;
ALTER TABLE audit_entries_anew RENAME TO audit_entries;
CREATE INDEX audit_entries_subject ON audit_entries (subject, subject_id, id);

-- +goose Down
CREATE TABLE audit_entries_anew (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'api_key', 'process', 'account')),
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    request_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
INSERT INTO audit_entries_anew (id, at, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after)
SELECT id, at, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after FROM audit_entries WHERE actor_kind <> 'mailbox';
DROP TABLE audit_entries;
ALTER TABLE audit_entries_anew RENAME TO audit_entries;
CREATE INDEX audit_entries_subject ON audit_entries (subject, subject_id, id);
DELETE FROM tasks WHERE mail_id IN (SELECT id FROM mails WHERE activation_request_id IS NOT NULL);
DELETE FROM bounces WHERE mail_id IN (SELECT id FROM mails WHERE activation_request_id IS NOT NULL);
DELETE FROM address_marks WHERE mail_id IN (SELECT id FROM mails WHERE activation_request_id IS NOT NULL);
DELETE FROM mails WHERE activation_request_id IS NOT NULL;
DROP INDEX mails_activation_request;
ALTER TABLE mails DROP COLUMN mailbox;
ALTER TABLE mails DROP COLUMN issued_code_id;
ALTER TABLE mails DROP COLUMN activation_request_id;
DROP TABLE activation_decisions;
DROP TABLE issued_codes;
DROP TABLE activation_requests;
DROP TABLE code_hashes;

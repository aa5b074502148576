-- Accounts of the contract portal: a password each, sessions, and a second step for
-- those who want one. Accounts act, so the audit log takes them as actors.

-- +goose Up
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    password_hash TEXT NOT NULL,
    password_version INTEGER NOT NULL,
    password_set_at DATETIME,
    temporary_salt TEXT NOT NULL,
    temporary_version INTEGER NOT NULL,
    temporary_key INTEGER NOT NULL,
    temporary_until DATETIME,
    second_secret BLOB,
    second_key INTEGER NOT NULL,
    second_since DATETIME,
    second_step INTEGER NOT NULL,
    signed_in_at DATETIME,
    created_at DATETIME NOT NULL,
    CONSTRAINT accounts_email_key UNIQUE (email),
    CHECK ((password_hash = '') = (password_set_at IS NULL)),
    CHECK (second_since IS NULL OR second_secret IS NOT NULL)
);
CREATE INDEX accounts_temporary_until ON accounts (temporary_until) WHERE temporary_until IS NOT NULL;

CREATE TABLE account_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    password_version INTEGER NOT NULL,
    browser TEXT NOT NULL,
    started_at DATETIME NOT NULL,
    seen_at DATETIME NOT NULL,
    ended_at DATETIME
);
CREATE INDEX account_sessions_open ON account_sessions (account_id, id) WHERE ended_at IS NULL;
CREATE INDEX account_sessions_started ON account_sessions (started_at);

CREATE TABLE account_recovery_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    code_hash TEXT NOT NULL,
    used_at DATETIME,
    CONSTRAINT account_recovery_codes_key UNIQUE (account_id, code_hash)
);

ALTER TABLE mails ADD COLUMN account_id INTEGER REFERENCES accounts (id);
CREATE INDEX mails_account ON mails (account_id, queued_at);

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
SELECT id, at, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after FROM audit_entries;
DROP TABLE audit_entries;
ALTER TABLE audit_entries_anew RENAME TO audit_entries;
CREATE INDEX audit_entries_subject ON audit_entries (subject, subject_id, id);

-- +goose Down
CREATE TABLE audit_entries_anew (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'api_key', 'process')),
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
SELECT id, at, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after FROM audit_entries WHERE actor_kind <> 'account';
DROP TABLE audit_entries;
ALTER TABLE audit_entries_anew RENAME TO audit_entries;
CREATE INDEX audit_entries_subject ON audit_entries (subject, subject_id, id);
DELETE FROM tasks WHERE mail_id IN (SELECT id FROM mails WHERE account_id IS NOT NULL);
DELETE FROM bounces WHERE mail_id IN (SELECT id FROM mails WHERE account_id IS NOT NULL);
DELETE FROM address_marks WHERE mail_id IN (SELECT id FROM mails WHERE account_id IS NOT NULL);
DELETE FROM mails WHERE account_id IS NOT NULL;
DROP INDEX mails_account;
ALTER TABLE mails DROP COLUMN account_id;
DROP TABLE account_recovery_codes;
DROP TABLE account_sessions;
DROP TABLE accounts;

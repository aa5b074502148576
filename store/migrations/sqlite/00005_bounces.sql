-- What mail servers reported about mails, and the addresses that are dead.

-- +goose Up
CREATE TABLE bounces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mail_id INTEGER NOT NULL REFERENCES mails (id),
    class TEXT NOT NULL CHECK (class IN ('hard', 'soft', 'delayed')),
    status_code TEXT NOT NULL,
    report_hash TEXT NOT NULL,
    received_at DATETIME NOT NULL,
    CONSTRAINT bounces_report_key UNIQUE (mail_id, report_hash)
);

CREATE TABLE address_marks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    mail_id INTEGER NOT NULL REFERENCES mails (id),
    status_code TEXT NOT NULL,
    marked_at DATETIME NOT NULL,
    cleared_at DATETIME,
    cleared_by INTEGER REFERENCES staff (id),
    clear_note TEXT NOT NULL
);
CREATE UNIQUE INDEX address_marks_open_key ON address_marks (address_key) WHERE cleared_at IS NULL;

ALTER TABLE mails ADD COLUMN bounced_at DATETIME;

-- +goose Down
ALTER TABLE mails DROP COLUMN bounced_at;
DROP TABLE address_marks;
DROP TABLE bounces;

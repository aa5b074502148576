-- Renewal notices: one mail per recipient and day about all contracts due, and who
-- does not wish to receive mails of a topic.

-- +goose Up
CREATE TABLE mail_subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    topic TEXT NOT NULL,
    subscribed BOOLEAN NOT NULL,
    link_salt TEXT NOT NULL,
    link_key INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    changed_at DATETIME,
    CONSTRAINT mail_subscriptions_key UNIQUE (address, topic)
);

CREATE TABLE renewal_digests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    subscription_id INTEGER NOT NULL REFERENCES mail_subscriptions (id),
    sent_on DATE NOT NULL,
    queued_at DATETIME,
    created_at DATETIME NOT NULL,
    CONSTRAINT renewal_digests_day_key UNIQUE (recipient, sent_on)
);
-- What is due is gathered in one digest per recipient.
CREATE UNIQUE INDEX renewal_digests_open_key ON renewal_digests (recipient) WHERE queued_at IS NULL;
CREATE INDEX renewal_digests_open ON renewal_digests (id) WHERE queued_at IS NULL;

CREATE TABLE renewal_notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    ends_on DATE NOT NULL,
    days INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('support', 'dealer', 'reseller')),
    recipient TEXT NOT NULL,
    digest_id INTEGER REFERENCES renewal_digests (id),
    created_at DATETIME NOT NULL,
    -- A notice is never sent twice.
    CONSTRAINT renewal_notices_key UNIQUE (contract_id, days, ends_on, recipient)
);
CREATE INDEX renewal_notices_digest ON renewal_notices (digest_id);

ALTER TABLE mails ADD COLUMN renewal_digest_id INTEGER REFERENCES renewal_digests (id);
CREATE INDEX mails_renewal_digest ON mails (renewal_digest_id);

CREATE INDEX holdings_ends ON holdings (ends_on, contract_id);

-- +goose Down
DROP INDEX holdings_ends;
DROP INDEX mails_renewal_digest;
ALTER TABLE mails DROP COLUMN renewal_digest_id;
DROP TABLE renewal_notices;
DROP TABLE renewal_digests;
DROP TABLE mail_subscriptions;

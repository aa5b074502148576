-- News by mail (Support Information): issues, what was decided about them, and whose
-- mail of the ledger is which issue's.

-- +goose Up
CREATE TABLE news_issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')),
    version INTEGER NOT NULL,
    title_ja TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_key TEXT NOT NULL,
    body_ja TEXT NOT NULL,
    body_en TEXT NOT NULL,
    products TEXT NOT NULL,
    scheduled_at DATETIME,
    started_at DATETIME,
    paused_at DATETIME,
    closed_at DATETIME,
    prepared_to INTEGER NOT NULL,
    prepared_at DATETIME,
    recipients INTEGER NOT NULL,
    left_out INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT news_issues_number_key UNIQUE (number),
    CHECK (status <> 'scheduled' OR scheduled_at IS NOT NULL),
    CHECK (status NOT IN ('sending', 'paused', 'sent') OR started_at IS NOT NULL),
    CHECK ((status = 'paused') = (paused_at IS NOT NULL)),
    CHECK ((status IN ('sent', 'cancelled')) = (closed_at IS NOT NULL))
);
-- One issue is sent at a time: the rate is that of them all.
CREATE UNIQUE INDEX news_issues_sending_key ON news_issues (status) WHERE status = 'sending';
CREATE INDEX news_issues_status ON news_issues (status, id);
CREATE INDEX news_issues_started ON news_issues (started_at, id);

CREATE TABLE news_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    news_issue_id INTEGER NOT NULL REFERENCES news_issues (id),
    kind TEXT NOT NULL CHECK (kind IN ('written', 'edited', 'scheduled', 'unscheduled', 'started', 'paused', 'resumed', 'cancelled', 'finished')),
    issue_version INTEGER NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'process')),
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT news_decisions_version_key UNIQUE (news_issue_id, issue_version)
);

ALTER TABLE mails ADD COLUMN news_issue_id INTEGER REFERENCES news_issues (id);
ALTER TABLE mails ADD COLUMN subscription_id INTEGER REFERENCES mail_subscriptions (id);
CREATE INDEX mails_news ON mails (news_issue_id, status, id) WHERE news_issue_id IS NOT NULL;
-- Each subscriber has one mail of an issue at most.
CREATE UNIQUE INDEX mails_news_subscriber_key ON mails (news_issue_id, subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX mail_subscriptions_topic ON mail_subscriptions (topic, id) WHERE subscribed;

-- +goose Down
DROP INDEX mail_subscriptions_topic;
DELETE FROM tasks WHERE mail_id IN (SELECT id FROM mails WHERE news_issue_id IS NOT NULL);
DELETE FROM bounces WHERE mail_id IN (SELECT id FROM mails WHERE news_issue_id IS NOT NULL);
DELETE FROM address_marks WHERE mail_id IN (SELECT id FROM mails WHERE news_issue_id IS NOT NULL);
DELETE FROM mails WHERE news_issue_id IS NOT NULL;
DROP INDEX mails_news_subscriber_key;
DROP INDEX mails_news;
ALTER TABLE mails DROP COLUMN subscription_id;
ALTER TABLE mails DROP COLUMN news_issue_id;
DROP TABLE news_decisions;
DROP TABLE news_issues;

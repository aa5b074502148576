-- Inquiries: what was asked, and the thread of mails and notes about it.

-- +goose Up
CREATE TABLE inquiries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'closed')),
    version INTEGER NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    asker_company_name TEXT NOT NULL,
    asker_department TEXT NOT NULL,
    asker_person_name TEXT NOT NULL,
    asker_phone TEXT NOT NULL,
    asker_email TEXT NOT NULL,
    asker_prefecture TEXT NOT NULL,
    asker_city TEXT NOT NULL,
    asker_key TEXT NOT NULL,
    contract_company TEXT NOT NULL,
    contract_key TEXT NOT NULL,
    contract_person TEXT NOT NULL,
    license_id TEXT NOT NULL,
    code_hash TEXT,
    quoted_number TEXT NOT NULL,
    contract_id INTEGER REFERENCES contracts (id),
    order_id INTEGER REFERENCES orders (id),
    assignee_id INTEGER REFERENCES staff (id),
    address_salt TEXT NOT NULL,
    address_key INTEGER NOT NULL,
    form_key TEXT NOT NULL,
    waiting_since DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    closed_at DATETIME,
    CONSTRAINT inquiries_number_key UNIQUE (number),
    CONSTRAINT inquiries_form_key UNIQUE (form_key),
    CHECK ((license_id = '') = (code_hash IS NOT NULL)),
    CHECK ((status = 'open') = (waiting_since IS NOT NULL)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX inquiries_waiting ON inquiries (waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX inquiries_status ON inquiries (status, id);
CREATE INDEX inquiries_contract ON inquiries (contract_id);
CREATE INDEX inquiries_order ON inquiries (order_id);
CREATE INDEX inquiries_license ON inquiries (license_id);
CREATE INDEX inquiries_asker_email ON inquiries (asker_email);
CREATE INDEX inquiries_asker_key ON inquiries (asker_key);
CREATE INDEX inquiries_contract_key ON inquiries (contract_key);

CREATE TABLE inquiry_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    inquiry_id INTEGER NOT NULL REFERENCES inquiries (id),
    kind TEXT NOT NULL CHECK (kind IN ('asked', 'answer', 'reply', 'note', 'closed', 'reopened')),
    staff_id INTEGER REFERENCES staff (id),
    text TEXT NOT NULL,
    quoted TEXT NOT NULL,
    sender TEXT NOT NULL,
    message_id TEXT NOT NULL,
    attachments TEXT NOT NULL,
    cut BOOLEAN NOT NULL,
    matched_by TEXT NOT NULL CHECK (matched_by IN ('', 'address', 'subject')),
    arrival_key TEXT,
    created_at DATETIME NOT NULL,
    CONSTRAINT inquiry_messages_arrival_key UNIQUE (inquiry_id, arrival_key),
    CHECK ((kind IN ('asked', 'reply')) = (staff_id IS NULL)),
    CHECK ((kind = 'reply') = (arrival_key IS NOT NULL))
);
CREATE INDEX inquiry_messages_inquiry ON inquiry_messages (inquiry_id, id);

ALTER TABLE mails ADD COLUMN inquiry_message_id INTEGER REFERENCES inquiry_messages (id);
CREATE INDEX mails_inquiry_message ON mails (inquiry_message_id);

-- +goose Down
DROP INDEX mails_inquiry_message;
ALTER TABLE mails DROP COLUMN inquiry_message_id;
DROP TABLE inquiry_messages;
DROP TABLE inquiries;

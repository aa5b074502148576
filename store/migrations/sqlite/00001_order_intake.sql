-- Facts of order intake. The same statements make both databases but for the
-- names of types; a test compares the two schemas.

-- +goose Up
CREATE TABLE resellers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partner_code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    created_at DATETIME NOT NULL,
    CONSTRAINT resellers_partner_code_key UNIQUE (partner_code)
);

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reseller_id INTEGER NOT NULL REFERENCES resellers (id),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    created_at DATETIME NOT NULL,
    revoked_at DATETIME,
    CONSTRAINT api_keys_hash_key UNIQUE (hash)
);
CREATE INDEX api_keys_reseller ON api_keys (reseller_id);

CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'clerk', 'lead')),
    password_hash TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    created_at DATETIME NOT NULL,
    disabled_at DATETIME,
    CONSTRAINT staff_email_key UNIQUE (email)
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    data BLOB NOT NULL,
    expires_at DATETIME NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE sign_in_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    at DATETIME NOT NULL
);
CREATE INDEX sign_in_attempts_subject ON sign_in_attempts (subject, at);

CREATE TABLE running_numbers (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL
);

CREATE TABLE applications (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    receipt_number TEXT NOT NULL CHECK (length(receipt_number) = 24),
    order_type TEXT NOT NULL CHECK (order_type IN ('new', 'renewal', 'trsl_new')),
    status TEXT NOT NULL CHECK (status IN ('open', 'reserved', 'used', 'discarded')),
    order_id INTEGER,
    reseller_id INTEGER REFERENCES resellers (id),
    api_key_id INTEGER REFERENCES api_keys (id),
    applicant_email TEXT NOT NULL,
    applicant_language TEXT NOT NULL CHECK (applicant_language IN ('ja', 'en')),
    end_user_partner_code TEXT NOT NULL DEFAULT '',
    end_user_company_name TEXT NOT NULL DEFAULT '',
    end_user_company_kana TEXT NOT NULL DEFAULT '',
    end_user_department TEXT NOT NULL DEFAULT '',
    end_user_postal_code TEXT NOT NULL DEFAULT '',
    end_user_prefecture TEXT NOT NULL DEFAULT '',
    end_user_city TEXT NOT NULL DEFAULT '',
    end_user_street TEXT NOT NULL DEFAULT '',
    end_user_phone TEXT NOT NULL DEFAULT '',
    end_user_fax TEXT NOT NULL DEFAULT '',
    end_user_person_name TEXT NOT NULL DEFAULT '',
    end_user_person_kana TEXT NOT NULL DEFAULT '',
    end_user_email TEXT NOT NULL DEFAULT '',
    end_user_key TEXT NOT NULL,
    support_contact_partner_code TEXT NOT NULL DEFAULT '',
    support_contact_company_name TEXT NOT NULL DEFAULT '',
    support_contact_company_kana TEXT NOT NULL DEFAULT '',
    support_contact_department TEXT NOT NULL DEFAULT '',
    support_contact_postal_code TEXT NOT NULL DEFAULT '',
    support_contact_prefecture TEXT NOT NULL DEFAULT '',
    support_contact_city TEXT NOT NULL DEFAULT '',
    support_contact_street TEXT NOT NULL DEFAULT '',
    support_contact_phone TEXT NOT NULL DEFAULT '',
    support_contact_fax TEXT NOT NULL DEFAULT '',
    support_contact_person_name TEXT NOT NULL DEFAULT '',
    support_contact_person_kana TEXT NOT NULL DEFAULT '',
    support_contact_email TEXT NOT NULL DEFAULT '',
    support_same BOOLEAN NOT NULL,
    reseller_partner_code TEXT NOT NULL DEFAULT '',
    reseller_company_name TEXT NOT NULL DEFAULT '',
    reseller_company_kana TEXT NOT NULL DEFAULT '',
    reseller_department TEXT NOT NULL DEFAULT '',
    reseller_postal_code TEXT NOT NULL DEFAULT '',
    reseller_prefecture TEXT NOT NULL DEFAULT '',
    reseller_city TEXT NOT NULL DEFAULT '',
    reseller_street TEXT NOT NULL DEFAULT '',
    reseller_phone TEXT NOT NULL DEFAULT '',
    reseller_fax TEXT NOT NULL DEFAULT '',
    reseller_person_name TEXT NOT NULL DEFAULT '',
    reseller_person_kana TEXT NOT NULL DEFAULT '',
    reseller_email TEXT NOT NULL DEFAULT '',
    dealer_partner_code TEXT NOT NULL DEFAULT '',
    dealer_company_name TEXT NOT NULL DEFAULT '',
    dealer_company_kana TEXT NOT NULL DEFAULT '',
    dealer_department TEXT NOT NULL DEFAULT '',
    dealer_postal_code TEXT NOT NULL DEFAULT '',
    dealer_prefecture TEXT NOT NULL DEFAULT '',
    dealer_city TEXT NOT NULL DEFAULT '',
    dealer_street TEXT NOT NULL DEFAULT '',
    dealer_phone TEXT NOT NULL DEFAULT '',
    dealer_fax TEXT NOT NULL DEFAULT '',
    dealer_person_name TEXT NOT NULL DEFAULT '',
    dealer_person_kana TEXT NOT NULL DEFAULT '',
    dealer_email TEXT NOT NULL DEFAULT '',
    dealer_same BOOLEAN NOT NULL,
    credits BOOLEAN NOT NULL,
    start_month DATE,
    license_id TEXT NOT NULL,
    months INTEGER NOT NULL,
    delivery_email TEXT NOT NULL,
    expires_at DATETIME,
    created_at DATETIME NOT NULL,
    CONSTRAINT applications_receipt_number_key UNIQUE (receipt_number),
    CHECK ((status IN ('open', 'discarded')) = (order_id IS NULL))
);
CREATE INDEX applications_reseller ON applications (reseller_id, id);
CREATE INDEX applications_end_user ON applications (end_user_key);
CREATE INDEX applications_order ON applications (order_id);
CREATE INDEX applications_applicant_email ON applications (applicant_email);
CREATE INDEX applications_delivery_email ON applications (delivery_email);
CREATE INDEX applications_end_user_email ON applications (end_user_email);

CREATE TABLE contracts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    license_id TEXT NOT NULL,
    holder_partner_code TEXT NOT NULL DEFAULT '',
    holder_company_name TEXT NOT NULL DEFAULT '',
    holder_company_kana TEXT NOT NULL DEFAULT '',
    holder_department TEXT NOT NULL DEFAULT '',
    holder_postal_code TEXT NOT NULL DEFAULT '',
    holder_prefecture TEXT NOT NULL DEFAULT '',
    holder_city TEXT NOT NULL DEFAULT '',
    holder_street TEXT NOT NULL DEFAULT '',
    holder_phone TEXT NOT NULL DEFAULT '',
    holder_fax TEXT NOT NULL DEFAULT '',
    holder_person_name TEXT NOT NULL DEFAULT '',
    holder_person_kana TEXT NOT NULL DEFAULT '',
    holder_email TEXT NOT NULL DEFAULT '',
    holder_key TEXT NOT NULL,
    support_partner_code TEXT NOT NULL DEFAULT '',
    support_company_name TEXT NOT NULL DEFAULT '',
    support_company_kana TEXT NOT NULL DEFAULT '',
    support_department TEXT NOT NULL DEFAULT '',
    support_postal_code TEXT NOT NULL DEFAULT '',
    support_prefecture TEXT NOT NULL DEFAULT '',
    support_city TEXT NOT NULL DEFAULT '',
    support_street TEXT NOT NULL DEFAULT '',
    support_phone TEXT NOT NULL DEFAULT '',
    support_fax TEXT NOT NULL DEFAULT '',
    support_person_name TEXT NOT NULL DEFAULT '',
    support_person_kana TEXT NOT NULL DEFAULT '',
    support_email TEXT NOT NULL DEFAULT '',
    reseller_partner_code TEXT NOT NULL DEFAULT '',
    reseller_company_name TEXT NOT NULL DEFAULT '',
    reseller_company_kana TEXT NOT NULL DEFAULT '',
    reseller_department TEXT NOT NULL DEFAULT '',
    reseller_postal_code TEXT NOT NULL DEFAULT '',
    reseller_prefecture TEXT NOT NULL DEFAULT '',
    reseller_city TEXT NOT NULL DEFAULT '',
    reseller_street TEXT NOT NULL DEFAULT '',
    reseller_phone TEXT NOT NULL DEFAULT '',
    reseller_fax TEXT NOT NULL DEFAULT '',
    reseller_person_name TEXT NOT NULL DEFAULT '',
    reseller_person_kana TEXT NOT NULL DEFAULT '',
    reseller_email TEXT NOT NULL DEFAULT '',
    dealer_partner_code TEXT NOT NULL DEFAULT '',
    dealer_company_name TEXT NOT NULL DEFAULT '',
    dealer_company_kana TEXT NOT NULL DEFAULT '',
    dealer_department TEXT NOT NULL DEFAULT '',
    dealer_postal_code TEXT NOT NULL DEFAULT '',
    dealer_prefecture TEXT NOT NULL DEFAULT '',
    dealer_city TEXT NOT NULL DEFAULT '',
    dealer_street TEXT NOT NULL DEFAULT '',
    dealer_phone TEXT NOT NULL DEFAULT '',
    dealer_fax TEXT NOT NULL DEFAULT '',
    dealer_person_name TEXT NOT NULL DEFAULT '',
    dealer_person_kana TEXT NOT NULL DEFAULT '',
    dealer_email TEXT NOT NULL DEFAULT '',
    reseller_id INTEGER NOT NULL REFERENCES resellers (id),
    void BOOLEAN NOT NULL,
    valid_at DATETIME,
    version INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT contracts_license_id_key UNIQUE (license_id)
);
CREATE INDEX contracts_holder ON contracts (holder_key);
CREATE INDEX contracts_holder_email ON contracts (holder_email);
CREATE INDEX contracts_support_email ON contracts (support_email);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_number TEXT NOT NULL,
    reseller_id INTEGER NOT NULL REFERENCES resellers (id),
    api_key_id INTEGER REFERENCES api_keys (id),
    po_number TEXT NOT NULL,
    partner_code TEXT NOT NULL,
    order_date DATE NOT NULL,
    order_type TEXT NOT NULL CHECK (order_type IN ('new', 'renewal', 'trsl_new')),
    communication TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('received', 'checking', 'sent_back', 'registered', 'delivered', 'cancelled')),
    version INTEGER NOT NULL,
    application_id INTEGER NOT NULL REFERENCES applications (id),
    end_user_name TEXT NOT NULL,
    end_user_key TEXT NOT NULL,
    held BOOLEAN NOT NULL,
    waiting_for TEXT NOT NULL CHECK (waiting_for IN ('', 'staff', 'reseller')),
    waiting_since DATETIME,
    assignee_id INTEGER REFERENCES staff (id),
    contract_id INTEGER REFERENCES contracts (id),
    cancel_reason TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    registered_at DATETIME,
    delivered_at DATETIME,
    cancelled_at DATETIME,
    CONSTRAINT orders_order_number_key UNIQUE (order_number),
    CHECK ((waiting_for = '') = (waiting_since IS NULL)),
    CHECK (status NOT IN ('registered', 'delivered') OR registered_at IS NOT NULL)
);
-- A cancelled order frees its PO number and its application (orders.md).
CREATE UNIQUE INDEX orders_po_number_key ON orders (reseller_id, po_number) WHERE status <> 'cancelled';
CREATE UNIQUE INDEX orders_application_key ON orders (application_id) WHERE status <> 'cancelled';
CREATE INDEX orders_reseller ON orders (reseller_id, id);
CREATE INDEX orders_status ON orders (status, id);
CREATE INDEX orders_waiting ON orders (waiting_for, waiting_since) WHERE waiting_for <> '';
CREATE INDEX orders_end_user ON orders (end_user_key);
CREATE INDEX orders_po ON orders (po_number);
CREATE INDEX orders_contract ON orders (contract_id);
CREATE INDEX orders_delivered ON orders (delivered_at);
CREATE INDEX orders_created ON orders (created_at);

CREATE TABLE order_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    sheet INTEGER NOT NULL,
    position INTEGER NOT NULL,
    product_code TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('new', 'new_preferential', 'renewal', 'migration_renewal', 'addition')),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    months INTEGER NOT NULL,
    unit_price INTEGER NOT NULL CHECK (unit_price >= 0),
    license_id TEXT NOT NULL,
    holding_id INTEGER,
    CONSTRAINT order_lines_place_key UNIQUE (order_id, sheet, position)
);

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    kind TEXT NOT NULL,
    order_version INTEGER NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'api_key', 'process')),
    actor_id INTEGER NOT NULL,
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT decisions_version_key UNIQUE (order_id, order_version)
);

CREATE TABLE send_backs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    round INTEGER NOT NULL,
    opened_at DATETIME NOT NULL,
    closed_at DATETIME,
    CONSTRAINT send_backs_round_key UNIQUE (order_id, round)
);
CREATE UNIQUE INDEX send_backs_open_key ON send_backs (order_id) WHERE closed_at IS NULL;

CREATE TABLE send_back_reasons (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    send_back_id INTEGER NOT NULL REFERENCES send_backs (id),
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    line INTEGER NOT NULL,
    application_value TEXT NOT NULL,
    order_value TEXT NOT NULL,
    staff_value TEXT NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT send_back_reasons_position_key UNIQUE (send_back_id, position)
);
CREATE INDEX send_back_reasons_code ON send_back_reasons (code, send_back_id);

CREATE TABLE confirmations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    code TEXT NOT NULL,
    line INTEGER NOT NULL,
    application_value TEXT NOT NULL,
    order_value TEXT NOT NULL,
    confirmed_value TEXT NOT NULL,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    created_at DATETIME NOT NULL
);
CREATE INDEX confirmations_order ON confirmations (order_id);

CREATE TABLE order_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    text TEXT NOT NULL,
    created_at DATETIME NOT NULL
);
CREATE INDEX order_notes_order ON order_notes (order_id);

CREATE TABLE idempotency_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    api_key_id INTEGER NOT NULL REFERENCES api_keys (id),
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT idempotency_keys_key UNIQUE (api_key_id, key)
);

CREATE TABLE holdings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contract_id INTEGER NOT NULL REFERENCES contracts (id),
    product_code TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    code_cipher BLOB,
    code_key INTEGER NOT NULL,
    code_hash TEXT,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT holdings_code_hash_key UNIQUE (code_hash),
    CHECK (ends_on >= starts_on)
);
CREATE INDEX holdings_contract ON holdings (contract_id);

CREATE TABLE holding_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    holding_id INTEGER NOT NULL REFERENCES holdings (id),
    order_line_id INTEGER NOT NULL REFERENCES order_lines (id),
    kind TEXT NOT NULL CHECK (kind IN ('new', 'new_preferential', 'renewal', 'migration_renewal', 'addition')),
    product_code TEXT NOT NULL,
    quantity_before INTEGER NOT NULL,
    quantity_after INTEGER NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    new_code BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT holding_changes_order_line_key UNIQUE (order_line_id)
);
CREATE INDEX holding_changes_holding ON holding_changes (holding_id);

CREATE TABLE shipments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_number TEXT NOT NULL,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    delivery_email TEXT NOT NULL,
    password_salt TEXT NOT NULL,
    password_version INTEGER NOT NULL,
    password_key INTEGER NOT NULL,
    password_sent_at DATETIME,
    created_at DATETIME NOT NULL,
    delivered_at DATETIME,
    CONSTRAINT shipments_delivery_number_key UNIQUE (delivery_number),
    CONSTRAINT shipments_order_key UNIQUE (order_id)
);
CREATE INDEX shipments_delivery_email ON shipments (delivery_email);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('application', 'certificate')),
    subject_id INTEGER NOT NULL,
    token TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    blob_key TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    substituted BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT documents_token_key UNIQUE (token),
    CONSTRAINT documents_subject_key UNIQUE (kind, subject_id, language)
);

CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_id INTEGER REFERENCES orders (id),
    application_id INTEGER REFERENCES applications (id),
    send_back_id INTEGER REFERENCES send_backs (id),
    version INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    message_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    attempts INTEGER NOT NULL,
    reply TEXT NOT NULL,
    queued_at DATETIME NOT NULL,
    claimed_at DATETIME,
    finished_at DATETIME,
    give_up_at DATETIME NOT NULL,
    CONSTRAINT mails_key_key UNIQUE (key),
    CONSTRAINT mails_message_id_key UNIQUE (message_id)
);
CREATE INDEX mails_order ON mails (order_id);
CREATE INDEX mails_status ON mails (status, id);

CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('mail_unknown', 'delivery_failed')),
    order_id INTEGER NOT NULL REFERENCES orders (id),
    mail_id INTEGER REFERENCES mails (id),
    opened_at DATETIME NOT NULL,
    closed_at DATETIME,
    closed_by INTEGER REFERENCES staff (id),
    close_note TEXT NOT NULL,
    CONSTRAINT tasks_mail_key UNIQUE (kind, mail_id)
);
CREATE INDEX tasks_open ON tasks (kind, id) WHERE closed_at IS NULL;
CREATE INDEX tasks_order ON tasks (order_id);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workflow TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    decision_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    next_attempt_at DATETIME NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at DATETIME
);
CREATE INDEX outbox_waiting ON outbox (next_attempt_at, id) WHERE sent_at IS NULL;

CREATE TABLE audit_entries (
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
CREATE INDEX audit_entries_subject ON audit_entries (subject, subject_id, id);

CREATE TABLE saved_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT saved_views_name_key UNIQUE (staff_id, name)
);

-- +goose Down
DROP TABLE saved_views;
DROP TABLE audit_entries;
DROP TABLE outbox;
DROP TABLE tasks;
DROP TABLE mails;
DROP TABLE documents;
DROP TABLE shipments;
DROP TABLE holding_changes;
DROP TABLE holdings;
DROP TABLE idempotency_keys;
DROP TABLE order_notes;
DROP TABLE confirmations;
DROP TABLE send_back_reasons;
DROP TABLE send_backs;
DROP TABLE decisions;
DROP TABLE order_lines;
DROP TABLE orders;
DROP TABLE contracts;
DROP TABLE applications;
DROP TABLE running_numbers;
DROP TABLE sign_in_attempts;
DROP TABLE sessions;
DROP TABLE staff;
DROP TABLE api_keys;
DROP TABLE resellers;

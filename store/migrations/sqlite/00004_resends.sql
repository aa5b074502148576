-- Facts of resends: who asked for a delivery to be mailed again, what was decided
-- about it, and which mails came of it.

-- +goose Up
CREATE TABLE resends (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resend_number TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('form', 'api', 'staff')),
    status TEXT NOT NULL CHECK (status IN ('received', 'reviewing', 'asked_back', 'approved', 'sent', 'refused')),
    version INTEGER NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('ja', 'en')),
    reference TEXT NOT NULL,
    end_user_name TEXT NOT NULL,
    end_user_key TEXT NOT NULL,
    asker_company_name TEXT NOT NULL,
    asker_department TEXT NOT NULL,
    asker_person_name TEXT NOT NULL,
    asker_phone TEXT NOT NULL,
    asker_email TEXT NOT NULL,
    asker_prefecture TEXT NOT NULL,
    asker_city TEXT NOT NULL,
    resend_to TEXT NOT NULL,
    reason TEXT NOT NULL,
    reseller_id INTEGER REFERENCES resellers (id),
    api_key_id INTEGER REFERENCES api_keys (id),
    staff_id INTEGER REFERENCES staff (id),
    shipment_id INTEGER REFERENCES shipments (id),
    password_version INTEGER NOT NULL,
    number_fits BOOLEAN NOT NULL,
    name_fits BOOLEAN NOT NULL,
    address_fits BOOLEAN NOT NULL,
    link_salt TEXT NOT NULL,
    link_key INTEGER NOT NULL,
    due_at DATETIME NOT NULL,
    warned_at DATETIME,
    escalated_at DATETIME,
    asked_back_at DATETIME,
    closed_at DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT resends_resend_number_key UNIQUE (resend_number),
    CHECK (status NOT IN ('approved', 'sent') OR shipment_id IS NOT NULL),
    CHECK ((status = 'asked_back') = (asked_back_at IS NOT NULL)),
    CHECK ((status IN ('sent', 'refused')) = (closed_at IS NOT NULL)),
    CHECK ((source = 'api') = (api_key_id IS NOT NULL)),
    CHECK ((source = 'staff') = (staff_id IS NOT NULL))
);
CREATE INDEX resends_status ON resends (status, id);
CREATE INDEX resends_waiting ON resends (due_at) WHERE status = 'reviewing';
CREATE INDEX resends_shipment ON resends (shipment_id);
CREATE INDEX resends_reseller ON resends (reseller_id, id);
CREATE INDEX resends_end_user ON resends (end_user_key);
CREATE INDEX resends_asker_email ON resends (asker_email);

CREATE TABLE resend_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    resend_id INTEGER NOT NULL REFERENCES resends (id),
    kind TEXT NOT NULL,
    resend_version INTEGER NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'api_key', 'process')),
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT resend_decisions_version_key UNIQUE (resend_id, resend_version)
);

ALTER TABLE mails ADD COLUMN resend_id INTEGER REFERENCES resends (id);
CREATE INDEX mails_resend ON mails (resend_id);

-- +goose Down
DELETE FROM tasks WHERE mail_id IN (SELECT id FROM mails WHERE resend_id IS NOT NULL);
DELETE FROM mails WHERE resend_id IS NOT NULL;
DROP INDEX mails_resend;
ALTER TABLE mails DROP COLUMN resend_id;
DROP TABLE resend_decisions;
DROP TABLE resends;

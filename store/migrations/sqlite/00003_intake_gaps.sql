-- Tasks about any mail: that of an application, which no order quotes yet, has
-- one too. What a task is about is said by a code, like a mail's kind, so that a
-- later kind needs no new table.

-- +goose Up
CREATE TABLE tasks_of_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    order_id INTEGER REFERENCES orders (id),
    application_id INTEGER REFERENCES applications (id),
    mail_id INTEGER REFERENCES mails (id),
    opened_at DATETIME NOT NULL,
    closed_at DATETIME,
    closed_by INTEGER REFERENCES staff (id),
    close_note TEXT NOT NULL,
    CONSTRAINT tasks_mail_key UNIQUE (kind, mail_id),
    CHECK (order_id IS NOT NULL OR application_id IS NOT NULL OR mail_id IS NOT NULL)
);
INSERT INTO tasks_of_mails (id, kind, order_id, mail_id, opened_at, closed_at, closed_by, close_note)
SELECT id, kind, order_id, mail_id, opened_at, closed_at, closed_by, close_note FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_of_mails RENAME TO tasks;
CREATE INDEX tasks_open ON tasks (kind, id) WHERE closed_at IS NULL;
CREATE INDEX tasks_order ON tasks (order_id);
CREATE INDEX tasks_application ON tasks (application_id);
-- What nobody was told of until now.
INSERT INTO tasks (kind, order_id, application_id, mail_id, opened_at, close_note)
SELECT CASE WHEN status = 'unknown' THEN 'mail_unknown' ELSE 'mail_failed' END, order_id, application_id, id, finished_at, ''
FROM mails WHERE (status = 'unknown' AND order_id IS NULL) OR (status = 'failed' AND reply <> 'withdrawn'
    AND kind NOT IN ('order_accepted', 'delivery_id', 'delivery_password', 'delivery_password_again'));

-- +goose Down
CREATE TABLE tasks_of_orders (
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
INSERT INTO tasks_of_orders (id, kind, order_id, mail_id, opened_at, closed_at, closed_by, close_note)
SELECT id, kind, order_id, mail_id, opened_at, closed_at, closed_by, close_note FROM tasks
WHERE order_id IS NOT NULL AND kind IN ('mail_unknown', 'delivery_failed');
DROP TABLE tasks;
ALTER TABLE tasks_of_orders RENAME TO tasks;
CREATE INDEX tasks_open ON tasks (kind, id) WHERE closed_at IS NULL;
CREATE INDEX tasks_order ON tasks (order_id);

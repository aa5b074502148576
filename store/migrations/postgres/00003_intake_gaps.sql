-- Tasks about any mail: that of an application, which no order quotes yet, has
-- one too. What a task is about is said by a code, like a mail's kind, so that a
-- later kind needs no new table.

-- +goose Up
ALTER TABLE tasks DROP CONSTRAINT tasks_kind_check;
ALTER TABLE tasks ALTER COLUMN order_id DROP NOT NULL;
ALTER TABLE tasks ADD COLUMN application_id BIGINT REFERENCES applications (id);
ALTER TABLE tasks ADD CHECK (order_id IS NOT NULL OR application_id IS NOT NULL OR mail_id IS NOT NULL);
CREATE INDEX tasks_application ON tasks (application_id);
-- What nobody was told of until now.
INSERT INTO tasks (kind, order_id, application_id, mail_id, opened_at, close_note)
SELECT CASE WHEN status = 'unknown' THEN 'mail_unknown' ELSE 'mail_failed' END, order_id, application_id, id, finished_at, ''
FROM mails WHERE (status = 'unknown' AND order_id IS NULL) OR (status = 'failed' AND reply <> 'withdrawn'
    AND kind NOT IN ('order_accepted', 'delivery_id', 'delivery_password', 'delivery_password_again'));

-- +goose Down
DELETE FROM tasks WHERE order_id IS NULL OR kind NOT IN ('mail_unknown', 'delivery_failed');
ALTER TABLE tasks DROP CONSTRAINT tasks_check;
ALTER TABLE tasks DROP COLUMN application_id;
ALTER TABLE tasks ALTER COLUMN order_id SET NOT NULL;
ALTER TABLE tasks ADD CHECK (kind IN ('mail_unknown', 'delivery_failed'));

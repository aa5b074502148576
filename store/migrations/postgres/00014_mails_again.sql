-- A mail that reached nobody is sent again by staff, as a mail of its own.

-- +goose Up
ALTER TABLE mails ADD COLUMN again integer NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE mails DROP COLUMN again;

-- Facts of the delivery site's downloads: programs and manuals of products, and how often each delivery fetched them.
-- Besides an index for forgetting failed sign-ins, which every failed sign-in does.

-- +goose Up
CREATE TABLE product_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_code TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('program', 'manual', 'notes')),
    name_ja TEXT NOT NULL,
    name_en TEXT NOT NULL,
    file_name TEXT NOT NULL,
    version TEXT NOT NULL,
    released_on DATE NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    blob_key TEXT NOT NULL,
    published_at DATETIME NOT NULL,
    withdrawn_at DATETIME,
    withdraw_reason TEXT NOT NULL,
    CONSTRAINT product_files_blob_key_key UNIQUE (blob_key)
);
-- What is withdrawn may be published again.
CREATE UNIQUE INDEX product_files_current_key ON product_files (product_code, kind, file_name, version) WHERE withdrawn_at IS NULL;

CREATE TABLE file_downloads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shipment_id INTEGER NOT NULL REFERENCES shipments (id),
    product_file_id INTEGER NOT NULL REFERENCES product_files (id),
    started INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    first_at DATETIME NOT NULL,
    last_at DATETIME NOT NULL,
    CONSTRAINT file_downloads_key UNIQUE (shipment_id, product_file_id)
);
CREATE INDEX file_downloads_file ON file_downloads (product_file_id);

CREATE INDEX sign_in_attempts_at ON sign_in_attempts (at);

-- +goose Down
DROP INDEX sign_in_attempts_at;
DROP TABLE file_downloads;
DROP TABLE product_files;

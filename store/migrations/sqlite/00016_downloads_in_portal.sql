-- Downloads of the contract portal: more kinds of files, prepared before they are
-- published, some only for who names license ID and code; counted for accounts and
-- for the scripts that fetch pattern files with a token.

-- +goose Up
CREATE TABLE pattern_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    handle TEXT NOT NULL,
    link_salt TEXT NOT NULL,
    link_key INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    used_at DATETIME,
    revoked_at DATETIME,
    CONSTRAINT pattern_tokens_handle_key UNIQUE (handle)
);
CREATE INDEX pattern_tokens_account ON pattern_tokens (account_id, id);

-- Both tables are made anew, because SQLite changes no rule of a column: the old ones step aside with what refers
-- to them, and go when nothing does any more.
ALTER TABLE file_downloads RENAME TO file_downloads_before;
ALTER TABLE product_files RENAME TO product_files_before;
DROP INDEX product_files_current_key;
DROP INDEX file_downloads_file;
CREATE TABLE product_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    product_code TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('program', 'module', 'pattern', 'manual', 'document', 'notes')),
    name_ja TEXT NOT NULL,
    name_en TEXT NOT NULL,
    notes_ja TEXT NOT NULL,
    notes_en TEXT NOT NULL,
    file_name TEXT NOT NULL,
    version TEXT NOT NULL,
    released_on DATE NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('holders', 'code')),
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    blob_key TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    published_at DATETIME,
    withdrawn_at DATETIME,
    withdraw_reason TEXT NOT NULL,
    CONSTRAINT product_files_blob_key_key UNIQUE (blob_key),
    CHECK (withdrawn_at IS NULL OR published_at IS NOT NULL)
);
INSERT INTO product_files (id, product_code, kind, name_ja, name_en, notes_ja, notes_en, file_name, version, released_on, access, size, sha256,
    blob_key, created_at, published_at, withdrawn_at, withdraw_reason)
SELECT id, product_code, kind, name_ja, name_en, '', '', file_name, version, released_on, 'holders', size, sha256,
    blob_key, published_at, published_at, withdrawn_at, withdraw_reason FROM product_files_before;
-- What is withdrawn may be published again.
CREATE UNIQUE INDEX product_files_current_key ON product_files (product_code, kind, file_name, version) WHERE withdrawn_at IS NULL;
CREATE INDEX product_files_newest ON product_files (product_code, kind, released_on);
CREATE TABLE file_downloads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shipment_id INTEGER REFERENCES shipments (id),
    account_id INTEGER REFERENCES accounts (id),
    pattern_token_id INTEGER REFERENCES pattern_tokens (id),
    product_file_id INTEGER NOT NULL REFERENCES product_files (id),
    started INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    first_at DATETIME NOT NULL,
    last_at DATETIME NOT NULL,
    CONSTRAINT file_downloads_key UNIQUE (shipment_id, product_file_id),
    CONSTRAINT file_downloads_account_key UNIQUE (account_id, product_file_id),
    CONSTRAINT file_downloads_token_key UNIQUE (pattern_token_id, product_file_id),
    CHECK ((shipment_id IS NOT NULL AND account_id IS NULL AND pattern_token_id IS NULL)
        OR (shipment_id IS NULL AND account_id IS NOT NULL AND pattern_token_id IS NULL)
        OR (shipment_id IS NULL AND account_id IS NULL AND pattern_token_id IS NOT NULL))
);
INSERT INTO file_downloads (id, shipment_id, product_file_id, started, finished, first_at, last_at)
SELECT id, shipment_id, product_file_id, started, finished, first_at, last_at FROM file_downloads_before;
CREATE INDEX file_downloads_file ON file_downloads (product_file_id);
DROP TABLE file_downloads_before;
DROP TABLE product_files_before;

-- +goose Down
-- What older programs know nothing of goes.
DELETE FROM file_downloads WHERE shipment_id IS NULL OR product_file_id IN (
    SELECT id FROM product_files WHERE kind NOT IN ('program', 'manual', 'notes') OR access <> 'holders' OR published_at IS NULL);
DELETE FROM product_files WHERE kind NOT IN ('program', 'manual', 'notes') OR access <> 'holders' OR published_at IS NULL;
ALTER TABLE file_downloads RENAME TO file_downloads_after;
ALTER TABLE product_files RENAME TO product_files_after;
DROP INDEX product_files_current_key;
DROP INDEX product_files_newest;
DROP INDEX file_downloads_file;
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
INSERT INTO product_files (id, product_code, kind, name_ja, name_en, file_name, version, released_on, size, sha256, blob_key, published_at, withdrawn_at, withdraw_reason)
SELECT id, product_code, kind, name_ja, name_en, file_name, version, released_on, size, sha256, blob_key, published_at, withdrawn_at, withdraw_reason
FROM product_files_after;
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
INSERT INTO file_downloads (id, shipment_id, product_file_id, started, finished, first_at, last_at)
SELECT id, shipment_id, product_file_id, started, finished, first_at, last_at FROM file_downloads_after;
CREATE INDEX file_downloads_file ON file_downloads (product_file_id);
DROP TABLE file_downloads_after;
DROP TABLE product_files_after;
DROP TABLE pattern_tokens;

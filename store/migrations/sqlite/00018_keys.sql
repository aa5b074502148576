-- The key of the look-up hashes of activation codes, sealed under a server key, so that every server key can be
-- retired; and the public keys that license files were ever signed with.

-- +goose Up
CREATE TABLE code_hash_keys (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB NOT NULL,
    key INTEGER NOT NULL CHECK (key > 0)
);

CREATE TABLE license_keys (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number > 0),
    public_key BLOB NOT NULL,
    published_at DATETIME NOT NULL,
    withdrawn_at DATETIME,
    withdraw_reason TEXT NOT NULL,
    CHECK ((withdrawn_at IS NULL) = (withdraw_reason = ''))
);

-- +goose Down
DROP TABLE license_keys;
DROP TABLE code_hash_keys;

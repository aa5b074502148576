-- The directory of corporations and postal codes, as their offices publish them.
-- Nothing refers to a row here: whole tables are loaded anew and take the old
-- ones' place.

-- +goose Up
CREATE TABLE corporations (
    number INTEGER PRIMARY KEY,
    name_key TEXT NOT NULL,
    standing INTEGER NOT NULL,
    name TEXT NOT NULL,
    kana TEXT NOT NULL,
    english_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    process TEXT NOT NULL,
    correction BOOLEAN NOT NULL,
    changed_on DATE NOT NULL,
    updated_on DATE NOT NULL,
    prefecture_code INTEGER NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    street TEXT NOT NULL,
    abroad TEXT NOT NULL,
    closed_on DATE,
    close_cause TEXT NOT NULL,
    successor INTEGER NOT NULL,
    change_cause TEXT NOT NULL,
    assigned_on DATE,
    hidden BOOLEAN NOT NULL,
    grams TEXT NOT NULL
);
-- Exact names and beginnings, in the order of bytes.
CREATE INDEX corporations_name ON corporations (name_key, standing, number, prefecture_code);
-- All that search asks of the corporations of a place, without a look at their rows.
CREATE INDEX corporations_place ON corporations (prefecture_code, postal_code, number, name_key, standing);
CREATE INDEX corporations_successor ON corporations (successor) WHERE successor <> 0;
-- Any two neighbouring characters.
CREATE VIRTUAL TABLE corporations_grams USING fts5 (grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
-- +goose StatementBegin
CREATE TRIGGER corporations_inserted AFTER INSERT ON corporations BEGIN
    INSERT INTO corporations_grams (rowid, grams) VALUES (new.number, new.grams);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER corporations_renamed AFTER UPDATE OF grams ON corporations WHEN new.grams <> old.grams BEGIN
    DELETE FROM corporations_grams WHERE rowid = old.number;
    INSERT INTO corporations_grams (rowid, grams) VALUES (new.number, new.grams);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER corporations_deleted AFTER DELETE ON corporations BEGIN
    DELETE FROM corporations_grams WHERE rowid = old.number;
END;
-- +goose StatementEnd

CREATE TABLE corporation_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    kana TEXT NOT NULL,
    english_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    process TEXT NOT NULL,
    correction BOOLEAN NOT NULL,
    changed_on DATE NOT NULL,
    updated_on DATE NOT NULL,
    prefecture_code INTEGER NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    street TEXT NOT NULL,
    abroad TEXT NOT NULL,
    closed_on DATE,
    close_cause TEXT NOT NULL,
    successor INTEGER NOT NULL,
    change_cause TEXT NOT NULL,
    assigned_on DATE,
    hidden BOOLEAN NOT NULL
);
CREATE INDEX corporation_changes_number ON corporation_changes (number);
CREATE INDEX corporation_changes_name ON corporation_changes (name_key);

CREATE TABLE postal_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    prefecture_code INTEGER NOT NULL,
    city TEXT NOT NULL,
    town TEXT NOT NULL,
    city_kana TEXT NOT NULL,
    town_kana TEXT NOT NULL
);
CREATE INDEX postal_codes_code ON postal_codes (code);

-- +goose Down
DROP TABLE postal_codes;
DROP TABLE corporation_changes;
DROP TABLE corporations_grams;
DROP TABLE corporations;

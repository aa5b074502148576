-- Facts of the delivery site: who asked for a password to be mailed again.

-- +goose Up
CREATE TABLE password_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shipment_id INTEGER NOT NULL REFERENCES shipments (id),
    password_version INTEGER NOT NULL,
    at DATETIME NOT NULL
);
CREATE INDEX password_requests_shipment ON password_requests (shipment_id, at);

-- +goose Down
DROP TABLE password_requests;

#!/bin/sh
# Runs once, when the server's data folder is empty: an account and databases each for todoke and for Temporal, so
# that neither can read the other's.
set -eu

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
\getenv todoke_password TODOKE_DATABASE_PASSWORD
\getenv temporal_password TEMPORAL_DATABASE_PASSWORD
CREATE ROLE todoke LOGIN PASSWORD :'todoke_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE todoke OWNER todoke;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE todoke, temporal, temporal_visibility FROM PUBLIC;
SQL

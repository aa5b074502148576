package harness

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/testenv"
)

// Database is where an installation keeps its facts.
type Database struct {
	// URL is what TODOKE_DATABASE_URL takes.
	URL string
	// Server may be restarted and killed; nil for SQLite, and for a PostgreSQL server that tests share.
	Server *testenv.PostgresHandle
	// Dialect is store.SQLite or store.Postgres.
	Dialect string
}

// SQLite is an empty database file of this test.
func SQLite(t testing.TB) Database {
	t.Helper()
	return Database{URL: "sqlite:" + filepath.Join(t.TempDir(), "todoke.db"), Dialect: store.SQLite}
}

// Postgres is an empty database on the server that the tests of the process share.
func Postgres(t testing.TB) Database {
	t.Helper()
	return Database{URL: testenv.Postgres(t), Dialect: store.Postgres}
}

// PostgresServer is an empty database on a server of this test, which may be restarted and killed.
func PostgresServer(t testing.TB) Database {
	t.Helper()
	server := testenv.PostgresServer(t)
	url, err := server.Database()
	if err != nil {
		t.Fatalf("database for this test: %v", err)
	}
	return Database{URL: url, Server: server, Dialect: store.Postgres}
}

// Temporal is a Temporal server of this test, which may be killed and started again on the same address.
type Temporal interface {
	HostPort() string
	Kill() error
	Stop() error
	Start(ctx context.Context) error
	// Files are what it writes beside its database's server: its log and, on a file, its database.
	Files() []string
}

// DevTemporal starts a development server on a file.
func DevTemporal(t testing.TB) Temporal {
	t.Helper()
	return devTemporal{testenv.TemporalServer(t)}
}

// PostgresTemporal starts a server of production's version on PostgreSQL: on the given one, or with nil on the one
// that tests share.
func PostgresTemporal(t testing.TB, on *testenv.PostgresHandle) Temporal {
	t.Helper()
	return testenv.TemporalOnPostgresServer(t, on)
}

type devTemporal struct{ *temporalcli.Server }

// Start starts the server again after Stop or Kill.
func (d devTemporal) Start(ctx context.Context) error { return d.Restart(ctx) }

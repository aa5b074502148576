package testenv

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// DatabaseURL is the environment variable that names a PostgreSQL server to test on, by an account that may create
// databases. Databases of other names are left alone.
const DatabaseURL = "TEST_DATABASE_URL"

const (
	namePrefix   = "todoke_test_"
	startTimeout = 2 * time.Minute
	askTimeout   = 30 * time.Second
)

// Postgres returns the connection URL of a fresh, empty database, dropped when the test ends. The server is shared
// by the tests of the process: the one of TEST_DATABASE_URL, else a container when Docker runs, else the server
// programs on this machine, else those that apt installs on Debian as root. Else the test fails and says so.
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	return PostgresFrom(t, "", nil)
}

// PostgresFrom is Postgres with content: prepare is run once in this process for each name, on a database of its
// own (migrations, say), and every call with that name gets a copy of the result, which is much faster than
// preparing again. Connections that prepare leaves open are cut.
func PostgresFrom(t testing.TB, name string, prepare func(dsn string) error) (dsn string) {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("PostgreSQL for this test: %v", err)
	}
	dsn, err = s.database(t, name, prepare)
	if err != nil {
		t.Fatalf("PostgreSQL database for this test: %v", err)
	}
	return dsn
}

var shared = sync.OnceValues(func() (*databases, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // apt may have to install
	defer cancel()
	if dsn := os.Getenv(DatabaseURL); dsn != "" {
		return external(ctx, dsn)
	}
	server, err := ownServer(ctx)
	if err != nil {
		return nil, err
	}
	return newDatabases(server.adminDSN(), namePrefix), nil
})

// databases makes and drops databases on one server.
type databases struct {
	adminDSN string
	prefix   string
	// owner is this process's word on a server that it shares with others; see external.
	owner string
	count atomic.Int64

	mu        sync.Mutex
	templates map[string]string
	version   int // of the server, as server_version_num; 0 until asked
}

func newDatabases(adminDSN, prefix string) *databases {
	return &databases{adminDSN: adminDSN, prefix: prefix, templates: map[string]string{}}
}

func (d *databases) database(t testing.TB, name string, prepare func(string) error) (string, error) {
	template := ""
	if prepare != nil {
		var err error
		if template, err = d.template(name, prepare); err != nil {
			return "", err
		}
	}
	database, err := d.create(template)
	if err != nil {
		return "", err
	}
	t.Cleanup(func() {
		if err := d.admin("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return withDatabase(d.adminDSN, database)
}

// template prepares one database per name; the lock makes others wait for it rather than prepare it again.
func (d *databases) template(name string, prepare func(string) error) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if made, ok := d.templates[name]; ok {
		return made, nil
	}
	database, err := d.create("")
	if err != nil {
		return "", err
	}
	dsn, err := withDatabase(d.adminDSN, database)
	if err != nil {
		return "", err
	}
	if err := prepare(dsn); err != nil {
		return "", errors.Join(fmt.Errorf("prepare %q: %w", name, err), d.admin("DROP DATABASE "+database+" WITH (FORCE)"))
	}
	// PostgreSQL copies only from a database that nobody is connected to.
	err = d.admin("ALTER DATABASE "+database+" ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+database+"'")
	if err != nil {
		return "", err
	}
	d.templates[name] = database
	return database, nil
}

// create makes a database and returns its name: letters, digits and underscores, so it needs no quotes.
func (d *databases) create(template string) (string, error) {
	database := fmt.Sprintf("%s%d", d.prefix, d.count.Add(1))
	statement := "CREATE DATABASE " + database
	if template != "" {
		copying, err := d.copying()
		if err != nil {
			return "", err
		}
		statement += " TEMPLATE " + template + copying
	}
	return database, d.admin(statement)
}

// fileCopySince is the first PostgreSQL that copies block by block unless told to copy files.
const fileCopySince = 150_000

// copying gives how a template is copied. Files take half the time of blocks, but with a checkpoint before and after,
// which a server of our own does without waiting for the disk and others may have better things to do than.
func (d *databases) copying() (string, error) {
	if d.owner != "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.version == 0 {
		db, err := sql.Open("pgx", d.adminDSN)
		if err != nil {
			return "", err
		}
		defer db.Close() //nolint:errcheck // it was read only
		if err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&d.version); err != nil {
			return "", fmt.Errorf("version of PostgreSQL: %w", err)
		}
	}
	if d.version < fileCopySince {
		return "", nil
	}
	return " STRATEGY FILE_COPY", nil
}

// admin runs statements one after another, each by itself: CREATE DATABASE allows no transaction.
func (d *databases) admin(statements ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	db, err := sql.Open("pgx", d.adminDSN)
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", statement, err), db.Close())
		}
	}
	return db.Close()
}

// withDatabase is the same connection to another database, for URLs and for key=value strings.
func withDatabase(dsn, database string) (string, error) {
	if !strings.Contains(dsn, "://") {
		return dsn + " dbname=" + database, nil
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", errors.New(DatabaseURL + " is not a URL") // the cause would show the password
	}
	u.Path = "/" + database
	return u.String(), nil
}

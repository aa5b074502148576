// Package store holds every query, a file per noun. It alone knows the
// databases; what it gives and takes are the nouns of package models.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver behind DriverName below, without cgo
)

// Store keeps the facts in one of the two databases.
type Store struct {
	read    *gorm.DB
	write   *gorm.DB
	dialect string
	rules   models.Rules
	now     func() time.Time
	// key is the number of the server key that new versions of passwords and links derive from.
	key int
	// installation tells this installation's Message-IDs from another's.
	installation string
}

// The dialects.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Options says which database to open and by which rules to write.
type Options struct {
	// URL is postgres://… or sqlite:PATH.
	URL   string
	Rules models.Rules
	// Installation is a name of this installation, such as its public address.
	Installation string
	// Key is the number of the server key that new versions of delivery passwords and of links
	// derive from; 0 keeps that of the version before.
	Key int
	// Clock gives the time; nil is the machine's.
	Clock func() time.Time
	// MaxConnections bounds PostgreSQL's pool; 0 means 20.
	MaxConnections int
}

// Open connects to the database. It changes nothing in it: see Migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{rules: o.Rules, now: o.Clock, key: o.Key, installation: o.Installation}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	if path, ok := strings.CutPrefix(o.URL, "sqlite:"); ok {
		err = s.openSQLite(path)
	} else if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		err = s.openPostgres(o)
	} else {
		return nil, errors.New("the database URL must begin with postgres:// or be sqlite:PATH")
	}
	if err != nil {
		return nil, err
	}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openSQLite opens the file twice: one connection that writes, so that writers
// queue in order instead of polling a lock, and a pool that only reads.
func (s *Store) openSQLite(path string) error {
	s.dialect = SQLite
	dsn := func(mode string) string {
		v := url.Values{}
		v.Set("_txlock", mode)
		v.Set("_timezone", "UTC")
		v.Set("_time_format", "sqlite")
		for _, pragma := range []string{"busy_timeout(5000)", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(NORMAL)"} {
			v.Add("_pragma", pragma)
		}
		return "file:" + path + "?" + v.Encode()
	}
	var err error
	if s.write, err = openSQLitePool(dsn("immediate"), 1); err != nil {
		return err
	}
	s.read, err = openSQLitePool(dsn("deferred"), 4)
	return err
}

func openSQLitePool(dsn string, connections int) (*gorm.DB, error) {
	db, err := gorm.Open(sqlite.Dialector{DriverName: "sqlite", DSN: dsn}, gormConfig())
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return db, nil
}

func (s *Store) openPostgres(o Options) error {
	s.dialect = Postgres
	db, err := gorm.Open(postgres.New(postgres.Config{DSN: o.URL}), gormConfig())
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	connections := o.MaxConnections
	if connections == 0 {
		connections = 20
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	s.read, s.write = db, db
	return nil
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard, // statements carry personal data
		SkipDefaultTransaction: true,
		NowFunc:                func() time.Time { return time.Now().UTC() },
	}
}

// Close closes the pools.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*gorm.DB{s.read, s.write} {
		if db == nil {
			continue
		}
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	pool, err := s.read.DB()
	if err != nil {
		return err
	}
	if err := pool.PingContext(ctx); err != nil {
		return models.NewError(models.KindUnavailable, "database_unavailable").WithCause(err)
	}
	return nil
}

// Dialect says which database it is.
func (s *Store) Dialect() string { return s.dialect }

// Rules gives the rules it writes by.
func (s *Store) Rules() models.Rules { return s.rules }

// Now is the moment to write: UTC, in the microseconds that both databases keep.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Today is the day in Japan.
func (s *Store) Today() models.Date { return models.DateOf(s.Now()) }

// DB gives the pool for what the store has no method for: migrations and loading in bulk.
func (s *Store) DB() (*sql.DB, error) { return s.write.DB() }

// reader gives a session that only reads.
func (s *Store) reader(ctx context.Context) *gorm.DB { return s.read.WithContext(ctx) }

// transactions that lost a race are run again this often
const attempts = 5

// transaction runs fn in one transaction and runs it again when the database
// says that it lost a race or a random number was taken.
func (s *Store) transaction(ctx context.Context, fn func(tx *gorm.DB) error) error {
	var err error
	for range attempts {
		err = s.write.WithContext(ctx).Transaction(fn)
		if !lostRace(err) {
			break
		}
	}
	return translate(err)
}

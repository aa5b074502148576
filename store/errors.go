package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// PostgreSQL's codes for what another try can mend, and for a lock not had in time.
const (
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgLockTimeout   = "55P03"
	pgUnique        = "23505"

	pgTooManyConnections = "53300"
)

// lostRace says whether running the transaction again can mend it. A broken
// unique key can: either a random number was taken and another is drawn, or
// somebody was faster and the transaction's own check now finds that row. (gorm's
// translation of such errors is not used: it does not know the SQLite driver
// without cgo.)
func lostRace(err error) bool {
	if errors.Is(err, errChanged) {
		return true
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgSerialization || e.Code == pgDeadlock || e.Code == pgUnique
	}
	if e, ok := errors.AsType[*sqlitedriver.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// lockTimedOut says whether a writer waited in vain for another one.
func lockTimedOut(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == pgLockTimeout
	}
	if e, ok := errors.AsType[*sqlitedriver.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}

// unreachable says whether the database could not be talked to, which passes:
// the connection broke, the server is starting or stopping, or has no place free.
func unreachable(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P") || e.Code == pgTooManyConnections
	}
	_, dialling := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return dialling || network || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded)
}

// translate makes a domain error of whatever the database said.
func translate(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*models.Error](err); ok {
		return err
	}
	if unreachable(err) {
		return models.NewError(models.KindUnavailable, "database_unavailable").WithCause(err)
	}
	if lockTimedOut(err) {
		return models.NewError(models.KindUnavailable, "database_busy").WithCause(err)
	}
	return models.Internal(err)
}

// found turns gorm's "record not found" into the domain's.
func found(err error, what string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.NotFound(what)
	}
	return translate(err)
}

// take reads the one row of a query; there being none is the domain's not found.
func take[T any](q *gorm.DB, what string) (T, error) {
	var row T
	err := q.Take(&row).Error
	return row, found(err, what)
}

// Cause names what led to a domain error without quoting values: databases put
// those into their messages, and logs hold no personal data. Nothing for no cause.
func Cause(e *models.Error) string {
	cause := errors.Unwrap(e)
	if cause == nil {
		return ""
	}
	if pg, ok := errors.AsType[*pgconn.PgError](cause); ok {
		return "postgres " + pg.Code + " " + pg.ConstraintName
	}
	if lite, ok := errors.AsType[*sqlitedriver.Error](cause); ok {
		return "sqlite " + sqlitedriver.ErrorCodeString[lite.Code()]
	}
	return cause.Error()
}

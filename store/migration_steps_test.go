package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/testenv"
)

// TestTasksSurviveTheStepThatOpensMore brings a database with tasks and with
// mails that nobody was told of from the second schema to the third, and back.
func TestTasksSurviveTheStepThatOpensMore(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			db, steps := emptyDatabase(t, dialect)
			ctx := t.Context()
			_, err := steps.UpTo(ctx, 2)
			must(t, err)
			for _, statement := range beforeTheStep {
				if _, err := db.ExecContext(ctx, statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
			_, err = steps.UpTo(ctx, 3)
			must(t, err)
			tasks := query(t, db, "SELECT kind, COALESCE(order_id, 0), COALESCE(application_id, 0), mail_id, close_note FROM tasks ORDER BY mail_id")
			sameList(t, "tasks", flat(tasks), []string{
				"mail_unknown 1 0 1 seen to", "mail_unknown 0 1 2 ", "mail_failed 0 1 3 ", "mail_failed 1 0 4 ",
			})
			if _, err := db.ExecContext(ctx, "INSERT INTO tasks (kind, mail_id, opened_at, close_note) VALUES ('mail_failed', 4, '2026-06-10', '')"); err == nil {
				t.Error("a mail has the same task twice")
			}
			_, err = steps.DownTo(ctx, 2)
			must(t, err)
			sameList(t, "tasks as before", flat(query(t, db, "SELECT kind, order_id, mail_id, close_note FROM tasks")), []string{"mail_unknown 1 1 seen to"})
		})
	}
}

// beforeTheStep are rows as the second schema holds them.
var beforeTheStep = []string{
	`INSERT INTO resellers (id, partner_code, name, name_key, email, language, created_at) VALUES (1, 'AB12CD34', 'r', 'r', 'r@example.jp', 'ja', '2026-06-10')`,
	`INSERT INTO applications (id, receipt_number, order_type, status, applicant_email, applicant_language, end_user_key, support_same, dealer_same,
		credits, license_id, months, delivery_email, created_at)
		VALUES (1, 'AAAAAAAAAAAAAAAAAAAAAAAA', 'new', 'open', 'a@example.jp', 'ja', 'k', true, true, false, '', 12, 'd@example.jp', '2026-06-10')`,
	`INSERT INTO orders (id, order_number, reseller_id, po_number, partner_code, order_date, order_type, communication, status, version, application_id,
		end_user_name, end_user_key, held, waiting_for, cancel_reason, created_at, updated_at)
		VALUES (1, 'ORDC0000001', 1, 'PO', 'AB12CD34', '2026-06-10', 'new', '', 'cancelled', 1, 1, 'e', 'e', false, '', 'x', '2026-06-10', '2026-06-10')`,
	`INSERT INTO mails (id, key, kind, order_id, application_id, version, recipient, language, message_id, status, attempts, reply, queued_at, finished_at, give_up_at)
		VALUES (1, 'k1', 'delivery_id', 1, NULL, 1, 'd@example.jp', 'ja', 'm1', 'unknown', 1, '', '2026-06-10', '2026-06-10', '2026-06-11'),
		(2, 'k2', 'receipt_number', NULL, 1, 1, 'a@example.jp', 'ja', 'm2', 'unknown', 1, '', '2026-06-10', '2026-06-10', '2026-06-11'),
		(3, 'k3', 'receipt_number', NULL, 1, 2, 'a@example.jp', 'ja', 'm3', 'failed', 1, '550', '2026-06-10', '2026-06-10', '2026-06-11'),
		(4, 'k4', 'send_back', 1, NULL, 1, 'r@example.jp', 'ja', 'm4', 'failed', 1, '550', '2026-06-10', '2026-06-10', '2026-06-11'),
		(5, 'k5', 'send_back', 1, NULL, 2, 'r@example.jp', 'ja', 'm5', 'failed', 1, 'withdrawn', '2026-06-10', '2026-06-10', '2026-06-11'),
		(6, 'k6', 'order_accepted', 1, NULL, 1, 'd@example.jp', 'ja', 'm6', 'failed', 1, '550', '2026-06-10', '2026-06-10', '2026-06-11'),
		(7, 'k7', 'receipt_number', NULL, 1, 3, 'a@example.jp', 'ja', 'm7', 'sent', 1, '250', '2026-06-10', '2026-06-10', '2026-06-11')`,
	`INSERT INTO tasks (kind, order_id, mail_id, opened_at, close_note) VALUES ('mail_unknown', 1, 1, '2026-06-10', 'seen to')`,
}

// emptyDatabase opens a database without tables, and the steps that make them.
func emptyDatabase(t *testing.T, dialect string) (*sql.DB, *goose.Provider) {
	t.Helper()
	url, kind := "sqlite:"+filepath.Join(t.TempDir(), "todoke.db"), goose.DialectSQLite3
	if dialect == store.Postgres {
		url, kind = testenv.Postgres(t), goose.DialectPostgres
	}
	s, err := store.Open(t.Context(), store.Options{URL: url})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	db, err := s.DB()
	must(t, err)
	steps, err := goose.NewProvider(kind, db, os.DirFS(filepath.Join("migrations", dialect)))
	must(t, err)
	return db, steps
}

// flat puts each row on a line.
func flat(rows [][]string) []string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		for j, value := range row {
			if j > 0 {
				lines[i] += " "
			}
			lines[i] += value
		}
	}
	return lines
}

// TestTheAuditLogSurvivesTheStepThatLetsAccountsAct brings entries through the step
// that takes accounts as actors, and back without what those did.
func TestTheAuditLogSurvivesTheStepThatLetsAccountsAct(t *testing.T) {
	t.Parallel()
	const entry = "INSERT INTO audit_entries (id, at, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after) VALUES "
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			db, steps := emptyDatabase(t, dialect)
			ctx := t.Context()
			_, err := steps.UpTo(ctx, 9)
			must(t, err)
			_, err = db.ExecContext(ctx, entry+"(7, '2026-06-10', 'staff', 1, 'n', 'r', 'order', 3, 'noted', 'b', 'a'), (8, '2026-06-10', 'process', 0, '', '', 'order', 3, 'checked', '', '')")
			must(t, err)
			if _, err := db.ExecContext(ctx, entry+"(9, '2026-06-10', 'account', 1, '', '', 'account', 1, 'signed_in', '', '')"); err == nil {
				t.Error("an account acts before the step")
			}
			_, err = steps.UpTo(ctx, 10)
			must(t, err)
			_, err = db.ExecContext(ctx, entry+"(9, '2026-06-10', 'account', 1, '', '', 'account', 1, 'signed_in', '', '')")
			must(t, err)
			if _, err := db.ExecContext(ctx, entry+"(10, '2026-06-10', 'robot', 1, '', '', 'account', 1, 'signed_in', '', '')"); err == nil {
				t.Error("anybody acts after the step")
			}
			kept := []string{"7 staff 1 n r order 3 noted b a", "8 process 0   order 3 checked  "}
			const all = "SELECT id, actor_kind, actor_id, actor_name, request_id, subject, subject_id, action, before, after FROM audit_entries ORDER BY id"
			sameList(t, "entries", flat(query(t, db, all))[:2], kept)
			_, err = steps.DownTo(ctx, 9)
			must(t, err)
			sameList(t, "entries as before", flat(query(t, db, all)), kept)
		})
	}
}

package store_test

import (
	"testing"

	"github.com/todoke/todoke/store"
)

// TestFilesSurviveTheStepThatPreparesThem brings published files and their counts through the step that adds kinds,
// drafts and other fetchers, and back without what the schema before could not hold.
func TestFilesSurviveTheStepThatPreparesThem(t *testing.T) {
	t.Parallel()
	const file = "INSERT INTO product_files (id, product_code, kind, name_ja, name_en, file_name, version, released_on, size, sha256, blob_key, published_at, withdrawn_at, withdraw_reason) VALUES "
	const sum = "'0000000000000000000000000000000000000000000000000000000000000000'"
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			db, steps := emptyDatabase(t, dialect)
			ctx := t.Context()
			run := func(statement string) error {
				_, err := db.ExecContext(ctx, statement)
				return err
			}
			_, err := steps.UpTo(ctx, 15)
			must(t, err)
			for _, statement := range append(beforeTheStep[:3:3],
				"INSERT INTO shipments (id, delivery_number, order_id, delivery_email, password_salt, password_version, password_key, created_at) VALUES (1, 'SHPC0000001', 1, 'd@example.jp', 's', 1, 1, '2026-06-10')",
				file+"(5, 'CSSP', 'program', 'j', 'e', 'a.zip', '1', '2026-06-01', 10, "+sum+", 'k1', '2026-06-10', NULL, ''), (6, 'CSSP', 'program', 'j', 'e', 'a.zip', '1', '2026-06-01', 10, "+sum+", 'k2', '2026-06-10', '2026-06-11', 'faulty')",
				"INSERT INTO file_downloads (id, shipment_id, product_file_id, started, finished, first_at, last_at) VALUES (3, 1, 5, 2, 1, '2026-06-10', '2026-06-11')",
			) {
				must(t, run(statement))
			}
			_, err = steps.UpTo(ctx, 16)
			must(t, err)
			sameList(t, "files", flat(query(t, db, "SELECT id, kind, access, notes_ja, withdraw_reason FROM product_files WHERE published_at = created_at ORDER BY id")),
				[]string{"5 program holders  ", "6 program holders  faulty"})
			const counts = "SELECT id, shipment_id, product_file_id, started, finished FROM file_downloads"
			sameList(t, "counts", flat(query(t, db, counts)), []string{"3 1 5 2 1"})
			must(t, run("INSERT INTO accounts (id, email, language, password_hash, password_version, temporary_salt, temporary_version, temporary_key, second_key, second_step, created_at) VALUES (1, 'a@example.jp', 'ja', '', 0, '', 0, 1, 0, 0, '2026-06-10')"))
			const newer = "INSERT INTO product_files (product_code, kind, name_ja, name_en, notes_ja, notes_en, file_name, version, released_on, access, size, sha256, blob_key, created_at, withdraw_reason) VALUES "
			must(t, run(newer+"('CSSP', 'pattern', 'j', 'e', 'n', 'n', 'p.zip', '1', '2026-06-01', 'holders', 10, "+sum+", 'k3', '2026-06-10', '')"))
			const fetched = "INSERT INTO file_downloads (account_id, shipment_id, product_file_id, started, finished, first_at, last_at) VALUES "
			must(t, run(fetched+"(1, NULL, 5, 1, 1, '2026-06-10', '2026-06-10')"))
			for what, statement := range map[string]string{
				"a file of no kind":            newer + "('CSSP', 'x', 'j', 'e', '', '', 'q.zip', '1', '2026-06-01', 'holders', 10, " + sum + ", 'k4', '2026-06-10', '')",
				"a file for nobody":            newer + "('CSSP', 'pattern', 'j', 'e', '', '', 'q.zip', '1', '2026-06-01', 'x', 10, " + sum + ", 'k4', '2026-06-10', '')",
				"a draft beside the published": newer + "('CSSP', 'program', 'j', 'e', '', '', 'a.zip', '1', '2026-06-01', 'holders', 10, " + sum + ", 'k4', '2026-06-10', '')",
				"a count for nobody":           fetched + "(NULL, NULL, 5, 1, 1, '2026-06-10', '2026-06-10')",
				"a count for two":              fetched + "(1, 1, 5, 1, 1, '2026-06-10', '2026-06-10')",
				"a second count":               fetched + "(1, NULL, 5, 1, 1, '2026-06-10', '2026-06-10')",
				"a count of no file":           fetched + "(1, NULL, 99, 1, 1, '2026-06-10', '2026-06-10')",
			} {
				if run(statement) == nil {
					t.Errorf("there may be %s", what)
				}
			}
			_, err = steps.DownTo(ctx, 15)
			must(t, err)
			sameList(t, "files as before", flat(query(t, db, "SELECT id, kind, file_name, withdraw_reason FROM product_files ORDER BY id")),
				[]string{"5 program a.zip ", "6 program a.zip faulty"})
			sameList(t, "counts as before", flat(query(t, db, counts)), []string{"3 1 5 2 1"})
			_, err = steps.UpTo(ctx, 16) // and on again
			must(t, err)
			sameList(t, "counts", flat(query(t, db, counts)), []string{"3 1 5 2 1"})
		})
	}
}

package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
	"github.com/todoke/todoke/testenv"
)

// A schema as both databases can be asked for it: one line per column, key and
// rule, in words that leave out how each of them names its types.

func TestBothDatabasesHaveTheSameSchema(t *testing.T) {
	t.Parallel()
	schemas := map[string][]string{}
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		s, err := store.Open(t.Context(), store.Options{URL: migrated.Database(t, dialect)})
		must(t, err)
		db, err := s.DB()
		must(t, err)
		read := sqliteSchema
		if dialect == store.Postgres {
			read = postgresSchema
		}
		schemas[dialect] = read(t, db)
		must(t, s.Close())
	}
	for _, line := range schemas[store.SQLite] {
		if !slices.Contains(schemas[store.Postgres], line) {
			t.Errorf("only SQLite has %s", line)
		}
	}
	for _, line := range schemas[store.Postgres] {
		if !slices.Contains(schemas[store.SQLite], line) {
			t.Errorf("only PostgreSQL has %s", line)
		}
	}
	if len(schemas[store.SQLite]) < 300 {
		t.Errorf("only %d facts were read of the schema", len(schemas[store.SQLite]))
	}
}

// query gives the rows of a query as texts.
func query(t *testing.T, db *sql.DB, statement string, args ...any) [][]string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), statement, args...)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	columns, err := rows.Columns()
	must(t, err)
	var list [][]string
	for rows.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		must(t, rows.Scan(into...))
		row := make([]string, len(columns))
		for i, v := range values {
			row[i] = v.String
		}
		list = append(list, row)
	}
	must(t, rows.Err())
	return list
}

func column(table, name, kind string, notNull bool, fallback string) string {
	return fmt.Sprintf("column %s.%s %s null:%v default:%s", table, name, kind, !notNull, fallback)
}

// sqliteKinds tells what PostgreSQL calls what SQLite has under these names;
// every kind of number is an integer, as far as SQLite can tell them apart.
var sqliteKinds = map[string]string{"DATETIME": "timestamp", "BLOB": "bytes"}

func sqliteSchema(t *testing.T, db *sql.DB) []string {
	t.Helper()
	var facts []string
	// Search indexes are each database's own: SQLite makes tables of them.
	for _, table := range query(t, db, `SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'
		AND name NOT LIKE 'corporations_grams%'`) {
		name := table[0]
		for _, c := range query(t, db, `SELECT name, type, "notnull", COALESCE(dflt_value, ''), pk FROM pragma_table_info(?)`, name) {
			kind := sqliteKinds[c[1]]
			if kind == "" {
				kind = strings.ToLower(c[1])
			}
			facts = append(facts, column(name, c[0], kind, c[2] == "1" || c[4] != "0", c[3]))
			if c[4] != "0" {
				facts = append(facts, fmt.Sprintf("primary %s %s", name, c[0]))
			}
		}
		for _, k := range query(t, db, `SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?)`, name) {
			facts = append(facts, fmt.Sprintf("foreign %s.%s to %s.%s %s", name, k[0], k[1], k[2], strings.ToLower(k[3])))
		}
		for _, index := range query(t, db, `SELECT name, "unique", origin FROM pragma_index_list(?)`, name) {
			facts = append(facts, sqliteIndex(t, db, name, index)...)
		}
		for _, check := range checksIn(table[1]) {
			facts = append(facts, "check "+name+" "+check)
		}
	}
	return facts
}

func sqliteIndex(t *testing.T, db *sql.DB, table string, index []string) []string {
	t.Helper()
	if index[2] == "pk" {
		return nil // told by the column
	}
	var columns []string
	for _, c := range query(t, db, "SELECT name FROM pragma_index_info(?) ORDER BY seqno", index[0]) {
		columns = append(columns, c[0])
	}
	made := query(t, db, "SELECT COALESCE(sql, '') FROM sqlite_master WHERE name = ?", index[0])[0][0]
	_, where, _ := strings.Cut(made, " WHERE ")
	return []string{fmt.Sprintf("index %s (%s) unique:%v where %s", table, strings.Join(columns, ", "), index[1] == "1", plain(where))}
}

var postgresKinds = map[string]string{
	"bigint": "integer", "timestamp with time zone": "timestamp", "bytea": "bytes",
}

func postgresSchema(t *testing.T, db *sql.DB) []string {
	t.Helper()
	var facts []string
	for _, c := range query(t, db, `SELECT table_name, column_name, data_type, is_nullable, COALESCE(column_default, '')
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose_%'`) {
		kind := postgresKinds[c[2]]
		if kind == "" {
			kind = c[2]
		}
		facts = append(facts, column(c[0], c[1], kind, c[3] == "NO", strings.TrimSuffix(c[4], "::text")))
	}
	for _, k := range query(t, db, `SELECT conrelid::regclass, contype, pg_get_constraintdef(oid) FROM pg_constraint
		WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text NOT LIKE 'goose_%'`) {
		switch table, definition := k[0], k[2]; k[1] {
		case "p":
			facts = append(facts, fmt.Sprintf("primary %s %s", table, inParentheses(definition)))
		case "f":
			m := foreignKey.FindStringSubmatch(definition)
			action := "no action"
			if m[4] != "" {
				action = strings.ToLower(m[4])
			}
			facts = append(facts, fmt.Sprintf("foreign %s.%s to %s.%s %s", table, m[1], m[2], m[3], action))
		case "c":
			facts = append(facts, "check "+table+" "+plain(strings.TrimPrefix(definition, "CHECK ")))
		}
	}
	for _, i := range query(t, db, `SELECT indrelid::regclass, indisunique, pg_get_indexdef(indexrelid) FROM pg_index
		WHERE indrelid::regclass::text NOT LIKE 'goose_%' AND NOT indisprimary
		AND (SELECT relnamespace FROM pg_class WHERE oid = indrelid) = current_schema()::regnamespace`) {
		definition, where, _ := strings.Cut(i[2], " WHERE ")
		if strings.Contains(definition, " USING gin ") {
			continue
		}
		facts = append(facts, fmt.Sprintf("index %s (%s) unique:%v where %s", i[0], inParentheses(definition), i[1] == "true", plain(where)))
	}
	return facts
}

var foreignKey = regexp.MustCompile(`FOREIGN KEY \((\w+)\) REFERENCES (\w+)\((\w+)\)(?: ON DELETE ([A-Z ]+))?`)

func inParentheses(definition string) string {
	_, rest, _ := strings.Cut(definition, "(")
	return strings.ReplaceAll(strings.TrimSuffix(rest, ")"), `"`, "")
}

// checksIn gives the CHECK rules of a CREATE TABLE statement.
func checksIn(statement string) []string {
	var checks []string
	for {
		_, rest, found := strings.Cut(statement, "CHECK ")
		if !found {
			return checks
		}
		depth, end := 0, 0
		for i, r := range rest {
			if r == '(' {
				depth++
			} else if r == ')' {
				depth--
			}
			if depth == 0 {
				end = i + 1
				break
			}
		}
		checks = append(checks, plain(rest[:end]))
		statement = rest[end:]
	}
}

var (
	anyArray = regexp.MustCompile(`= ANY \(ARRAY\[([^\]]*)\]\)`)
	notArray = regexp.MustCompile(`<> ALL \(ARRAY\[([^\]]*)\]\)`)
	noise    = regexp.MustCompile(`::\w+|[\s()]|"`)
)

// plain brings a condition to a form in which both databases print it alike: what
// PostgreSQL rewrites is written back, then type names, spaces and parentheses go.
func plain(condition string) string {
	c := anyArray.ReplaceAllString(condition, "IN ($1)")
	c = notArray.ReplaceAllString(c, "NOT IN ($1)")
	return strings.ToLower(noise.ReplaceAllString(c, ""))
}

func TestMigratingAgainAndAtOnce(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			url := "sqlite:" + filepath.Join(t.TempDir(), "todoke.db")
			if dialect == store.Postgres {
				url = testenv.Postgres(t)
			}
			race(4, func(int) {
				if err := migrated.Migrate(url); err != nil {
					t.Errorf("migrating at once: %v %s", err, causes(err))
				}
			})
			s, err := store.Open(t.Context(), store.Options{URL: url})
			must(t, err)
			current, err := s.SchemaCurrent(t.Context())
			must(t, err)
			equal(t, "schema is current", current, true)
			steps, err := s.Migrate(t.Context())
			must(t, err)
			equal(t, "steps of a second run", steps, 0)
			must(t, s.Close())
		})
	}
}

func TestAnEmptyDatabaseIsNotCurrent(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "todoke.db")})
	must(t, err)
	current, err := s.SchemaCurrent(t.Context())
	must(t, err)
	equal(t, "schema is current", current, false)
	must(t, s.Close())
	if _, err := store.Open(t.Context(), store.Options{URL: "mysql://x"}); err == nil {
		t.Error("another kind of database was opened")
	}
}

//go:build e2e

package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.temporal.io/sdk/client"
	"golang.org/x/text/width"

	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/dump"
	"github.com/todoke/todoke/test/histories"
)

// inspect looks at what a test left behind.
func (h *house) inspect(t *testing.T) {
	t.Helper()
	checkInvariants(t, h.store)
	private, err := privateWords(t.Context(), h.store, h.Database.Dialect)
	if err != nil {
		t.Errorf("what is private: %v", err)
		return
	}
	all := scanHistories(t, h.store, h.Temporal.HostPort(), private)
	scanLogs(t, private, h.Serve.Log(), h.Worker.Log())
	h.LeftBehind(t).NothingInTheClear(t, all)
}

// checkInvariants looks for rows that break a rule.
func checkInvariants(t *testing.T, s *store.Store) {
	t.Helper()
	broken, err := s.Invariants(t.Context())
	if err != nil {
		t.Errorf("invariants: %v", err)
	}
	for _, v := range broken {
		t.Errorf("rule broken: %s, %d times, such as %s", v.Name, v.Count, v.Example)
	}
}

// privateColumns are columns that hold what somebody typed about people and companies, in whatever table. The
// prefecture is not among them: 47 words tell nothing of anybody.
var privateColumns = regexp.MustCompile(`(?:^|_)(?:email|recipient|sender|resend_to|company_name|company_kana|department|postal_code|city|street|` +
	`phone|fax|person_name|person_kana|end_user_name|address|holder_name|contract_company|contract_person)$`)

// wordsColumns hold sentences of somebody's own, which may be of one word.
var wordsColumns = regexp.MustCompile(`(?:^|_)(?:note|text|communication|cancel_reason|before_value|after_value|file_name)$`)

// publicTables hold what others publish, or the vendor itself.
var publicTables = regexp.MustCompile(`^(?:corporation|postal_codes|product_files|planted_)`)

// privateQueries give the rest: numbers that are worth something to whoever reads them, and names.
var privateQueries = []string{
	"SELECT receipt_number FROM applications", "SELECT name FROM resellers", "SELECT name FROM staff", "SELECT token FROM documents",
	"SELECT confirmed_value FROM confirmations WHERE code = 'delivery_mail_undeliverable'",
	"SELECT staff_value FROM send_back_reasons WHERE code = 'license_holder_mismatch'",
}

// privateWords lists what was typed about people and companies, and what is worth something to whoever reads it.
func privateWords(ctx context.Context, s *store.Store, dialect string) ([]string, error) {
	db, err := s.DB()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	err = dump.Rows(ctx, db, dialect, func(place string, value []byte) {
		table, column, _ := strings.Cut(place, ".")
		word := strings.TrimSpace(string(value))
		switch {
		case publicTables.MatchString(table):
		case privateColumns.MatchString(column) && telling(word), wordsColumns.MatchString(column) && sentence(word):
			known[word] = true
		}
	})
	if err != nil {
		return nil, err
	}
	for _, query := range privateQueries {
		if err := collect(db, query, known); err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
	}
	return slices.Sorted(maps.Keys(known)), nil
}

func collect(db *sql.DB, query string, into map[string]bool) (err error) {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var word sql.NullString
		if err := rows.Scan(&word); err != nil {
			return err
		}
		if telling(word.String) {
			into[strings.TrimSpace(word.String)] = true
		}
	}
	return rows.Err()
}

// telling says whether a text is long enough to be recognised: a single letter is in every log.
func telling(word string) bool {
	word = strings.TrimSpace(word)
	return utf8.RuneCountInString(word) >= 4 || (len(word) > utf8.RuneCountInString(word) && utf8.RuneCountInString(word) >= 2)
}

// sentence says whether somebody's own words are more than one that a program might use.
func sentence(words string) bool {
	return telling(words) && (utf8.RuneCountInString(words) >= 16 || len(words) > utf8.RuneCountInString(words))
}

// scanHistories decodes every history of the installation, looks for private words, and gives the histories. A canary is planted first: a
// scan that does not find it proves nothing.
func scanHistories(t *testing.T, s *store.Store, temporal string, private []string) []histories.History {
	t.Helper()
	c := dial(t, temporal)
	canary := plantCanary(t, c)
	all := allHistories(t, s, c)
	found := map[string]bool{}
	for _, f := range histories.Scan(all, append(private, canary.words()...)) {
		if f.WorkflowID == canary.workflowID {
			found[f.Word] = true
			continue
		}
		t.Errorf("private: %s", f)
	}
	for _, word := range canary.words() {
		if !found[word] {
			t.Errorf("the canary %s was not found in %d histories, so what else was not?", word, len(all))
		}
	}
	replayFresh(t, all)
	if len(private) == 0 {
		t.Error("nothing private is known, so nothing was looked for")
	}
	t.Logf("%d histories hold none of %d private words", len(all), len(private))
	return all
}

// allHistories waits until visibility, which lags behind, lists a process for every order and application.
func allHistories(t *testing.T, s *store.Store, c client.Client) []histories.History {
	t.Helper()
	db, err := s.DB()
	if err != nil {
		t.Fatalf("database: %v", err)
	}
	var want int
	if err := db.QueryRow("SELECT (SELECT COUNT(*) FROM orders) + (SELECT COUNT(*) FROM applications)").Scan(&want); err != nil {
		t.Fatalf("processes that must be there: %v", err)
	}
	var all []histories.History
	until(t, "visibility listing all processes", func() (bool, string) {
		all, err = histories.FetchAll(t.Context(), c, "default")
		if err != nil {
			return false, err.Error()
		}
		ours := map[string]bool{}
		for _, h := range all {
			if strings.HasPrefix(h.WorkflowID, "order/") || strings.HasPrefix(h.WorkflowID, "application/") {
				ours[h.WorkflowID] = true
			}
		}
		return len(ours) >= want, fmt.Sprintf("%d of %d", len(ours), want)
	})
	return all
}

// scanLogs looks for private words in logs, after proving on a line of its own that it would find one.
func scanLogs(t *testing.T, private []string, paths ...string) {
	t.Helper()
	if len(private) > 0 && len(wordsIn(`{"msg":"canary `+private[0]+`"}`, private)) == 0 {
		t.Error("a private word in a log line is not found")
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("log: %v", err)
			continue
		}
		for line := range strings.Lines(string(content)) {
			for _, word := range wordsIn(line, private) {
				t.Errorf("the log %s holds %q: %.300s", path, word, line)
			}
		}
	}
}

// wordsIn gives the private words in a line, whatever their width and case.
func wordsIn(line string, private []string) []string {
	folded := fold(line)
	var found []string
	for _, word := range private {
		if strings.Contains(folded, fold(word)) {
			found = append(found, word)
		}
	}
	return found
}

func fold(s string) string { return strings.ToLower(width.Fold.String(s)) }

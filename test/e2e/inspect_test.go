//go:build e2e

package e2e

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"go.temporal.io/sdk/client"
	"golang.org/x/text/width"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories"
)

// inspect looks at what a test left behind.
func (h *house) inspect(t *testing.T) {
	t.Helper()
	checkInvariants(t, h.store)
	private, err := privateWords(h.store, h.ring)
	if err != nil {
		t.Errorf("what is private: %v", err)
		return
	}
	scanHistories(t, h.store, h.Temporal.HostPort(), private)
	scanLogs(t, private, h.Serve.Log(), h.Worker.Log())
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

// partyColumns are what an application and a contract hold of a company and a person, as far as it is private. The
// prefecture is not among them: 47 words tell nothing of anybody.
var partyColumns = []string{
	"company_name", "company_kana", "department", "postal_code", "city", "street", "phone", "fax", "person_name", "person_kana", "email",
}

// privateQueries give, in one column each, everything that somebody typed about people and companies, and the numbers
// that are worth something to whoever reads them.
func privateQueries() []string {
	queries := []string{
		"SELECT receipt_number FROM applications", "SELECT delivery_email FROM applications", "SELECT applicant_email FROM applications",
		"SELECT communication FROM orders", "SELECT cancel_reason FROM orders", "SELECT end_user_name FROM orders",
		"SELECT recipient FROM mails", "SELECT delivery_email FROM shipments", "SELECT name FROM resellers", "SELECT email FROM resellers",
		"SELECT name FROM staff", "SELECT email FROM staff", "SELECT owner_email FROM api_keys", "SELECT token FROM documents",
		"SELECT confirmed_value FROM confirmations WHERE code = 'delivery_mail_undeliverable'", "SELECT note FROM decisions",
		"SELECT note FROM send_back_reasons", "SELECT staff_value FROM send_back_reasons WHERE code = 'license_holder_mismatch'",
	}
	for _, block := range []string{"end_user", "support_contact", "reseller", "dealer"} {
		for _, column := range partyColumns {
			queries = append(queries, "SELECT "+block+"_"+column+" FROM applications")
		}
	}
	for _, column := range partyColumns {
		queries = append(queries, "SELECT holder_"+column+" FROM contracts")
	}
	return queries
}

// privateWords lists every private word of an installation: what was typed, delivery passwords and activation codes.
func privateWords(s *store.Store, ring *keys.Ring) ([]string, error) {
	db, err := s.DB()
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, query := range privateQueries() {
		if err := collect(db, "SELECT DISTINCT * FROM ("+query+") AS words", known); err != nil {
			return nil, fmt.Errorf("%s: %w", query, err)
		}
	}
	if err := collectSecrets(db, ring, known); err != nil {
		return nil, err
	}
	words := make([]string, 0, len(known))
	for word := range known {
		words = append(words, word)
	}
	return words, nil
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

// collectSecrets adds what is never stored in clear.
func collectSecrets(db *sql.DB, ring *keys.Ring, into map[string]bool) (err error) {
	shipments, err := db.Query("SELECT id, password_salt, password_version, password_key FROM shipments")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shipments.Close()) }()
	for shipments.Next() {
		var s models.Shipment
		if err := shipments.Scan(&s.ID, &s.PasswordSalt, &s.PasswordVersion, &s.PasswordKey); err != nil {
			return err
		}
		password, err := ring.DeliveryPassword(s)
		if err != nil {
			return err
		}
		into[password] = true
	}
	if err := shipments.Err(); err != nil {
		return err
	}
	holdings, err := db.Query("SELECT id, code_cipher, code_key FROM holdings WHERE code_cipher IS NOT NULL")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, holdings.Close()) }()
	for holdings.Next() {
		var holding models.Holding
		if err := holdings.Scan(&holding.ID, &holding.CodeCipher, &holding.CodeKey); err != nil {
			return err
		}
		code, err := ring.OpenCode(holding)
		if err != nil {
			return err
		}
		into[code] = true
	}
	return holdings.Err()
}

// scanHistories decodes every history of the installation and looks for private words. A canary is planted first: a
// scan that does not find it proves nothing.
func scanHistories(t *testing.T, s *store.Store, temporal string, private []string) {
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

//go:build e2e

package corpora

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

const deadline = time.Minute

// TestBadInputOnSQLite and its sister send every bad body to the program and look at answer and database.
func TestBadInputOnSQLite(t *testing.T) {
	testBadInput(t, harness.Start(t, harness.Options{}))
}

func TestBadInputOnPostgres(t *testing.T) {
	testBadInput(t, harness.Start(t, harness.Options{Database: harness.Postgres(t)}))
}

// target is a request that is fine until its body is spoilt.
type target struct {
	kind string
	path string
	body any
}

func testBadInput(t *testing.T, i *harness.Installation) {
	client := i.Clients[0]
	receipt, err := client.File(t.Context(), harness.SampleApplication(1))
	must(t, err)
	free, err := client.File(t.Context(), harness.SampleApplication(2))
	must(t, err)
	disagreeing := harness.SampleOrder(1, receipt)
	disagreeing.Lines[0].Months = 36
	taken, err := client.Order(t.Context(), "waiting", disagreeing)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	_, err = client.Await(ctx, taken.OrderNumber, "sent_back")
	must(t, err)
	db := open(t, i)
	db.awaitQuiet(t)
	sheet := harness.SampleOrder(3, free)
	for _, to := range []target{
		{"application", "/v1/applications", harness.SampleApplication(4)},
		{"order", "/v1/orders", sheet},
		{"replace", "/v1/orders/" + taken.OrderNumber + "/replace", map[string]any{"po_number": "R", "order_type": "new", "lines": sheet.Lines}},
		{"cancel", "/v1/orders/" + taken.OrderNumber + "/cancel", map[string]any{"reason": "x"}},
	} {
		cases, err := Bad(to.kind)
		must(t, err)
		for _, c := range cases {
			t.Run(to.kind+"/"+c.Name, func(t *testing.T) { tryBad(t, client, db, to, c) })
		}
	}
	t.Run("headers and paths", func(t *testing.T) { badRequests(t, client, db, free) })
	t.Run("the good ones still go through", func(t *testing.T) {
		_, err := client.File(t.Context(), harness.SampleApplication(4))
		must(t, err)
		last, err := client.Order(t.Context(), "last", sheet)
		must(t, err)
		_, err = client.AwaitDelivered(ctx, last.OrderNumber)
		must(t, err)
	})
	t.Run("nothing was logged as an error", func(t *testing.T) { quietLog(t, i) })
}

// tryBad sends one bad body: the answer says in both languages what is wrong, echoes nothing, and no row came or went.
func tryBad(t *testing.T, client *harness.Client, db database, to target, c Case) {
	body, err := c.Spoil(to.body)
	must(t, err)
	before := db.counts(t)
	details := map[string]bool{}
	for _, language := range []string{"ja", "en"} {
		p := send(t, client, http.MethodPost, to.path, http.Header{"Accept-Language": {language}, "Idempotency-Key": {"bad"}}, body)
		if p.Status != c.Status || p.Code != c.Code {
			t.Fatalf("answers %d %s, want %d %s: %.500s", p.Status, p.Code, c.Status, c.Code, p.raw)
		}
		if c.Fields != nil && !maps.Equal(p.fields(), c.Fields) {
			t.Errorf("wrong fields %v, want %v", p.fields(), c.Fields)
		}
		if len(p.raw) > 200_000 {
			t.Errorf("the answer has %d bytes", len(p.raw))
		}
		details[p.Title+p.Detail] = true
	}
	if len(details) != 2 {
		t.Errorf("both languages read the same: %v", details)
	}
	if after := db.counts(t); !maps.Equal(after, before) {
		t.Errorf("rows came or went: %v, then %v", before, after)
	}
}

// badRequests are bad in other places than the body.
func badRequests(t *testing.T, client *harness.Client, db database, receipt string) {
	good, err := json.Marshal(harness.SampleOrder(9, receipt))
	must(t, err)
	before := db.counts(t)
	long := strings.Repeat("x", 201)
	for name, c := range map[string]struct {
		method, path string
		header       http.Header
		body         []byte
		status       int
		code         string
	}{
		"no idempotency key":         {"POST", "/v1/orders", http.Header{}, good, 400, "idempotency_key_missing"},
		"a long idempotency key":     {"POST", "/v1/orders", http.Header{"Idempotency-Key": {long}}, good, 400, "idempotency_key_malformed"},
		"an idempotency key of kana": {"POST", "/v1/orders", http.Header{"Idempotency-Key": {"キー"}}, good, 400, "idempotency_key_malformed"},
		"a form":                     {"POST", "/v1/orders", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Idempotency-Key": {"k"}}, good, 415, "media_type_unsupported"},
		"a path that is none":        {"POST", "/v1/nothing", http.Header{}, good, 404, "page_not_found"},
		"a method that is none":      {"DELETE", "/v1/orders", http.Header{}, nil, 405, "method_not_allowed"},
		"an order number of kana":    {"GET", "/v1/orders/%E3%82%AD%E3%83%BC", http.Header{}, nil, 404, "order_not_found"},
		"an order number of NUL":     {"GET", "/v1/orders/ORDC%00", http.Header{}, nil, 404, "order_not_found"},
		"a cursor of nonsense":       {"GET", "/v1/orders?cursor=%FF%FE", http.Header{}, nil, 422, "invalid_input"},
		"a limit of nonsense":        {"GET", "/v1/orders?limit=-1", http.Header{}, nil, 422, "invalid_input"},
		"a filter that is none":      {"GET", "/v1/orders?colour=red", http.Header{}, nil, 422, "invalid_input"},
		"a state that is none":       {"GET", "/v1/orders?status=lost", http.Header{}, nil, 422, "invalid_input"},
		"an impossible day":          {"GET", "/v1/orders?from=2026-02-30", http.Header{}, nil, 422, "invalid_input"},
		"a search for NUL":           {"GET", "/v1/applications?q=%00", http.Header{}, nil, 422, "invalid_input"},
		"a search for no UTF-8":      {"GET", "/v1/applications?q=%FF", http.Header{}, nil, 422, "invalid_input"},
	} {
		p := send(t, client, c.method, c.path, c.header, c.body)
		if p.Status != c.status || p.Code != c.code {
			t.Errorf("%s: answers %d %s, want %d %s: %.300s", name, p.Status, p.Code, c.status, c.code, p.raw)
		}
	}
	if after := db.counts(t); !maps.Equal(after, before) {
		t.Errorf("rows came or went: %v, then %v", before, after)
	}
}

// problem is an answer as RFC 9457 has it.
type problem struct {
	Type, Title, Detail, Code string
	Status                    int
	RequestID                 string `json:"request_id"`
	Errors                    []struct{ Field, Code, Message string }
	raw                       string
}

// fields gives the wrong fields with their codes; a field that is told twice has both.
func (p problem) fields() map[string]string {
	fields := map[string]string{}
	for _, f := range p.Errors {
		fields[f.Field] = strings.TrimPrefix(fields[f.Field]+", "+f.Code, ", ")
	}
	return fields
}

// send makes a request whose answer has to be a problem: a 4xx, complete, in the form that says so.
func send(t *testing.T, client *harness.Client, method, path string, header http.Header, body []byte) problem {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, client.URL+path, bytes.NewReader(body))
	must(t, err)
	request.Header = header.Clone()
	request.Header.Set("Authorization", "Bearer "+client.Key)
	if request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.HTTP.Do(request)
	must(t, err)
	content, err := io.ReadAll(answer.Body)
	must(t, errors.Join(err, answer.Body.Close()))
	p := problem{raw: string(content)}
	if kind := answer.Header.Get("Content-Type"); kind != "application/problem+json" {
		t.Fatalf("%s %s answers %d as %q: %.300s", method, path, answer.StatusCode, kind, content)
	}
	must(t, json.Unmarshal(content, &p))
	if p.Status != answer.StatusCode || p.Status < 400 || p.Status >= 500 || !strings.HasSuffix(p.Type, "/problems/"+p.Code) ||
		p.Title == "" || p.Detail == "" || p.RequestID == "" {
		t.Errorf("the problem is not complete: %d %.500s", answer.StatusCode, content)
	}
	for _, f := range p.Errors {
		if f.Message == "" || f.Message == f.Code {
			t.Errorf("nothing is said of %s: %s", f.Field, f.Code)
		}
	}
	return p
}

// database looks at an installation's rows.
type database struct {
	*sql.DB
	tables []string
}

func open(t *testing.T, i *harness.Installation) database {
	t.Helper()
	db, err := i.Store(t).DB()
	must(t, err)
	list := "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
	if i.Database.Dialect == store.SQLite {
		list = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	}
	rows, err := db.QueryContext(t.Context(), list)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	d := database{DB: db}
	for rows.Next() {
		var table string
		must(t, rows.Scan(&table))
		d.tables = append(d.tables, table)
	}
	must(t, rows.Err())
	if len(d.tables) < 20 || !slices.Contains(d.tables, "orders") {
		t.Fatalf("the database has only the tables %q", d.tables)
	}
	return d
}

// counts gives the number of rows of every table.
func (d database) counts(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, table := range d.tables {
		counts[table] = d.number(t, "SELECT COUNT(*) FROM "+table)
	}
	return counts
}

func (d database) number(t *testing.T, query string) int {
	t.Helper()
	var n int
	if err := d.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// awaitQuiet waits until processes have done what they had to, so that rows come only from requests.
func (d database) awaitQuiet(t *testing.T) {
	t.Helper()
	const pending = `SELECT (SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL) +
		(SELECT COUNT(*) FROM mails WHERE status IN ('queued', 'sending')) +
		(SELECT COUNT(*) FROM applications a WHERE NOT EXISTS (
			SELECT 1 FROM documents d WHERE d.kind = 'application' AND d.subject_id = a.id))`
	for end := time.Now().Add(deadline); d.number(t, pending) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d things are still to be done", d.number(t, pending))
		}
	}
}

// quietLog says that what callers did wrong was nothing to wake anybody for.
func quietLog(t *testing.T, i *harness.Installation) {
	for _, p := range []*harness.Process{i.Serve, i.Worker} {
		content, err := os.ReadFile(p.Log())
		must(t, err)
		lines := 0
		for line := range strings.Lines(string(content)) {
			lines++
			if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, "panic") {
				t.Errorf("%s logged: %.500s", p.Name(), line)
			}
		}
		if lines == 0 {
			t.Errorf("%s logged nothing at all", p.Name())
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", t.Name(), err))
	}
}

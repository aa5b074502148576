package harness

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/proto"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/dump"
	"github.com/todoke/todoke/test/histories"
)

// LeftBehind is what an installation leaves behind, and what is known of the secrets of its run.
type LeftBehind struct {
	// Keys are the server's, as the program takes them.
	Keys string
	// Store is open on the database; DatabaseFile is SQLite's, else empty.
	Store        *store.Store
	DatabaseFile string
	// Files are logs and whatever else is on disk.
	Files []string
	Mails []mailbox.Message
	// Seen are secrets that neither rows nor mails tell; nil is none.
	Seen *dump.Words
}

// LeftBehind gives what this installation has left by now.
func (i *Installation) LeftBehind(t testing.TB) LeftBehind {
	t.Helper()
	l := LeftBehind{
		Keys: i.keys, Store: i.Store(t), Mails: i.Sink.Mailbox.Messages(), Seen: &i.seen,
		Files: append([]string{i.Serve.Log(), i.Worker.Log()}, i.Temporal.Files()...),
	}
	if i.Database.Dialect == store.SQLite {
		l.DatabaseFile, _, _ = strings.Cut(strings.TrimPrefix(i.Database.URL, "sqlite:"), "?")
	}
	return l
}

// NothingInTheClear takes apart what is left, and fails the test where a code, a link, a password, a session or a key
// stands in the clear: in any column of any row, in the bytes of the database's file, in the logs of all processes, in
// the files that Temporal keeps, and in the histories, decoded and as they are. A word that is planted at each of these
// places has to be found there.
func (l LeftBehind) NothingInTheClear(t testing.TB, kept []histories.History) {
	t.Helper()
	words := l.secrets(t)
	c := &inspection{t: t, canary: "canary-" + rand.Text(), found: map[string]bool{}}
	words.Add("canary", c.canary)
	c.search = words.Search()

	c.tables(l)
	c.file(c.plantedFile())
	for _, path := range l.Files {
		c.file(path)
	}
	c.histories(append(kept, c.plantedHistory()))

	for _, place := range []string{"a row", "a file", "a history"} {
		if !c.found[place] {
			t.Errorf("the word planted in %s was not found, so what else was not?", place)
		}
	}
	t.Logf("nothing in the clear in %d values, %d MB of files and %d histories; looked for %s", c.values, c.bytes>>20, len(kept), words)
}

// inspection is the look at what one installation left.
type inspection struct {
	t      testing.TB
	search *dump.Search
	canary string
	found  map[string]bool // where the canary was
	values int
	bytes  int
	told   int
}

// mostTold is how many findings are told one by one.
const mostTold = 20

func (c *inspection) look(kind, place string, content []byte) {
	c.t.Helper()
	for _, f := range c.search.In(content) {
		if f.Word == c.canary {
			c.found[kind] = true
			continue
		}
		if c.told++; c.told <= mostTold {
			c.t.Errorf("in the clear: %s (%s) stands in %s", f.Word, f.Kind, place)
		}
	}
}

// tables looks at the database, in which the canary sits meanwhile.
func (c *inspection) tables(l LeftBehind) {
	c.t.Helper()
	db, err := l.Store.DB()
	if err != nil {
		c.t.Fatalf("database: %v", err)
	}
	ctx := c.t.Context()
	for _, statement := range []string{
		"CREATE TABLE planted_canary (word TEXT NOT NULL)", "INSERT INTO planted_canary (word) VALUES ('a word around it " + c.canary + "')",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			c.t.Fatalf("plant the canary: %v", err)
		}
	}
	dialect := store.Postgres
	if l.DatabaseFile != "" {
		dialect = store.SQLite
		c.databaseFile(l.DatabaseFile)
	}
	err = dump.Rows(ctx, db, dialect, func(place string, value []byte) {
		c.values++
		c.look("a row", place, value)
	})
	if err != nil {
		c.t.Errorf("dump the database: %v", err)
	}
	if _, err := db.ExecContext(ctx, "DROP TABLE planted_canary"); err != nil {
		c.t.Errorf("take the canary away: %v", err)
	}
}

// databaseFile looks at the bytes of SQLite's file and of what is not in it yet.
func (c *inspection) databaseFile(path string) {
	c.t.Helper()
	c.file(path)
	if _, err := os.Stat(path + "-wal"); err == nil {
		c.file(path + "-wal")
	}
	if !c.found["a file"] {
		c.t.Error("the word planted in the database was not found in its file")
	}
	delete(c.found, "a file")
}

func (c *inspection) plantedFile() string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "canary.log")
	if err := os.WriteFile(path, []byte(`{"level":"INFO","msg":"canary","token":"`+strings.ToLower(c.canary)+`"}`+"\n"), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func (c *inspection) file(path string) {
	c.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		c.t.Errorf("what is left behind: %v", err)
		return
	}
	c.bytes += len(content)
	c.look("a file", path, content)
}

// plantedHistory holds the canary in base64, as histories hold what is in a payload.
func (c *inspection) plantedHistory() histories.History {
	payload := &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`{"word":"` + c.canary + `"}`)}
	return histories.History{WorkflowID: "planted", Events: []*historypb.HistoryEvent{{
		EventId: 1, Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{
			WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{
				SignalName: "canary", Input: &commonpb.Payloads{Payloads: []*commonpb.Payload{payload}},
			},
		},
	}}}
}

func (c *inspection) histories(kept []histories.History) {
	c.t.Helper()
	for _, h := range kept {
		for _, text := range histories.Texts(h) {
			c.look("a history", fmt.Sprintf("%s event %d %s", h.WorkflowID, text.EventID, text.Place), []byte(text.Value))
		}
		for _, event := range h.Events {
			raw, err := proto.Marshal(event)
			if err != nil {
				c.t.Errorf("history %s: %v", h.WorkflowID, err)
			}
			c.look("a history", fmt.Sprintf("%s event %d", h.WorkflowID, event.GetEventId()), raw)
		}
	}
}

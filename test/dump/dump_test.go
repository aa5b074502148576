package dump_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/dump"
	"github.com/todoke/todoke/test/migrated"
)

const planted = "OS-ABCD-EFGHJ-KLMNP-QRSTU-VWXYZ-23456"

// A word is found in whatever form it stands, and nothing is found where it does not.
func TestAWordIsFoundInEveryForm(t *testing.T) {
	words := &dump.Words{}
	words.Add("codes", planted)
	words.Add("passwords", "四角い窓 and a river")
	words.Add("passwords", "short")
	if got := words.String(); got != "1 of codes, 1 of passwords" {
		t.Errorf("the words are %q", got)
	}
	search := words.Search()
	for name, text := range map[string]string{
		"itself": planted, "small letters": strings.ToLower(planted), "no hyphens": strings.ReplaceAll(planted, "-", ""),
		"hexadecimal": hex.EncodeToString([]byte(planted)), "base64": base64.StdEncoding.EncodeToString([]byte(planted)),
		"base64, one byte on": base64.StdEncoding.EncodeToString([]byte("x" + planted + "yz")),
		"base64, two on":      base64.RawURLEncoding.EncodeToString([]byte("xx" + planted + "yz")),
		"a URL":               url.QueryEscape("四角い窓 and a river"), "its end": "four" + planted,
	} {
		for _, around := range []string{"", "before ", "\xff\x00"} {
			if found := search.In([]byte(around + text + " after")); len(found) != 1 {
				t.Errorf("%s after %q: found %v", name, around, found)
			}
		}
	}
	for _, text := range []string{"", "OS-ABC", planted[:len(planted)-1], "short", strings.Repeat("OS-ABCD-", 1000)} {
		if found := search.In([]byte(text)); len(found) > 0 {
			t.Errorf("found %v in %q", found, text)
		}
	}
}

// Whatever table and column a word is written to, and as whatever type, its row gives it.
func TestEveryColumnIsLookedAt(t *testing.T) {
	t.Parallel()
	for _, dialect := range migrated.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			binary := map[string]string{store.SQLite: "BLOB", store.Postgres: "BYTEA"}[dialect]
			url := migrated.Database(t, dialect)
			s, err := store.Open(t.Context(), store.Options{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			db, err := s.DB()
			if err != nil {
				t.Fatal(err)
			}
			statement := fmt.Sprintf("CREATE TABLE fresh (id INTEGER, words TEXT, raw %s, day TIMESTAMP, none TEXT)", binary)
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), "INSERT INTO fresh (id, words, raw) VALUES (12345678, $1, $2)", "so: "+planted, []byte("\x00"+planted)); err != nil {
				t.Fatal(err)
			}
			words := &dump.Words{}
			words.Add("codes", planted)
			words.Add("numbers", "12345678")
			search, places := words.Search(), []string{}
			look := func(place string, value []byte) {
				if len(search.In(value)) > 0 {
					places = append(places, place)
				}
			}
			if err := dump.Rows(t.Context(), db, dialect, look); err != nil {
				t.Fatal(err)
			}
			if want := []string{"fresh.id", "fresh.words", "fresh.raw"}; !slices.Equal(places, want) {
				t.Errorf("found in %q, want %q", places, want)
			}
			if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
				file, err := os.ReadFile(path)
				wal, _ := os.ReadFile(path + "-wal") // may be empty by now
				if err != nil || len(search.In(append(file, wal...))) == 0 {
					t.Errorf("the file does not hold it (%v)", err)
				}
			}
			places = nil
			if err := dump.Rows(t.Context(), db, dialect, look, "fresh"); err != nil || len(places) > 0 {
				t.Errorf("a table that is left out was looked at: %v %v", places, err)
			}
		})
	}
}

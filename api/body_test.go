package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
)

var rules = sync.OnceValue(func() models.Rules {
	p, err := profile.Default()
	if err != nil {
		panic(err)
	}
	return p.Rules()
})

var today = models.NewDate(2026, 6, 10)

func sampleOrder() OrderRequest { return newExamples(rules().Catalogue, today).order }

func read(t testing.TB, content []byte) (string, error) {
	t.Helper()
	_, hash, err := readOrder(content, rules().Entry(), today)
	return hash, err
}

// shuffled writes JSON with its members in another order and other white space.
func shuffled(value any) string {
	switch v := value.(type) {
	case map[string]any:
		var members []string
		for name, member := range v {
			key, _ := json.Marshal(name)
			members = append(members, " "+string(key)+"\t:\n"+shuffled(member))
		}
		rand.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return "{" + strings.Join(members, " ,") + "\n}"
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, shuffled(item))
		}
		return "[ " + strings.Join(items, ",") + "]"
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// The hash of a body is the same for the same JSON, and another one for another.
func TestBodyHash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := sampleOrder()
		o.PONumber = rapid.StringMatching(`[A-Za-z0-9<>&é𠮷-]{1,30}`).Draw(t, "po")
		o.Communication = rapid.StringMatching(`[a-z\n"\\/ ]{0,20}`).Draw(t, "communication")
		content, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		_, first, err := readOrder(content, rules().Entry(), today)
		if err != nil || len(first) != 64 {
			t.Fatalf("%q: %v", first, err)
		}
		var tree any
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.UseNumber()
		if err := decoder.Decode(&tree); err != nil {
			t.Fatal(err)
		}
		if _, again, err := readOrder([]byte(shuffled(tree)), rules().Entry(), today); err != nil || again != first {
			t.Fatalf("%q and %q: %v", first, again, err)
		}
		o.Lines = slices.Clone(o.Lines)
		o.Lines[0].Quantity++
		other, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, changed, err := readOrder(other, rules().Entry(), today); err != nil || changed == first {
			t.Fatalf("another order has the same hash: %v", err)
		}
	})
}

// A body is read as encoding/json reads it.
func TestBodyIsReadWhole(t *testing.T) {
	for _, sample := range []any{
		newExamples(rules().Catalogue, today).application, sampleOrder(), newExamples(rules().Catalogue, today).replace,
		newExamples(rules().Catalogue, today).reapply, newExamples(rules().Catalogue, today).cancel,
	} {
		content, err := json.Marshal(sample)
		if err != nil {
			t.Fatal(err)
		}
		var wrong []models.FieldError
		var got any
		switch sample.(type) {
		case ApplicationRequest:
			got, wrong = reread[ApplicationRequest](t, content)
		case OrderRequest:
			got, wrong = reread[OrderRequest](t, content)
		case ReplaceRequest:
			got, wrong = reread[ReplaceRequest](t, content)
		case ReapplyRequest:
			got, wrong = reread[ReapplyRequest](t, content)
		case CancelRequest:
			got, wrong = reread[CancelRequest](t, content)
		}
		again, err := json.Marshal(got)
		if err != nil || wrong != nil || !bytes.Equal(again, content) {
			t.Errorf("%s became %s: %v %v", content, again, wrong, err)
		}
	}
}

func reread[T any](t *testing.T, content []byte) (T, []models.FieldError) {
	t.Helper()
	var into T
	b, err := readBody(content, &into)
	if err != nil {
		t.Fatal(err)
	}
	return into, b.wrong
}

// A rule does not speak of what could not be read, nor of anything in it.
func TestRulesAreSilentOnWhatWasNotRead(t *testing.T) {
	b := body{wrong: []models.FieldError{models.Field("lines[0]", "expected_object"), models.Field("end_user", "expected_object")}}
	for field, want := range map[string]bool{
		"lines[0]": true, "lines[0].quantity": true, "lines[1].quantity": false, "lines": false, "lines[00]": false,
		"end_user.email": true, "end_user": true, "end_user_name": false, "reseller.email": false,
	} {
		if got := b.unread(field); got != want {
			t.Errorf("%s: %v", field, got)
		}
	}
}

func FuzzReadBodies(f *testing.F) {
	content, err := json.Marshal(sampleOrder())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	if content, err = json.Marshal(newExamples(rules().Catalogue, today).application); err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	for _, odd := range []string{"", "{}", "[1]", "null", `{"lines":[[]]}`, `{"lines":[{"quantity":1e5,"unit_price":null}]}`, `{"dealer":{"same_as":"x"}}`} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		hash, err := read(t, content)
		if (err == nil) != (hash != "") {
			t.Fatalf("hash %q with %v", hash, err)
		}
		_, applicationErr := readApplication(content, rules().Applications, today)
		_, reapplyErr := readReapply(content)
		_, replaceErr := readReplace(content, rules().Entry(), today)
		_, cancelErr := readCancel(content)
		for _, err := range []error{err, applicationErr, reapplyErr, replaceErr, cancelErr} {
			e := models.AsError(err)
			if err != nil && (e.Kind != models.KindInvalid || (e.Code == "invalid_input") != (len(e.Fields) > 0)) {
				t.Fatalf("no clear error: %v", err)
			}
		}
		if err == nil {
			var tree any
			decoder := json.NewDecoder(bytes.NewReader(content))
			decoder.UseNumber()
			if err := decoder.Decode(&tree); err != nil {
				t.Fatalf("taken, but no JSON: %v", err)
			}
			if again, err := read(t, []byte(shuffled(tree))); err != nil || again != hash {
				t.Fatalf("the same JSON hashes to %q and %q: %v", hash, again, err)
			}
		}
	})
}

func TestIdempotencyKeyForm(t *testing.T) {
	for _, good := range []string{"a", "!~", strings.Repeat("x", 200), "3f0c9e5a-6f2b-4c1d-9a77-5d0e8b1c2f34"} {
		if _, err := idempotencyKey(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", " ", "a b", strings.Repeat("x", 201), "é", "\x00", "\x7f", "\xff"} {
		if _, err := idempotencyKey(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestUnknownFieldsAreNamedSafely(t *testing.T) {
	for name, want := range map[string]string{
		"price": "price", "a\x00b": "a\ufffdb", strings.Repeat("長", 61): strings.Repeat("長", 60) + "…", fmt.Sprintf("%c", 0x7f): "\ufffd",
	} {
		if got := shown(name); got != want {
			t.Errorf("%q is shown as %q", name, got)
		}
	}
}

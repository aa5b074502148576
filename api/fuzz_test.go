package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
)

// seeds are bodies to start from: the good one, and each of its parts broken.
func seeds(f *testing.F, good object) {
	f.Helper()
	content, err := json.Marshal(good)
	must(f, err)
	f.Add(content)
	for _, odd := range []string{
		"", "{}", "[]", "null", `"\ud800"`, "{\"a\":\"\x00\xff\"}", `{"lines":[{"quantity":1e400}]}`, strings.Repeat("[", 20000),
		`{"lines":[null,[],{"quantity":99999999999999999999,"unit_price":-0}]}`, `{"end_user":null,"dealer":{"same_as":[]}}`,
		`{"order_date":"0000-00-00","receipt_number":"７Ｋ２Ｍ"}`, `{"contract":{"start_month":"-001-01","months":-9223372036854775808}}`,
	} {
		f.Add([]byte(odd))
	}
	text := string(content)
	for _, change := range [][2]string{{":", "::"}, {`"`, ``}, {"12", "-1"}, {"12", "1e9"}, {"true", "null"}, {"{", "[{"}, {"東京都", "\\u0000"}} {
		f.Add([]byte(strings.Replace(text, change[0], change[1], 1)))
	}
}

// answeredWell fails when an answer to whatever was sent is no clear one.
func answeredWell(t *testing.T, a answer, success int) {
	t.Helper()
	if a.status == success {
		return
	}
	if a.status < 400 || a.status > 499 || a.status == http.StatusUnauthorized || a.status == http.StatusNotFound {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	var p api.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || p.Code == "" || p.Detail == "" {
		t.Fatalf("no problem: %v %s", err, a.body)
	}
	if p.Status != a.status || (p.Code == "invalid_input") != (len(p.Errors) > 0) {
		t.Fatalf("contradictory problem: %s", a.body)
	}
}

func FuzzPostApplication(f *testing.F) {
	h := newHouse(f, func(o *api.Options) { o.Limits = api.Limits{KeyPerSecond: 1e9, KeyBurst: 1e9} })
	seeds(f, h.application())
	f.Fuzz(func(t *testing.T, body []byte) {
		h.t = t
		answeredWell(t, h.send(http.MethodPost, "/v1/applications", body), http.StatusCreated)
	})
}

func FuzzPostOrder(f *testing.F) {
	h := newHouse(f, func(o *api.Options) { o.Limits = api.Limits{KeyPerSecond: 1e9, KeyBurst: 1e9} })
	seeds(f, h.sheet(h.receipt()))
	f.Fuzz(func(t *testing.T, body []byte) {
		h.t = t
		answeredWell(t, h.order(body), http.StatusAccepted)
	})
}

func FuzzDecisions(f *testing.F) {
	h := newHouse(f, func(o *api.Options) { o.Limits = api.Limits{KeyPerSecond: 1e9, KeyBurst: 1e9} })
	number := h.entered(h.sheet(h.receipt()))
	h.run(number) // delivered: nothing can be decided any more
	sheet := h.sheet("")
	seeds(f, object{"po_number": "x", "order_type": "new", "lines": sheet["lines"]})
	f.Add([]byte(`{"receipt_number":"7K2M9QX4HT6B1RW8Z3PD5CV2"}`))
	f.Add([]byte(`{"reason":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		h.t = t
		for _, action := range []string{"reapply", "replace", "cancel"} {
			answeredWell(t, h.decide(number, action, body), 0)
		}
	})
}

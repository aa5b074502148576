package mailbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	netsmtp "net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

func start(t *testing.T, options Options) (*Mailbox, string) {
	t.Helper()
	box, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- box.ServeSMTP(listener) }()
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return box, listener.Addr().String()
}

const mailOf = "From: =?utf-8?b?57SN5ZOB?= <ship@example.jp>\r\nTo: <%s>\r\nSubject: =?utf-8?b?8KCut+mHjuWutg==?= %s\r\n" +
	"Message-ID: <%s@example.jp>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>%s</p><script>alert(1)</script>\r\n--b--\r\n"

func deliver(t *testing.T, address, to, order, id string) error {
	t.Helper()
	raw := fmt.Sprintf(mailOf, to, order, id, "本文 "+order, "本文 "+order)
	return netsmtp.SendMail(address, nil, "bounce@example.jp", []string{to}, []byte(raw))
}

func mustDeliver(t *testing.T, address, to, order, id string) {
	t.Helper()
	if err := deliver(t, address, to, order, id); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, h http.Handler, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func entries(t *testing.T, h http.Handler, query string) []map[string]any {
	t.Helper()
	w := get(t, h, http.MethodGet, "/api/messages"+query)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	var list []map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAPIGivesWhatArrivedNewestLast(t *testing.T) {
	box, address := start(t, Options{})
	h := box.Handler()
	if body := get(t, h, http.MethodGet, "/api/messages").Body.String(); strings.TrimSpace(body) != "[]" {
		t.Errorf("an empty mailbox gives %s", body)
	}
	mustDeliver(t, address, "a@x.example", "ORDC0000001", "1")
	mustDeliver(t, address, "b@x.example", "ORDC0000002", "2")
	list := entries(t, h, "")
	if len(list) != 2 {
		t.Fatalf("%d mails", len(list))
	}
	first := list[0]
	want := map[string]string{
		"from": "bounce@example.jp", "to": "[a@x.example]", "subject": "𠮷野家 ORDC0000001", "text": "本文 ORDC0000001",
		"html": "<p>本文 ORDC0000001</p><script>alert(1)</script>", "message_id": "1@example.jp",
	}
	for key, value := range want {
		if got := fmt.Sprint(first[key]); got != value {
			t.Errorf("%s is %q, want %q", key, got, value)
		}
	}
	at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(first["received_at"]))
	if err != nil || time.Since(at) > time.Minute || fmt.Sprint(first["id"]) == "" {
		t.Errorf("received %v (%v), id %v", first["received_at"], err, first["id"])
	}
	for query, n := range map[string]int{
		"?to=B@X.example": 1, "?to=x.example": 0, "?order=ORDC0000001": 1, "?to=a@x.example&order=ORDC0000002": 0,
	} {
		if got := len(entries(t, h, query)); got != n {
			t.Errorf("%s gives %d mails, want %d", query, got, n)
		}
	}
	if w := get(t, h, http.MethodDelete, "/api/messages"); w.Code != http.StatusNoContent || len(entries(t, h, "")) != 0 {
		t.Errorf("delete answered %d and left %d", w.Code, len(entries(t, h, "")))
	}
}

func TestFaults(t *testing.T) {
	box, address := start(t, Options{Behaviour: func(stage Stage, from, to string) Behaviour {
		switch {
		case from != "bounce@example.jp":
			return Behaviour{Fault: Refuse}
		case stage == StageRcpt && strings.HasPrefix(to, "refused@"):
			return Behaviour{Fault: Refuse}
		case stage == StageRcpt && strings.HasPrefix(to, "deferred@"):
			return Behaviour{Fault: Defer}
		case stage == StageEnd && strings.HasPrefix(to, "lost@"):
			return Behaviour{Fault: CutBefore}
		case stage == StageEnd && strings.HasPrefix(to, "kept@"):
			return Behaviour{Fault: CutAfter}
		case stage == StageEnd:
			return Behaviour{Delay: 20 * time.Millisecond}
		}
		return Behaviour{}
	}})
	for to, code := range map[string]string{"refused@x.example": "550", "deferred@x.example": "451"} {
		if err := deliver(t, address, to, "O", "x"); err == nil || !strings.HasPrefix(err.Error(), code) {
			t.Errorf("%s: %v", to, err)
		}
	}
	for _, to := range []string{"lost@x.example", "kept@x.example"} {
		if err := deliver(t, address, to, "O", to[:4]); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", to, err)
		}
	}
	began := time.Now()
	mustDeliver(t, address, "slow@x.example", "O", "slow")
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("took %s", took)
	}
	kept := box.Messages()
	if len(kept) != 2 || kept[0].To[0] != "kept@x.example" || kept[1].To[0] != "slow@x.example" {
		t.Errorf("kept %+v", kept)
	}
	if cut := fmt.Sprint(box.Cut()); cut != "[lost@example.jp kept@example.jp]" {
		t.Errorf("cut %s", cut)
	}
}

func TestChangedTellsOfArrivals(t *testing.T) {
	box, address := start(t, Options{})
	changed := box.Changed()
	mustDeliver(t, address, "a@x.example", "O", "1")
	select {
	case <-changed:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody told")
	}
}

func TestMailsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	box, address := start(t, Options{Dir: dir, Keep: 3})
	for i := range 5 {
		mustDeliver(t, address, "a@x.example", fmt.Sprintf("ORDC%d", i), fmt.Sprint(i))
	}
	before := box.Messages()
	again, err := New(Options{Dir: dir, Keep: 3})
	if err != nil {
		t.Fatal(err)
	}
	after := again.Messages()
	if len(before) != 3 || len(after) != 3 {
		t.Fatalf("%d before, %d after", len(before), len(after))
	}
	for i := range before {
		if before[i].ID != after[i].ID || !bytes.Equal(before[i].Raw, after[i].Raw) ||
			after[i].MessageID != fmt.Sprintf("%d@example.jp", i+2) || !before[i].ReceivedAt.Equal(after[i].ReceivedAt) {
			t.Errorf("mail %d changed: %+v", i, after[i])
		}
	}
	if err := again.Clear(); err != nil {
		t.Fatal(err)
	}
	empty, err := New(Options{Dir: dir})
	if err != nil || len(empty.Messages()) != 0 {
		t.Errorf("%d mails after clearing, %v", len(empty.Messages()), err)
	}
}

func page(t *testing.T, h http.Handler, target string) *goquery.Document {
	t.Helper()
	w := get(t, h, http.MethodGet, target)
	document, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestPageReadsLikeAMailProgram(t *testing.T) {
	box, address := start(t, Options{})
	h := box.Handler()
	for _, lang := range []string{"ja", "en"} {
		if none := page(t, h, "/?lang="+lang).Find(".none").Text(); !strings.Contains(none, words["empty"].JA) && !strings.Contains(none, words["empty"].EN) {
			t.Errorf("%s: an empty page says %q", lang, none)
		}
	}
	mustDeliver(t, address, "a@x.example", "ORDC0000001", "1")
	mustDeliver(t, address, "b@x.example", "ORDC0000002", "2")
	p := page(t, h, "/?lang=en")
	if p.Find(".item").Length() != 2 || p.Find(".item.on .to").Text() != "→ b@x.example" {
		t.Error("the newest mail is not open on top")
	}
	if p.Find("h2").Text() != "𠮷野家 ORDC0000002" || !strings.Contains(p.Find("dl").Text(), "納品 <bounce@example.jp>") {
		t.Errorf("shows %q %q", p.Find("h2").Text(), p.Find("dl").Text())
	}
	if _, sandboxed := p.Find("iframe").Attr("sandbox"); !sandboxed || p.Find("iframe").AttrOr("sandbox", "") == "allow-scripts" {
		t.Error("the frame is not sandboxed")
	}
	id := box.Messages()[0].ID
	for tab, want := range map[string]string{"text": "本文 ORDC0000001", "raw": "Content-Type: multipart/alternative"} {
		if got := page(t, h, "/messages/"+id+"?tab="+tab).Find("pre").Text(); !strings.Contains(got, want) {
			t.Errorf("%s shows %q", tab, got)
		}
	}
	p = page(t, h, "/messages/"+id+"?lang=en&tab=text&q=ORDC")
	if p.Find("html").AttrOr("lang", "") != "en" {
		t.Error("not English")
	}
	target := p.Find(".lang").AttrOr("href", "")
	if other := page(t, h, target); other.Find("html").AttrOr("lang", "") != "ja" || other.Find("h2").Text() != "𠮷野家 ORDC0000001" ||
		other.Find("pre.text").Length() != 1 || other.Find("input[name=q]").AttrOr("value", "") != "ORDC" {
		t.Errorf("the switch to %s does not keep the page", target)
	}
	if n := page(t, h, "/?q=b@x").Find(".item").Length(); n != 1 {
		t.Errorf("the filter shows %d", n)
	}
	icon := get(t, h, http.MethodGet, p.Find("link[rel=icon]").AttrOr("href", ""))
	if policy := get(t, h, http.MethodGet, "/").Header().Get("Content-Security-Policy"); icon.Code != http.StatusOK || !strings.Contains(policy, "img-src 'self'") {
		t.Errorf("the page may not show its icon: %d, %s", icon.Code, policy)
	}
	if w := get(t, h, http.MethodGet, "/messages/nothing"); w.Code != http.StatusNotFound {
		t.Errorf("a mail that is not there: %d", w.Code)
	}
}

func TestHTMLOfAMailCanDoNothing(t *testing.T) {
	box, address := start(t, Options{})
	mustDeliver(t, address, "a@x.example", "O", "1")
	w := get(t, box.Handler(), http.MethodGet, "/messages/"+box.Messages()[0].ID+"/html")
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "sandbox ") || !strings.Contains(policy, "default-src 'none'") ||
		strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") {
		t.Errorf("policy %q", policy)
	}
}

func TestAnotherSiteCannotDelete(t *testing.T) {
	box, address := start(t, Options{})
	mustDeliver(t, address, "a@x.example", "O", "1")
	for method, target := range map[string]string{http.MethodPost: "/delete", http.MethodDelete: "/api/messages"} {
		r := httptest.NewRequest(method, target, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		box.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || len(box.Messages()) != 1 {
			t.Errorf("%s: %d, %d mails left", target, w.Code, len(box.Messages()))
		}
	}
	if w := get(t, box.Handler(), http.MethodPost, "/delete"); w.Code != http.StatusSeeOther || len(box.Messages()) != 0 {
		t.Errorf("the button: %d", w.Code)
	}
}

func TestWordsExistInBothLanguages(t *testing.T) {
	for key, text := range words {
		if text.JA == "" || text.EN == "" {
			t.Errorf("%s lacks a language", key)
		}
	}
	for _, name := range []string{"page.html", "list.html"} {
		source, err := pageFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(source), `.T "`)[1:] {
			key, _, _ := strings.Cut(part, `"`)
			if _, found := words[key]; !found {
				t.Errorf("%s uses %q, which is no text", name, key)
			}
		}
	}
}

// Whatever bytes come by SMTP, the mailbox shows them or says that it cannot.
func FuzzMessages(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(mailOf, "a@x.example", "O", "1", "t", "h")))
	f.Add([]byte("Subject: =?iso-2022-jp?b?GyRCOzUbKEI=?=\r\n\r\nhello"))
	f.Add([]byte("\x00\r\n: \r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		box, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := box.record("a@b.example", []string{"c@d.example"}, raw); err != nil {
			t.Fatal(err)
		}
		h := box.Handler()
		id := box.Messages()[0].ID
		for _, target := range []string{"/", "/messages/" + id + "?tab=text", "/messages/" + id + "?tab=raw", "/list", "/api/messages"} {
			if w := get(t, h, http.MethodGet, target); w.Code != http.StatusOK {
				t.Errorf("%s answered %d", target, w.Code)
			}
		}
	})
}

package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// subscribed makes a contract due, so that there is a subscription, and gives its page.
func (h *house) subscribed() (s models.MailSubscription, at string) {
	h.t.Helper()
	h.certified("", line(models.LineNew, "CSSP", 10))
	h.now = models.NewDate(2027, 6, 1).Start()
	for step := (store.RenewalStep{}); !step.Done; {
		var err error
		step, err = h.GatherRenewals(h.t.Context(), step, h.ring.CurrentKey(), 10)
		must(h.t, err)
	}
	s, err := h.MailSubscription(h.t.Context(), 1)
	must(h.t, err)
	token, err := h.ring.UnsubscribeToken(s)
	must(h.t, err)
	return s, fmt.Sprintf("/unsubscribe/%d/%s", s.ID, token)
}

// press posts as a mail program or a browser does, from anywhere.
func (h *house) press(at string, form url.Values) *httptest.ResponseRecorder {
	h.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, at, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.engine.ServeHTTP(w, r)
	return w
}

func (h *house) wished(id int64) bool {
	h.t.Helper()
	s, err := h.MailSubscription(h.t.Context(), id)
	must(h.t, err)
	return s.Subscribed
}

func TestSubscriptionsEndByPostAlone(t *testing.T) {
	h := newHouse(t)
	s, at := h.subscribed()
	w, page := h.get(at, "ja")
	if w.Code != http.StatusOK || !h.wished(s.ID) || !strings.Contains(page.Text(), "配信を停止する") || strings.Contains(w.Body.String(), s.Address) {
		t.Errorf("opening the link: %d, wished %v", w.Code, h.wished(s.ID))
	}
	if w := h.press(at, url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != http.StatusOK || h.wished(s.ID) {
		t.Errorf("one click: %d, wished %v", w.Code, h.wished(s.ID))
	}
	if w := h.press(at, nil); w.Code != http.StatusSeeOther || h.wished(s.ID) {
		t.Errorf("pressed again: %d", w.Code)
	}
	if w, page := h.get(at, "en"); w.Code != http.StatusOK || !strings.Contains(page.Text(), "Send them again") {
		t.Error("the page does not offer them again")
	}
	if w := h.press(at, url.Values{"again": {"1"}}); w.Code != http.StatusSeeOther || !h.wished(s.ID) {
		t.Errorf("wished again: %d", w.Code)
	}
}

func TestForgedLinksEndNothing(t *testing.T) {
	h := newHouse(t)
	s, at := h.subscribed()
	for _, forged := range []string{at[:len(at)-1], at + "x", "/unsubscribe/999/" + strings.Split(at, "/")[3], "/unsubscribe/x/y", fmt.Sprintf("/unsubscribe/%d/x", s.ID)} {
		if w, _ := h.get(forged, "ja"); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", forged, w.Code)
		}
		if w := h.press(forged, nil); w.Code != http.StatusNotFound || !h.wished(s.ID) {
			t.Errorf("%s takes the post: %d", forged, w.Code)
		}
	}
}

// The page of Support Information speaks of that, in both languages.
func TestSubscriptionsToNewsEndAlike(t *testing.T) {
	h := newHouse(t)
	must(t, h.SubscribeNews(t.Context(), models.Process, "reader@customer.example.jp", true, h.ring.CurrentKey()))
	s, err := h.SubscriptionTo(t.Context(), "Reader@customer.example.jp", models.TopicNews)
	must(t, err)
	token, err := h.ring.UnsubscribeToken(*s)
	must(t, err)
	at := fmt.Sprintf("/unsubscribe/%d/%s", s.ID, token)
	for lang, want := range map[string]string{"ja": "サポート情報メールの配信", "en": "Support Information by mail"} {
		w, page := h.get(at, lang)
		if w.Code != http.StatusOK || !strings.Contains(page.Text(), want) || strings.Contains(page.Text(), "ui.unsubscribe") || !h.wished(s.ID) {
			t.Errorf("the page in %s: %d %s", lang, w.Code, page.Text())
		}
	}
	if w := h.press(at, url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != http.StatusOK || h.wished(s.ID) {
		t.Errorf("one click: %d, wished %v", w.Code, h.wished(s.ID))
	}
}

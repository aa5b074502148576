package ui_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/web/ui"
	"pgregory.net/rapid"
)

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1200000: "1,200,000", -12345: "-12,345"} {
		if got := ui.Number(n); got != want {
			t.Errorf("%d is shown as %s, want %s", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		groups := strings.Split(strings.TrimPrefix(ui.Number(n), "-"), ",")
		for i, g := range groups {
			if len(g) > 3 || i > 0 && len(g) != 3 || g == "" {
				t.Fatalf("%d is shown as %s", n, ui.Number(n))
			}
		}
	})
}

func TestTimesAreJapans(t *testing.T) {
	at := time.Date(2026, time.December, 31, 15, 30, 0, 0, time.UTC) // half past midnight on New Year's Day in Japan
	if got := ui.Moment(models.Japanese, at); got != "2027/01/01 00:30" {
		t.Errorf("in Japanese %s", got)
	}
	if got := ui.Moment(models.English, at); got != "1 Jan 2027, 00:30" {
		t.Errorf("in English %s", got)
	}
	if got := ui.MomentShort(models.Japanese, at, at); got != "01/01 00:30" {
		t.Errorf("this year %s", got)
	}
	if got := ui.MomentShort(models.English, at.AddDate(-1, 0, 0), at); got != "1 Jan 2026, 00:30" {
		t.Errorf("last year %s", got)
	}
	if got := ui.Moment(models.Japanese, time.Time{}) + ui.MomentAt(models.English, nil) + ui.Day(models.Japanese, models.Date{}); got != "" {
		t.Errorf("no time is shown as %q", got)
	}
}

func TestPathsLeadNowhereElse(t *testing.T) {
	for path, want := range map[string]string{
		"/console/orders?status=sent_back": "/console/orders?status=sent_back", "/": "/",
		"https://x.example/": "-", "//x.example": "-", "/\\x.example": "-", "javascript:alert(1)": "-", "": "-", "console": "-",
		"/a\r\nSet-Cookie: x": "-", "/a\tb": "-", "http:/console": "-",
	} {
		if got := ui.LocalPath(path, "-"); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}

func TestTheLanguageIsTheOneChosen(t *testing.T) {
	for _, c := range []struct {
		cookie, accept string
		own, want      models.Language
	}{
		{"en", "ja", models.Japanese, models.English},
		{"", "ja", models.English, models.English},
		{"", "fr;q=0.9, en;q=0.5", "", models.English},
		{"", "fr", "", models.Japanese},
		{"xx", ";;;", "", models.Japanese},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", c.accept)
		if c.cookie != "" {
			r.Header.Set("Cookie", "todoke_language="+c.cookie)
		}
		if got := ui.LanguageOf(r, c.own); got != c.want {
			t.Errorf("%+v gives %s", c, got)
		}
	}
}

func TestErrorsOfTheEngineArePages(t *testing.T) {
	p, err := profile.Default()
	if err != nil {
		t.Fatal(err)
	}
	gin.SetMode(gin.ReleaseMode)
	write := ui.ErrorWriter(p.Brand, slog.New(slog.DiscardHandler))
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{models.NotFound("page"), http.StatusNotFound, "Not found"},
		{models.NewError(models.KindInvalid, "body_too_large", "max", "1"), http.StatusRequestEntityTooLarge, "Not accepted"},
		{models.NewError(models.KindInvalid, "method_not_allowed"), http.StatusMethodNotAllowed, "Not accepted"},
		{models.NewError(models.KindTooMany, "too_many_requests", "seconds", "5"), http.StatusTooManyRequests, "Too many"},
		{models.NewError(models.KindUnavailable, "database_busy"), http.StatusServiceUnavailable, "Not available"},
		{errors.New("the secret cause"), http.StatusInternalServerError, "Something went wrong"},
	} {
		w := httptest.NewRecorder()
		g, _ := gin.CreateTestContext(w)
		g.Request = httptest.NewRequest(http.MethodGet, "/nowhere", nil)
		g.Request.Header.Set("Accept-Language", "en")
		write(g, c.err)
		body := w.Body.String()
		if w.Code != c.status || !strings.Contains(body, c.text) || strings.Contains(body, "secret") {
			t.Errorf("%v gives %d: %s", c.err, w.Code, body)
		}
		if id := w.Header().Get(ui.RequestIDHeader); id == "" || !strings.Contains(body, id) {
			t.Errorf("%v: the page does not name its request", c.err)
		}
	}
}

func TestAssetsThatAreMissingAreFoundAtOnce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an asset that is not there has an address")
		}
	}()
	ui.Asset("nothing.css")
}

package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// filled puts something in a route's parameters.
func filled(path string) string {
	return strings.NewReplacer(":number", "ORDC0000001", ":language", "ja", ":license", "10000001", ":id", "1", ":key", "1").Replace(path)
}

func (b *browser) visit(method, path string) *reply {
	b.t.Helper()
	if method == http.MethodPost {
		return b.post(path, url.Values{})
	}
	return b.get(path)
}

func TestNoRouteAnswersWithoutASession(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		stranger := h.stranger()
		checked := 0
		for _, route := range h.engine.Routes() {
			if !strings.HasPrefix(route.Path, "/console") || route.Path == "/console/sign-in" {
				continue
			}
			r := stranger.visit(route.Method, filled(route.Path))
			toSignIn := r.status == http.StatusSeeOther && strings.HasPrefix(r.location, "/console/sign-in")
			if !toSignIn && r.status != http.StatusForbidden {
				t.Errorf("%s %s answers a stranger with %d", route.Method, route.Path, r.status)
			}
			checked++
		}
		if checked < 40 {
			t.Fatalf("only %d routes were found", checked)
		}
	})
}

// leadsNews is what leads alone do with an issue of news.
var leadsNews = map[string]bool{"schedule": true, "now": true, "unschedule": true, "pause": true, "resume": true, "cancel": true}

// needs says which role an address takes at least; what is not named here is for everybody signed in.
func needs(method, path string) models.Role {
	switch {
	case strings.HasPrefix(path, "/console/resellers"), strings.HasPrefix(path, "/console/staff"), path == "/console/downloads/:id/publish",
		strings.HasPrefix(path, "/console/news/:number/") && method == http.MethodPost && leadsNews[path[strings.LastIndex(path, "/")+1:]]:
		return models.RoleLead
	case method == http.MethodGet:
		if path == "/console/orders/new" || path == "/console/downloads/new" || path == "/console/downloads/:id/file" ||
			path == "/console/news/new" || path == "/console/news/:number/edit" || strings.HasSuffix(path, "/replace") || strings.HasSuffix(path, "/contacts") {
			return models.RoleClerk
		}
		return models.RoleViewer
	case path == "/console/sign-out", strings.HasPrefix(path, "/console/me"), strings.HasPrefix(path, "/console/views"):
		return models.RoleViewer
	}
	return models.RoleClerk
}

func TestRolesKeepPeopleOut(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		for _, role := range []models.Role{models.RoleViewer, models.RoleClerk} {
			b := h.signedIn(role)
			for _, route := range h.engine.Routes() {
				if !strings.HasPrefix(route.Path, "/console") || strings.Contains(route.Path, "/sign-") {
					continue
				}
				r := b.visit(route.Method, filled(route.Path))
				refused := r.status == http.StatusForbidden
				if allowed := role.AtLeast(needs(route.Method, route.Path)); allowed == refused {
					t.Errorf("%s: %s %s gave %d", role, route.Method, route.Path, r.status)
				}
				if r.status >= http.StatusInternalServerError {
					t.Errorf("%s: %s %s gave %d: %s", role, route.Method, route.Path, r.status, r.text())
				}
			}
		}
	})
}

func TestSigningIn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.stranger()
		asked := b.get("/console/orders?status=sent_back")
		page := b.follow(asked).want(http.StatusOK, "サインイン")
		form := page.form("form[action='/console/sign-in']", url.Values{"email": {" Clerk@todoke.example "}, "password": {password}})
		r := b.post("/console/sign-in", form)
		if r.status != http.StatusSeeOther || r.location != "/console/orders?status=sent_back" {
			t.Fatalf("got %d to %q", r.status, r.location)
		}
		cookie := r.header.Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/console"} {
			if !strings.Contains(cookie, want) {
				t.Errorf("the session's cookie lacks %s: %s", want, cookie)
			}
		}
		b.follow(r).want(http.StatusOK, "差し戻し中の受注", "山本 彩")
	})
}

func TestSigningInGivesANewToken(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleViewer)
		before := b.cookie("todoke_console")
		b.post("/console/sign-in", url.Values{"email": {h.people[models.RoleClerk].Email}, "password": {password}})
		if after := b.cookie("todoke_console"); after == before || after == "" {
			t.Errorf("the token stayed %q", after)
		}
	})
}

func (b *browser) cookie(name string) string {
	u, err := url.Parse(b.host + "/console")
	must(b.t, err)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestRefusalsOfSigningInLookAlike(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		gone := h.people[models.RoleViewer]
		now := h.Now()
		gone.DisabledAt = &now
		must(t, h.UpdateStaff(t.Context(), models.Process, &gone))
		seeded := models.Staff{Email: "seed@todoke.example", Name: "種 太郎", Role: models.RoleClerk, Language: models.Japanese, PasswordHash: "!"}
		must(t, h.CreateStaff(t.Context(), models.Process, &seeded))
		seeded.DisabledAt = &now // as todoke seed makes people up
		must(t, h.UpdateStaff(t.Context(), models.Process, &seeded))
		var first string
		for _, try := range []url.Values{
			{"email": {"nobody@todoke.example"}, "password": {password}},
			{"email": {h.people[models.RoleClerk].Email}, "password": {"wrong horse battery"}},
			{"email": {gone.Email}, "password": {password}},
			{"email": {seeded.Email}, "password": {password}},
			{"email": {""}, "password": {""}},
		} {
			r := h.stranger().post("/console/sign-in", try)
			page, err := r.Find("main").Not("input").Html()
			must(t, err)
			page = strings.ReplaceAll(page, try.Get("email"), "")
			if try.Get("email") == "" {
				continue // the focus is in another field there
			}
			if first == "" {
				first = page
			}
			if r.status != http.StatusUnprocessableEntity || page != first {
				t.Errorf("%s is answered with %d: %s", try.Get("email"), r.status, page)
			}
		}
	})
}

func TestSigningInIsLimited(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.stranger()
		try := func(password string) int {
			return b.post("/console/sign-in", url.Values{"email": {h.people[models.RoleClerk].Email}, "password": {password}}).status
		}
		for range 5 {
			if status := try("wrong"); status != http.StatusUnprocessableEntity {
				t.Fatalf("got %d", status)
			}
		}
		if status := try(password); status != http.StatusTooManyRequests {
			t.Fatalf("the sixth try gave %d", status)
		}
		h.pass(16 * time.Minute)
		if status := try(password); status != http.StatusSeeOther {
			t.Fatalf("a quarter of an hour later it gave %d", status)
		}
	})
}

func TestClientsAreLimitedAcrossAccounts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.stranger()
		for range 28 {
			must(t, h.CountAttempt(t.Context(), ui.Limit("client", "127.0.0.1", 0, 0)))
		}
		for _, email := range []string{"one@todoke.example", "two@todoke.example"} {
			b.post("/console/sign-in", url.Values{"email": {email}, "password": {"wrong"}}).want(http.StatusUnprocessableEntity)
		}
		r := b.post("/console/sign-in", url.Values{"email": {"another@todoke.example"}, "password": {"wrong"}})
		r.want(http.StatusTooManyRequests, "15分")
	})
}

func TestSessionsEnd(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		for name, end := range map[string]func(h *house, b *browser){
			"after idling":             func(h *house, _ *browser) { h.pass(31 * time.Minute) },
			"after signing out":        func(_ *house, b *browser) { b.post("/console/sign-out", url.Values{}) },
			"when disabled":            func(h *house, _ *browser) { h.change(models.RoleClerk, disable) },
			"after a password was set": func(h *house, _ *browser) { h.change(models.RoleClerk, otherHash) },
		} {
			t.Run(name, func(t *testing.T) {
				h := newHouse(t, dialect)
				b := h.signedIn(models.RoleClerk)
				b.get("/console").want(http.StatusOK)
				end(h, b)
				r := b.get("/console/orders")
				if r.status != http.StatusSeeOther || !strings.HasPrefix(r.location, "/console/sign-in") {
					t.Errorf("got %d to %s", r.status, r.location)
				}
			})
		}
	})
}

func (h *house) change(role models.Role, how func(h *house, m *models.Staff)) {
	h.t.Helper()
	m := h.people[role]
	how(h, &m)
	must(h.t, h.UpdateStaff(h.t.Context(), models.Process, &m))
}

func disable(h *house, m *models.Staff) {
	now := h.Now()
	m.DisabledAt = &now
}

func otherHash(_ *house, m *models.Staff) { m.PasswordHash += "x" }

func TestActivityKeepsASession(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleClerk)
		for range 4 {
			h.pass(20 * time.Minute)
			b.get("/console").want(http.StatusOK)
		}
		h.change(models.RoleClerk, func(_ *house, m *models.Staff) { m.Role = models.RoleViewer })
		b.get("/console/orders/new").want(http.StatusForbidden, "権限がありません")
	})
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleClerk)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.host+"/console/sign-out", strings.NewReader(""))
		must(t, err)
		r.Header.Set("Origin", "https://elsewhere.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		b.do(r).want(http.StatusForbidden)
		b.get("/console").want(http.StatusOK)
	})
}

func TestSigningInLeadsNowhereElse(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		for _, next := range []string{"https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/v1/docs", "javascript:alert(1)", "/console\n/x"} {
			r := h.stranger().post("/console/sign-in", url.Values{
				"email": {h.people[models.RoleClerk].Email}, "password": {password}, "next": {next},
			})
			if r.location != "/console" {
				t.Errorf("%q leads to %q", next, r.location)
			}
		}
	})
}

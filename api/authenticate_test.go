package api_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
)

func TestKeys(t *testing.T) {
	h := newHouse(t)
	revoked, key := h.newKey(h.reseller, "read", models.Japanese)
	h.get("/v1/orders", "Authorization", "Bearer "+revoked).want(http.StatusOK)
	must(t, h.store.RevokeAPIKey(context.Background(), models.Process, key.ID))
	for header, code := range map[string]string{
		"":                      "api_key_missing",
		"Bearer":                "api_key_missing",
		"Bearer ":               "api_key_missing",
		"Basic dGRrOng=":        "api_key_missing",
		h.key:                   "api_key_missing",
		"Bearer tdk_nonsense":   "api_key_unknown",
		"Bearer " + revoked:     "api_key_unknown",
		"Bearer " + h.key + "x": "api_key_unknown",
		"Bearer \x00' OR 1=1":   "api_key_unknown",
	} {
		a := h.get("/v1/orders", "Authorization", header)
		a.problem(http.StatusUnauthorized, code)
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%q: WWW-Authenticate %q", header, a.header.Get("WWW-Authenticate"))
		}
	}
	h.get("/v1/orders", "Authorization", "bearer  "+h.key).want(http.StatusOK)
}

func TestScopes(t *testing.T) {
	h := newHouse(t)
	receipt := h.receipt()
	number := h.entered(h.sheet(receipt))
	calls := []struct {
		method, path string
		allowed      string
	}{
		{http.MethodPost, "/v1/applications", "applications"},
		{http.MethodGet, "/v1/applications", "applications read"},
		{http.MethodGet, "/v1/applications/" + receipt, "applications read"},
		{http.MethodGet, "/v1/applications/" + receipt + "/pdf", "applications read"},
		{http.MethodPost, "/v1/orders", "orders"},
		{http.MethodGet, "/v1/orders", "orders read"},
		{http.MethodGet, "/v1/orders/" + number, "orders read"},
		{http.MethodGet, "/v1/orders/" + number + "/certificate", "orders read"},
		{http.MethodPost, "/v1/orders/" + number + "/reapply", "orders"},
		{http.MethodPost, "/v1/orders/" + number + "/replace", "orders"},
		{http.MethodPost, "/v1/orders/" + number + "/cancel", "orders"},
		{http.MethodGet, "/v1/products", "applications orders read"},
	}
	for _, scope := range models.Scopes {
		key, _ := h.newKey(h.reseller, string(scope), models.Japanese)
		for _, c := range calls {
			var body any
			if c.method == http.MethodPost {
				body = "[]"
			}
			a := h.send(c.method, c.path, body, "Authorization", "Bearer "+key, "Idempotency-Key", "k")
			allowed := strings.Contains(c.allowed, string(scope))
			if refused := a.status == http.StatusForbidden; refused == allowed {
				t.Errorf("%s %s with scope %s: %d", c.method, c.path, scope, a.status)
			}
			if !allowed {
				a.problem(http.StatusForbidden, "scope_missing")
			}
		}
	}
}

func TestWrongKeysAreSlowedDown(t *testing.T) {
	h := newHouse(t, func(o *api.Options) { o.Limits = api.Limits{FailuresPerMinute: 1, FailureBurst: 3} })
	for range 3 {
		h.get("/v1/orders", "Authorization", "Bearer tdk_guess").problem(http.StatusUnauthorized, "api_key_unknown")
	}
	a := h.get("/v1/orders", "Authorization", "Bearer tdk_guess")
	a.problem(http.StatusTooManyRequests, "too_many_failures")
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	// A missing key is no guess, and forwarded addresses of strangers are not believed.
	h.get("/v1/orders", "Authorization", "").problem(http.StatusUnauthorized, "api_key_missing")
	h.get("/v1/orders", "Authorization", "Bearer tdk_guess", "X-Forwarded-For", "203.0.113.9").
		problem(http.StatusTooManyRequests, "too_many_failures")
}

func TestKeysHaveARate(t *testing.T) {
	h := newHouse(t, func(o *api.Options) { o.Limits = api.Limits{KeyPerSecond: 0.01, KeyBurst: 2} })
	h.get("/v1/products").want(http.StatusOK)
	h.get("/v1/products").want(http.StatusOK)
	a := h.get("/v1/products")
	a.problem(http.StatusTooManyRequests, "too_many_requests")
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 100 {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	other, _ := h.newKey(h.reseller, "read", models.Japanese)
	h.get("/v1/products", "Authorization", "Bearer "+other).want(http.StatusOK)
}

func TestLanguages(t *testing.T) {
	h := newHouse(t)
	_, english := h.newReseller("EN12EN34", "English Reseller Inc.", "read", models.English)
	for _, c := range []struct{ key, accept, want string }{
		{h.key, "", "該当する受注が見つかりません。"},
		{english, "", "There is no such order."},
		{english, "ja", "該当する受注が見つかりません。"},
		{h.key, "en-US,en;q=0.9,ja;q=0.1", "There is no such order."},
		{h.key, "ja;q=0.1, en;q=0.9", "There is no such order."},
		{english, "fr, de", "There is no such order."},
		{h.key, "en;q=0", "該当する受注が見つかりません。"},
		{h.key, strings.Repeat("en,", 1000), "該当する受注が見つかりません。"},
		{h.key, "\x00;;;q=", "該当する受注が見つかりません。"},
		{"tdk_unknown", "", "APIキーが登録されていないか、失効しています。"},
	} {
		a := h.get("/v1/orders/ORDC0000000", "Authorization", "Bearer "+c.key, "Accept-Language", c.accept)
		var p api.Problem
		a.want(a.status, &p)
		if p.Detail != c.want {
			t.Errorf("%q: %q", c.accept, p.Detail)
		}
	}
}

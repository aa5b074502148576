package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/logged"
)

// The log says what happened without saying to whom.
func TestLogHoldsNoPersonalData(t *testing.T) {
	h := newHouse(t)
	receipt := h.receipt()
	number := h.entered(h.sheet(receipt))
	h.get("/v1/applications/" + receipt + "?secret=%E6%9D%B1").want(http.StatusUnprocessableEntity)
	h.get("/nonsense/taro@customer.example.jp?q=x").want(http.StatusNotFound)
	h.send("TARO", "/v1/orders", nil)
	log := h.log.String()
	for _, secret := range []string{receipt, number, h.key, "みなと", "customer", "TARO", "secret", "192.0.2.1", "北斗"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines for 5 requests: %s", len(lines), log)
	}
	var line struct {
		Method    string  `json:"method"`
		Route     string  `json:"route"`
		Status    int     `json:"status"`
		Duration  float64 `json:"duration_ms"`
		RequestID string  `json:"request_id"`
		APIKeyID  int64   `json:"api_key_id"`
	}
	must(t, json.Unmarshal([]byte(lines[2]), &line))
	if line.Route != "/v1/applications/:receipt_number" || line.Status != 422 || line.Method != "GET" || line.Duration <= 0 || line.APIKeyID == 0 {
		t.Errorf("line %+v", line)
	}
	if !strings.HasPrefix(line.RequestID, "req_") || len(line.RequestID) != 30 {
		t.Errorf("request ID %q", line.RequestID)
	}
}

func TestRequestIDsAreOurOwn(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	last := ""
	for range 200 {
		id := h.get("/v1/products", "X-Request-Id", "req_chosen").header.Get("X-Request-Id")
		if seen[id] || id == "req_chosen" || id[:14] < last {
			t.Fatalf("request ID %q after %q", id, last)
		}
		seen[id], last = true, id[:14]
	}
}

func TestMetrics(t *testing.T) {
	h := newHouse(t)
	h.get("/v1/orders").want(http.StatusOK)
	h.get("/v1/orders/ORDC1111111").want(http.StatusNotFound)
	h.get("/v1/orders/ORDC2222222").want(http.StatusNotFound)
	h.get("/nonsense").want(http.StatusNotFound)
	h.send("BREW", "/v1/orders", nil)
	families, err := h.registry.Gather()
	must(t, err)
	counts := map[string]uint64{}
	for _, family := range families {
		if family.GetName() != "todoke_http_request_duration_seconds" {
			continue
		}
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			counts[strings.Join(labels, " ")] = m.GetHistogram().GetSampleCount()
		}
	}
	for labels, want := range map[string]uint64{
		"GET /v1/orders 200": 1, "GET /v1/orders/:order_number 404": 2, "GET unmatched 404": 1, "other unmatched 405": 1,
	} {
		if counts[labels] != want {
			t.Errorf("%q: %d instead of %d in %v", labels, counts[labels], want, counts)
		}
	}
	if n := testutil.CollectAndCount(h.registry, "todoke_http_requests_in_flight"); n != 1 {
		t.Errorf("%d gauges", n)
	}
	// A second engine on the same registry shares the metrics.
	if _, err := api.Metrics(h.registry); err != nil {
		t.Error(err)
	}
}

func TestWrongAddresses(t *testing.T) {
	h := newHouse(t)
	h.get("/v1/nonsense").problem(http.StatusNotFound, "page_not_found")
	h.get("/v1/orders/").problem(http.StatusNotFound, "page_not_found")
	a := h.send(http.MethodDelete, "/v1/orders", nil)
	a.problem(http.StatusMethodNotAllowed, "method_not_allowed")
	if allow := a.header.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "POST") {
		t.Errorf("Allow %q", allow)
	}
	page := h.get("/nonsense", "Accept-Language", "en").want(http.StatusNotFound)
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || !strings.Contains(string(page.body), "There is no such page.") {
		t.Errorf("%q: %s", page.header, page.body)
	}
}

func TestSecurityHeaders(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/v1/orders", "/v1/nonsense", "/nonsense", "/v1/docs"} {
		a := h.get(path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s %s: %q", path, name, got)
			}
		}
		if !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: policy %q", path, a.header.Get("Content-Security-Policy"))
		}
		if a.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS without TLS", path)
		}
	}
}

// engine makes an engine with a few routes that go wrong.
func engine(t *testing.T, o api.EngineOptions) (*gin.Engine, *logged.Log) {
	t.Helper()
	log := &logged.Log{}
	o.Logger, o.Registry = slog.New(slog.NewJSONHandler(log, nil)), prometheus.NewRegistry()
	r, err := api.NewEngine(o)
	must(t, err)
	r.GET("/panic", func(*gin.Context) { panic(errors.New("東京都渋谷区")) })
	r.GET("/bounds", func(c *gin.Context) { c.Status(http.StatusOK + []int{1}[len(c.Request.URL.Path)]) })
	r.GET("/half", func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		c.Writer.Flush()
		panic("late")
	})
	r.GET("/slow", func(c *gin.Context) {
		<-c.Request.Context().Done()
		api.PlainPage(c, models.Internal(c.Request.Context().Err()))
	})
	r.GET("/address", func(c *gin.Context) { c.String(http.StatusOK, c.ClientIP()) })
	return r, log
}

func TestPanicsAreAnsweredAndLogged(t *testing.T) {
	r, log := engine(t, api.EngineOptions{HTTPS: true})
	for _, path := range []string{"/panic", "/bounds"} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "東京") || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if w.Header().Get("Strict-Transport-Security") == "" {
			t.Error("no HSTS with TLS")
		}
	}
	if text := log.String(); strings.Contains(text, "東京") || !strings.Contains(text, "*errors.errorString") ||
		!strings.Contains(text, "index out of range") || !strings.Contains(text, `"status":500`) || !strings.Contains(text, "middleware_test.go") {
		t.Errorf("log %s", text)
	}
	// An answer that has begun is cut off instead of looking whole.
	server := httptest.NewServer(r)
	defer server.Close()
	got, err := http.Get(server.URL + "/half")
	if err == nil {
		_, err = got.Body.Read(make([]byte, 100))
		for err == nil {
			_, err = got.Body.Read(make([]byte, 100))
		}
		if err.Error() == "EOF" {
			t.Error("half an answer looks whole")
		}
		must(t, got.Body.Close())
	}
}

func TestRequestsTimeOut(t *testing.T) {
	r, log := engine(t, api.EngineOptions{Timeout: 20 * time.Millisecond})
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/slow", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), `"status":503`) {
		t.Errorf("log %s", log)
	}
}

func TestForwardedAddresses(t *testing.T) {
	ask := func(o api.EngineOptions) string {
		r, _ := engine(t, o)
		w := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, "/address", nil)
		request.Header.Set("X-Forwarded-For", "203.0.113.9")
		r.ServeHTTP(w, request)
		return w.Body.String()
	}
	if got := ask(api.EngineOptions{}); got != "192.0.2.1" {
		t.Errorf("a stranger's header is believed: %q", got)
	}
	if got := ask(api.EngineOptions{TrustedProxies: []string{"192.0.2.0/24"}}); got != "203.0.113.9" {
		t.Errorf("the proxy's header is not: %q", got)
	}
	o := api.EngineOptions{TrustedProxies: []string{"nonsense"}, Registry: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)}
	if _, err := api.NewEngine(o); err == nil {
		t.Error("a nonsensical proxy is taken")
	}
}

// When the database is gone the caller is asked to come back, the cause is in
// the log and nowhere else.
func TestDatabaseGone(t *testing.T) {
	h := newHouse(t)
	pool, err := h.store.DB()
	must(t, err)
	_, err = pool.ExecContext(context.Background(), "ALTER TABLE idempotency_keys RENAME TO gone")
	must(t, err)
	a := h.order(h.sheet(h.receipt()))
	a.problem(http.StatusInternalServerError, "internal")
	if strings.Contains(string(a.body), "idempotency_keys") || !strings.Contains(h.log.String(), `"cause":"`) {
		t.Errorf("answer %s, log %s", a.body, h.log)
	}
	var list api.OrderList
	h.get("/v1/orders").want(http.StatusOK, &list)
	if len(list.Orders) != 0 {
		t.Errorf("%d orders", len(list.Orders))
	}
}

func TestPublicURL(t *testing.T) {
	for _, bad := range []string{"", "todoke.example", "ftp://todoke.example", "https://", "://", "http://%zz"} {
		if _, err := api.New(api.Options{PublicURL: bad}); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// A route that takes files takes more than others, whatever stands in the path's place; the others do not.
func TestOnlyRoutesForFilesTakeMore(t *testing.T) {
	r, err := api.NewEngine(api.EngineOptions{
		Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(), MaxBody: 100,
		MaxUpload: func(route string) int64 { return map[string]int64{"/portal/contracts/:license/files": 1000}[route] },
	})
	must(t, err)
	for _, path := range []string{"/portal/contracts/:license/files", "/portal/contracts/:license/words"} {
		r.POST(path, func(c *gin.Context) {
			if err := c.Request.ParseForm(); err != nil {
				c.Status(http.StatusRequestEntityTooLarge)
				return
			}
			c.Status(http.StatusNoContent)
		})
	}
	for _, c := range []struct {
		path   string
		length int
		want   int
	}{
		{"/portal/contracts/1/files", 900, http.StatusNoContent}, {"/portal/contracts/1/files", 1100, http.StatusRequestEntityTooLarge},
		{"/portal/contracts/1/words", 90, http.StatusNoContent}, {"/portal/contracts/1/words", 900, http.StatusRequestEntityTooLarge},
	} {
		for _, announced := range []bool{true, false} {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, c.path, strings.NewReader(strings.Repeat("x", c.length)))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if !announced {
				request.ContentLength = -1
			}
			w := httptest.NewRecorder()
			r.ServeHTTP(w, request)
			if w.Code != c.want {
				t.Errorf("%s with %d bytes, announced %v, is answered %d", c.path, c.length, announced, w.Code)
			}
		}
	}
}

// A form with files arrives over a slow line, where any other is cut off.
func TestFormsWithFilesHaveTheirTime(t *testing.T) {
	t.Parallel()
	r, _ := engine(t, api.EngineOptions{MaxUpload: func(route string) int64 {
		if route == "/files" {
			return 2 << 20
		}
		return 0
	}})
	read := func(c *gin.Context) {
		n, err := io.Copy(io.Discard, c.Request.Body)
		if err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		c.String(http.StatusOK, "%d", n)
	}
	r.POST("/files", read)
	r.POST("/plain", read)
	server := httptest.NewUnstartedServer(r)
	server.Config.ReadTimeout = time.Second // long enough for a header on a busy machine
	server.Start()
	defer server.Close()
	var both sync.WaitGroup
	for path, want := range map[string]int{"/files": http.StatusOK, "/plain": http.StatusBadRequest} {
		both.Go(func() {
			body, slow := io.Pipe()
			go func() {
				for range 3 {
					time.Sleep(500 * time.Millisecond)
					_, _ = slow.Write([]byte("part"))
				}
				_ = slow.Close()
			}()
			got := 0
			if answer, err := http.Post(server.URL+path, "text/plain", body); err == nil {
				got = answer.StatusCode
				_ = answer.Body.Close()
			}
			if got != want && (want == http.StatusOK || got == http.StatusOK) {
				t.Errorf("%s gives %d, want %d", path, got, want)
			}
		})
	}
	both.Wait()
}

package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/todoke/todoke/api"
)

// description reads the OpenAPI document.
func (h *house) description() object {
	h.t.Helper()
	var d object
	h.get("/v1/openapi.json", "Authorization", "").want(http.StatusOK, &d)
	return d
}

func at(t *testing.T, value any, path ...string) any {
	t.Helper()
	for _, name := range path {
		members, ok := value.(object)
		if !ok || members[name] == nil {
			t.Fatalf("no %q in %v", name, path)
		}
		value = members[name]
	}
	return value
}

func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	h := newHouse(t)
	d := h.description()
	if version := at(t, d, "openapi"); !strings.HasPrefix(version.(string), "3.1") {
		t.Errorf("OpenAPI %v", version)
	}
	described := 0
	for _, route := range h.engine.Routes() {
		if !strings.HasPrefix(route.Path, "/v1/") || strings.HasPrefix(route.Path, "/v1/docs") || route.Path == "/v1/openapi.json" {
			continue
		}
		path := route.Path
		for _, name := range []string{"receipt_number", "order_number", "delivery_number", "resend_number", "code"} {
			path = strings.ReplaceAll(path, ":"+name, "{"+name+"}")
		}
		op := at(t, d, "paths", path, strings.ToLower(route.Method)).(object)
		described++
		for _, member := range []string{"operationId", "summary", "description", "tags", "security", "responses"} {
			if at(t, op, member) == "" {
				t.Errorf("%s %s has no %s", route.Method, path, member)
			}
		}
		if strings.HasPrefix(op["summary"].(string), "api.") || strings.HasPrefix(op["description"].(string), "api.") {
			t.Errorf("%s %s has no texts", route.Method, path)
		}
		h.describedWhole(t, op, route.Method+" "+path)
	}
	if described != 17 {
		t.Errorf("%d operations are described", described)
	}
	for name, closed := range map[string]bool{"OrderRequest": true, "LineRequest": true, "Dealer": true, "OrderAnswer": false, "Problem": false} {
		_, limited := at(t, d, "components", "schemas", name).(object)["additionalProperties"]
		if limited != closed {
			t.Errorf("%s: closed %v", name, limited)
		}
	}
	if at(t, d, "components", "securitySchemes", "api_key", "scheme") != "bearer" {
		t.Error("the bearer scheme is not described")
	}
}

// describedWhole looks at bodies, answers and problems of one operation.
func (h *house) describedWhole(t *testing.T, op object, name string) {
	t.Helper()
	if body, ok := op["requestBody"].(object); ok {
		content := at(t, body, "content", "application/json")
		at(t, content, "example")
		if ref, _ := at(t, content, "schema").(object)["$ref"].(string); !strings.HasSuffix(ref, "Request") {
			t.Errorf("%s takes %v", name, at(t, content, "schema"))
		}
		for _, status := range []string{"400", "413", "415", "422"} {
			at(t, op, "responses", status)
		}
	}
	for status, response := range at(t, op, "responses").(object) {
		switch {
		case status[0] == '2':
			for kind, content := range at(t, response, "content").(object) {
				at(t, content, "schema")
				if kind == "application/json" {
					at(t, content, "example")
				}
			}
		case status != "304":
			at(t, response, "content", "application/problem+json", "schema")
		}
	}
	for _, status := range []string{"401", "403", "429", "500", "503"} {
		at(t, op, "responses", status)
	}
}

// The examples of the documentation work as they stand.
func TestExamplesWork(t *testing.T) {
	h := newHouse(t)
	d := h.description()
	example := func(method, path string) object {
		body := at(t, d, "paths", path, method, "requestBody", "content", "application/json", "example")
		content, err := json.Marshal(body)
		must(t, err)
		var copied object
		must(t, json.Unmarshal(content, &copied))
		return copied
	}
	var filed api.ApplicationFiled
	h.send(http.MethodPost, "/v1/applications", example("post", "/v1/applications")).want(http.StatusCreated, &filed)
	order := example("post", "/v1/orders")
	p := h.order(order).problem(http.StatusUnprocessableEntity, "invalid_input")
	if got := fieldCodes(p); !slices.Equal(got, []string{"receipt_number: receipt_unknown"}) {
		t.Errorf("the example's receipt number is not well formed: %q", got)
	}
	order["receipt_number"] = filed.ReceiptNumber
	number := h.entered(order)
	h.run(number)
	if o := h.detail(number); o.Status != "delivered" {
		t.Errorf("the example order is %s: %+v", o.Status, o.SendBacks)
	}
	path := "/v1/orders/{order_number}/"
	number, _ = h.sentBack()
	h.decide(number, "replace", example("post", path+"replace")).problem(http.StatusConflict, "po_number_used")
	reapply := example("post", path+"reapply")
	reapply["receipt_number"] = h.receipt()
	h.decide(number, "reapply", reapply).want(http.StatusAccepted)
	h.decide(number, "cancel", example("post", path+"cancel")).want(http.StatusAccepted)
}

// The documentation works offline: it loads nothing but its own style sheet and
// has no script.
func TestDocsPages(t *testing.T) {
	h := newHouse(t)
	pages := map[string]string{}
	for _, path := range []string{
		"/v1/docs?lang=ja", "/v1/docs?lang=en", "/problems?lang=ja", "/problems?lang=en", "/problems/invalid_input?lang=ja", "/problems/po_number_used?lang=en",
	} {
		a := h.get(path, "Authorization", "").want(http.StatusOK)
		page, err := goquery.NewDocumentFromReader(strings.NewReader(string(a.body)))
		must(t, err)
		if n := page.Find("script, iframe, img, form").Length(); n != 0 {
			t.Errorf("%s has %d scripts, frames or pictures", path, n)
		}
		page.Find("link[href], a[href]").Each(func(_ int, s *goquery.Selection) {
			href, _ := s.Attr("href")
			if strings.HasPrefix(href, "#") {
				if page.Find(`[id="`+href[1:]+`"]`).Length() != 1 {
					t.Errorf("%s: no place %s", path, href)
				}
				return
			}
			if !strings.HasPrefix(href, "/") {
				t.Errorf("%s leads to %s", path, href)
				return
			}
			if pages[href] == "" {
				pages[href] = path
				h.get(href, "Authorization", "").want(http.StatusOK)
			}
		})
		text := page.Text()
		for _, unfinished := range []string{"api.docs.", "api.operation", "<no value>", "error.", "problem_title"} {
			if strings.Contains(text, unfinished) {
				t.Errorf("%s shows %q", path, unfinished)
			}
		}
		lang, _ := page.Find("html").Attr("lang")
		if !strings.HasSuffix(path, "="+lang) || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: language %q, policy %q", path, lang, a.header.Get("Content-Security-Policy"))
		}
	}
	ja := string(h.get("/v1/docs", "Accept-Language", "ja").body)
	en := string(h.get("/v1/docs", "Accept-Language", "en").body)
	for _, want := range []string{"発注する", "差し替え", "Idempotency-Key", "lines[].quantity", "再申請"} {
		if !strings.Contains(ja, want) {
			t.Errorf("the Japanese page lacks %q", want)
		}
	}
	if !strings.Contains(en, "Enter an order") || strings.Contains(en, "発注する") {
		t.Error("the English page is not English")
	}
	h.get("/problems/nonsense", "Authorization", "").want(http.StatusNotFound)
}

// Every kind of problem that other tests meet has a page; see answer.problem for
// the rest. Here: those of the list and no other.
func TestProblemPages(t *testing.T) {
	h := newHouse(t)
	listed := at(t, h.description(), "x-problems").([]any)
	if len(listed) < 25 {
		t.Fatalf("%d problems", len(listed))
	}
	for _, p := range listed {
		uri := at(t, p, "type").(string)
		path, ok := strings.CutPrefix(uri, publicURL)
		if !ok {
			t.Errorf("type %q", uri)
		}
		page := string(h.get(path, "Authorization", "").want(http.StatusOK).body)
		if !strings.Contains(page, `lang="ja"`) || !strings.Contains(page, `lang="en"`) {
			t.Errorf("%s is not in both languages", path)
		}
	}
}

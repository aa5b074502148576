package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
)

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// send makes a request with the house's key; headers are name, value, name, value.
func (h *house) send(method, path string, body any, headers ...string) answer {
	h.t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	case []byte:
		content = b
	default:
		var err error
		content, err = json.Marshal(b)
		must(h.t, err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(content))
	r.Header.Set("Authorization", "Bearer "+h.key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	h.engine.ServeHTTP(w, r)
	return answer{h.t, w.Code, w.Header(), w.Body.Bytes()}
}

func (h *house) get(path string, headers ...string) answer {
	h.t.Helper()
	return h.send(http.MethodGet, path, nil, headers...)
}

// order enters an order under a key of its own.
func (h *house) order(body any, headers ...string) answer {
	h.t.Helper()
	key := fmt.Sprintf("key-%d", h.numbers.Add(1))
	return h.send(http.MethodPost, "/v1/orders", body, append([]string{"Idempotency-Key", key}, headers...)...)
}

// want fails the test unless the answer has the status, and reads it into each target.
func (a answer) want(status int, into ...any) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d instead of %d: %s", a.status, status, a.body)
	}
	for _, target := range into {
		must(a.t, json.Unmarshal(a.body, target))
	}
	return a
}

// problem reads a problem and checks what all problems have in common.
func (a answer) problem(status int, code string) api.Problem {
	a.t.Helper()
	var p api.Problem
	a.want(status, &p)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("content type %q", got)
	}
	if p.Code != code {
		a.t.Errorf("code %q instead of %q: %s", p.Code, code, a.body)
	}
	if p.Type != publicURL+"/problems/"+p.Code || p.Status != status || p.Title == "" || p.Detail == "" {
		a.t.Errorf("incomplete problem: %s", a.body)
	}
	if p.RequestID == "" || p.RequestID != a.header.Get("X-Request-Id") {
		a.t.Errorf("request ID %q, header %q", p.RequestID, a.header.Get("X-Request-Id"))
	}
	if !api.Documented(p.Code) {
		a.t.Errorf("%s is not among the kinds of problems that are documented", p.Code)
	}
	for _, text := range []string{p.Title, p.Detail} {
		if strings.Contains(text, "<no value>") || strings.HasPrefix(text, "api.") || strings.HasPrefix(text, "error.") {
			a.t.Errorf("unfinished text %q", text)
		}
	}
	for _, f := range p.Errors {
		if f.Field == "" || f.Code == "" || f.Message == "" || strings.HasPrefix(f.Message, "field.") || strings.Contains(f.Message, "<no value>") {
			a.t.Errorf("unfinished field error %+v", f)
		}
	}
	return p
}

// fieldCodes gives a problem's wrong fields as "field: code".
func fieldCodes(p api.Problem) []string {
	var all []string
	for _, f := range p.Errors {
		all = append(all, f.Field+": "+f.Code)
	}
	return all
}

// object is JSON that tests change.
type object = map[string]any

func party(name string) object {
	return object{
		"company_name": name, "company_name_kana": "ミホン", "postal_code": "151-0053", "prefecture": "東京都", "city": "渋谷区",
		"street": "代々木2-1-1", "phone": "03-1234-5678", "person_name": "見本 太郎", "person_name_kana": "ミホン タロウ",
		"email": "taro@customer.example.jp",
	}
}

// application gives the body of an application that passes all checks.
func (h *house) application(changes ...func(object)) object {
	seller := party(h.reseller.Name)
	seller["partner_code"] = h.reseller.PartnerCode
	body := object{
		"order_type": "new", "end_user": party("株式会社みなと精機"), "support_contact": object{"same_as": "end_user"},
		"reseller": seller, "dealer": object{"same_as": "reseller"},
		"contract": object{"credits": false, "months": 12, "delivery_email": "delivery@customer.example.jp"},
		"consent":  true,
	}
	for _, change := range changes {
		change(body)
	}
	return body
}

// receipt files an application and gives its receipt number.
func (h *house) receipt(changes ...func(object)) string {
	h.t.Helper()
	var filed api.ApplicationFiled
	h.send(http.MethodPost, "/v1/applications", h.application(changes...)).want(http.StatusCreated, &filed)
	return filed.ReceiptNumber
}

// sheet gives the body of an order that passes all checks.
func (h *house) sheet(receipt string, changes ...func(object)) object {
	body := object{
		"receipt_number": receipt, "po_number": fmt.Sprintf("PO-%d", h.numbers.Add(1)), "order_type": "new",
		"order_date": h.store.Today().String(),
		"lines":      []any{object{"product_code": "V1ES-STD", "kind": "new", "quantity": 50, "months": 12, "unit_price": 4800}},
	}
	for _, change := range changes {
		change(body)
	}
	return body
}

func firstLine(body object) object { return body["lines"].([]any)[0].(object) }

// entered enters an order and gives its number.
func (h *house) entered(body object) string {
	h.t.Helper()
	var taken api.OrderTaken
	h.order(body).want(http.StatusAccepted, &taken)
	return taken.OrderNumber
}

// detail reads an order through the API.
func (h *house) detail(number string, headers ...string) api.OrderAnswer {
	h.t.Helper()
	var o api.OrderAnswer
	h.get("/v1/orders/"+number, headers...).want(http.StatusOK, &o)
	return o
}

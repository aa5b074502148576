package api_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/api"
)

// clean fails the test when bad input left anything behind.
func (h *house) clean() {
	h.t.Helper()
	var orders api.OrderList
	var applications api.ApplicationList
	h.get("/v1/orders").want(http.StatusOK, &orders)
	h.get("/v1/applications?status=reserved").want(http.StatusOK, &applications)
	if len(orders.Orders) != 0 || len(applications.Applications) != 0 {
		h.t.Errorf("bad input left %d orders and %d reservations", len(orders.Orders), len(applications.Applications))
	}
	broken, err := h.store.Invariants(h.t.Context())
	must(h.t, err)
	if len(broken) != 0 {
		h.t.Errorf("bad input broke %+v", broken)
	}
}

func TestBodiesThatAreNoJSON(t *testing.T) {
	h := newHouse(t)
	for body, want := range map[string]string{
		"":                          "body_missing",
		" \n ":                      "body_missing",
		"{":                         "malformed_json",
		`{"a":1}x`:                  "malformed_json",
		`{"a":1}{"b":2}`:            "malformed_json",
		`{"a":1,}`:                  "malformed_json",
		`{'a':1}`:                   "malformed_json",
		`{"a":01}`:                  "malformed_json",
		`{"a":NaN}`:                 "malformed_json",
		"{\"a\":\"line\nbreak\"}":   "malformed_json",
		"\ufeff{}":                  "malformed_json",
		"nonsense":                  "malformed_json",
		"{\"a\":\"\xff\"}":          "body_not_utf8",
		strings.Repeat("[", 100000): "malformed_json",
		strings.Repeat(`{"a":`, 50000) + "1" + strings.Repeat("}", 50000): "malformed_json",
	} {
		h.send(http.MethodPost, "/v1/applications", body).problem(http.StatusBadRequest, want)
		h.order(body).problem(http.StatusBadRequest, want)
	}
	for _, body := range []string{"[]", "null", "1", `"x"`, "true", "[" + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "]"} {
		p := h.order(body).problem(http.StatusUnprocessableEntity, "invalid_input")
		if got := fieldCodes(p); !slices.Equal(got, []string{"body: expected_object"}) {
			t.Errorf("%q: %q", body, got)
		}
	}
	h.clean()
}

func TestWrongValuesInOrders(t *testing.T) {
	h := newHouse(t)
	receipt := h.receipt()
	line := func(field string, value any) func(object) { return func(b object) { firstLine(b)[field] = value } }
	top := func(field string, value any) func(object) { return func(b object) { b[field] = value } }
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	for _, c := range []struct {
		name   string
		change func(object)
		want   string
	}{
		{"quantity 0", line("quantity", 0), "lines[0].quantity: quantity_out_of_range"},
		{"quantity 1e9", line("quantity", 1_000_000_000), "lines[0].quantity: quantity_out_of_range"},
		{"negative quantity", line("quantity", -5), "lines[0].quantity: quantity_out_of_range"},
		{"float", line("quantity", raw("1.5")), "lines[0].quantity: expected_integer"},
		{"whole float", line("quantity", raw("50.0")), "lines[0].quantity: expected_integer"},
		{"exponent", line("quantity", raw("1e9")), "lines[0].quantity: expected_integer"},
		{"huge exponent", line("quantity", raw("1e999999999")), "lines[0].quantity: expected_integer"},
		{"huge integer", line("quantity", raw(strings.Repeat("9", 1000))), "lines[0].quantity: number_too_large"},
		{"int64 and one", line("unit_price", raw("9223372036854775808")), "lines[0].unit_price: number_too_large"},
		{"text for a number", line("quantity", "50"), "lines[0].quantity: expected_integer"},
		{"true for a number", line("months", true), "lines[0].months: expected_integer"},
		{"list for a number", line("quantity", []int{1}), "lines[0].quantity: expected_integer"},
		{"negative price", line("unit_price", -1), "lines[0].unit_price: out_of_range"},
		{"price beyond all", line("unit_price", 1_000_000_001), "lines[0].unit_price: out_of_range"},
		{"no price", func(b object) { delete(firstLine(b), "unit_price") }, "lines[0].unit_price: required"},
		{"null price", line("unit_price", nil), "lines[0].unit_price: required"},
		{"months 0", line("months", 0), "lines[0].months: months_not_allowed"},
		{"months 1000", line("months", 1000), "lines[0].months: months_not_allowed"},
		{"unknown product", line("product_code", "NONE"), "lines[0].product_code: product_unknown"},
		{"control characters", line("product_code", "V1ES\x00STD"), "lines[0].product_code: product_unknown"},
		{"unknown kind", line("kind", "gift"), "lines[0].kind: kind_not_for_type"},
		{"kind of another type", line("kind", "addition"), "lines[0].kind: kind_not_for_type"},
		{"letters in a license ID", line("license_id", "12a"), "lines[0].license_id: digits_only"},
		{"unknown field in a line", line("price", 5), "lines[0].price: unknown_field"},
		{"capitals", line("Quantity", 5), "lines[0].Quantity: unknown_field"},
		{"lines no list", top("lines", object{}), "lines: expected_list"},
		{"lines empty", top("lines", []any{}), "lines: required"},
		{"lines of text", top("lines", []any{"x"}), "lines[0]: expected_object"},
		{"lines of null", top("lines", []any{nil}), "lines[0]: expected_object"},
		{"too many lines", func(b object) { b["lines"] = slices.Repeat(b["lines"].([]any), 101) }, "lines: too_many"},
		{"no lines", func(b object) { delete(b, "lines") }, "lines: required"},
		{"date that is none", top("order_date", "2026-02-30"), "order_date: date_malformed"},
		{"date in another form", top("order_date", "2026/02/03"), "order_date: date_malformed"},
		{"date and time", top("order_date", "2026-02-03T00:00:00Z"), "order_date: date_malformed"},
		{"date long ago", top("order_date", "1999-12-31"), "order_date: date_out_of_range"},
		{"date far ahead", top("order_date", "9999-12-31"), "order_date: date_out_of_range"},
		{"no date", func(b object) { delete(b, "order_date") }, "order_date: required"},
		{"number for a date", top("order_date", 20260203), "order_date: expected_text"},
		{"unknown type", top("order_type", "gift"), "order_type: unknown_value"},
		{"line break in the PO number", top("po_number", "PO\r\nBcc: x@example.com"), "po_number: control_characters"},
		{"NUL in the PO number", top("po_number", "PO\x00"), "po_number: control_characters"},
		{"direction marks", top("po_number", "PO\u202e1"), "po_number: control_characters"},
		{"half a surrogate", top("po_number", raw(`"PO\ud800"`)), "po_number: control_characters"},
		{"long PO number", top("po_number", strings.Repeat("9", 101)), "po_number: too_long"},
		{"blank PO number", top("po_number", "   "), "po_number: required"},
		{"control characters in the communication", top("communication", "a\x1b[31m"), "communication: control_characters"},
		{"long communication", top("communication", strings.Repeat("長", 2001)), "communication: too_long"},
		{"receipt number of another length", top("receipt_number", "ABC"), "receipt_number: receipt_malformed"},
		{"mistyped receipt number", top("receipt_number", receipt[:23]+"?"), "receipt_number: receipt_malformed"},
		{"unknown receipt number", top("receipt_number", "7K2M9QX4HT6B1RW8Z3PD5CV2"), "receipt_number: receipt_unknown"},
		{"no receipt number", func(b object) { delete(b, "receipt_number") }, "receipt_number: required"},
		{"unknown field", top("priority", "high"), "priority: unknown_field"},
		{"odd field name", top("\x00\n"+strings.Repeat("x", 100), 1), "\ufffd\ufffd" + strings.Repeat("x", 58) + "…: unknown_field"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.order(h.sheet(receipt, c.change))
			if got := fieldCodes(a.problem(http.StatusUnprocessableEntity, "invalid_input")); !slices.Contains(got, c.want) {
				t.Errorf("%q instead of %q", got, c.want)
			}
		})
	}
	h.clean()
}

func TestWrongValuesInApplications(t *testing.T) {
	h := newHouse(t)
	in := func(block, field string, value any) func(object) {
		return func(b object) { b[block].(object)[field] = value }
	}
	for _, c := range []struct {
		name   string
		change func(object)
		want   string
	}{
		{"CRLF in a mail address", in("contract", "delivery_email", "a@example.jp\r\nBcc: b@example.jp"), "contract.delivery_email: control_characters"},
		{"two mail addresses", in("contract", "delivery_email", "a@example.jp, b@example.jp"), "contract.delivery_email: email_malformed"},
		{"a mail address that injects", in("contract", "delivery_email", `"a> ORCPT=x@y"@example.jp`), "contract.delivery_email: email_malformed"},
		{"CRLF in a name", in("end_user", "company_name", "a\r\nb"), "end_user.company_name: control_characters"},
		{"NUL in a name", in("end_user", "company_name", "a\x00b"), "end_user.company_name: control_characters"},
		{"long name", in("end_user", "company_name", strings.Repeat("長", 301)), "end_user.company_name: too_long"},
		{"number for a name", in("end_user", "company_name", 5), "end_user.company_name: expected_text"},
		{"prefecture", in("end_user", "prefecture", "東京"), "end_user.prefecture: prefecture_unknown"},
		{"kana", in("end_user", "company_name_kana", "漢字"), "end_user.company_name_kana: kana_expected"},
		{"phone", in("end_user", "phone", "phone"), "end_user.phone: phone_malformed"},
		{"partner code of an end user", in("end_user", "partner_code", "AB12CD34"), "end_user.partner_code: unknown_field"},
		{"partner code", in("reseller", "partner_code", "AB"), "reseller.partner_code: partner_code_malformed"},
		{"month in words", in("contract", "start_month", "next"), "contract.start_month: month_malformed"},
		{"month 13", in("contract", "start_month", "2026-13"), "contract.start_month: month_malformed"},
		{"a day for a month", in("contract", "start_month", "2026-12-01"), "contract.start_month: month_malformed"},
		{"month long ago", in("contract", "start_month", "2001-01"), "contract.start_month: start_month_out_of_range"},
		{"credits in words", in("contract", "credits", "yes"), "contract.credits: expected_true_or_false"},
		{"block of text", func(b object) { b["end_user"] = "株式会社" }, "end_user: expected_object"},
		{"block missing", func(b object) { delete(b, "end_user") }, "end_user.company_name: required"},
		{"no order type", func(b object) { delete(b, "order_type") }, "order_type: unknown_value"},
		{"no consent", func(b object) { delete(b, "consent") }, "consent: consent_required"},
		{"consent in words", func(b object) { b["consent"] = "true" }, "consent: expected_true_or_false"},
		{"applicant's address", func(b object) { b["applicant_email"] = "x@example.jp" }, "applicant_email: unknown_field"},
		{"support contact as the reseller", func(b object) { b["support_contact"] = object{"same_as": "reseller"} }, "support_contact.same_as: same_as_unknown"},
		{"dealer as somebody", func(b object) { b["dealer"] = object{"same_as": "somebody"} }, "dealer.same_as: same_as_unknown"},
		{"dealer as a number", func(b object) { b["dealer"] = object{"same_as": 7} }, "dealer.same_as: expected_text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.send(http.MethodPost, "/v1/applications", h.application(c.change))
			got := fieldCodes(a.problem(http.StatusUnprocessableEntity, "invalid_input"))
			if !slices.Contains(got, c.want) || (strings.Contains(c.want, "same_as") && len(got) != 1) {
				t.Errorf("%q instead of %q", got, c.want)
			}
		})
	}
	var list api.ApplicationList
	h.get("/v1/applications").want(http.StatusOK, &list)
	if len(list.Applications) != 0 {
		t.Errorf("bad input left %d applications", len(list.Applications))
	}
}

// Duplicate members are fine: the last one counts, as in every JSON reader.
func TestDuplicateMembers(t *testing.T) {
	h := newHouse(t)
	content, err := json.Marshal(h.sheet(h.receipt()))
	must(t, err)
	body := `{"po_number":5,` + string(content[1:])
	h.order(body).want(http.StatusAccepted)
}

// An answer never repeats what was sent, and an answer to nonsense stays small.
func TestAnswersDoNotEcho(t *testing.T) {
	h := newHouse(t)
	canary := "canary-7f3a"
	body := h.application(func(b object) {
		for _, block := range []string{"end_user", "reseller"} {
			for field := range b[block].(object) {
				b[block].(object)[field] = canary + "\x00"
			}
		}
		b["order_type"] = canary
	})
	a := h.send(http.MethodPost, "/v1/applications", body)
	a.problem(http.StatusUnprocessableEntity, "invalid_input")
	if strings.Contains(string(a.body), canary) {
		t.Errorf("the answer echoes: %s", a.body)
	}
	var many strings.Builder
	many.WriteString("{")
	for i := range 100_000 {
		many.WriteString(`"` + strings.Repeat("x", i%5) + string(rune('a'+i%26)) + string(rune(0x4e00+i%20000)) + `":1,`)
	}
	many.WriteString(`"z":1}`)
	a = h.send(http.MethodPost, "/v1/applications", many.String())
	if a.status < 400 || a.status > 422 || len(a.body) > 200_000 {
		t.Errorf("status %d with %d bytes", a.status, len(a.body))
	}
}

func TestContentTypes(t *testing.T) {
	h := newHouse(t)
	content, err := json.Marshal(h.application())
	must(t, err)
	for kind, status := range map[string]int{
		"application/json": 201, "application/json; charset=utf-8": 201, "APPLICATION/JSON": 201, "application/vnd.todoke+json": 201, "": 201,
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "multipart/form-data; boundary=x": 415, "application/xml": 415, ";+json": 201,
	} {
		a := h.send(http.MethodPost, "/v1/applications", content, "Content-Type", kind)
		if a.status != status {
			t.Errorf("%q: %d", kind, a.status)
		}
		if status == 415 {
			a.problem(415, "media_type_unsupported")
		}
	}
	for _, accept := range []string{"text/html", "application/pdf", "application/problem+json", "*/*", "x", "\x00"} {
		if a := h.get("/v1/products", "Accept", accept).want(http.StatusOK); a.header.Get("Content-Type") != "application/json" {
			t.Errorf("%q: %q", accept, a.header.Get("Content-Type"))
		}
		h.get("/v1/orders/ORDC0000000", "Accept", accept).problem(http.StatusNotFound, "order_not_found")
	}
}

// A body of 10 MB is refused, whether or not it announces its length; so is one
// that never ends, without being read to its end.
func TestLongBodies(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.engine)
	defer server.Close()
	big := `{"a":"` + strings.Repeat("x", 10<<20) + `"}`
	for _, announced := range []bool{true, false} {
		var body any = strings.NewReader(big)
		reader := body.(*strings.Reader)
		r, err := http.NewRequest(http.MethodPost, server.URL+"/v1/orders", struct{ *strings.Reader }{reader})
		must(t, err)
		if announced {
			r.ContentLength = int64(len(big))
		}
		r.Header.Set("Authorization", "Bearer "+h.key)
		r.Header.Set("Idempotency-Key", "big")
		r.Header.Set("Content-Type", "application/json")
		client := &http.Client{Timeout: 10 * time.Second}
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var p api.Problem
		must(t, json.NewDecoder(got.Body).Decode(&p))
		must(t, got.Body.Close())
		if got.StatusCode != http.StatusRequestEntityTooLarge || p.Code != "body_too_large" || p.Params["max"] != "1048576" {
			t.Errorf("announced %v: %d %+v", announced, got.StatusCode, p)
		}
	}
	// A body that breaks off half way makes no order and no internal error.
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	must(t, err)
	_, err = connection.Write([]byte("POST /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + h.key +
		"\r\nIdempotency-Key: half\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"receipt"))
	must(t, err)
	must(t, connection.Close())
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(h.log.String(), `"status":400`) {
		if time.Now().After(deadline) {
			t.Fatalf("the broken request was not answered with 400: %s", h.log)
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.clean()
}

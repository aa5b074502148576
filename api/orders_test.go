package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
)

func TestOrderFromReceiptToDelivered(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		var taken api.OrderTaken
		a := h.order(h.sheet(h.receipt())).want(http.StatusAccepted, &taken)
		if !strings.HasPrefix(taken.OrderNumber, "ORDC") || len(taken.OrderNumber) != 11 || taken.Status != "received" {
			t.Errorf("answer %+v", taken)
		}
		if got := a.header.Get("Location"); got != "/v1/orders/"+taken.OrderNumber {
			t.Errorf("location %q", got)
		}
		h.run(taken.OrderNumber)
		o := h.detail(taken.OrderNumber)
		if o.Status != "delivered" || o.WaitingFor != "" {
			t.Fatalf("order %+v", o)
		}
		if o.Shipment == nil || !strings.HasPrefix(o.Shipment.DeliveryNumber, "SHPC") || o.Shipment.DeliveredAt == nil {
			t.Errorf("shipment %+v", o.Shipment)
		}
		if len(o.LicenseIDs) != 1 || len(o.Holdings) != 1 || o.Holdings[0].QuantityAfter != 50 {
			t.Errorf("licenses %v, holdings %+v", o.LicenseIDs, o.Holdings)
		}
		var events []string
		for _, e := range o.Timeline {
			events = append(events, e.Event)
			if e.Text == "" || strings.HasPrefix(e.Text, "api.event") {
				t.Errorf("event %+v", e)
			}
		}
		want := []string{"entered", "order_accepted_mail", "registered", "delivery_id_mail", "delivery_password_mail", "delivered"}
		if !slices.Equal(events, want) {
			t.Errorf("timeline %v instead of %v", events, want)
		}
	})
}

// What a reseller reads of an order holds nothing of the application but the
// values that differ.
func TestOrderShowsNothingOfTheApplication(t *testing.T) {
	h := newHouse(t)
	receipt := h.receipt()
	_, stranger := h.newReseller("ZZ99YY88", "別の販売店株式会社", "orders read", models.English)
	h.key = stranger
	number := h.entered(h.sheet(receipt))
	h.run(number)
	a := h.get("/v1/orders/" + number).want(http.StatusOK)
	for _, secret := range []string{"みなと精機", "customer.example.jp", "見本", "代々木", "北斗"} {
		if strings.Contains(string(a.body), secret) {
			t.Errorf("the answer shows %q: %s", secret, a.body)
		}
	}
	o := h.detail(number)
	if o.Status != "sent_back" || len(o.SendBacks) != 1 || o.SendBacks[0].Reasons[0].Code != "reseller_mismatch" {
		t.Errorf("order %+v", o)
	}
	if list := h.get("/v1/orders").want(http.StatusOK); strings.Contains(string(list.body), "みなと") {
		t.Errorf("the list shows the end user: %s", list.body)
	}
}

func TestOrdersAreTheResellersOwn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		number := h.entered(h.sheet(h.receipt()))
		_, stranger := h.newReseller("ZZ99YY88", "別の販売店株式会社", "orders read", models.English)
		auth := []string{"Authorization", "Bearer " + stranger}
		bodies := map[string]any{"reapply": object{"receipt_number": "x"}, "replace": object{}, "cancel": object{"reason": "x"}}
		for _, n := range []string{number, "ORDC0000000", "ORDC%00", "'; DROP TABLE", "%F0%9F%92%A9"} {
			n = strings.ReplaceAll(n, " ", "%20")
			h.get("/v1/orders/"+n, auth...).problem(http.StatusNotFound, "order_not_found")
			h.get("/v1/orders/"+n+"/certificate", auth...).problem(http.StatusNotFound, "order_not_found")
			for action, body := range bodies {
				h.send(http.MethodPost, "/v1/orders/"+n+"/"+action, body, auth...).problem(http.StatusNotFound, "order_not_found")
			}
		}
		if o := h.detail(strings.ToLower(number[:4]) + "-" + number[4:]); o.OrderNumber != number {
			t.Errorf("a number as people type it finds %q", o.OrderNumber)
		}
	})
}

func TestIdempotency(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		body := h.sheet(h.receipt())
		content, err := json.Marshal(body)
		must(t, err)
		spaced, err := json.MarshalIndent(body, " ", "   ")
		must(t, err)
		post := func(content any, key string, headers ...string) answer {
			return h.send(http.MethodPost, "/v1/orders", content, append([]string{"Idempotency-Key", key}, headers...)...)
		}
		var first, again api.OrderTaken
		post(content, "k-1").want(http.StatusAccepted, &first)
		told := h.told.count()
		h.run(first.OrderNumber)
		post(spaced, "k-1").want(http.StatusAccepted, &again)
		if first != again {
			t.Errorf("the same request gave %+v and %+v", first, again)
		}
		if h.told.count() != told {
			t.Error("a repeated order told the process again")
		}
		body["communication"] = "more"
		post(body, "k-1").problem(http.StatusUnprocessableEntity, "idempotency_key_reused")
		post(content, "").problem(http.StatusBadRequest, "idempotency_key_missing")
		for _, bad := range []string{strings.Repeat("k", 201), "with space", "tab\there", "日本", "\x7f"} {
			post(content, bad).problem(http.StatusBadRequest, "idempotency_key_malformed")
		}
		// Another API key's keys are its own: the same one makes its own order.
		other, _ := h.newKey(h.reseller, "orders", models.Japanese)
		fresh := h.sheet(h.receipt())
		var second api.OrderTaken
		post(fresh, "k-1", "Authorization", "Bearer "+other).want(http.StatusAccepted, &second)
		if second.OrderNumber == first.OrderNumber {
			t.Error("two API keys share an idempotency key")
		}
	})
}

func TestFiftyAtOnceMakeOneOrder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		content, err := json.Marshal(h.sheet(h.receipt()))
		must(t, err)
		answers := make([]answer, 50)
		var wait sync.WaitGroup
		for i := range answers {
			wait.Go(func() { answers[i] = h.send(http.MethodPost, "/v1/orders", content, "Idempotency-Key", "same") })
		}
		wait.Wait()
		var first api.OrderTaken
		for _, a := range answers {
			var taken api.OrderTaken
			a.want(http.StatusAccepted, &taken)
			if first.OrderNumber == "" {
				first = taken
			}
			if taken != first {
				t.Fatalf("%+v and %+v", first, taken)
			}
		}
		var list api.OrderList
		h.get("/v1/orders").want(http.StatusOK, &list)
		if len(list.Orders) != 1 {
			t.Errorf("%d orders", len(list.Orders))
		}
	})
}

func TestListOrders(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		var numbers, pos []string
		for range 5 {
			body := h.sheet(h.receipt())
			pos = append(pos, body["po_number"].(string))
			numbers = append(numbers, h.entered(body))
		}
		h.send(http.MethodPost, "/v1/orders/"+numbers[1]+"/cancel", object{"reason": "不要"}).want(http.StatusAccepted)
		list := func(query string) []string {
			t.Helper()
			var seen []string
			next := ""
			for {
				var page api.OrderList
				h.get("/v1/orders?"+query+"&limit=2&cursor="+next).want(http.StatusOK, &page)
				for _, o := range page.Orders {
					seen = append(seen, o.OrderNumber)
				}
				if next = page.NextCursor; next == "" {
					slices.Reverse(seen)
					return seen
				}
			}
		}
		today := h.store.Today()
		others := slices.Delete(slices.Clone(numbers), 1, 2)
		for query, want := range map[string][]string{
			"":                                  numbers,
			"status=cancelled":                  {numbers[1]},
			"status=received,checking":          others,
			"order_type=new":                    numbers,
			"order_type=renewal":                nil,
			"po_number=" + pos[2]:               {numbers[2]},
			"po_number=" + pos[2][:3]:           nil,
			"from=" + today.String():            numbers,
			"from=" + today.AddDays(1).String(): nil,
			"to=" + today.String():              numbers,
			"to=" + today.AddDays(-1).String():  nil,
		} {
			if got := list(query); !slices.Equal(got, want) {
				t.Errorf("%q lists %v instead of %v", query, got, want)
			}
		}
	})
}

func TestListParametersAreChecked(t *testing.T) {
	h := newHouse(t)
	for query, want := range map[string]string{
		"limit=0":                            "limit: out_of_range",
		"limit=201":                          "limit: out_of_range",
		"limit=x":                            "limit: out_of_range",
		"limit=99999999999999999999":         "limit: out_of_range",
		"cursor=!!":                          "cursor: cursor_malformed",
		"cursor=" + strings.Repeat("A", 300): "cursor: too_long",
		"status=open":                        "status: unknown_value",
		"status=received,":                   "status: unknown_value",
		"order_type=New":                     "order_type: unknown_value",
		"from=2026-02-30":                    "from: date_malformed",
		"to=20260230":                        "to: date_malformed",
		"po_number=%00":                      "po_number: control_characters",
		"po_number=%ff":                      "po_number: not_utf8",
		"statsu=received":                    "statsu: unknown_parameter",
		"limit=1&limit=2":                    "limit: given_twice",
		"%00%ff=1":                           "��: unknown_parameter",
	} {
		p := h.get("/v1/orders?"+query).problem(http.StatusUnprocessableEntity, "invalid_input")
		if got := fieldCodes(p); !slices.Contains(got, want) {
			t.Errorf("%q: %q", query, got)
		}
	}
	h.get("/v1/products?x=1").problem(http.StatusUnprocessableEntity, "invalid_input")
	h.get("/v1/orders/ORDC1234567?x=1").problem(http.StatusUnprocessableEntity, "invalid_input")
}

func TestListProducts(t *testing.T) {
	h := newHouse(t)
	var ja, en []api.Product
	h.get("/v1/products").want(http.StatusOK, &ja)
	h.get("/v1/products", "Accept-Language", "en-GB, ja;q=0.5").want(http.StatusOK, &en)
	known := h.store.Rules().Catalogue.Products()
	if len(ja) != len(known) || len(en) != len(known) {
		t.Fatalf("%d and %d products of %d", len(ja), len(en), len(known))
	}
	refused := 0
	for i, p := range known {
		if ja[i].Code != p.Code || ja[i].Name != p.Names.JA || en[i].Name != p.Names.EN || ja[i].Family != p.Family || ja[i].FamilyName == "" {
			t.Errorf("%+v is not %+v", ja[i], p)
		}
		if ja[i].Credits != p.Credits || ja[i].ApplicationAccepted != p.ApplicationAccepted {
			t.Errorf("%+v is not %+v", ja[i], p)
		}
		if !p.ApplicationAccepted {
			refused++
		}
	}
	if refused == 0 {
		t.Error("the default profile refuses no product, so the test sees no difference")
	}
}

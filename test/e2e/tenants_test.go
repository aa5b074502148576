//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// testTenants looks at one reseller's orders with another one's key.
func testTenants(t *testing.T, h *house) {
	t.Run("not mine is not there", func(t *testing.T) {
		t.Parallel()
		notMineIsNotThere(t, h)
	})
	t.Run("lists hold one's own", func(t *testing.T) {
		t.Parallel()
		listsHoldOnesOwn(t, h)
	})
	t.Run("a receipt is a bearer number", func(t *testing.T) {
		t.Parallel()
		bearerReceipt(t, h)
	})
	t.Run("scopes", func(t *testing.T) {
		t.Parallel()
		testScopes(t, h)
	})
	t.Run("a revoked key", func(t *testing.T) {
		t.Parallel()
		revokedKey(t, h)
	})
}

// reply is what came back, whatever it is.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask makes a request as it stands, with any bytes for a body.
func ask(t *testing.T, client *harness.Client, method, path string, header http.Header, body []byte) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, client.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatalf("request: %v", err)
	}
	if client.Key != "" {
		request.Header.Set("Authorization", "Bearer "+client.Key)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		request.Header[name] = values
	}
	answer, err := client.HTTP.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }() // it was read to its end
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{answer.StatusCode, answer.Header, string(content)}
}

// anonymous is the reply without what differs between any two requests.
func (r reply) anonymous(t *testing.T) string {
	t.Helper()
	var fields map[string]any
	decode(t, []byte(r.body), &fields)
	if id, ok := fields["request_id"].(string); !ok || id == "" {
		t.Errorf("the problem has no request_id: %s", r.body)
	}
	delete(fields, "request_id")
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// operations lists the API's operations as it describes itself, so that one that is added is tried as well.
func operations(t *testing.T, client *harness.Client) map[string][]string {
	t.Helper()
	var description struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	decode(t, []byte(ask(t, client, http.MethodGet, "/v1/openapi.json", nil, nil).body), &description)
	methods := map[string][]string{}
	for path, item := range description.Paths {
		for method := range item {
			methods[path] = append(methods[path], strings.ToUpper(method))
		}
	}
	if len(methods) < 10 {
		t.Fatalf("the API describes %d paths only", len(methods))
	}
	return methods
}

// resent has the first reseller ask for a delivery once more, and gives the resend's number.
func (h *house) resent(t *testing.T, delivery string) string {
	t.Helper()
	taken := ask(t, h.seller, http.MethodPost, "/v1/deliveries/"+delivery+"/resend", http.Header{"Idempotency-Key": {"mine"}}, []byte(`{"reason":"lost"}`))
	var made struct {
		Number string `json:"resend_number"`
	}
	decode(t, []byte(taken.body), &made)
	if made.Number == "" {
		t.Fatalf("the resend of %s gives %d: %s", delivery, taken.status, taken.body)
	}
	return made.Number
}

// codeOf opens the activation code of a contract's first holding.
func (h *house) codeOf(t *testing.T, license string) string {
	t.Helper()
	d, err := h.store.ContractByLicense(t.Context(), models.Process, license)
	if err != nil {
		t.Fatal(err)
	}
	code, err := h.ring.OpenCode(d.Holdings[0])
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// notMineIsNotThere tries every operation on a number that is another reseller's and on one that nobody has: the
// answers are the same to the letter, with a good body, a bad one and none.
func notMineIsNotThere(t *testing.T, h *house) {
	mine := h.delivered(t)
	receipt := h.file(t, func(a *harness.Application) { a.Contract.Months = 24 })
	open := h.awaitSentBack(t, h.enter(t, order(receipt)), 1)
	nobodys, err := models.NewReceiptNumber(rand.Reader)
	if err != nil {
		t.Fatalf("number: %v", err)
	}
	theirReceipt := h.fileAsOther(t)
	code := h.codeOf(t, mine.LicenseIDs[0])
	nobodysCode, err := models.NewActivationCode(rand.Reader, code[:2])
	if err != nil {
		t.Fatalf("code: %v", err)
	}
	resend := h.resent(t, mine.Shipment.DeliveryNumber)
	key := http.Header{"Idempotency-Key": {"not-mine"}}
	bodies := map[string]string{
		"reapply": `{"receipt_number":"` + theirReceipt + `"}`, "cancel": `{"reason":"mine now"}`,
		"resend":  `{"reason":"mine now"}`,
		"replace": `{"po_number":"X","order_type":"new","lines":[{"product_code":"APX1","kind":"new","quantity":10,"months":24,"unit_price":1}]}`,
	}
	tried := 0
	for path, methods := range operations(t, h.other) {
		for _, method := range methods {
			var pairs [][2]string // another reseller's, nobody's
			switch {
			case strings.Contains(path, "{order_number}"):
				for _, number := range []string{mine.OrderNumber, open.OrderNumber} {
					pairs = append(pairs, [2]string{strings.Replace(path, "{order_number}", number, 1), strings.Replace(path, "{order_number}", "ORDC0000000", 1)})
				}
			case strings.Contains(path, "{receipt_number}"):
				pairs = append(pairs, [2]string{strings.Replace(path, "{receipt_number}", receipt, 1), strings.Replace(path, "{receipt_number}", nobodys, 1)})
			case strings.Contains(path, "{delivery_number}"):
				pairs = append(pairs, [2]string{strings.Replace(path, "{delivery_number}", mine.Shipment.DeliveryNumber, 1), strings.Replace(path, "{delivery_number}", "SHPC0000000", 1)})
			case strings.Contains(path, "{resend_number}"):
				pairs = append(pairs, [2]string{strings.Replace(path, "{resend_number}", resend, 1), strings.Replace(path, "{resend_number}", "RS0000000", 1)})
			case strings.Contains(path, "/activation-codes/"):
				pairs = append(pairs, [2]string{strings.Replace(path, "{code}", code, 1), strings.Replace(path, "{code}", nobodysCode, 1)})
			case strings.HasPrefix(path, "/v1/postal-codes/"): // public data, nobody's
			case strings.Contains(path, "{"):
				t.Errorf("nobody tried what %s gives of another reseller's", path)
			}
			good := bodies[path[strings.LastIndex(path, "/")+1:]]
			for _, pair := range pairs {
				for _, body := range []string{good, `{"reason":""}`, `{`, ``} {
					theirs := ask(t, h.other, method, pair[0], key, []byte(body))
					none := ask(t, h.other, method, pair[1], key, []byte(body))
					if theirs.status != none.status || theirs.anonymous(t) != none.anonymous(t) {
						t.Errorf("%s %s tells another reseller's from none:\n%s\n%s", method, path, theirs.body, none.body)
					}
					if body == good && theirs.status != http.StatusNotFound {
						t.Errorf("%s %s answers %d to another reseller", method, path, theirs.status)
					}
					tried++
				}
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d requests were compared", tried)
	}
	if after := h.view(t, open.OrderNumber); after.raw != open.raw {
		t.Errorf("another reseller's requests changed the order from\n%s to\n%s", open.raw, after.raw)
	}
}

func listsHoldOnesOwn(t *testing.T, h *house) {
	mine := h.delivered(t)
	theirs, err := h.other.Order(h.context(t), "lists-"+mine.OrderNumber, order(h.fileAsOther(t)))
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	for path, own := range map[string]string{
		"/v1/orders?limit=200": theirs.OrderNumber, "/v1/applications?limit=200": "株式会社別販売", "/v1/orders?po_number=" + mine.PONumber: "",
	} {
		list := ask(t, h.other, http.MethodGet, path, nil, nil)
		if list.status != http.StatusOK || !strings.Contains(list.body, own) {
			t.Errorf("%s answers %d without %q", path, list.status, own)
		}
		for _, word := range []string{mine.OrderNumber, mine.PONumber, `"partner_code":"` + harness.PartnerCode} {
			if strings.Contains(list.body, word) {
				t.Errorf("%s shows %s to another reseller", path, word)
			}
		}
	}
}

// bearerReceipt quotes another reseller's receipt: allowed, but the answer shows no more than what differs. When it
// is given back, it can be quoted by the one that it was filed for.
func bearerReceipt(t *testing.T, h *house) {
	a := application()
	receipt, err := h.seller.File(h.context(t), a)
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	o := order(receipt, orderedMonths(24))
	taken, err := h.other.Order(h.context(t), "bearer-"+receipt, o)
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	var v orderView
	until(t, "the send-back", func() (bool, string) {
		v, err = viewAs(t.Context(), h.other, taken.OrderNumber)
		return err == nil && v.Status == "sent_back", v.raw
	})
	want := []reason{
		{wrongSeller, harness.PartnerCode, otherPartner, byReapply}, {term, "12", "24", byConfirmOrReplace},
	}
	if got := v.SendBacks[0].Reasons; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("sent back for %+v, want %+v", got, want)
	}
	told := v.raw + ask(t, h.other, http.MethodGet, "/v1/orders?limit=50", nil, nil).body
	m := h.awaitMail(t, "orders@other.example", taken.OrderNumber, "差し戻し")
	told += m.Subject + m.body.Text + m.body.HTML
	for _, private := range []string{
		a.EndUser.CompanyName, a.EndUser.CompanyKana, a.EndUser.PersonName, a.EndUser.Email, a.EndUser.Street, a.EndUser.Phone,
		a.Contract.DeliveryEmail, a.Reseller.CompanyName, a.Reseller.PersonName, receipt,
	} {
		if strings.Contains(told, private) {
			t.Errorf("whoever quotes the receipt is told %q", private)
		}
	}
	if got := ask(t, h.other, http.MethodGet, "/v1/applications/"+receipt, nil, nil).status; got != http.StatusNotFound {
		t.Errorf("whoever quotes the receipt reads the application: %d", got)
	}
	if err := h.other.Do(h.context(t), http.MethodPost, "/v1/orders/"+taken.OrderNumber+"/cancel", nil, map[string]string{"reason": "x"}, http.StatusAccepted, &harness.Taken{}); err != nil {
		t.Fatalf("cancel: %v", err)
	}
	h.await(t, h.enter(t, order(receipt)), "delivered")
}

// keyWith makes a key of the first reseller with these scopes.
func (h *house) keyWith(t *testing.T, scopes string) (*harness.Client, int64) {
	t.Helper()
	secret, prefix, hash, err := models.NewAPIKeySecret(rand.Reader)
	if err != nil {
		t.Fatalf("key: %v", err)
	}
	reseller, err := h.store.ResellerByPartnerCode(h.context(t), harness.PartnerCode)
	if err != nil {
		t.Fatalf("reseller: %v", err)
	}
	key := models.APIKey{
		ResellerID: reseller.ID, Name: "e2e", Prefix: prefix, Hash: hash, Scopes: scopes, OwnerEmail: harness.KeyOwner, Language: models.Japanese,
	}
	if err := h.store.CreateAPIKey(h.context(t), models.Process, &key); err != nil {
		t.Fatalf("key: %v", err)
	}
	return harness.NewClient(h.PublicURL, secret), key.ID
}

// testScopes tries every operation with a key of each single scope.
func testScopes(t *testing.T, h *house) {
	v := h.delivered(t)
	may := func(method, path, scope string) bool {
		switch {
		case strings.HasPrefix(path, "/v1/products"):
			return true
		case method == http.MethodGet && scope == string(models.ScopeRead):
			return true
		case strings.HasPrefix(path, "/v1/applications"), strings.HasPrefix(path, "/v1/corporations"), strings.HasPrefix(path, "/v1/postal-codes"):
			return scope == string(models.ScopeApplications)
		default:
			return scope == string(models.ScopeOrders)
		}
	}
	for _, scope := range models.Scopes {
		client, _ := h.keyWith(t, string(scope))
		for path, methods := range operations(t, client) {
			for _, method := range methods {
				at := strings.NewReplacer("{order_number}", v.OrderNumber, "{receipt_number}", "NONE").Replace(path)
				// Bodies that are refused, so that nothing is made by those that may.
				got := ask(t, client, method, at, http.Header{"Idempotency-Key": {"scopes"}}, []byte(`{"unknown":1}`))
				if allowed := may(method, path, string(scope)); (got.status != http.StatusForbidden) != allowed || got.status == http.StatusUnauthorized {
					t.Errorf("a key for %s alone gets %d from %s %s", scope, got.status, method, path)
				}
			}
		}
	}
}

func revokedKey(t *testing.T, h *house) {
	client, id := h.keyWith(t, string(models.ScopeRead))
	if got := ask(t, client, http.MethodGet, "/v1/orders", nil, nil); got.status != http.StatusOK {
		t.Fatalf("the new key gets %d", got.status)
	}
	if err := h.store.RevokeAPIKey(h.context(t), models.Actor{Kind: models.ActorStaff, ID: h.lead.ID}, id); err != nil {
		t.Fatalf("revoke: %v", err)
	}
	revoked := ask(t, client, http.MethodGet, "/v1/orders", nil, nil)
	never := ask(t, harness.NewClient(h.PublicURL, "tdk_never"), http.MethodGet, "/v1/orders", nil, nil)
	none := ask(t, harness.NewClient(h.PublicURL, ""), http.MethodGet, "/v1/orders", nil, nil)
	if revoked.status != http.StatusUnauthorized || revoked.anonymous(t) != never.anonymous(t) {
		t.Errorf("a revoked key is told from one that never was:\n%s\n%s", revoked.body, never.body)
	}
	if none.status != http.StatusUnauthorized || none.header.Get("WWW-Authenticate") == "" {
		t.Errorf("without a key: %d %s", none.status, none.body)
	}
}

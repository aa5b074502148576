//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/e2e/visitor"
	"github.com/todoke/todoke/test/harness"
)

// stepDeadline is how long one step of an order may take on a busy machine; alone it takes well under a second.
const stepDeadline = 45 * time.Second

// otherPartner is a second reseller, to whom nothing of the first is to be shown.
const otherPartner = "ZZ99YY88"

// Addresses that the mail server of these tests refuses for good.
const refusedAddress = "no-such-user@"

// house is an installation as production runs it, with what a test needs to look into it from all sides.
type house struct {
	*harness.Installation
	store  *store.Store
	ring   *keys.Ring
	seller *harness.Client // the reseller harness.PartnerCode
	other  *harness.Client // the reseller otherPartner
	clerk  models.Staff
	lead   models.Staff
}

const (
	clerkEmail    = "clerk@todoke.example"
	leadEmail     = "lead@todoke.example"
	staffPassword = "correct-horse-battery"
)

// inHouse runs a test in an installation of its own. What that leaves behind is looked at as well: the rules between
// rows hold, neither histories nor logs hold anything personal, and no code, link or password stands in the clear.
func inHouse(t *testing.T, o harness.Options, test func(t *testing.T, h *house)) {
	t.Helper()
	h := open(t, o)
	t.Run("journey", func(t *testing.T) { test(t, h) })
	t.Run("left behind", h.inspect)
}

func open(t *testing.T, o harness.Options) *house {
	t.Helper()
	ringText, err := keys.Generate(1)
	if err != nil {
		t.Fatalf("server key: %v", err)
	}
	if o.Env == nil {
		o.Env = map[string]string{}
	}
	o.Env["KEYS"] = ringText
	o.Watch = true
	h := &house{Installation: harness.Start(t, o)}
	if h.ring, err = keys.Parse(ringText); err != nil {
		t.Fatalf("server key: %v", err)
	}
	h.store = h.Store(t)
	h.seller = h.Clients[0]
	h.Sink.Mailbox.SetBehaviour(refuseSome)
	h.admit(t)
	return h
}

func refuseSome(stage mailbox.Stage, _, to string) mailbox.Behaviour {
	if stage == mailbox.StageRcpt && strings.HasPrefix(to, refusedAddress) {
		return mailbox.Behaviour{Fault: mailbox.Refuse}
	}
	return mailbox.Behaviour{}
}

// admit makes the second reseller and two members of staff.
func (h *house) admit(t *testing.T) {
	t.Helper()
	h.must(t, "partner", "add", otherPartner, "--name", "株式会社別販売", "--email", "orders@other.example")
	h.other = harness.NewClient(h.PublicURL, h.must(t, "partner", "key", otherPartner, "--owner", "api-owner@other.example"))
	hash, err := argon2id.CreateHash(staffPassword, argon2id.DefaultParams)
	if err != nil {
		t.Fatalf("hash: %v", err)
	}
	h.clerk = models.Staff{Email: clerkEmail, Name: "山本 彩", Role: models.RoleClerk, Language: models.Japanese, PasswordHash: hash}
	h.lead = models.Staff{Email: leadEmail, Name: "森田 千尋", Role: models.RoleLead, Language: models.Japanese, PasswordHash: hash}
	for _, m := range []*models.Staff{&h.clerk, &h.lead} {
		if err := h.store.CreateStaff(t.Context(), models.Process, m); err != nil {
			t.Fatalf("member of staff: %v", err)
		}
	}
}

// must runs one of the program's commands.
func (h *house) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := h.Run(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// desk is a clerk who has signed in at the console.
func (h *house) desk(t *testing.T) *visitor.Visitor {
	t.Helper()
	v := visitor.New(t, h.PublicURL, "en")
	v.SignIn(clerkEmail, staffPassword)
	return v
}

func (h *house) context(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stepDeadline)
	t.Cleanup(cancel)
	return ctx
}

var counter atomic.Int64

// next gives a number that no other sample of this test process has.
func next() int { return int(counter.Add(1)) }

// application is a sample that is fine, changed by the given functions.
func application(changes ...func(*harness.Application)) harness.Application {
	a := harness.SampleApplication(next())
	for _, change := range changes {
		change(&a)
	}
	return a
}

// order is the sample that goes with the sample application, changed by the given functions.
func order(receipt string, changes ...func(*harness.Order)) harness.Order {
	o := harness.SampleOrder(next(), receipt)
	for _, change := range changes {
		change(&o)
	}
	return o
}

// file files an application as the first reseller.
func (h *house) file(t *testing.T, changes ...func(*harness.Application)) string {
	t.Helper()
	receipt, err := h.seller.File(h.context(t), application(changes...))
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	return receipt
}

// enter sends an order as the first reseller and gives its number.
func (h *house) enter(t *testing.T, o harness.Order) string {
	t.Helper()
	taken, err := h.seller.Order(h.context(t), fmt.Sprintf("key-%d", next()), o)
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	return taken.OrderNumber
}

// delivered makes an order that is delivered, and gives its view.
func (h *house) delivered(t *testing.T, changes ...func(*harness.Application)) orderView {
	t.Helper()
	return h.await(t, h.enter(t, order(h.file(t, changes...))), "delivered")
}

// orderView is all that the API tells of an order, as far as these tests look at it.
type orderView struct {
	OrderNumber   string         `json:"order_number"`
	Status        string         `json:"status"`
	PONumber      string         `json:"po_number"`
	OrderType     string         `json:"order_type"`
	Communication string         `json:"communication"`
	CancelReason  string         `json:"cancel_reason"`
	WaitingFor    string         `json:"waiting_for"`
	Lines         []harness.Line `json:"lines"`
	SendBacks     []sendBackView `json:"send_backs"`
	Shipment      *shipmentView  `json:"shipment"`
	LicenseIDs    []string       `json:"license_ids"`
	Holdings      []holdingView  `json:"holdings"`
	Timeline      []struct {
		Event string `json:"event"`
		By    string `json:"by"`
	} `json:"timeline"`
	raw string
}

type sendBackView struct {
	Reasons  []reason   `json:"reasons"`
	OpenedAt time.Time  `json:"opened_at"`
	ClosedAt *time.Time `json:"closed_at"`
}

type reason struct {
	Code             string `json:"code"`
	ApplicationValue string `json:"application_value"`
	OrderValue       string `json:"order_value"`
	Resolution       string `json:"resolution"`
}

type shipmentView struct {
	DeliveryNumber string     `json:"delivery_number"`
	DeliveredAt    *time.Time `json:"delivered_at"`
}

type holdingView struct {
	HoldingID      int64  `json:"holding_id"`
	ProductCode    string `json:"product_code"`
	Kind           string `json:"kind"`
	QuantityBefore int    `json:"quantity_before"`
	QuantityAfter  int    `json:"quantity_after"`
	StartsOn       string `json:"starts_on"`
	EndsOn         string `json:"ends_on"`
}

// view reads an order as its reseller.
func (h *house) view(t *testing.T, number string) orderView {
	t.Helper()
	v, err := viewAs(h.context(t), h.seller, number)
	if err != nil {
		t.Fatalf("order %s: %v", number, err)
	}
	return v
}

//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/test/harness"
)

const (
	term        = "term_mismatch"
	mailDead    = "delivery_mail_undeliverable"
	notEligible = "product_not_eligible"
	credits     = "credits_mismatch"
	badName     = "end_user_name_invalid"
	holder      = "license_holder_mismatch"
	wrongType   = "order_type_mismatch"
	wrongSeller = "reseller_mismatch"
	startMonth  = "start_month_out_of_range"
	noHolding   = "holding_mismatch"
)

const (
	byConfirm          = "confirm"
	byConfirmOrReplace = "confirm_or_replace"
	byReapply          = "reapply"
	byReapplyOrReplace = "reapply_or_replace"
	byReplace          = "replace"
	byCancel           = "cancel"
)

// testSendBacks goes through every row of the table of send-backs, each with each of its resolutions.
func testSendBacks(t *testing.T, h *house) {
	cases := slices.Concat(termCases(), mailCases(), productCases(), nameCases(), holderCases(), partyCases(), otherCases())
	for _, c := range cases {
		for _, s := range c.settle {
			t.Run(c.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				runCase(t, h, c, s)
			})
		}
	}
}

func runCase(t *testing.T, h *house, c sendBackCase, s settlement) {
	t.Helper()
	o := &caseOrder{application: application()}
	o.sheet = order("")
	c.prepare(t, h, o)
	var err error
	if o.sheet.ReceiptNumber == "" {
		if o.sheet.ReceiptNumber, err = h.seller.File(h.context(t), o.application); err != nil {
			t.Fatalf("application: %v", err)
		}
	}
	o.receipt = o.sheet.ReceiptNumber
	o.number = h.enter(t, o.sheet)
	v := h.awaitSentBack(t, o.number, 1)
	checkSentBack(t, h, c, o, v)
	s.do(t, h, o)
	ends := s.ends
	if ends == "" {
		ends = "delivered"
	}
	v = h.await(t, o.number, ends)
	for _, sb := range v.SendBacks {
		if ends != "sent_back" && sb.ClosedAt == nil {
			t.Error("a send-back of an order that went on is still open")
		}
	}
	if ends == "delivered" {
		if got := h.applicationStatus(t, o.receipt); got != "used" {
			t.Errorf("the application is %s, not used", got)
		}
		h.awaitMail(t, "orders@seller.example", o.number, "差し戻し")
	}
	if s.check != nil {
		s.check(t, h, o, v)
	}
}

// checkSentBack looks at what the reseller is told: exactly these reasons, all at once, and nothing more.
func checkSentBack(t *testing.T, h *house, c sendBackCase, o *caseOrder, v orderView) {
	t.Helper()
	if want := c.reasons(o); !slices.Equal(v.SendBacks[0].Reasons, want) {
		t.Fatalf("sent back for %+v, want %+v", v.SendBacks[0].Reasons, want)
	}
	if v.WaitingFor != "reseller" || v.SendBacks[0].ClosedAt != nil || v.Shipment != nil || len(v.LicenseIDs) > 0 {
		t.Errorf("a sent-back order waits for %q, shipment %v, licenses %q", v.WaitingFor, v.Shipment, v.LicenseIDs)
	}
	if got := h.applicationStatus(t, o.receipt); got != "reserved" {
		t.Errorf("the application is %s, not reserved", got)
	}
	if c.hidden == nil {
		return
	}
	for _, word := range c.hidden(o) {
		if strings.Contains(v.raw, word) {
			t.Errorf("the reseller is told %q", word)
		}
	}
}

func orderedMonths(n int) func(*harness.Order) {
	return func(o *harness.Order) { o.Lines[0].Months = n }
}

// termCases are term_mismatch for each type of order.
func termCases() []sendBackCase {
	cases := []sendBackCase{{
		name:    "term, new",
		prepare: func(_ *testing.T, _ *house, o *caseOrder) { o.sheet.Lines[0].Months = 36 },
		reasons: only(term, "12", "36", byConfirmOrReplace),
		settle: []settlement{
			{name: "confirm", do: confirmWith(term, ""), check: months(36)},
			{name: "replace", do: replaceWith(orderedMonths(12)), check: months(12)},
			{name: "replace at the desk", check: months(12), do: func(t *testing.T, h *house, o *caseOrder) {
				h.replaceAtDesk(t, o.number, map[string]string{"lines[0].months": "１２"})
			}},
			{name: "cancel", ends: "cancelled", check: freed, do: func(t *testing.T, h *house, o *caseOrder) {
				h.cancel(t, o.number, "取り下げ")
			}},
			{name: "cancel at the desk", ends: "cancelled", check: cancelledAndTold, do: func(t *testing.T, h *house, o *caseOrder) {
				h.cancelAtDesk(t, o.number, "エンドユーザーの都合")
			}},
		},
	}}
	for kind, types := range map[string]string{"renewal": "renewal", "new": "trsl_new"} {
		cases = append(cases, sendBackCase{
			name: "term, " + types,
			prepare: func(t *testing.T, h *house, o *caseOrder) {
				onContract(t, h, o, types, kind)
				o.sheet.Lines[0].Months = 24
			},
			reasons: only(term, "12", "24", byConfirmOrReplace),
			settle: []settlement{
				{name: "confirm", do: confirmWith(term, ""), check: months(24)},
				{name: "replace", do: replaceWith(orderedMonths(12)), check: months(12)},
			},
		})
	}
	return cases
}

// onContract makes application and order one about a contract that was made for the same end user.
func onContract(t *testing.T, h *house, o *caseOrder, orderType, kind string) {
	t.Helper()
	first := h.delivered(t, func(first *harness.Application) { first.EndUser = o.application.EndUser })
	o.own = first.LicenseIDs[0]
	about(&o.application, &o.sheet, orderType, kind, o.own)
}

// about changes an application and its order from a new contract to one that exists. What is added to one under its
// license ID is another product.
func about(a *harness.Application, o *harness.Order, orderType, kind, license string) {
	a.OrderType, a.SupportContact = orderType, nil
	a.Contract.StartMonth, a.Contract.LicenseID = "", license
	o.OrderType, o.Lines[0].Kind = orderType, kind
	if kind == "new" {
		o.Lines[0].ProductCode = "APXC"
	}
}

// mailCases are delivery_mail_undeliverable for each type of order: the server refuses the address at once.
func mailCases() []sendBackCase {
	const living = "living@customer.example"
	confirm := settlement{name: "confirm", do: confirmWith(mailDead, living), check: mailedTo(living)}
	cases := []sendBackCase{{
		name:    "dead address, new",
		prepare: func(_ *testing.T, _ *house, o *caseOrder) { o.die() },
		settle: []settlement{confirm, {name: "confirm another dead one first", check: mailedTo(living), do: func(t *testing.T, h *house, o *caseOrder) {
			confirmDead(t, h, o)
			h.confirm(t, o.number, mailDead, living)
		}}},
	}}
	for kind, orderType := range map[string]string{"renewal": "renewal", "new": "trsl_new"} {
		cases = append(cases, sendBackCase{
			name: "dead address, " + orderType, settle: []settlement{confirm},
			prepare: func(t *testing.T, h *house, o *caseOrder) {
				onContract(t, h, o, orderType, kind)
				o.die()
			},
		})
	}
	for i := range cases {
		cases[i].reasons = func(o *caseOrder) []reason {
			return []reason{{mailDead, o.application.Contract.DeliveryEmail, "", byConfirm}}
		}
	}
	return cases
}

// die makes the delivery address one that the mail server refuses.
func (o *caseOrder) die() {
	o.application.Contract.DeliveryEmail = fmt.Sprintf("%s%d.customer.example", refusedAddress, next())
}

// confirmDead confirms an address that is dead as well: the order comes back with that one.
func confirmDead(t *testing.T, h *house, o *caseOrder) {
	t.Helper()
	second := fmt.Sprintf("%ssecond%d.customer.example", refusedAddress, next())
	h.confirm(t, o.number, mailDead, second)
	v := h.awaitSentBack(t, o.number, 2)
	if want := []reason{{mailDead, second, "", byConfirm}}; !slices.Equal(v.SendBacks[0].Reasons, want) {
		t.Errorf("sent back for %+v, want %+v", v.SendBacks[0].Reasons, want)
	}
}

func cancelledAndTold(t *testing.T, h *house, o *caseOrder, v orderView) {
	t.Helper()
	freed(t, h, o, v)
	told := h.awaitMail(t, "orders@seller.example", o.number, "取り消し")
	if !strings.Contains(told.body.Text, v.CancelReason) {
		t.Errorf("the mail does not say why: %s", told.body.Text)
	}
}

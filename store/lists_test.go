package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// pages reads a list page by page, three rows each, and gives what key gives.
func pages[T any](t *testing.T, read func(store.Page) ([]T, string, error), key func(T) string) []string {
	t.Helper()
	var keys []string
	p := store.Page{Limit: 3}
	for range 100 {
		rows, next, err := read(p)
		must(t, err)
		if len(rows) > 3 {
			t.Fatalf("a page has %d rows", len(rows))
		}
		for _, r := range rows {
			keys = append(keys, key(r))
		}
		if next == "" {
			return keys
		}
		p.Cursor = next
	}
	t.Fatal("the list does not end")
	return nil
}

func TestListsOfOrders(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		var numbers []string
		for i := range 8 {
			change := func(*models.Application) {}
			if i%2 == 0 {
				change = months(24)
			}
			o := h.enter(h.application(change).ReceiptNumber, h.sheet(line("CSSP", 10+i), line("TXSL", 1)))
			numbers = append(numbers, o.OrderNumber)
			if i%2 == 0 {
				h.run(o) // several in the same moment: the row tells them apart
			}
			if i%4 == 3 {
				h.clock.pass(day)
			}
		}
		list := func(f store.OrderFilter) []string {
			got := pages(t, func(p store.Page) ([]store.OrderRow, string, error) { return h.Orders(ctx, h.staff, f, p) },
				func(r store.OrderRow) string { return r.OrderNumber })
			n, err := h.CountOrders(ctx, h.staff, f)
			must(t, err)
			equal(t, fmt.Sprintf("count of %+v", f), n, int64(len(got)))
			return got
		}
		at := func(indexes ...int) (list []string) {
			for _, i := range indexes {
				list = append(list, numbers[i])
			}
			return list
		}
		sameList(t, "all, newest first", list(store.OrderFilter{}), at(7, 6, 5, 4, 3, 2, 1, 0))
		sameList(t, "all, oldest first", list(store.OrderFilter{OldestFirst: true}), at(0, 1, 2, 3, 4, 5, 6, 7))
		sentBack := store.OrderFilter{Statuses: []models.OrderStatus{models.OrderSentBack}, OldestFirst: true}
		sameList(t, "sent back, longest waiting first", list(sentBack), at(0, 2, 4, 6))
		// Answered and sent back again it waits anew.
		o := h.order(numbers[0])
		h.reapply(o, h.application(months(36)).ReceiptNumber)
		h.run(o)
		sameList(t, "after one waits anew", list(sentBack), at(2, 4, 6, 0))
		sameList(t, "for the reseller", list(store.OrderFilter{WaitingFor: models.WaitingForReseller, OldestFirst: true}), at(2, 4, 6, 0))
		sameList(t, "with a reason", list(store.OrderFilter{Reason: models.ReasonTerm}), at(6, 4, 2, 0))
		sameList(t, "with another", list(store.OrderFilter{Reason: models.ReasonCredits}), nil)
		sameList(t, "first day", list(store.OrderFilter{From: models.NewDate(2026, 6, 10), To: models.NewDate(2026, 6, 10)}), at(3, 2, 1, 0))
		sameList(t, "from the second", list(store.OrderFilter{From: models.NewDate(2026, 6, 11)}), at(7, 6, 5, 4))
		sameList(t, "by number", list(store.OrderFilter{Query: strings.ToLower(numbers[5])}), at(5))
		sameList(t, "by PO number", list(store.OrderFilter{Query: h.order(numbers[3]).PONumber}), at(3))
		sameList(t, "by receipt", list(store.OrderFilter{Query: h.detail(numbers[1]).Application.ReceiptNumber}), at(1))
		equal(t, "by name", len(list(store.OrderFilter{Query: "ﾐﾎﾝ"})), 0)
		equal(t, "by part of the name", len(list(store.OrderFilter{Query: "本商"})), 8)
		equal(t, "by a pattern", len(list(store.OrderFilter{Query: "%"})), 0)
		equal(t, "by reseller", len(list(store.OrderFilter{ResellerID: h.reseller.ID + 1})), 0)
		equal(t, "by type", len(list(store.OrderFilter{OrderType: models.OrderTypeRenewal})), 0)

		rows, _, err := h.Orders(ctx, h.staff, store.OrderFilter{}, store.Page{Limit: 1})
		must(t, err)
		equal(t, "lines", rows[0].LineCount, 2)
		equal(t, "amount", rows[0].Amount, int64(18*3000))
		equal(t, "reseller", rows[0].ResellerName, h.reseller.Name)
		_, _, err = h.Orders(ctx, h.staff, sentBack, store.Page{Cursor: "not a cursor"})
		wantField(t, err, "cursor", "cursor_malformed")
		_, _, err = h.Orders(ctx, h.staff, store.OrderFilter{}, store.Page{Cursor: "not a cursor"})
		wantField(t, err, "cursor", "cursor_malformed")
	})
}

func TestASheetThatWasReplacedDoesNotCount(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o := h.sentBack(h.application(months(24)), h.sheet(line("CSSP", 10), line("TXSL", 1)), models.ReasonTerm)
		l := line("CSSP", 7)
		l.Months = 24
		h.replace(o, h.sheet(l))
		rows, _, err := h.Orders(t.Context(), h.staff, store.OrderFilter{}, store.Page{})
		must(t, err)
		equal(t, "lines", rows[0].LineCount, 1)
		equal(t, "amount", rows[0].Amount, int64(7*3000))
		d := h.expectDelivered(o)
		equal(t, "holdings", len(d.Holdings), 1)
		h.sound()
	})
}

func TestOtherListsArePaged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for range 4 {
			h.delivered(h.application(), h.sheet())
		}
		id := func(n int64) string { return fmt.Sprint(n) }
		for what, got := range map[string][]string{
			"applications": pages(t, func(p store.Page) ([]models.Application, string, error) {
				return h.Applications(ctx, h.api, store.ApplicationFilter{Query: "見本商事", Status: models.ApplicationUsed, OrderType: models.OrderTypeNew}, p)
			}, func(a models.Application) string { return id(a.ID) }),
			"contracts": pages(t, func(p store.Page) ([]models.Contract, string, error) {
				return h.Contracts(ctx, store.ContractFilter{Query: "taro@customer.example.jp"}, p)
			}, func(c models.Contract) string { return id(c.ID) }),
			"mails": pages(t, func(p store.Page) ([]models.Mail, string, error) {
				return h.Mails(ctx, store.MailFilter{Kind: models.MailDeliveryID}, p)
			}, func(m models.Mail) string { return id(m.ID) }),
			"audit": pages(t, func(p store.Page) ([]models.AuditEntry, string, error) {
				return h.Audit(ctx, store.AuditFilter{Subject: "order", Action: "delivered", ActorName: "todoke"}, p)
			}, func(e models.AuditEntry) string { return id(e.ID) }),
		} {
			seen := map[string]bool{}
			for _, k := range got {
				seen[k] = true
			}
			equal(t, what+" listed", len(got), 4)
			equal(t, what+" listed once", len(seen), 4)
		}
	})
}

func TestCounts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		since := h.Now()
		h.clock.pass(day)
		sheet := h.sheet()
		sheet.Communication = "見てください"
		h.run(h.enter(h.application().ReceiptNumber, sheet))
		q, err := h.Queues(ctx)
		must(t, err)
		equal(t, "queues", q, store.Queues{ToCheck: 1, SentBack: 1})
		c, err := h.Counts(ctx)
		must(t, err)
		equal(t, "sent back", c.Orders[models.OrderSentBack], 1)
		equal(t, "checking", c.Orders[models.OrderChecking], 1)
		equal(t, "oldest waiting", c.OldestWaiting.Equal(since), true)
		equal(t, "outbox", c.OutboxWaiting, 4)
		if c.OutboxOldest == nil || c.Mails[models.MailQueued] != 2 {
			t.Errorf("oldest in the outbox %v, mails %v", c.OutboxOldest, c.Mails)
		}
		due, err := h.OutboxDue(ctx, 10)
		must(t, err)
		equal(t, "due", len(due), 4)
		must(t, h.OutboxFailed(ctx, due[0]))
		must(t, h.OutboxTold(ctx, due[1].ID))
		must(t, h.OutboxTold(ctx, due[1].ID))
		due, err = h.OutboxDue(ctx, 10)
		must(t, err)
		equal(t, "due after one failed and one was told", len(due), 2)
		h.clock.pass(day)
		due, err = h.OutboxDue(ctx, 10)
		must(t, err)
		equal(t, "due later", len(due), 3)
	})
}

func TestSearch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		a := h.application(endUser("株式会社髙﨑製作所"))
		o, license := h.delivered(a, h.sheet())
		h.delivered(h.application(endUser("北髙﨑物流㈱")), h.sheet())
		open := h.application(endUser("高崎観光"))
		d := h.detail(o.OrderNumber)
		code, err := h.ring.OpenCode(d.Holdings[0])
		must(t, err)
		search := func(typed string) store.Hits {
			hits, err := h.Search(ctx, typed, h.ring.CodeHash)
			must(t, err)
			return hits
		}
		for typed, exact := range map[string]string{
			o.OrderNumber: "order:" + o.OrderNumber,
			" " + strings.ToLower(o.OrderNumber[:4]) + "－" + o.OrderNumber[4:]: "order:" + o.OrderNumber,
			d.Shipment.DeliveryNumber: "order:" + o.OrderNumber,
			a.ReceiptNumber:           "application:" + a.ReceiptNumber,
			license:                   "contract:" + license,
			code:                      "contract:" + license,
			fullWidth(code):           "contract:" + license,
			o.PONumber:                "order:" + o.OrderNumber,
		} {
			equal(t, "exact for "+typed, search(typed).Exact, exact)
		}
		hits := search("㈱高崎")
		equal(t, "orders", len(hits.Orders), 2)
		equal(t, "same beginning before same inside", hits.Orders[0].OrderNumber, o.OrderNumber)
		equal(t, "contracts", len(hits.Contracts), 2)
		equal(t, "open applications", len(hits.Applications), 1)
		equal(t, "application", hits.Applications[0].ID, open.ID)
		equal(t, "reseller in the row", hits.Orders[0].ResellerName, h.reseller.Name)
		hits = search("delivery@customer.example.jp")
		equal(t, "orders by mail address", len(hits.Orders), 2)
		for _, nothing := range []string{"", " ", "%", "_", "-", "' OR 1=1 --", strings.Repeat("あ", 400), "存在しない"} {
			hits := search(nothing)
			equal(t, "hits for "+nothing, len(hits.Orders)+len(hits.Applications)+len(hits.Contracts), 0)
		}
		hits, err = h.Search(ctx, code, nil)
		must(t, err)
		equal(t, "code without a key ring", hits.Exact, "")
	})
}

// fullWidth types a text the way Japanese keyboards do when set so.
func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, s)
}

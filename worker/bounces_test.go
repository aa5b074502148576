package worker_test

import (
	"context"
	"net"
	"net/smtp"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/bounce"
	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
)

// returns is what the house receives bounces with: a listener over SMTP, behind
// which are the real route, the real database and the real outbox.
type returns struct {
	*house.House
	t       *testing.T
	address string
}

func receive(t *testing.T, h *house.House) *returns {
	t.Helper()
	server, err := inbound.New(inbound.Options{
		Domains: []string{house.MailDomain},
		Routes: []inbound.Route{bounce.Route(h.Ring, func(ctx context.Context, r models.BounceReport) (bool, error) {
			done, err := h.RecordBounce(ctx, r)
			h.Outbox.Tell(done.OutboxID)
			return done.Repeated, err
		})},
	})
	house.Must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	house.Must(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		house.Must(t, server.Shutdown(context.Background()))
		house.Must(t, <-served)
	})
	return &returns{House: h, t: t, address: listener.Addr().String()}
}

// comesBack has a mail that arrived in the mailbox come back to its envelope
// sender, as the report of the given name in the corpus.
func (r *returns) comesBack(report string, m models.Mail) {
	r.t.Helper()
	content, err := os.ReadFile("../mail/bounce/testdata/reports/" + report + ".eml")
	house.Must(r.t, err)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		for _, arrived := range r.Mailbox.Messages() {
			if arrived.MessageID == m.MessageID {
				text := strings.NewReplacer("{{return_path}}", arrived.From, "{{recipient}}", m.Recipient, "{{message_id}}", m.MessageID).Replace(string(content))
				house.Must(r.t, smtp.SendMail(r.address, nil, "", []string{arrived.From}, []byte(text)))
				return
			}
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the %s mail did not arrive", m.Kind)
		}
	}
}

// queued waits until an order has a mail of a kind.
func (r *returns) queued(number string, kind models.MailKind) models.Mail {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); r.MailsOf(number, kind) == 0 && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	return r.MailOf(number, kind)
}

func (r *returns) arrivedAt(address string) int {
	n := 0
	for _, m := range r.Mailbox.Messages() {
		for _, to := range m.To {
			if strings.EqualFold(to, address) {
				n++
			}
		}
	}
	return n
}

func (r *returns) openTasks(number string) []models.TaskKind {
	r.t.Helper()
	var kinds []models.TaskKind
	for _, task := range r.Detail(number).Tasks {
		if task.ClosedAt == nil {
			kinds = append(kinds, task.Kind)
		}
	}
	return kinds
}

func (r *returns) wantSentBackForAddress(number string) {
	r.t.Helper()
	d := r.Detail(number)
	open := d.SendBacks[len(d.SendBacks)-1]
	if len(open.Reasons) != 1 || open.Reasons[0].Code != models.ReasonDeliveryMail {
		r.t.Errorf("%s is sent back for %+v", number, open.Reasons)
	}
	if d.Shipment != nil || d.Order.ContractID != nil {
		r.t.Errorf("%s is sent back and registered", number)
	}
}

// confirm answers a send-back with an address.
func (r *returns) confirm(o models.Order, address string) {
	r.t.Helper()
	d, err := r.ConfirmOrder(r.t.Context(), r.Staff, house.Decide(o), []store.Confirm{{Code: models.ReasonDeliveryMail, Value: address}})
	r.Told(r.t, d, err)
}

const corrected = "atarashii@customer.example.jp"

// TestMailsThatComeBack carries orders past every kind of bounce, with a real
// server, real SMTP in both directions and the real clock.
func TestMailsThatComeBack(t *testing.T) {
	t.Parallel()
	for _, dialect := range house.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			c := house.Dial(t)
			h := house.New(t, house.Options{Dialect: dialect, Temporal: c, Rules: func(r *models.Rules) { r.Grace = 10 * time.Second }})
			h.Clock.Follow(time.Now)
			h.Work(t, c, time.Second)
			r := receive(t, h)
			o := r.inGraceTime()
			r.afterDelivery(o)
			r.toDeadAddress(o)
			h.Sound()
			wantNobodyIn(t, h, c, o.WorkflowID())
			over(t, c, o.WorkflowID())
		})
	}
}

// inGraceTime has an order come back for its address, and go on with another.
func (r *returns) inGraceTime() models.Order {
	o := enter(r.t, r.House)
	r.comesBack("postfix-mailbox-full", r.queued(o.OrderNumber, models.MailOrderAccepted))
	r.AwaitStatus(r.t, o.OrderNumber, models.OrderSentBack)
	r.wantSentBackForAddress(o.OrderNumber)
	census := r.Census()
	for _, table := range []string{"contracts", "shipments", "holdings"} {
		if n := census["rows of "+table]; n != 0 {
			r.t.Errorf("%d %s are there", n, table)
		}
	}
	r.confirm(o, corrected)
	o = r.AwaitStatus(r.t, o.OrderNumber, models.OrderDelivered)
	if n := r.arrivedAt(corrected); n != 3 {
		r.t.Errorf("%d mails arrived at the corrected address, want 3", n)
	}
	return o
}

// afterDelivery has mails of a delivered order come back: it stays delivered,
// staff have a task for each, and the dead address is marked.
func (r *returns) afterDelivery(o models.Order) {
	r.comesBack("postfix-mailbox-full", r.MailOf(o.OrderNumber, models.MailOrderAccepted))
	if marked, err := r.MarkedAddresses(r.t.Context(), corrected); err != nil || len(marked) != 0 {
		r.t.Errorf("a full mailbox is marked: %v %v", marked, err)
	}
	r.comesBack("postfix-unknown-user", r.MailOf(o.OrderNumber, models.MailDeliveryID))
	if got := r.Order(o.OrderNumber).Status; got != models.OrderDelivered {
		r.t.Errorf("the order is %s", got)
	}
	open := r.openTasks(o.OrderNumber)
	if len(open) != 2 || open[0] != models.TaskDeliveryFailed || open[1] != models.TaskDeliveryFailed {
		r.t.Errorf("open tasks are %v", open)
	}
	if marked, err := r.MarkedAddresses(r.t.Context(), corrected); err != nil || len(marked) != 1 {
		r.t.Errorf("marked: %v %v", marked, err)
	}
}

// toDeadAddress has more mails go to the marked address: none leaves, and each
// ends as a refused one does. When staff clear the mark, mails go there again.
func (r *returns) toDeadAddress(o models.Order) {
	before := r.arrivedAt(corrected)
	told, err := r.RequestPassword(r.t.Context(), r.Staff, r.Detail(o.OrderNumber).Shipment.DeliveryNumber)
	house.Must(r.t, err)
	r.Outbox.Tell(told)
	second := enter(r.t, r.House, func(a *models.Application) { a.DeliveryEmail = strings.ToUpper(corrected) })
	r.AwaitStatus(r.t, second.OrderNumber, models.OrderSentBack)
	r.wantSentBackForAddress(second.OrderNumber)
	r.awaitMail(o.OrderNumber, models.MailPasswordAgain, models.MailFailed)
	if n := len(r.openTasks(o.OrderNumber)); n != 3 {
		r.t.Errorf("%d tasks are open on %s, want 3", n, o.OrderNumber)
	}
	if n := r.arrivedAt(corrected); n != before {
		r.t.Errorf("%d mails went to the dead address", n-before)
	}

	// While the mark stands, the address is no answer.
	_, err = r.ConfirmOrder(r.t.Context(), r.Staff, house.Decide(second), []store.Confirm{{Code: models.ReasonDeliveryMail, Value: corrected}})
	if !models.IsKind(err, models.KindInvalid) {
		r.t.Errorf("a dead address given again is answered with %v", err)
	}
	marks, _, err := r.AddressMarks(r.t.Context(), corrected, store.Page{})
	house.Must(r.t, err)
	house.Must(r.t, r.ClearAddressMark(r.t.Context(), r.Staff, marks[0].ID, "the recipient says that it works"))
	again, err := r.RequestPassword(r.t.Context(), r.Staff, r.Detail(o.OrderNumber).Shipment.DeliveryNumber)
	house.Must(r.t, err)
	r.Outbox.Tell(again)
	r.awaitMail(o.OrderNumber, models.MailPasswordAgain, models.MailSent)
	// Nothing was sent to it about this order yet, so the same address may be given.
	r.confirm(second, strings.ToUpper(corrected))
	r.AwaitStatus(r.t, second.OrderNumber, models.OrderDelivered)
	if n := r.arrivedAt(corrected); n != before+1+3 { // the password, and the second order's three
		r.t.Errorf("%d mails went to the address once it was cleared, want 4", n-before)
	}
}

func (r *returns) awaitMail(number string, kind models.MailKind, status models.MailStatus) {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		m := r.MailOf(number, kind)
		if m.Status == status {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("the %s mail of %s is %s", kind, number, m.Status)
		}
	}
}

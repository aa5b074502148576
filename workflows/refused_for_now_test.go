package workflows_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/histories/house"
)

// deferring lets the mailbox put mails to the delivery address off, from the n-th
// on, until it is told to stop.
func (j *journey) deferring(from int64) (stop func()) {
	var asked atomic.Int64
	var stopped atomic.Bool
	j.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && to == house.DeliveryAddress && asked.Add(1) >= from && !stopped.Load() {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	return func() { stopped.Store(true) }
}

// arrived counts what came to an address.
func (j *journey) arrived(address string) int {
	n := 0
	for _, m := range j.Mailbox.Messages() {
		if slices.Contains(m.To, address) {
			n++
		}
	}
	return n
}

// TestCancelledWhileTheMailServerIsBusy cancels an order whose order-accepted mail
// is put off: nobody is told any more that it was accepted.
func TestCancelledWhileTheMailServerIsBusy(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	stop := j.deferring(1)
	j.at(2*time.Minute, func() { j.cancel(j.Staff) })
	j.at(3*time.Minute, stop)
	j.finish(models.OrderCancelled)
	if n := j.arrived(house.DeliveryAddress); n != 0 {
		t.Errorf("%d mails about a cancelled order arrive", n)
	}
	if n := j.arrived(j.Reseller.Email); n != 1 {
		t.Errorf("the reseller is told %d times, want once", n)
	}
}

// TestRedirectedWhileTheMailServerIsBusy redirects a delivery whose mails are put
// off: the old address gets neither of them, and never the new password.
func TestRedirectedWhileTheMailServerIsBusy(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	stop := j.deferring(2)
	const other = "nouhin2@customer.example.jp"
	j.at(12*time.Minute, func() {
		j.decided(j.RedirectDelivery(context.Background(), j.Staff, house.Decide(j.order), other))
	})
	j.at(13*time.Minute, stop)
	j.finish(models.OrderDelivered)
	if n := j.arrived(house.DeliveryAddress); n != 1 {
		t.Errorf("%d mails arrive at the old address, want the order-accepted mail alone", n)
	}
	if n := j.arrived(other); n != 2 {
		t.Errorf("%d mails arrive at the new address, want two", n)
	}
}

// TestDeliveredOnceTheMailServerIsBack puts everything off for a while.
func TestDeliveredOnceTheMailServerIsBack(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	j.at(4*time.Minute, j.deferring(1))
	j.finish(models.OrderDelivered)
	j.wantMails(delivery(nil))
	if n := j.arrived(house.DeliveryAddress); n != 3 {
		t.Errorf("%d mails arrive, want three", n)
	}
}

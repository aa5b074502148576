package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
	"pgregory.net/rapid"
)

// passwords is a model of what delivery.md promises about one delivery's
// password, beside the real rows: which password lets in, and until when.
type passwords struct {
	*house
	t *rapid.T

	order   models.Order
	version int        // the password that counts
	until   *time.Time // when its days are over; nil while no mail of it is out
	queued  []queuedPassword
	resends []models.Resend // that wait for staff
}

// queuedPassword is a mail that waits to be sent, and what it tells.
type queuedPassword struct {
	mail    int64
	version int
	tells   bool // the password, not the ID
}

// lastMoment is the model's own reckoning of the days: the end of the last in Japan.
func lastMoment(sent time.Time, days int) time.Time {
	tokyo := time.FixedZone("JST", 9*60*60)
	y, m, d := sent.In(tokyo).Date()
	return time.Date(y, m, d+days+1, 0, 0, 0, 0, tokyo)
}

// check compares: the password that counts lets in exactly while the model says
// so, and no older or newer one ever does.
func (p *passwords) check() {
	p.t.Helper()
	s := p.shipment(p.order)
	usable := s.PasswordUsable(p.Now(), p.Rules().PasswordDays)
	want := p.until != nil && p.Now().Before(*p.until)
	if s.PasswordVersion != p.version || usable != want {
		p.t.Fatalf("at %s version %d lets in: %v; want version %d: %v", p.Now(), s.PasswordVersion, usable, p.version, want)
	}
	right := p.password(s)
	for version := 1; version <= p.version+1; version++ {
		other := s
		other.PasswordVersion = version
		if (p.password(other) == right) != (version == p.version) {
			p.t.Fatalf("the password of version %d is that of version %d", version, p.version)
		}
	}
}

// checkAll looks at everything that is kept, which takes too long after every step.
func (p *passwords) checkAll() {
	p.t.Helper()
	broken, err := p.Invariants(p.house.t.Context())
	p.must(err)
	for _, v := range broken {
		p.t.Fatalf("invariant %s is broken %d times, for example %s", v.Name, v.Count, v.Example)
	}
}

func (p *passwords) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%v (%s)", err, causes(err))
	}
}

// next is the model of making a new password.
func (p *passwords) next() {
	p.version++
	p.until = nil
}

// reissue asks for the password on the delivery site.
func (p *passwords) reissue() {
	expired := p.until != nil && !p.Now().Before(*p.until)
	outbox, err := p.RequestPassword(p.house.t.Context(), models.Process, p.shipment(p.order).DeliveryNumber)
	p.must(err)
	if outbox == 0 {
		return // three a day
	}
	if expired {
		p.next()
	}
	entry, err := p.OutboxEntry(p.house.t.Context(), outbox)
	p.must(err)
	p.queued = append(p.queued, queuedPassword{entry.SubjectID, p.version, true})
}

// askResend asks for a resend, by form or by staff.
func (p *passwords) askResend() {
	request, actor := p.wish(p.order.OrderNumber), models.Process
	switch rapid.SampledFrom([]string{"form", "odd form", "staff", "api"}).Draw(p.t, "source") {
	case "odd form":
		request.ResendTo = "elsewhere@customer.example.jp"
	case "staff":
		request, actor = models.ResendRequest{Source: models.ResendByStaff, Reference: p.order.OrderNumber, Reason: "電話"}, p.staff
	case "api":
		request, actor = models.ResendRequest{Source: models.ResendByAPI, Reference: p.order.OrderNumber}, p.api
	}
	r, _, err := p.RequestResend(p.house.t.Context(), actor, request)
	p.must(err)
	state, err := p.AdvanceResend(p.house.t.Context(), r.ID)
	p.must(err)
	p.approved(r, state)
}

// approved notes what became of a resend that was looked at or decided.
func (p *passwords) approved(r models.Resend, state models.ResendProgress) {
	switch state.Status {
	case models.ResendApproved:
		p.next()
		for i, id := range state.Mails {
			p.queued = append(p.queued, queuedPassword{id, p.version, i == 1})
		}
	case models.ResendReviewing:
		p.resends = append(p.resends, r)
	}
}

// decide approves or refuses a resend that waits for staff.
func (p *passwords) decide() {
	if len(p.resends) == 0 {
		return
	}
	r := p.resends[0]
	p.resends = p.resends[1:]
	d := store.DecideResend{ResendNumber: r.ResendNumber, Note: "判断"}
	if rapid.Bool().Draw(p.t, "refuse") {
		_, err := p.RefuseResend(p.house.t.Context(), p.staff, d)
		p.must(err)
		return
	}
	_, err := p.ApproveResend(p.house.t.Context(), p.staff, d)
	p.must(err)
	state, err := p.AdvanceResend(p.house.t.Context(), r.ID)
	p.must(err)
	p.approved(r, state)
}

// sendOne sends a mail that waits, whichever; one that became wrong does not go.
func (p *passwords) sendOne() {
	if len(p.queued) == 0 {
		return
	}
	i := rapid.IntRange(0, len(p.queued)-1).Draw(p.t, "mail")
	q := p.queued[i]
	p.queued = append(p.queued[:i:i], p.queued[i+1:]...)
	m, claimed, err := p.ClaimMail(p.house.t.Context(), q.mail, time.Minute)
	p.must(err)
	if claimed != (q.version == p.version) {
		p.t.Fatalf("mail %s of version %d goes: %v, while version %d counts", m.Kind, q.version, claimed, p.version)
	}
	if !claimed {
		return
	}
	if rapid.Bool().Draw(p.t, "a newer one is made meanwhile") {
		p.askResend()
	}
	facts, err := p.MailFacts(p.house.t.Context(), q.mail)
	p.must(err)
	if facts.Shipment.PasswordVersion != q.version {
		p.t.Fatalf("mail %s tells version %d, not %d", m.Kind, facts.Shipment.PasswordVersion, q.version)
	}
	outcome := rapid.SampledFrom([]models.MailStatus{models.MailSent, models.MailSent, models.MailFailed, models.MailUnknown, models.MailQueued}).Draw(p.t, "outcome")
	kept, err := p.FinishMail(p.house.t.Context(), q.mail, outcome, "250 ok")
	p.must(err)
	switch {
	case kept.Status == models.MailQueued:
		p.queued = append(p.queued, q)
	case kept.Status != models.MailFailed && q.tells && q.version == p.version && p.until == nil:
		until := lastMoment(p.Now(), p.Rules().PasswordDays)
		p.until = &until
	}
}

// finishResends lets the processes of resends look after their mails.
func (p *passwords) finishResends() {
	filter := store.ResendFilter{Statuses: []models.ResendStatus{models.ResendApproved}, ShipmentID: p.shipment(p.order).ID}
	list, _, err := p.Resends(p.house.t.Context(), filter, store.Page{Limit: 200})
	p.must(err)
	for _, r := range list {
		state, err := p.FinishResend(p.house.t.Context(), r.ID)
		p.must(err)
		if state.Status == models.ResendReviewing {
			p.resends = append(p.resends, r)
		}
	}
}

// wait lets time pass: moments, days, and to both sides of the last midnight.
func (p *passwords) wait() {
	switch rapid.SampledFrom([]string{"minutes", "days", "months", "before the end", "the end"}).Draw(p.t, "time") {
	case "minutes":
		p.clock.pass(time.Duration(rapid.IntRange(1, 300).Draw(p.t, "minutes")) * time.Minute)
	case "days":
		p.clock.pass(time.Duration(rapid.IntRange(1, 5).Draw(p.t, "days")) * day)
	case "months":
		p.clock.pass(time.Duration(rapid.IntRange(80, 100).Draw(p.t, "days")) * day)
	case "before the end":
		if p.until != nil && p.Now().Before(p.until.Add(-time.Second)) {
			p.clock.pass(p.until.Add(-time.Second).Sub(p.Now()))
		}
	case "the end":
		if p.until != nil && p.Now().Before(*p.until) {
			p.clock.pass(p.until.Sub(p.Now()))
		}
	}
}

// No sequence of reissues, resends, decisions, mails that fail, expiry and clock
// steps lets an old password in or leaves a valid one out.
func TestPasswordsNeverComeBack(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, migrated.Database(t, dialect), rules(t))
			rapid.Check(t, func(rt *rapid.T) {
				o, _ := h.delivered(h.application(), h.sheet())
				until := lastMoment(*h.shipment(o).PasswordSentAt, h.Rules().PasswordDays)
				p := &passwords{house: h, t: rt, order: o, version: 1, until: &until}
				steps := map[string]func(){
					"reissue": p.reissue, "resend": p.askResend, "decide": p.decide, "send": p.sendOne, "send more": p.sendOne,
					"finish": p.finishResends, "wait": p.wait,
				}
				names := []string{"reissue", "resend", "decide", "send", "send more", "finish", "wait"}
				p.check()
				for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
					steps[rapid.SampledFrom(names).Draw(rt, fmt.Sprintf("step %d", i))]()
					p.check()
				}
				p.checkAll()
			})
		})
	}
}

// The last day in Japan, to the second, whatever the hour of the mail.
func TestPasswordsLastMidnight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := noon.Add(time.Duration(rapid.Int64Range(0, 3*365*24*3600).Draw(t, "seconds")) * time.Second)
		days := rapid.IntRange(1, 400).Draw(t, "days")
		end := lastMoment(sent, days)
		s := models.Shipment{PasswordSentAt: &sent}
		if !s.PasswordUsable(end.Add(-time.Nanosecond), days) || s.PasswordUsable(end, days) {
			t.Fatalf("a password of %s works for %d days until %s, want %s", sent, days, models.PasswordEnds(sent, days), end)
		}
	})
}

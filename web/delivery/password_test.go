package delivery_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/delivery"
	"pgregory.net/rapid"
)

func (v *visitor) askForPassword(number string) answer {
	v.t.Helper()
	return v.post("/delivery/password", url.Values{"number": {number}})
}

// again lists the mails that brought a password once more.
func (h *house) again() []models.Mail {
	h.t.Helper()
	mails, _, err := h.store.Mails(h.t.Context(), store.MailFilter{Kind: models.MailPasswordAgain}, store.Page{Limit: 100})
	must(h.t, err)
	return mails
}

func TestPasswordIsMailedToTheAddressOnRecord(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", newLine())
		v := h.visitor()
		told := h.told.Load()
		v.post("/delivery/password", url.Values{"number": {" " + p.number[:4] + "-" + p.number[4:]}, "email": {"stranger@example.com"}}).leadsTo("/delivery/password/sent")
		equal(t, "told at once", h.told.Load()-told, 1)
		mails := h.again()
		equal(t, "mails", len(mails), 1)
		equal(t, "recipient", mails[0].Recipient, "delivery@customer.example.jp")
		h.mailAll()
		equal(t, "version", h.shipment(p.number).PasswordVersion, 1)
		v.enter(p) // the same one, while it is valid
	})
}

// Known, unknown, not delivered, too often asked for: the same answer, and the
// page behind it says nothing of the number.
func TestAskingForPasswordsIsAnsweredAlike(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	o := h.entered("遅い株式会社", "", newLine())
	h.run(o, false)
	unsent, err := h.store.ShipmentByOrder(t.Context(), o.ID)
	must(t, err)
	want := likeness(h.visitor().askForPassword("SHPC0000000"), "SHPC0000000")
	for i := range 5 { // three are mailed
		a := h.visitor().askForPassword(p.number)
		if got := likeness(a, p.number); got != want {
			t.Errorf("request %d is answered differently from one for an unknown number:\n%s\n--- instead of\n%s", i+1, got, want)
		}
	}
	if got := likeness(h.visitor().askForPassword(unsent.DeliveryNumber), unsent.DeliveryNumber); got != want {
		t.Errorf("a delivery that is not out yet is answered differently:\n%s", got)
	}
	equal(t, "mails", len(h.again()), 3)
	page := h.visitor().get("/delivery/password/sent").want(http.StatusOK)
	contains(t, "the page", page.text("main"), "ご入力の納品番号が登録されている場合", "メーリングリスト")

	h.clock.pass(day)
	h.visitor().askForPassword(p.number)
	equal(t, "mails on the next day", len(h.again()), 4)
}

func TestAskingIsLimitedByClient(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor("203.0.113.9")
	for i := range 20 {
		v.askForPassword(fmt.Sprintf("SHPC%07d", i)).leadsTo("/delivery/password/sent")
	}
	known, unknown := v.askForPassword(p.number), v.askForPassword("SHPC0000000")
	known.want(http.StatusTooManyRequests)
	if likeness(known, p.number) != likeness(unknown, "SHPC0000000") {
		t.Error("being limited differs for known and unknown numbers")
	}
	typed, _ := known.doc.Find("#number").Attr("value")
	equal(t, "number kept", typed, p.number)
	equal(t, "mails", len(h.again()), 0)
	h.visitor("203.0.113.10").askForPassword(p.number).leadsTo("/delivery/password/sent")
	equal(t, "mails", len(h.again()), 1)
	h.clock.pass(time.Hour + time.Second)
	v.askForPassword(p.number).leadsTo("/delivery/password/sent")

	a := v.askForPassword(" － ").want(http.StatusUnprocessableEntity)
	equal(t, "at the number", a.text("#number-wrong"), "入力してください。")
}

// truth is which password a delivery has, as delivery.md says.
type truth struct {
	version   int
	sentAt    time.Time // zero while its mail is not out
	mailed    bool
	requests  []time.Time
	passwords []string // by version
}

func (m *truth) valid(now time.Time) bool {
	if !m.mailed {
		return false
	}
	sent := m.sentAt.In(models.Tokyo)
	return now.Before(time.Date(sent.Year(), sent.Month(), sent.Day()+91, 0, 0, 0, 0, models.Tokyo))
}

// asked says what a request for the password does, and whether it mails one.
func (m *truth) asked(now time.Time) bool {
	today := 0
	there := now.In(models.Tokyo)
	midnight := time.Date(there.Year(), there.Month(), there.Day(), 0, 0, 0, 0, models.Tokyo)
	for _, at := range m.requests {
		if !at.Before(midnight) {
			today++
		}
	}
	if today >= 3 {
		return false
	}
	m.requests = append(m.requests, now)
	if m.mailed && !m.valid(now) {
		m.version, m.mailed = m.version+1, false
	}
	return true
}

// Whatever people ask for, whenever, and however the clock steps: the one
// password that is valid signs in, no other does, and sessions of others are over.
func TestNoSequenceLetsAnOldPasswordIn(t *testing.T) {
	h := newHouse(t, func(o *delivery.Options) { o.Idle = 100000 * day })
	attempts := 0
	// Everybody comes from an address of their own, so that no limit answers instead.
	stranger := func() *visitor {
		attempts++
		return h.visitor(fmt.Sprintf("10.%d.%d.%d", attempts>>16, attempts>>8&0xff, attempts&0xff))
	}
	rapid.Check(t, func(t *rapid.T) {
		p := h.delivered("見本商事株式会社", "", newLine())
		m := &truth{version: 1, sentAt: *h.shipment(p.number).PasswordSentAt, mailed: true, passwords: []string{p.password}}
		insiders := map[int]*visitor{}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"ask", "ask", "mail", "mail", "days", "hours", "back", "edge"}).Draw(t, "step") {
			case "ask":
				before, mails := h.told.Load(), m.asked(h.clock.Now())
				stranger().askForPassword(p.number).want(http.StatusSeeOther)
				if h.told.Load() > before != mails {
					t.Fatalf("a mail is queued: %v, want %v", !mails, mails)
				}
			case "mail":
				if h.mailAll() > 0 && !m.mailed {
					m.mailed, m.sentAt = true, h.clock.Now()
				}
			case "days":
				h.clock.pass(time.Duration(rapid.IntRange(1, 100).Draw(t, "days")) * day)
			case "hours":
				h.clock.pass(time.Duration(rapid.IntRange(1, 48*60).Draw(t, "minutes")) * time.Minute)
			case "back":
				h.clock.pass(-time.Duration(rapid.IntRange(1, 24*60).Draw(t, "minutes back")) * time.Minute)
			case "edge": // the last second, or the first one after
				sent := m.sentAt.In(models.Tokyo)
				end := time.Date(sent.Year(), sent.Month(), sent.Day()+91, 0, 0, 0, 0, models.Tokyo)
				h.clock.set(end.Add(time.Duration(rapid.IntRange(-1, 0).Draw(t, "second")) * time.Second))
			}
			check(t, h, p, m, insiders, stranger)
		}
	})
}

// check holds the site to the truth.
func check(t *rapid.T, h *house, p parcel, m *truth, insiders map[int]*visitor, stranger func() *visitor) {
	shipment := h.shipment(p.number)
	if shipment.PasswordVersion != m.version {
		t.Fatalf("the password's version is %d, want %d", shipment.PasswordVersion, m.version)
	}
	if len(m.passwords) < m.version {
		m.passwords = append(m.passwords, h.password(shipment))
	}
	for i, password := range m.passwords {
		version := i + 1
		want := version == m.version && m.valid(h.clock.Now())
		v := stranger()
		if got := v.signIn(p.number, password).in(); got != want {
			t.Fatalf("version %d of %d, mailed at %s (%v), signs in at %s: %v, want %v", version, m.version, m.sentAt, m.mailed, h.clock.Now(), got, want)
		}
		if insiders[version] == nil && want {
			insiders[version] = v
		} else if in := insiders[version]; in != nil {
			if got := in.get("/delivery").status == http.StatusOK; got != want {
				t.Fatalf("a session of version %d of %d goes on at %s: %v, want %v", version, m.version, h.clock.Now(), got, want)
			}
			if !want {
				delete(insiders, version) // over for good, even if the clock steps back
			}
		}
	}
}

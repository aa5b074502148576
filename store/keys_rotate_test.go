package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
)

// keysInUse gives the numbers of the keys that rows name.
func (h *house) keysInUse() []int {
	h.t.Helper()
	uses, err := h.KeysInUse(h.t.Context())
	must(h.t, err)
	numbers := make([]int, 0, len(uses))
	for _, u := range uses {
		numbers = append(numbers, u.Number)
	}
	return numbers
}

// rings are those of an installation before, while and after its key is changed.
type rings struct{ before, both, after *keys.Ring }

func newRings(t *testing.T) rings {
	t.Helper()
	var texts [2]string
	for i := range texts {
		var err error
		texts[i], err = keys.Generate(i + 1)
		must(t, err)
	}
	parsed := func(text string) *keys.Ring {
		r, err := keys.Parse(text)
		must(t, err)
		return r
	}
	return rings{parsed(texts[0]), parsed(texts[0] + "," + texts[1]), parsed(texts[1])}
}

// eachRotation gives a house whose rows are made under key 1, and the store as a
// process with key 2 has it.
func eachRotation(t *testing.T, test func(t *testing.T, h *house, newer *store.Store, r rings)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range migrated.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			url, r := migrated.Database(t, dialect), newRings(t)
			h := newHouse(t, url, rules(t))
			h.ring = r.before
			newer, err := store.Open(t.Context(), store.Options{URL: url, Rules: rules(t), Installation: "test", Clock: h.clock.Now, Key: 2})
			must(t, err)
			t.Cleanup(func() { must(t, newer.Close()) })
			test(t, h, newer, r)
		})
	}
}

// codes opens the codes of all holdings, by holding.
func (h *house) codes(ring *keys.Ring) map[int64]string {
	h.t.Helper()
	open := map[int64]string{}
	for _, holding := range h.holdings() {
		code, err := ring.OpenCode(holding)
		must(h.t, err)
		open[holding.ID] = code
	}
	return open
}

func (h *house) holdings() []models.Holding {
	h.t.Helper()
	var list []models.Holding
	for _, row := range h.rows("SELECT id, code_key, code_cipher FROM holdings WHERE code_cipher IS NOT NULL ORDER BY id") {
		var holding models.Holding
		_, err := fmt.Sscan(row[0]+" "+row[1], &holding.ID, &holding.CodeKey)
		must(h.t, err)
		holding.CodeCipher = []byte(row[2])
		list = append(list, holding)
	}
	return list
}

func (h *house) rows(statement string) [][]string {
	h.t.Helper()
	db, err := h.DB()
	must(h.t, err)
	return query(h.t, db, statement)
}

func (h *house) exec(statement string, args ...any) {
	h.t.Helper()
	db, err := h.DB()
	must(h.t, err)
	_, err = db.ExecContext(h.t.Context(), statement, args...)
	must(h.t, err)
}

func (h *house) rotate(ring store.KeyRing) store.Rotated {
	h.t.Helper()
	done, err := h.RotateKeys(h.t.Context(), models.Process, store.Rotating{Keys: ring, Batch: 2})
	must(h.t, err)
	return done
}

// withSecond prepares the second step of the contact's account.
func (h *house) withSecond(ring *keys.Ring, secret string) models.Account {
	h.t.Helper()
	a := h.portalAccount()
	sealed, key, err := ring.SealSecond(a.ID, []byte(secret))
	must(h.t, err)
	must(h.t, h.PrepareSecondStep(h.t.Context(), a.ID, sealed, key))
	return h.portalAccount()
}

// Further codes are moved too; a link that was mailed works until it ends, and one
// that is sent once more has the newest key.
func TestKeysOfFurtherCodes(t *testing.T) {
	eachRotation(t, func(t *testing.T, h *house, newer *store.Store, r rings) {
		c, holdings := h.active("TXSL", "CSSP")
		code := h.opened(h.pressed(h.request(h.further("offline", c, holdings[0])).Request).Code)
		waiting := h.request(h.further("apex_one", c, holdings[1])).Request
		token, err := r.before.ActivationToken(waiting, models.MailboxContact)
		must(t, err)
		h.rotate(r.both)
		issued, err := h.IssuedCodes(t.Context(), c.ID)
		must(t, err)
		opened, err := r.after.OpenIssued(issued[0])
		must(t, err)
		equal(t, "the further code", opened, code)
		kept, err := h.CodeHashKey(t.Context())
		must(t, err)
		must(t, r.after.UseHashKey(*kept))
		equal(t, "its hash", r.after.CodeHash(code), issued[0].CodeHash)
		now, err := h.ActivationRequest(t.Context(), waiting.ID)
		must(t, err)
		mailbox, good := r.both.ActivationMailbox(now, token)
		equal(t, "the mailed link works", good && mailbox == models.MailboxContact, true)
		done, err := newer.ResendActivationLink(t.Context(), h.staff, store.DecideActivation{Number: waiting.Number})
		must(t, err)
		token, err = r.after.ActivationToken(done.Request, models.MailboxContact)
		must(t, err)
		_, good = r.after.ActivationMailbox(done.Request, token)
		equal(t, "the new link works without the old key", good, true)
		h.sound()
	})
}

// The whole way: rows of every kind under an old key, a rotation that is broken off,
// one that goes through, and then an installation that never had the old key.
func TestAnOldKeyIsRetired(t *testing.T) {
	eachRotation(t, func(t *testing.T, h *house, newer *store.Store, r rings) {
		ctx := t.Context()
		h.contracted()
		o, _ := h.delivered(h.application(), h.sheet(line("CSSP", 3), line("TXSL", 2)))
		h.delivered(h.application(endUser("別の株式会社")), h.sheet())
		h.askTemporary(portalContact)
		h.withSecond(r.before, "twenty bytes of chance")
		resend := h.ask(models.Process, h.wish(h.shipment(o).DeliveryNumber))
		h.sendResend(resend, models.MailSent)
		inquiry := h.inquire().Inquiry
		now := "2026-06-10 03:00:00+00:00"
		h.exec(`INSERT INTO mail_subscriptions (address, topic, subscribed, link_salt, link_key, created_at)
			VALUES ('a@example.jp', 'renewal', true, 'salt', 1, '` + now + `')`)
		codes := h.codes(r.before)
		if len(codes) < 4 {
			t.Fatalf("only %d holdings have a code", len(codes))
		}

		broken, stop := context.WithCancel(ctx)
		_, err := h.RotateKeys(broken, models.Process, store.Rotating{Keys: r.both, Batch: 2, Progress: func(string, int64) { stop() }})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("broken off, it says %v", err)
		}
		sameList(t, "keys in use half-way", h.keysInUse(), []int{1, 2})
		sameCodes(t, h.codes(r.both), codes)
		rotated, err := h.KeysRotatedAt(ctx, 2)
		must(t, err)
		equal(t, "counts as rotated half-way", rotated != nil, false)

		done := h.rotate(r.both)
		equal(t, "links moved", done.Links, 3)
		equal(t, "unreadable", len(done.Unreadable), 0)
		h.afterRotation(r, codes, resend, inquiry)
		equal(t, "rows moved by one more", h.rotate(r.both).Sealed, 0)

		h.passwordsEnd(newer, r, o)
		h.sound()
	})
}

func sameCodes(t *testing.T, got, want map[int64]string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("codes are %v, want %v", got, want)
	}
}

// afterRotation checks what opens without the old key, and what still works while it is there.
func (h *house) afterRotation(r rings, codes map[int64]string, resend models.Resend, inquiry models.Inquiry) {
	t, ctx := h.t, h.t.Context()
	t.Helper()
	kept, err := h.CodeHashKey(ctx)
	must(t, err)
	must(t, r.after.UseHashKey(*kept))
	sameCodes(t, h.codes(r.after), codes)
	for id, code := range codes {
		d, err := h.HoldingByCode(ctx, h.staff, r.after.CodeHash(code))
		must(t, err)
		equal(t, "holding found by its code", d.Holding.ID, id)
	}
	secret, err := r.after.OpenSecond(h.portalAccount())
	must(t, err)
	equal(t, "secret of the app", string(secret), "twenty bytes of chance")
	// Links that were mailed work while their key is there; new mails have new ones.
	old, err := r.before.ResendToken(resend)
	must(t, err)
	for ring, works := range map[*keys.Ring]bool{r.both: true, r.after: false} {
		_, err := h.ResendByLink(ctx, ring, resend.ResendNumber, old)
		equal(t, "the link mailed before works", err == nil, works)
	}
	moved := h.resend(resend.ResendNumber).Resend
	token, err := r.after.ResendToken(moved)
	must(t, err)
	_, err = h.ResendByLink(ctx, r.after, resend.ResendNumber, token)
	must(t, err)
	signature, err := r.before.InquirySignature(inquiry)
	must(t, err)
	equal(t, "an address mailed before is the inquiry's", r.both.InquirySigned(h.inquiry(inquiry.Number).Inquiry, signature), true)
}

// passwordsEnd lets the passwords that were mailed under the old key work until they
// end, and then has one made anew.
func (h *house) passwordsEnd(newer *store.Store, r rings, o models.Order) {
	t, ctx := h.t, h.t.Context()
	t.Helper()
	s := h.shipment(o)
	equal(t, "key of the mailed password", s.PasswordKey, 1)
	password, err := r.before.DeliveryPassword(s)
	must(t, err)
	again, err := r.both.DeliveryPassword(s)
	must(t, err)
	equal(t, "the mailed password", again, password)
	uses, err := h.KeysInUse(ctx)
	must(t, err)
	if u := uses[0]; u.Number != 1 || u.Sealed+u.Links != 0 || u.Ending != 4 || u.Until == nil || !u.Until.Equal(models.PasswordEnds(*s.PasswordSentAt, h.Rules().PasswordDays)) {
		t.Errorf("on the old key hangs %+v", u)
	}
	h.clock.pass(day * 400)
	sameList(t, "keys in use once the passwords have ended", h.keysInUse(), []int{2})
	if _, err := newer.RequestPassword(ctx, models.Process, s.DeliveryNumber); err != nil {
		t.Fatal(err)
	}
	anew := h.shipment(o)
	equal(t, "version of the new password", anew.PasswordVersion, s.PasswordVersion+1)
	equal(t, "key of the new password", anew.PasswordKey, 2)
	if _, err := r.after.DeliveryPassword(anew); err != nil {
		t.Errorf("the new password needs the old key: %v", err)
	}
}

// meddling writes a row in the moment between its being read and its being moved.
type meddling struct {
	*keys.Ring
	sync.Mutex
	meddle map[models.SealedKind]func(id int64)
}

func (m *meddling) Reseal(kind models.SealedKind, id int64, sealed []byte, key int) ([]byte, error) {
	m.Lock()
	meddle := m.meddle[kind]
	delete(m.meddle, kind)
	m.Unlock()
	anew, err := m.Ring.Reseal(kind, id, sealed, key)
	if meddle != nil {
		meddle(id)
	}
	return anew, err
}

// What is written while rows are moved stays, and is moved too.
func TestNothingWrittenMeanwhileIsLost(t *testing.T) {
	eachRotation(t, func(t *testing.T, h *house, _ *store.Store, r rings) {
		h.contracted()
		h.askTemporary(portalContact)
		h.withSecond(r.before, "the first secret")
		const code = "a code made meanwhile"
		var changed int64
		ring := &meddling{Ring: r.both, meddle: map[models.SealedKind]func(int64){
			models.SealedSecondStep: func(int64) { h.withSecond(r.before, "the second secret") },
			models.SealedActivationCode: func(id int64) {
				sealed, err := r.before.SealCode(code)
				must(t, err)
				h.exec("UPDATE holdings SET code_cipher = $1, code_key = $2 WHERE id = $3", sealed.Cipher, sealed.Key, id)
				changed = id
			},
		}}
		h.rotate(ring)
		equal(t, "code", h.codes(r.after)[changed], code)
		secret, err := r.after.OpenSecond(h.portalAccount())
		must(t, err)
		equal(t, "secret", string(secret), "the second secret")
		equal(t, "what was written in between came", len(ring.meddle), 0)
	})
}

// A worker that does not have the new key yet goes on registering while rows are moved.
func TestOrdersGoOnWhileKeysAreRotated(t *testing.T) {
	eachRotation(t, func(t *testing.T, h *house, _ *store.Store, r rings) {
		_, license := h.delivered(h.application(), h.sheet())
		ended, rotating := make(chan error, 1), make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			defer close(ended)
			close(rotating)
			for ctx.Err() == nil {
				_, err := h.RotateKeys(t.Context(), models.Process, store.Rotating{Keys: r.both, Batch: 1})
				if err != nil {
					ended <- err
					return
				}
			}
		}()
		<-rotating
		for range 4 {
			h.clock.pass(day)
			sheet := h.renewalSheet(lineOf(models.LineRenewal, "CSSP", 10))
			h.delivered(h.application(forLicense(models.OrderTypeRenewal, license)), sheet)
			h.delivered(h.application(), h.sheet())
		}
		stop()
		must(t, <-ended)
		h.rotate(r.both)
		equal(t, "codes that open without the old key", len(h.codes(r.after)), 5)
		h.sound()
	})
}

// Rows that no key of the ring opens are named and left alone; the rest is moved.
func TestWhatCannotBeReadIsLeft(t *testing.T) {
	eachRotation(t, func(t *testing.T, h *house, _ *store.Store, r rings) {
		h.delivered(h.application(), h.sheet(line("CSSP", 3), line("TXSL", 2)))
		lost := h.holdings()[0]
		broken := bytes.Repeat([]byte{7}, len(lost.CodeCipher))
		h.exec("UPDATE holdings SET code_cipher = $1 WHERE id = $2", broken, lost.ID)
		done := h.rotate(r.both)
		sameList(t, "unreadable", done.Unreadable, []string{fmt.Sprintf("holdings %d (key 1)", lost.ID)})
		for _, holding := range h.holdings() {
			if holding.ID == lost.ID {
				equal(t, "the broken row is as it was", holding.CodeKey == 1 && bytes.Equal(holding.CodeCipher, broken), true)
			} else {
				equal(t, "key of the others", holding.CodeKey, 2)
			}
		}
		rotated, err := h.KeysRotatedAt(t.Context(), 2)
		must(t, err)
		equal(t, "counts as rotated", rotated != nil, false)
	})
}

// Each column that names a server key is known to doctor and rotation.
func TestEveryColumnWithAKeyIsRotated(t *testing.T) {
	t.Parallel()
	known := store.KeyColumns()
	files, err := os.ReadDir("migrations/sqlite")
	must(t, err)
	table, column := regexp.MustCompile(`^CREATE TABLE (\w+)`), regexp.MustCompile(`^    (\w*_key|key) INTEGER`)
	for _, f := range files {
		text, err := os.ReadFile("migrations/sqlite/" + f.Name())
		must(t, err)
		in := ""
		for line := range strings.SplitSeq(string(text), "\n") {
			if m := table.FindStringSubmatch(line); m != nil {
				in = strings.TrimSuffix(m[1], "_anew")
			}
			if m := column.FindStringSubmatch(line); len(m) == 2 && !slices.Contains(known, in+"."+m[1]) {
				t.Errorf("%s.%s names a server key, but rotating does not know it: see store/keys_in_use.go and store/keys_rotate.go", in, m[1])
			}
		}
	}
	if len(known) < 8 {
		t.Errorf("only %d columns are known", len(known))
	}
}

package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"pgregory.net/rapid"
)

// codeModel is a model of what activation.md promises about the codes of one contract,
// beside the real rows.
type codeModel struct {
	*house
	t        *rapid.T
	contract models.Contract
	slots    []*slot
	had      map[string]int // codes by product, revoked ones too
	most     int
}

// slot is one kind and holding.
type slot struct {
	ask     store.AskActivation
	consent bool
	product string
	last    *models.ActivationRequest // the newest request, as the model has it
	code    *models.IssuedCode        // the newest code
	revoked bool
}

func (m *codeModel) slot() *slot {
	return m.slots[rapid.IntRange(0, len(m.slots)-1).Draw(m.t, "slot")]
}

// answered compares an answer with the one that the model foresees; nothing is success.
func (m *codeModel) answered(what string, err error, want string) bool {
	m.t.Helper()
	got := ""
	if err != nil {
		got = models.AsError(err).Code
	}
	if got != want {
		m.t.Fatalf("%s is answered with %q (%v), want %q", what, got, err, want)
	}
	return err == nil
}

// refusal is why a slot's code cannot be made.
func (m *codeModel) refusal(s *slot) string {
	switch {
	case s.code != nil && s.revoked:
		return "activation_revoked"
	case s.code == nil && m.had[s.product] >= m.most:
		return "activation_limit"
	}
	return ""
}

func (m *codeModel) got(s *slot, c *models.IssuedCode) {
	m.t.Helper()
	switch {
	case c == nil:
		m.t.Fatal("there is no code")
	case s.code == nil:
		s.code = c
		m.had[s.product]++
	case s.code.ID != c.ID:
		m.t.Fatalf("code %d in place of %d", c.ID, s.code.ID)
	}
}

func (m *codeModel) asks() {
	s := m.slot()
	done, err := m.RequestActivation(m.house.t.Context(), contact, s.ask, m.ring)
	if !m.answered("asking", err, m.refusal(s)) {
		return
	}
	if !s.consent && s.code != nil {
		m.got(s, done.Code)
		return
	}
	s.last = &done.Request
	if s.consent {
		m.got(s, done.Code)
	} else if done.Code != nil {
		m.t.Fatal("a code without a confirmation")
	}
}

func (m *codeModel) confirms() {
	s := m.slot()
	if s.last == nil {
		return
	}
	want := map[models.ActivationStatus]string{
		models.ActivationIssued: "activation_used", models.ActivationCancelled: "activation_cancelled", models.ActivationExpired: "activation_expired",
		models.ActivationWaiting: m.refusal(s),
	}[s.last.StatusAt(m.Now())]
	done, err := m.ConfirmActivation(m.house.t.Context(), confirmation(*s.last, models.MailboxAccount), m.ring)
	if m.answered("confirming", err, want) {
		s.last = &done.Request
		m.got(s, done.Code)
	}
}

// confirmsOld uses a link that a newer one took the place of.
func (m *codeModel) confirmsOld() {
	s := m.slot()
	if s.last == nil || s.last.LinkVersion == 1 {
		return
	}
	c := confirmation(*s.last, models.MailboxAccount)
	c.LinkVersion--
	_, err := m.ConfirmActivation(m.house.t.Context(), c, m.ring)
	m.answered("an old link", err, "activation_not_found")
}

func (m *codeModel) decides(what string, late string, do func(store.DecideActivation) (store.ActivationDone, error)) {
	s := m.slot()
	if s.last == nil {
		return
	}
	want := ""
	if s.last.Status != models.ActivationWaiting || late != "" && s.last.StatusAt(m.Now()) != models.ActivationWaiting {
		want = "activation_state"
	}
	done, err := do(store.DecideActivation{Number: s.last.Number, Version: s.last.Version, Reason: "理由"})
	if m.answered(what, err, want) {
		s.last = &done.Request
	}
}

func (m *codeModel) cancels() {
	m.decides("cancelling", "", func(d store.DecideActivation) (store.ActivationDone, error) {
		return m.CancelActivation(m.house.t.Context(), m.staff, d)
	})
}

func (m *codeModel) resends() {
	m.decides("sending the link again", "not when it is over", func(d store.DecideActivation) (store.ActivationDone, error) {
		return m.ResendActivationLink(m.house.t.Context(), m.staff, d)
	})
}

// expires does what the process does when a timer has fired; one that fires for an
// older link does nothing.
func (m *codeModel) expires() {
	s := m.slot()
	if s.last == nil {
		return
	}
	state, err := m.ExpireActivation(m.house.t.Context(), s.last.ID, s.last.LinkUntil.Add(-time.Hour))
	m.answered("a timer of an older link", err, "")
	if state.Status != s.last.Status {
		m.t.Fatalf("it is %s after a timer of an older link", state.Status)
	}
	if s.last.StatusAt(m.Now()) == models.ActivationExpired {
		_, err := m.ExpireActivation(m.house.t.Context(), s.last.ID, s.last.LinkUntil)
		m.answered("expiring", err, "")
		s.last.Status = models.ActivationExpired
		s.last.Version = m.activation(s.last.Number).Request.Version
	}
}

func (m *codeModel) revokes() {
	s := m.slot()
	if s.code == nil {
		return
	}
	want := ""
	if s.revoked {
		want = "code_revoked"
	}
	_, err := m.RevokeCode(m.house.t.Context(), m.staff, s.code.ID, "理由")
	if m.answered("revoking", err, want) {
		s.revoked = true
		m.changed()
	}
}

func (m *codeModel) replaces() {
	s := m.slot()
	if s.code == nil {
		return
	}
	want := ""
	if m.had[s.product] >= m.most {
		want = "activation_limit"
	}
	done, err := m.ReplaceCode(m.house.t.Context(), m.staff, s.code.ID, "理由", m.ring)
	if m.answered("replacing", err, want) {
		s.code, s.revoked = done.Code, false
		m.had[s.product]++
		m.changed()
	}
}

// changed reads the versions anew: what is decided about a code counts its request's up.
func (m *codeModel) changed() {
	for _, s := range m.slots {
		if s.last != nil {
			s.last.Version = m.activation(s.last.Number).Request.Version
		}
	}
}

func (m *codeModel) waits() {
	m.clock.pass(time.Duration(rapid.IntRange(1, 80).Draw(m.t, "hours")) * time.Hour)
}

// check compares which codes work, and where the requests stand.
func (m *codeModel) check() {
	m.t.Helper()
	codes, err := m.IssuedCodes(m.house.t.Context(), m.contract.ID)
	m.answered("listing", err, "")
	live, all := map[int64]bool{}, 0
	for _, c := range codes {
		live[c.ID] = !c.Revoked()
	}
	for _, n := range m.had {
		all += n
		if n > m.most {
			m.t.Fatalf("%d codes of a product, the limit is %d", n, m.most)
		}
	}
	if len(codes) != all {
		m.t.Fatalf("%d codes, want %d", len(codes), all)
	}
	for _, s := range m.slots {
		if s.code != nil {
			if live[s.code.ID] == s.revoked {
				m.t.Fatalf("code %d works: %v", s.code.ID, !s.revoked)
			}
			delete(live, s.code.ID)
		}
		if s.last != nil {
			if got := m.activation(s.last.Number).Request.Status; got != s.last.Status {
				m.t.Fatalf("%s is %s, want %s", s.last.Number, got, s.last.Status)
			}
		}
	}
	for id, works := range live {
		if works {
			m.t.Fatalf("code %d works, which was replaced", id)
		}
	}
}

// TestCodesKeepTheirPromises does steps at random on one contract: whatever happens,
// each is answered as foreseen, there is no code without a confirmation, one at most
// works for a kind and holding, and no product has more than its limit.
func TestCodesKeepTheirPromises(t *testing.T) {
	const most = 3
	eachDatabaseBy(t, func(r *models.Rules) {
		limitCodes(r, "APX1", most)
		limitCodes(r, "APXC", most)
		r.Activation.RequestsPerDay, r.ValidAfterDays = 1_000_000, 0
	}, func(t *testing.T, h *house) {
		begin := h.Now()
		rapid.Check(t, func(rt *rapid.T) {
			h.clock.pass(begin.Sub(h.Now()))
			_, license := h.delivered(h.application(), h.sheet(line("CSSP", 10), line("VBCORP-PLUS", 10)))
			d, err := h.ContractByLicense(t.Context(), h.staff, license)
			must(t, err)
			m := &codeModel{house: h, t: rt, contract: d.Contract, had: map[string]int{}, most: most}
			for _, kind := range []string{"apex_one", "apex_central"} {
				for _, x := range d.Holdings {
					k, _ := h.Rules().Activation.Kind(kind)
					product, _ := k.Gives(x.ProductCode)
					m.slots = append(m.slots, &slot{ask: h.further(kind, d.Contract, x), consent: k.ByConsent(), product: product})
				}
			}
			steps := []func(){m.asks, m.asks, m.asks, m.confirms, m.confirms, m.confirmsOld, m.cancels, m.resends, m.expires, m.revokes, m.replaces, m.waits}
			for i := range rapid.IntRange(1, 14).Draw(rt, "steps") {
				steps[rapid.IntRange(0, len(steps)-1).Draw(rt, fmt.Sprintf("step %d", i))]()
				m.check()
			}
		})
		h.sound()
	})
}

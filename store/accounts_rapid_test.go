package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
	"pgregory.net/rapid"
)

// accountModel is a model of what contracts.md promises about the passwords of one
// address, beside the real rows.
type accountModel struct {
	*house
	t     *rapid.T
	email string

	asked     []time.Time // temporary passwords mailed
	temporary int         // version that still sets a password, or 0
	until     time.Time
	password  int // number of the password that counts, 0 before the first
	setAt     time.Time
	sessions  map[int64]int // open ones, with the password they were opened with
	started   map[int64]time.Time
	known     []models.Account
}

// hash stands in for a password's hash: the store does not look into it.
func hash(n int) string { return fmt.Sprintf("$argon2id$%d", n) }

func (m *accountModel) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatalf("%v (%s)", err, causes(err))
	}
}

func (m *accountModel) account() models.Account {
	m.t.Helper()
	a, err := m.AccountByEmail(m.house.t.Context(), m.email)
	m.must(err)
	return a
}

// check compares which passwords would let in right now, and which sessions go on.
func (m *accountModel) check() {
	m.t.Helper()
	a, now := m.account(), m.Now()
	if want := m.temporary != 0 && now.Before(m.until); a.TemporaryUsable(now) != want || want && a.TemporaryVersion != m.temporary {
		m.t.Fatalf("temporary password %d works: %v; want %d: %v", a.TemporaryVersion, a.TemporaryUsable(now), m.temporary, want)
	}
	for n := 1; n <= m.password+1; n++ {
		in := a.PasswordHash == hash(n) && !a.PasswordExpired(now, m.Rules().PortalPasswordDays)
		if want := n == m.password && now.Before(lastMoment(m.setAt, m.Rules().PortalPasswordDays)); in != want {
			m.t.Fatalf("at %s password %d lets in: %v; want %v (set %s)", now, n, in, want, m.setAt)
		}
	}
	for id, opened := range m.sessions {
		_, _, err := m.AccountInSession(m.house.t.Context(), id)
		if (err == nil) != (opened == m.password) {
			m.t.Fatalf("a session under password %d of %d gives %v", opened, m.password, err)
		}
	}
}

// ask asks for a temporary password. Five an hour are mailed.
func (m *accountModel) ask() {
	outbox, err := m.RequestTemporaryPassword(m.house.t.Context(), models.Process, store.TemporaryAsked{Email: m.email, Language: models.English, Key: 1})
	m.must(err)
	now := m.Now()
	m.asked = slices.DeleteFunc(m.asked, func(t time.Time) bool { return !t.After(now.Add(-time.Hour)) })
	if mailed := len(m.asked) < models.TemporaryPasswords; (outbox != 0) != mailed {
		m.t.Fatalf("%d were mailed within the hour, and another one is: %v", len(m.asked), outbox != 0)
	} else if mailed {
		m.asked = append(m.asked, now)
		m.until, m.temporary = now.Add(m.Rules().TemporaryPassword), m.account().TemporaryVersion
		m.known = append(m.known, m.account())
	}
}

// set tries to set a password by some temporary password that was mailed, be it old.
func (m *accountModel) set() {
	given := rapid.SampledFrom(m.known).Draw(m.t, "temporary")
	allowed := given.TemporaryVersion == m.temporary && m.Now().Before(m.until)
	m.setBy(store.NewPassword{TemporaryVersion: given.TemporaryVersion}, allowed)
}

// change tries to change the password by some present one, be it an old one, from a session.
func (m *accountModel) change() {
	given := rapid.IntRange(0, m.password+1).Draw(m.t, "present")
	session := int64(0)
	for id, opened := range m.sessions {
		if opened == m.password && id > session {
			session = id
		}
	}
	m.setBy(store.NewPassword{PasswordVersion: given, Session: session}, given > 0 && given == m.password)
}

func (m *accountModel) setBy(p store.NewPassword, allowed bool) {
	m.t.Helper()
	p.AccountID, p.Hash = m.account().ID, hash(m.password+1)
	a, outbox, err := m.SetAccountPassword(m.house.t.Context(), models.Process, p)
	if (err == nil) != allowed || err != nil && models.AsError(err).Code != "password_changed" {
		m.t.Fatalf("setting a password by %+v gives %v; allowed: %v", p, err, allowed)
	}
	if err != nil {
		return
	}
	m.password, m.setAt, m.temporary = m.password+1, m.Now(), 0
	if a.PasswordVersion != m.password || outbox == 0 {
		m.t.Fatalf("password %d is version %d, outbox %d", m.password, a.PasswordVersion, outbox)
	}
	if p.Session != 0 {
		m.sessions[p.Session] = m.password
	}
	m.known = append(m.known, a)
}

// open signs in with the account as it was read at some time.
func (m *accountModel) open() {
	read := rapid.SampledFrom(m.known).Draw(m.t, "read")
	s, err := m.OpenAccountSession(m.house.t.Context(), models.Process, read, "Firefox/Linux")
	if (err == nil) != (read.PasswordVersion == m.password) {
		m.t.Fatalf("signing in under password %d of %d gives %v", read.PasswordVersion, m.password, err)
	}
	if err != nil {
		return
	}
	for id, at := range m.started { // signing in forgets what is older than any session lives
		if at.Before(m.Now().Add(-30 * day)) {
			delete(m.sessions, id)
			delete(m.started, id)
		}
	}
	m.sessions[s.ID], m.started[s.ID] = m.password, m.Now()
}

func (m *accountModel) everywhere() {
	m.must(m.EndAccountSessions(m.house.t.Context(), models.Process, m.account().ID))
	for id := range m.sessions {
		m.sessions[id] = -1
	}
}

func (m *accountModel) wait() {
	end := lastMoment(m.setAt, m.Rules().PortalPasswordDays)
	to := map[string]time.Time{
		"minutes": m.Now().Add(20 * time.Minute), "a day": m.Now().Add(day), "temporary ends": m.until, "just before": m.until.Add(-time.Microsecond),
		"password ends": end, "last moment": end.Add(-time.Microsecond),
	}[rapid.SampledFrom([]string{"minutes", "minutes", "a day", "temporary ends", "just before", "password ends", "last moment"}).Draw(m.t, "time")]
	if to.After(m.Now()) && to.Before(noon.AddDate(0, 11, 0)) {
		m.clock.pass(to.Sub(m.Now()))
	}
}

// No sequence of temporary passwords, passwords, sessions and time lets an old
// password in, or leaves a valid one out.
func TestPortalPasswordsNeverComeBack(t *testing.T) {
	t.Parallel()
	const email = "taro@customer.example.jp"
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, migrated.Database(t, dialect), rules(t))
			h.heldBy(email, email)
			h.clock.pass(7 * day)
			begin := h.Now()
			rapid.Check(t, func(rt *rapid.T) {
				h.clock.pass(begin.Sub(h.Now()))
				h.forgetAccounts()
				m := &accountModel{house: h, t: rt, email: email, sessions: map[int64]int{}, started: map[int64]time.Time{}}
				m.ask()
				steps := map[string]func(){"ask": m.ask, "set": m.set, "change": m.change, "open": m.open, "everywhere": m.everywhere, "wait": m.wait}
				names := []string{"ask", "set", "set", "change", "open", "open", "everywhere", "wait", "wait"}
				for i := range rapid.IntRange(1, 16).Draw(rt, "steps") {
					steps[rapid.SampledFrom(names).Draw(rt, fmt.Sprintf("step %d", i))]()
					m.check()
				}
			})
			h.sound()
		})
	}
}

// forgetAccounts empties what belongs to accounts.
func (h *house) forgetAccounts() {
	h.t.Helper()
	db, err := h.DB()
	must(h.t, err)
	for _, statement := range []string{
		"DELETE FROM outbox WHERE subject_id IN (SELECT id FROM mails WHERE account_id IS NOT NULL)", "DELETE FROM mails WHERE account_id IS NOT NULL",
		"DELETE FROM account_sessions", "DELETE FROM account_recovery_codes", "DELETE FROM accounts",
	} {
		_, err := db.ExecContext(h.t.Context(), statement)
		must(h.t, err)
	}
}

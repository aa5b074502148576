//go:build e2e

package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/test/migrated"
	"github.com/todoke/todoke/web/delivery"
)

// eachPatient runs a test that takes long, on both databases, under a profile that takes any number of requests for
// passwords a day: what those take is to be measured, not the refusal of the fourth.
func eachPatient(t *testing.T, test func(t *testing.T, h *house), change ...func(*delivery.Options)) {
	t.Helper()
	ships, err := profile.Default()
	must(t, err)
	patient := *ships
	patient.Lifetimes.DeliveryPasswordRequestsPerDay = 1_000_000
	t.Run("sqlite", func(t *testing.T) { test(t, newHouseBy(t, migrated.SQLite(t), &patient, change...)) })
	t.Run("postgres", func(t *testing.T) { test(t, newHouseBy(t, migrated.Postgres(t), &patient, change...)) })
}

// guess is a try to sign in.
type guess struct{ address, number, password string }

// Ten thousand tries over numbers and passwords: by one client at one number, by one over many numbers, and by many
// clients at one number. None gets in, what one client can try stays within the limits, and the owner gets in all along;
// once the window is over also from where the guesses came.
func TestTenThousandGuessesGetNowhere(t *testing.T) {
	eachPatient(t, func(t *testing.T, h *house) {
		p, other := h.delivered("見本商事株式会社", "", newLine()), h.delivered("隣の株式会社", "", newLine())
		passwords := []string{
			other.password, p.number, p.password[:13], p.password + "0", p.password[1:] + p.password[:1], "password", "' OR '1'='1",
		}
		var guesses []guess
		for i := range 2_500 {
			guesses = append(guesses,
				guess{"203.0.113.1", p.number, passwords[i%len(passwords)]},
				guess{"203.0.113.2", fmt.Sprintf("SHPC%07d", i), fmt.Sprintf("guess%09d", i)},
				guess{fmt.Sprintf("198.51.%d.%d", i/10/100, i/10%100), p.number, fmt.Sprintf("guess%09d", i)},
				guess{fmt.Sprintf("2001:db8:%x::%x", i/50, i), p.number, passwords[i%len(passwords)]})
		}
		looked, in := h.tryAll(guesses, func(i int) {
			if i%500 == 0 {
				h.visitor("192.0.2.7").enter(p)
			}
		})
		equal(t, "guesses", len(guesses), 10_000)
		equal(t, "guesses that got in", in, 0)
		equal(t, "looked at for one client at one number", looked["203.0.113.1"], 10)
		equal(t, "looked at for one client over numbers", looked["203.0.113.2"], 50)
		h.visitor("192.0.2.7").enter(p)
		h.visitor("203.0.113.1").signIn(p.number, p.password).want(http.StatusTooManyRequests)
		h.clock.pass(15*time.Minute + time.Second)
		h.visitor("203.0.113.1").enter(p)
		h.visitor("203.0.113.2").enter(other)
	})
}

// tryAll makes the guesses from several lanes and gives how many were looked at by client, and how many got in.
func (h *house) tryAll(guesses []guess, along func(i int)) (looked map[string]int, in int) {
	h.t.Helper()
	looked = map[string]int{}
	var next, entered atomic.Int64
	var mu sync.Mutex
	var lanes sync.WaitGroup
	for range 8 {
		lanes.Go(func() {
			for i := int(next.Add(1) - 1); i < len(guesses); i = int(next.Add(1) - 1) {
				along(i)
				g := guesses[i]
				switch a := h.visitor(g.address).signIn(g.number, g.password); a.status {
				case http.StatusUnprocessableEntity:
					mu.Lock()
					looked[g.address]++
					mu.Unlock()
				case http.StatusTooManyRequests:
				default:
					entered.Add(1)
				}
			}
		})
	}
	lanes.Wait()
	return looked, int(entered.Load())
}

// Two thousand requests each for a known and an unknown number, in turn, from several lanes as on a busy day: the
// medians are alike. What makes them so is the step in which the site answers; it is the one that ships.
func TestAnswersTakeAlikeLong(t *testing.T) {
	const each, lanes, alike = 2_000, 16, 0.05
	eachPatient(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", newLine())
		var addresses atomic.Int64
		visitor := func() *visitor { // every one from an address of their own, or limits would answer instead
			n := addresses.Add(1)
			return h.visitor(fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&0xff, n&0xff))
		}
		for what, ask := range map[string]func(number string) answer{
			"signing in": func(number string) answer {
				return visitor().signIn(number, "Passw0rdPassw0").want(http.StatusUnprocessableEntity)
			},
			"asking for passwords": func(number string) answer { return visitor().askForPassword(number).leadsTo("/delivery/password/sent") },
		} {
			for range 20 { // warm-up
				ask(p.number)
				ask("SHPC0000000")
			}
			known, unknown := inTurn(lanes, each/lanes, func() { ask(p.number) }, func() { ask("SHPC0000000") })
			t.Logf("%s: known %s, unknown %s, of %d each", what, known, unknown, each)
			if difference := (known - unknown).Abs(); float64(difference) > alike*float64(min(known, unknown)) {
				t.Errorf("%s: the median is %s for a known and %s for an unknown number", what, known, unknown)
			}
		}
	}, func(o *delivery.Options) { o.Floor = 0 })
}

// inTurn does two things in turn in several lanes and gives the median of how long each took.
func inTurn(lanes, times int, one, other func()) (time.Duration, time.Duration) {
	var mu sync.Mutex
	var ones, others []time.Duration
	var group sync.WaitGroup
	for range lanes {
		group.Go(func() {
			for range times {
				begun := time.Now()
				one()
				between := time.Now()
				other()
				ended := time.Now()
				mu.Lock()
				ones, others = append(ones, between.Sub(begun)), append(others, ended.Sub(between))
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(ones)
	slices.Sort(others)
	return ones[len(ones)/2], others[len(others)/2]
}

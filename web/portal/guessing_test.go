//go:build e2e

package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/test/migrated"
	"github.com/todoke/todoke/web/portal"
)

// Three hundred requests each for a known and an unknown address, in turn, from several lanes as on a busy day: the
// medians are alike. What makes them so is the step in which the site answers; it is the one that ships.
func TestAnswersTakeAlikeLong(t *testing.T) {
	const each, lanes, alike = 300, 4, 0.05
	shipped := func(o *portal.Options) { o.Floor = 0 }
	for dialect, database := range map[string]func() string{
		"sqlite": func() string { return migrated.SQLite(t) }, "postgres": func() string { return migrated.Postgres(t) },
	} {
		t.Run(dialect, func(t *testing.T) {
			h := newHouseOn(t, database(), shipped)
			h.contracted()
			h.member(contact, password)
			var addresses atomic.Int64
			visitor := func() *visitor { // every one from an address of their own, and so late that no limit answers instead
				n := addresses.Add(1)
				h.clock.pass(10 * time.Minute)
				return h.visitor(fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&0xff, n&0xff))
			}
			const unknown = "nobody@customer.example.jp"
			for what, ask := range map[string]func(email string){
				"signing in": func(email string) { visitor().signIn(email, another).want(http.StatusUnprocessableEntity) },
				"asking for a temporary password": func(email string) {
					visitor().post("/portal/temporary-password", url.Values{"email": {email}}).leadsTo("/portal/temporary-password/sent")
				},
			} {
				for range 5 { // warm-up
					ask(contact)
					ask(unknown)
				}
				known, other := inTurn(lanes, each/lanes, func() { ask(contact) }, func() { ask(unknown) })
				t.Logf("%s: known %s, unknown %s, of %d each", what, known, other, each)
				if difference := (known - other).Abs(); float64(difference) > alike*float64(min(known, other)) {
					t.Errorf("%s: the median is %s for a known and %s for an unknown address", what, known, other)
				}
			}
		})
	}
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

package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	furnished "github.com/todoke/todoke/test/histories/house"
)

// eachHouse runs a test on both databases.
func eachHouse(t *testing.T, test func(t *testing.T, h *furnished.House)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range furnished.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			test(t, furnished.New(t, furnished.Options{Dialect: dialect}))
		})
	}
}

// day sends what is due on the clock's day and gives it as "recipient: license days, …".
func noticesOfDay(t *testing.T, h *furnished.House) []string {
	t.Helper()
	var list []string
	for _, id := range h.QueuedNotices() {
		f, err := h.MailFacts(t.Context(), id)
		must(t, err)
		var about []string
		for _, due := range f.Renewals {
			about = append(about, fmt.Sprintf("%s %d", due.Contract.LicenseID, due.Notice.Days))
		}
		list = append(list, f.Mail.Recipient+": "+strings.Join(about, ", "))
		h.Settle(id, models.MailSent)
	}
	slices.Sort(list)
	return list
}

func wantNotices(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("sent are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const contactOfContract = "kaoru@customer.example.jp"

// Notices go out 90, 60 and 30 days before the end of support, to the support
// contact and to the reseller, and on no other day.
func TestNoticesComeOnTheirDays(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		c := h.EndingIn(92)
		var days []string
		for left := 92; left >= -1; left-- {
			for _, n := range noticesOfDay(t, h) {
				days = append(days, fmt.Sprintf("%d %s", left, n))
			}
			h.Clock.Pass(24 * time.Hour)
		}
		var want []string
		for _, d := range []int{90, 60, 30} {
			for _, to := range []string{contactOfContract, furnished.SellerAddress} {
				want = append(want, fmt.Sprintf("%d %s: %s %d", d, to, c.LicenseID, d))
			}
		}
		wantNotices(t, days, want...)
	})
}

// A day that was missed is made up for, with the nearest notice only.
func TestMissedDaysAreMadeUpFor(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		a, b, last := h.EndingIn(85), h.EndingIn(55), h.EndingIn(0)
		h.EndingIn(91)
		h.EndingIn(-1)
		wantNotices(t, noticesOfDay(t, h),
			fmt.Sprintf("%s: %s 30, %s 60, %s 90", contactOfContract, last.LicenseID, b.LicenseID, a.LicenseID),
			fmt.Sprintf("%s: %s 30, %s 60, %s 90", furnished.SellerAddress, last.LicenseID, b.LicenseID, a.LicenseID))
		wantNotices(t, noticesOfDay(t, h))
	})
}

func TestNothingIsSentForWhatIsRenewedVoidHiddenOrNotInForce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		renewed, void, hidden, registering := h.EndingIn(90), h.EndingIn(90), h.EndingIn(90), h.EndingIn(90)
		h.Exec(fmt.Sprintf("UPDATE contracts SET void = true WHERE id = %d", void.ID))
		h.Exec(fmt.Sprintf("UPDATE contracts SET hidden = true WHERE id = %d", hidden.ID))
		h.Exec(fmt.Sprintf("UPDATE contracts SET valid_at = NULL WHERE id = %d", registering.ID))
		h.MoveEnd(renewed, h.Today().AddDays(90).AddMonths(12))
		wantNotices(t, noticesOfDay(t, h))

		// Renewed after it was noted, and after it was queued.
		c := h.EndingIn(90)
		next := h.Gathered()
		h.MoveEnd(c, h.Today().AddDays(455))
		step, err := h.QueueRenewalDigests(t.Context(), next, 100)
		must(t, err)
		if step.Count != 0 {
			t.Error("a mail is queued about a contract that was renewed")
		}
		h.Clock.Pass(24 * time.Hour)
		c = h.EndingIn(60)
		ids := h.QueuedNotices()
		h.MoveEnd(c, h.Today().AddDays(455))
		for _, id := range ids {
			m, claimed, err := h.ClaimMail(t.Context(), id, time.Minute)
			must(t, err)
			if claimed || m.Status != models.MailFailed || m.Reply != "withdrawn" {
				t.Errorf("the mail about a renewed contract is %s (%s)", m.Status, m.Reply)
			}
		}
	})
}

// One mail a day for each recipient: what comes up later on that day waits for the next.
func TestOneMailPerRecipientAndDay(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		a := h.EndingIn(30)
		wantNotices(t, noticesOfDay(t, h), contactOfContract+": "+a.LicenseID+" 30", furnished.SellerAddress+": "+a.LicenseID+" 30")
		b := h.EndingIn(60)
		wantNotices(t, noticesOfDay(t, h))
		h.Clock.Pass(24 * time.Hour)
		c := h.EndingIn(90)
		wantNotices(t, noticesOfDay(t, h),
			fmt.Sprintf("%s: %s 60, %s 90", contactOfContract, b.LicenseID, c.LicenseID), fmt.Sprintf("%s: %s 60, %s 90", furnished.SellerAddress, b.LicenseID, c.LicenseID))
	})
}

func TestSubscriptionsAreRespected(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		c := h.EndingIn(90)
		ids := h.QueuedNotices()
		f, err := h.MailFacts(t.Context(), ids[0])
		must(t, err)
		for range 2 { // twice is once
			must(t, h.Subscribe(t.Context(), models.Process, f.Subscription.ID, false))
		}
		// What is on its way is held back, and so is all that follows.
		m, claimed, err := h.ClaimMail(t.Context(), ids[0], time.Minute)
		must(t, err)
		if claimed || m.Reply != "withdrawn" {
			t.Errorf("a mail that is not wished goes out: %+v", m)
		}
		h.Settle(ids[1], models.MailSent)
		h.Clock.Pass(30 * 24 * time.Hour)
		others := noticesOfDay(t, h)
		if len(others) != 1 || strings.HasPrefix(others[0], m.Recipient) {
			t.Errorf("sent are %v", others)
		}
		notices, err := h.RenewalNotices(t.Context(), c.ID)
		must(t, err)
		if len(notices) != 4 || notices[0].Days != 60 {
			t.Errorf("noted are %+v", notices)
		}
		must(t, h.Subscribe(t.Context(), models.Process, f.Subscription.ID, true))
		h.Clock.Pass(30 * 24 * time.Hour)
		if again := noticesOfDay(t, h); len(again) != 2 {
			t.Errorf("sent are %v", again)
		}
	})
}

// A part that ends before all are noted goes on where it stopped; nobody is told twice.
func TestNoticesInParts(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		for i := range 5 {
			h.EndingIn([]int{90, 60, 30}[i%3])
		}
		step, parts, noted := store.RenewalStep{}, 0, 0
		for !step.Done {
			var err error
			step, err = h.GatherRenewals(t.Context(), step, 1, 1)
			must(t, err)
			parts++
			noted += step.Count
		}
		if noted != 10 || parts != 8 { // each list of days is over when a part finds nothing
			t.Errorf("%d noted in %d parts", noted, parts)
		}
		if again := h.Gathered(); again.Count != 0 {
			t.Error("somebody is told twice")
		}
		next, err := h.QueueRenewalDigests(t.Context(), store.RenewalStep{At: h.Now()}, 1)
		must(t, err)
		if next.Done || next.Count != 1 {
			t.Errorf("the first part queues %+v", next)
		}
		next, err = h.QueueRenewalDigests(t.Context(), next, 1)
		must(t, err)
		if next.Count != 1 {
			t.Errorf("the second part queues %+v", next)
		}
	})
}

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

const newsLease = time.Minute

// advance looks at an issue until there is something to wait for or to send.
func advanceNews(t *testing.T, h *furnished.House, i models.NewsIssue) models.NewsProgress {
	t.Helper()
	for range 50 {
		p, err := h.AdvanceNews(t.Context(), i.ID, newsLease)
		must(t, err)
		if p.Next != models.NextLook {
			return p
		}
	}
	t.Fatal("looking has no end")
	return models.NewsProgress{}
}

func TestAnIssueIsWrittenScheduledAndTakenBack(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		text := furnished.NewsText()
		text.Body.EN = ""
		_, err := h.WriteNews(ctx, h.Staff, models.NewsText{Products: []string{"NOPE"}})
		wantField(t, err, "title_ja", "required")
		wantField(t, err, "products", "product_unknown")
		issue, err := h.WriteNews(ctx, h.Staff, text)
		must(t, err)
		if !strings.HasPrefix(issue.Number, "NW") || len(issue.Number) != 9 || issue.Status != models.NewsDraft {
			t.Errorf("the draft is %+v", issue)
		}
		first := store.DecideNews{Number: strings.ToLower(issue.Number), Version: 1}
		tomorrow := h.Now().Add(24 * time.Hour)
		_, err = h.ScheduleNews(ctx, h.Staff, first, tomorrow) // not in both languages
		wantField(t, err, "body_en", "required")
		_, err = h.SendNewsTest(ctx, h.Staff, issue.Number, "me@backoffice.example.jp")
		wantField(t, err, "body_en", "required")
		edited, err := h.EditNews(ctx, h.Staff, first, furnished.NewsText())
		must(t, err)
		_, err = h.EditNews(ctx, h.Staff, first, text) // somebody else was faster
		wantCode(t, err, models.KindConflict, "news_changed")
		second := store.DecideNews{Number: issue.Number, Version: edited.Issue.Version}
		_, err = h.ScheduleNews(ctx, h.Staff, second, h.Now().Add(-time.Second))
		wantField(t, err, "at", "news_time_past")
		_, err = h.ScheduleNews(ctx, h.Staff, second, h.Now().AddDate(2, 0, 0))
		wantField(t, err, "at", "news_time_far")
		done, err := h.ScheduleNews(ctx, h.Staff, second, tomorrow)
		must(t, err)
		if done.OutboxID == 0 {
			t.Error("nobody is told")
		}
		_, err = h.EditNews(ctx, h.Staff, store.DecideNews{Number: issue.Number}, text)
		wantCode(t, err, models.KindConflict, "news_state")
		if p := advanceNews(t, h, done.Issue); p.Next != models.NextWait || !p.At.Equal(tomorrow) {
			t.Errorf("its process %+v", p)
		}
		back, err := h.UnscheduleNews(ctx, h.Staff, store.DecideNews{Number: issue.Number, Version: 3})
		must(t, err)
		h.Clock.Pass(25 * time.Hour)
		if p := advanceNews(t, h, back.Issue); p.Next != models.NextWait || !p.At.IsZero() || p.Status != models.NewsDraft {
			t.Errorf("a draft's process %+v", p)
		}
		_, err = h.CancelNews(ctx, h.Staff, store.DecideNews{Number: issue.Number})
		wantField(t, err, "note", "required")
		_, err = h.CancelNews(ctx, h.Staff, store.DecideNews{Number: issue.Number, Version: 1, Note: "取りやめ"}) // whatever one looked at
		must(t, err)
		if p := advanceNews(t, h, back.Issue); p.Next != models.NextDone {
			t.Errorf("a cancelled one's process %+v", p)
		}
		h.Sound()
	})
}

// claimAll claims and settles what is due, and gives to whom.
func claimAll(t *testing.T, h *furnished.House, i models.NewsIssue, status models.MailStatus) (to []string) {
	t.Helper()
	for after := int64(0); ; {
		claimed, last, err := h.ClaimNews(t.Context(), i.ID, after, 7)
		must(t, err)
		if last == 0 {
			return to
		}
		after = last
		for _, m := range claimed {
			to = append(to, m.Recipient)
			if m.Subscription.ID == 0 || m.Subscription.LinkSalt == "" || m.MessageID == "" || m.Language == "" {
				t.Errorf("a mail is claimed without what it needs: %+v", m)
			}
			if status == models.MailSent {
				must(t, h.FinishNewsSent(t.Context(), []store.NewsSent{{MailID: m.ID, Reply: "250 " + m.Recipient}}))
				continue
			}
			_, err := h.FinishMail(t.Context(), m.ID, status, "5xx")
			must(t, err)
		}
	}
}

func TestWhoGetsAnIssue(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		h.Subscribers(6)
		must(t, h.SubscribeNews(ctx, models.Process, "Reader00001@customer.example.jp", true, 1)) // twice is once
		must(t, h.SubscribeNews(ctx, models.Process, furnished.Subscriber(2), false, 1))
		must(t, h.SubscribeNews(ctx, models.Process, "never@customer.example.jp", false, 1))
		dead(t, h, furnished.Subscriber(3))
		now := h.Now()
		must(t, h.CreateAccount(ctx, models.Process, &models.Account{
			Email: furnished.Subscriber(4), Language: models.English, PasswordHash: "$argon2id$x", PasswordSetAt: &now, TemporarySalt: "s", TemporaryKey: 1,
		}))
		issue := h.PreparedNews(0)
		if issue.Recipients != 4 || issue.LeftOut != 1 {
			t.Errorf("%d get it, %d are left out", issue.Recipients, issue.LeftOut)
		}
		// Whoever ends it or dies meanwhile gets nothing more; whoever comes later waits for the next.
		must(t, h.SubscribeNews(ctx, models.Process, furnished.Subscriber(5), false, 1))
		dead(t, h, furnished.Subscriber(6))
		h.Subscribers(1)
		if to := claimAll(t, h, issue, models.MailSent); !slices.Equal(to, []string{furnished.Subscriber(1), furnished.Subscriber(4)}) {
			t.Errorf("it goes to %v", to)
		}
		if p := advanceNews(t, h, issue); p.Next != models.NextDone || p.Status != models.NewsSent {
			t.Errorf("its process %+v", p)
		}
		list, _, err := h.NewsMails(ctx, issue.ID, nil, "reader", store.Page{})
		must(t, err)
		var got []string
		for _, m := range list {
			got = append(got, fmt.Sprintf("%s %s %s", m.Language, m.Status, m.Reply))
		}
		sameList(t, "mails", got, []string{"ja sent 250 " + furnished.Subscriber(1), "en sent 250 " + furnished.Subscriber(4), "ja failed withdrawn", "ja failed address_marked"})
		if failed, _, err := h.NewsMails(ctx, issue.ID, []models.MailStatus{models.MailFailed}, "00006", store.Page{}); err != nil || len(failed) != 1 {
			t.Errorf("found are %v %v", failed, err)
		}
		c := h.News(issue.Number).Counts
		if c.Done() != 4 || c.ByStatus[models.MailSent] != 2 {
			t.Errorf("the counts are %+v", c)
		}
		h.Sound()
	})
}

// dead marks an address, as a bounce does.
func dead(t *testing.T, h *furnished.House, address string) {
	t.Helper()
	a := h.File(func(a *models.Application) { a.ApplicantEmail = address })
	ids, err := h.MailsDueForApplication(t.Context(), a.ID)
	must(t, err)
	h.Exec(fmt.Sprintf("UPDATE mails SET recipient = '%s' WHERE id = %d", address, ids[0]))
	_, _, err = h.ClaimMail(t.Context(), ids[0], newsLease)
	must(t, err)
	_, err = h.FinishMail(t.Context(), ids[0], models.MailSent, "250")
	must(t, err)
	_, err = h.RecordBounce(t.Context(), models.BounceReport{MailID: ids[0], Class: models.BounceHard, StatusCode: "5.1.1", Hash: address})
	must(t, err)
}

// An issue for holders of a product goes to those whose contract has it today.
func TestAnIssueForHolders(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		c := h.EndingIn(10)
		h.EndingIn(-1, func(a *models.Application) { a.EndUser.Email = "ended@customer.example.jp"; a.SupportSame = true })
		h.Subscribers(1)
		for _, address := range []string{contactOfContract, "ended@customer.example.jp"} {
			must(t, h.SubscribeNews(ctx, models.Process, address, true, 1))
		}
		d, err := h.ContractByLicense(ctx, h.Staff, c.LicenseID)
		must(t, err)
		held := d.Holdings[0].ProductCode
		all, err := h.NewsAudience(ctx, nil)
		must(t, err)
		holders, err := h.NewsAudience(ctx, []string{held})
		must(t, err)
		others, err := h.NewsAudience(ctx, []string{"V1-CREDITS"})
		must(t, err)
		if all != 3 || holders != 1 || others != 0 {
			t.Errorf("%d subscribed, %d hold it, %d hold another", all, holders, others)
		}
		text := furnished.NewsText()
		text.Products = []string{held, held}
		issue, err := h.WriteNews(ctx, h.Staff, text)
		must(t, err)
		done, err := h.ScheduleNews(ctx, h.Staff, store.DecideNews{Number: issue.Number}, time.Time{})
		must(t, err)
		advanceNews(t, h, done.Issue)
		if to := claimAll(t, h, issue, models.MailSent); !slices.Equal(to, []string{contactOfContract}) {
			t.Errorf("it goes to %v", to)
		}
	})
}

// Paused means that nothing is claimed any more; what was claimed is a moment's worth.
func TestPausingResumingAndCancelling(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		issue := h.PreparedNews(5)
		before := store.DecideNews{Number: issue.Number, Version: issue.Version}
		claimed, _, err := h.ClaimNews(ctx, issue.ID, 0, 2)
		must(t, err)
		paused, err := h.PauseNews(ctx, h.Staff, store.DecideNews{Number: issue.Number, Version: 1})
		must(t, err)
		_, err = h.PauseNews(ctx, h.Staff, before)
		wantCode(t, err, models.KindConflict, "news_state")
		if more, last, err := h.ClaimNews(ctx, issue.ID, 0, 5); err != nil || len(more) > 0 || last != 0 {
			t.Errorf("while paused %d are claimed (%v)", len(more), err)
		}
		if p := advanceNews(t, h, issue); p.Next != models.NextWait || p.At.IsZero() {
			t.Errorf("its process %+v", p) // looks when the claims are old
		}
		must(t, h.FinishNewsSent(ctx, []store.NewsSent{{claimed[0].ID, "250"}, {claimed[1].ID, "250"}}))
		if p := advanceNews(t, h, issue); p.Next != models.NextWait || !p.At.IsZero() {
			t.Errorf("its process %+v", p)
		}
		_, err = h.ResumeNews(ctx, h.Staff, before)
		wantCode(t, err, models.KindConflict, "news_changed")
		resumed, err := h.ResumeNews(ctx, h.Staff, store.DecideNews{Number: issue.Number, Version: paused.Issue.Version})
		must(t, err)
		if resumed.Issue.PausedAt != nil || resumed.OutboxID == 0 {
			t.Errorf("resumed is %+v", resumed)
		}
		if p := advanceNews(t, h, issue); p.Next != models.NextSend {
			t.Errorf("its process %+v", p)
		}
		_, err = h.CancelNews(ctx, h.Staff, store.DecideNews{Number: issue.Number, Version: 1, Note: "誤記"})
		must(t, err)
		if p := advanceNews(t, h, issue); p.Next != models.NextDone {
			t.Errorf("its process %+v", p)
		}
		c := h.News(issue.Number).Counts
		if c.ByStatus[models.MailSent] != 2 || c.ByStatus[models.MailFailed] != 3 {
			t.Errorf("the counts are %+v", c)
		}
		if _, err := h.BackNumber(ctx, issue.Number); !models.IsKind(err, models.KindNotFound) {
			t.Errorf("the portal shows a cancelled one: %v", err)
		}
		h.Sound()
	})
}

// What a process that died was sending is unknown, for good; the rest goes on.
func TestADeadProcessLeavesUnknownMails(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		issue := h.PreparedNews(4)
		claimed, _, err := h.ClaimNews(ctx, issue.ID, 0, 2)
		must(t, err)
		h.Clock.Pass(newsLease - time.Second)
		if to := claimAll(t, h, issue, models.MailSent); len(to) != 2 {
			t.Errorf("sent to %v", to)
		}
		p := advanceNews(t, h, issue)
		if p.Next != models.NextWait || p.At.Before(h.Now()) {
			t.Errorf("its process %+v", p)
		}
		h.Clock.Pass(3 * time.Second)
		if p := advanceNews(t, h, issue); p.Next != models.NextDone {
			t.Errorf("its process %+v", p)
		}
		// The process was only slow: what it says now comes too late, and nobody sends again.
		must(t, h.FinishNewsSent(ctx, []store.NewsSent{{claimed[0].ID, "250"}}))
		must(t, h.GiveBackNews(ctx, claimed[1:]))
		_, err = h.FinishMail(ctx, claimed[1].ID, models.MailQueued, "451")
		must(t, err)
		c := h.News(issue.Number).Counts
		if c.ByStatus[models.MailUnknown] != 2 || c.ByStatus[models.MailSent] != 2 {
			t.Errorf("the counts are %+v", c)
		}
		h.Sound()
	})
}

// Who refuses for the moment is tried again after a while, and given up in the end; the
// days of a pause before the first try do not count.
func TestRefusedForTheMoment(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		issue := h.PreparedNews(2)
		h.Clock.Pass(h.Rules().MailGiveUp + time.Hour)
		if to := claimAll(t, h, issue, models.MailQueued); len(to) != 2 {
			t.Fatalf("tried are %v", to)
		}
		p := advanceNews(t, h, issue)
		if wait := p.At.Sub(h.Now()); p.Next != models.NextWait || wait <= 0 || wait > h.Rules().News.Retry {
			t.Errorf("its process %+v", p)
		}
		tries := 1
		for ; p.Next != models.NextDone; tries++ {
			h.Clock.Pass(h.Rules().News.Retry)
			claimAll(t, h, issue, models.MailQueued)
			if tries%50 == 0 {
				h.Clock.Pass(24 * time.Hour)
			}
			if p = advanceNews(t, h, issue); tries > 1000 {
				t.Fatal("it is never given up")
			}
		}
		if c := h.News(issue.Number).Counts; c.ByStatus[models.MailFailed] != 2 || tries < 3 {
			t.Errorf("after %d tries the counts are %+v", tries, c)
		}
		h.Sound()
	})
}

// One issue is sent at a time, however many are due at once.
func TestOneIssueAtATime(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		h.Subscribers(3)
		issues := []models.NewsIssue{h.ScheduledNews(0), h.ScheduledNews(0), h.ScheduledNews(0)}
		states := make([]models.NewsProgress, len(issues))
		race(len(issues), func(i int) {
			p, err := h.AdvanceNews(ctx, issues[i].ID, newsLease)
			if err != nil {
				t.Errorf("looking at once: %v %s", err, causes(err))
			}
			states[i] = p
		})
		begun := slices.IndexFunc(states, func(p models.NewsProgress) bool { return p.Status == models.NewsSending })
		for i, p := range states {
			if i != begun && (p.Status != models.NewsScheduled || p.Next != models.NextWait || !p.At.After(h.Now())) {
				t.Errorf("beside one that is sent is %+v", p)
			}
		}
		if begun < 0 {
			t.Fatalf("none began: %+v", states)
		}
		first, second := issues[begun], issues[(begun+1)%3]
		_, err := h.PauseNews(ctx, h.Staff, store.DecideNews{Number: first.Number})
		must(t, err)
		advanceNews(t, h, second)
		_, err = h.ResumeNews(ctx, h.Staff, store.DecideNews{Number: first.Number})
		wantCode(t, err, models.KindConflict, "news_other_sending")
		if e := models.AsError(err); e.Params["number"] != second.Number {
			t.Errorf("it names %v", e.Params)
		}
	})
}

// Preparing, claiming and looking at once queue nobody twice and claim nothing twice.
func TestPreparingAndClaimingAtOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		h.Subscribers(40)
		issue := h.ScheduledNews(0)
		race(6, func(int) {
			for range 4 {
				if _, err := h.AdvanceNews(ctx, issue.ID, newsLease); err != nil {
					t.Errorf("preparing at once: %v %s", err, causes(err))
				}
			}
		})
		if got := h.News(issue.Number).Issue.Recipients; got != 40 {
			t.Fatalf("%d are prepared", got)
		}
		won := make([][]int64, 6)
		race(6, func(i int) {
			for {
				claimed, last, err := h.ClaimNews(ctx, issue.ID, 0, 5)
				if models.IsKind(err, models.KindInternal) {
					continue // lost the race too often: somebody else goes on
				}
				if err != nil {
					t.Errorf("claiming at once: %v %s", err, causes(err))
				}
				if last == 0 || err != nil {
					return
				}
				for _, m := range claimed {
					won[i] = append(won[i], m.ID)
				}
			}
		})
		ids := slices.Concat(won...)
		slices.Sort(ids)
		if len(ids) != 40 || len(slices.Compact(ids)) != 40 {
			t.Errorf("claimed are %v", ids)
		}
		h.Sound()
	})
}

func TestBackNumbers(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		var numbers []string
		for _, title := range []string{"ＡＢＣ 新版のお知らせ", "保守のお知らせ", "100%完了"} {
			text := furnished.NewsText()
			text.Title = models.Text{JA: title, EN: "Notice of " + title}
			issue, err := h.WriteNews(ctx, h.Staff, text)
			must(t, err)
			done, err := h.ScheduleNews(ctx, h.Staff, store.DecideNews{Number: issue.Number}, time.Time{})
			must(t, err)
			advanceNews(t, h, done.Issue)
			numbers = append(numbers, issue.Number)
			h.Clock.Pass(24 * time.Hour)
		}
		draft, err := h.WriteNews(ctx, h.Staff, furnished.NewsText())
		must(t, err)
		if _, err := h.BackNumber(ctx, draft.Number); !models.IsKind(err, models.KindNotFound) {
			t.Errorf("a draft is shown: %v", err)
		}
		day := models.DateOf(furnished.Noon)
		for name, tt := range map[string]struct {
			f    store.NewsFilter
			want []string
		}{
			"all":     {store.NewsFilter{}, []string{numbers[2], numbers[1], numbers[0]}},
			"width":   {store.NewsFilter{Query: " abc  新版 "}, numbers[:1]},
			"english": {store.NewsFilter{Query: "notice OF 保守"}, numbers[1:2]},
			"percent": {store.NewsFilter{Query: "%"}, numbers[2:]},
			"number":  {store.NewsFilter{Query: strings.ToLower(numbers[1])}, numbers[1:2]},
			"day":     {store.NewsFilter{From: day.AddDays(1), To: day.AddDays(1)}, numbers[1:2]},
			"until":   {store.NewsFilter{To: day}, numbers[:1]},
		} {
			list, more, err := h.BackNumbers(ctx, tt.f, 0, 10)
			must(t, err)
			var got []string
			for _, i := range list {
				got = append(got, i.Number)
			}
			if !slices.Equal(got, tt.want) || more {
				t.Errorf("%s gives %v, want %v", name, got, tt.want)
			}
		}
		if list, more, err := h.BackNumbers(ctx, store.NewsFilter{}, 1, 1); err != nil || !more || len(list) != 1 || list[0].Number != numbers[1] {
			t.Errorf("the second page is %v %v %v", list, more, err)
		}
	})
}

func TestATestGoesToStaffAlone(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *furnished.House) {
		ctx := t.Context()
		h.Subscribers(2)
		issue, err := h.WriteNews(ctx, h.Staff, furnished.NewsText())
		must(t, err)
		for range 2 {
			outbox, err := h.SendNewsTest(ctx, h.Staff, issue.Number, "me@backoffice.example.jp")
			must(t, err)
			if len(outbox) != 2 {
				t.Errorf("told are %v", outbox)
			}
		}
		d := h.News(issue.Number)
		if len(d.Tests) != 4 || d.Counts.Done() != 0 || d.Tests[0].Language == d.Tests[1].Language || d.Tests[0].Recipient != "me@backoffice.example.jp" {
			t.Errorf("tests are %+v", d.Tests)
		}
		h.Sound()
	})
}

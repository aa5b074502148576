package activities_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"go.temporal.io/sdk/temporal"
)

// eachNewsroom runs a test in a house that sends so many mails a second.
func eachNewsroom(t *testing.T, perSecond int, test func(t *testing.T, h *house.House)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range house.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Dialect: dialect, Rules: func(r *models.Rules) { r.News.PerSecond = perSecond }})
			test(t, h)
			h.Sound()
		})
	}
}

func sendNews(t *testing.T, h *house.House, i models.NewsIssue) (protocol.NewsBatch, error) {
	t.Helper()
	result, err := execute(h.Activities.News.SendNews, []any{i.ID})
	if err != nil {
		return protocol.NewsBatch{}, err
	}
	return result.(protocol.NewsBatch), nil
}

// toWhom fails a stage for some recipients.
func toWhom(faults map[string]mailbox.Fault, stage mailbox.Stage) func(mailbox.Stage, string, string) mailbox.Behaviour {
	return func(s mailbox.Stage, _, to string) mailbox.Behaviour {
		if s != stage {
			return mailbox.Behaviour{}
		}
		return mailbox.Behaviour{Fault: faults[to]}
	}
}

// wantNews checks how many mails of an issue are in each state.
func wantNews(t *testing.T, h *house.House, i models.NewsIssue, want map[models.MailStatus]int64) {
	t.Helper()
	got := h.News(i.Number).Counts.ByStatus
	for _, s := range models.MailStatuses {
		if got[s] != want[s] {
			t.Errorf("%d mails are %s, want %d", got[s], s, want[s])
		}
	}
}

func TestEachSubscriberGetsOneMail(t *testing.T) {
	eachNewsroom(t, 1000, func(t *testing.T, h *house.House) {
		issue := h.PreparedNews(60)
		batch, err := sendNews(t, h, issue)
		house.Must(t, err)
		if batch != (protocol.NewsBatch{Sent: 60}) {
			t.Errorf("the run came to %+v", batch)
		}
		var got, want []string
		for _, m := range h.Mailbox.Messages() {
			got = append(got, m.To...)
			checkIssue(t, m, issue)
			checkLink(t, h, m)
		}
		for n := range 60 {
			want = append(want, house.Subscriber(n+1))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("it went to %v", got)
		}
		wantNews(t, h, issue, map[models.MailStatus]int64{models.MailSent: 60})
		list, _, err := h.NewsMails(t.Context(), issue.ID, nil, "", store.Page{})
		house.Must(t, err)
		if !strings.HasPrefix(list[0].Reply, "answer 250") || list[0].FinishedAt == nil || list[0].Attempts != 1 {
			t.Errorf("noted is %+v", list[0])
		}
	})
}

// checkLink checks that the link which ends the subscription is the recipient's and works.
func checkLink(t *testing.T, h *house.House, m mailbox.Message) {
	t.Helper()
	s, err := h.SubscriptionTo(t.Context(), m.To[0], models.TopicNews)
	house.Must(t, err)
	head, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	house.Must(t, err)
	parts := strings.Split(strings.Trim(head.Header.Get("List-Unsubscribe"), "<>"), "/")
	if id := parts[len(parts)-2]; id != fmt.Sprint(s.ID) || !h.Ring.UnsubscribeAllowed(*s, parts[len(parts)-1]) {
		t.Errorf("the link to end %d is %v", s.ID, parts)
	}
}

// checkIssue checks what every mail of an issue has: the text, its page in the portal,
// and one click that ends the subscription.
func checkIssue(t *testing.T, m mailbox.Message, issue models.NewsIssue) {
	t.Helper()
	body, err := m.Body()
	house.Must(t, err)
	head, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	house.Must(t, err)
	unsubscribe := head.Header.Get("List-Unsubscribe")
	for name, want := range map[string]string{
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Id": "<support-information.example.jp>", "Precedence": "bulk", "Auto-Submitted": "auto-generated",
	} {
		if got := head.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	link := house.Public + "/portal/news/" + issue.Number
	if !strings.HasPrefix(unsubscribe, "<"+house.Public+"/unsubscribe/") || !strings.Contains(body.Text, strings.Trim(unsubscribe, "<>")) || !strings.Contains(body.Text, link) {
		t.Errorf("a mail with %s says\n%s", unsubscribe, body.Text)
	}
	if m.Subject != "【トレンドマイクロ】脆弱性に関するお知らせ" || !strings.Contains(body.Text, "■ 対象製品") || !strings.Contains(body.HTML, "対象製品</h3>") || !strings.Contains(m.From, "bounce+") {
		t.Errorf("a mail from %s about %s says\n%s", m.From, m.Subject, body.HTML)
	}
}

// The rate holds over the whole run and within it: no more than a second's worth, and
// what is under way, arrives in any second.
func TestTheRateIsObeyed(t *testing.T) {
	const perSecond, mails = 40, 60
	eachNewsroom(t, perSecond, func(t *testing.T, h *house.House) {
		issue := h.PreparedNews(mails)
		begun := time.Now()
		_, err := sendNews(t, h, issue)
		house.Must(t, err)
		if took, least := time.Since(begun), time.Second*(mails-1)/perSecond; took < least {
			t.Errorf("%d mails took %s, less than %s", mails, took, least)
		}
		var at []time.Time
		for _, m := range h.Mailbox.Messages() {
			at = append(at, m.ReceivedAt)
		}
		slices.SortFunc(at, time.Time.Compare)
		for i := range at {
			within := 0
			for _, other := range at[i:] {
				if other.Sub(at[i]) < 500*time.Millisecond {
					within++
				}
			}
			// A machine that stood still for a moment lets what was under way arrive together.
			if within > perSecond/2+1+h.Rules().News.Connections+3 {
				t.Errorf("%d mails arrived within half a second", within)
				break
			}
		}
	})
}

// Each answer of a server is its mail's own; nobody is tried twice in a run.
func TestAnswersAreTheMailsOwn(t *testing.T) {
	eachNewsroom(t, 1000, func(t *testing.T, h *house.House) {
		issue := h.PreparedNews(8)
		h.Mailbox.SetBehaviour(func(stage mailbox.Stage, from, to string) mailbox.Behaviour {
			if stage == mailbox.StageEnd {
				return toWhom(map[string]mailbox.Fault{house.Subscriber(4): mailbox.CutAfter}, mailbox.StageEnd)(stage, from, to)
			}
			return toWhom(map[string]mailbox.Fault{house.Subscriber(2): mailbox.Refuse, house.Subscriber(3): mailbox.Defer}, mailbox.StageRcpt)(stage, from, to)
		})
		batch, err := sendNews(t, h, issue)
		house.Must(t, err)
		if batch != (protocol.NewsBatch{Sent: 5, Deferred: 1, Ended: 2}) {
			t.Errorf("the run came to %+v", batch)
		}
		wantNews(t, h, issue, map[models.MailStatus]int64{models.MailSent: 5, models.MailQueued: 1, models.MailFailed: 1, models.MailUnknown: 1})
		h.Mailbox.SetBehaviour(nil)
		if again, err := sendNews(t, h, issue); err != nil || again != (protocol.NewsBatch{}) {
			t.Errorf("at once again it came to %+v %v", again, err)
		}
		h.Clock.Pass(h.Rules().News.Retry)
		if again, err := sendNews(t, h, issue); err != nil || again != (protocol.NewsBatch{Sent: 1}) {
			t.Errorf("later it came to %+v %v", again, err)
		}
		if n := len(h.Mailbox.Messages()); n != 7 { // the unknown one arrived
			t.Errorf("%d mails arrived", n)
		}
	})
}

// A server that is away, wants nothing from us, or defers one after the other, ends the
// run; the mails are as before.
func TestAServerThatIsAwayEndsTheRun(t *testing.T) {
	eachNewsroom(t, 1000, func(t *testing.T, h *house.House) {
		issue := h.PreparedNews(70)
		for stage, fault := range map[mailbox.Stage]mailbox.Fault{mailbox.StageMail: mailbox.Refuse, mailbox.StageRcpt: mailbox.Defer} {
			h.Mailbox.SetBehaviour(at(stage, fault))
			_, err := sendNews(t, h, issue)
			failure, ok := errors.AsType[*temporal.ApplicationError](err)
			if !ok || failure.NonRetryable() {
				t.Fatalf("a server that fails at %s gives %v", stage, err)
			}
			wantNews(t, h, issue, map[models.MailStatus]int64{models.MailQueued: 70})
		}
		h.Mailbox.SetBehaviour(nil)
		batch, err := sendNews(t, h, issue)
		house.Must(t, err)
		if batch.Sent == 70 || batch.Sent < 70-20-2*50 { // those that were deferred have to wait
			t.Errorf("the next run came to %+v", batch)
		}
		h.Clock.Pass(h.Rules().News.Retry)
		_, err = sendNews(t, h, issue)
		house.Must(t, err)
		wantNews(t, h, issue, map[models.MailStatus]int64{models.MailSent: 70})
		if n := len(h.Mailbox.Messages()); n != 70 {
			t.Errorf("%d mails arrived", n)
		}
	})
}

// Somebody pauses while a run sends: it ends with what was claimed, without an error.
func TestPausingEndsTheRun(t *testing.T) {
	eachNewsroom(t, 100, func(t *testing.T, h *house.House) {
		issue := h.PreparedNews(120)
		var arrived atomic.Int64
		h.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
			if stage == mailbox.StageEnd && arrived.Add(1) == 10 {
				if _, err := h.PauseNews(t.Context(), h.Staff, store.DecideNews{Number: issue.Number}); err != nil {
					t.Errorf("pausing gives %v", err)
				}
			}
			return mailbox.Behaviour{}
		})
		batch, err := sendNews(t, h, issue)
		house.Must(t, err)
		// At most what was claimed before, a quarter of a second's worth, and the next group's claim under way.
		if batch.Sent < 10 || batch.Sent > 10+2*25 {
			t.Errorf("the run came to %+v", batch)
		}
		if again, err := sendNews(t, h, issue); err != nil || again.Sent != 0 {
			t.Errorf("while paused a run comes to %+v %v", again, err)
		}
		wantNews(t, h, issue, map[models.MailStatus]int64{models.MailSent: int64(batch.Sent), models.MailQueued: int64(120 - batch.Sent)})
		_, err = h.ResumeNews(t.Context(), h.Staff, store.DecideNews{Number: issue.Number})
		house.Must(t, err)
		_, err = sendNews(t, h, issue)
		house.Must(t, err)
		wantNews(t, h, issue, map[models.MailStatus]int64{models.MailSent: 120})
	})
}

// A test says that it is one, goes to staff alone, and ends nobody's subscription.
func TestATestOfAnIssue(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		issue, err := h.WriteNews(t.Context(), h.Staff, house.NewsText())
		house.Must(t, err)
		_, err = h.SendNewsTest(t.Context(), h.Staff, issue.Number, "clerk@backoffice.example.jp")
		house.Must(t, err)
		for _, m := range h.News(issue.Number).Tests {
			house.Must(t, h.SendMail(protocol.MailRef{MailID: m.ID}))
		}
		var subjects []string
		for _, m := range h.Mailbox.Messages() {
			subjects = append(subjects, fmt.Sprintf("%s %s", m.To, m.Subject))
			if bytes.Contains(m.Raw, []byte("List-Unsubscribe")) {
				t.Error("a test can end a subscription")
			}
		}
		slices.Sort(subjects)
		if want := []string{"[clerk@backoffice.example.jp] [Test] About a vulnerability", "[clerk@backoffice.example.jp] 【テスト配信】脆弱性に関するお知らせ"}; !slices.Equal(subjects, want) {
			t.Errorf("sent are %q", subjects)
		}
	})
}

package workflows_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/workflows"
)

// issueJourney is the process of one request for a code in the environment that skips
// over waiting.
type issueJourney struct {
	*journey
	ask     store.AskActivation
	request models.ActivationRequest
}

func newIssue(t *testing.T, kind string) *issueJourney {
	t.Helper()
	h := house.New(t, house.Options{Dialect: store.SQLite, Rules: func(r *models.Rules) { r.ValidAfterDays = 0 }})
	j := &issueJourney{journey: &journey{House: h, t: t, start: house.Noon}}
	j.ask = h.ActivationOf(h.Delivered(), kind)
	j.request = h.RequestCode(j.ask).Request
	j.begin(house.Noon)
	return j
}

// finish runs the process and checks how the request ended, how many codes there are,
// that no timer is left behind and that the database is sound.
func (j *issueJourney) finish(want models.ActivationStatus, codes int) store.ActivationDetail {
	j.t.Helper()
	j.at(0, func() { j.tell(1) })
	j.env.ExecuteWorkflow(workflows.ActivationIssue, protocol.Started{SubjectID: j.request.ID})
	if !j.env.IsWorkflowCompleted() {
		j.t.Fatal("the process does not end")
	}
	house.Must(j.t, j.env.GetWorkflowError())
	d := j.Activation(j.request.Number)
	if d.Request.Status != want || len(d.Codes) != codes {
		j.t.Errorf("the request is %s with %d codes, want %s with %d", d.Request.Status, len(d.Codes), want, codes)
	}
	if j.timers.scheduled != j.timers.fired+j.timers.cancelled {
		j.t.Errorf("of %d timers %d fired and %d were cancelled", j.timers.scheduled, j.timers.fired, j.timers.cancelled)
	}
	j.Sound()
	return d
}

func (j *issueJourney) confirmed(r models.ActivationRequest) error {
	_, err := j.ConfirmActivation(context.Background(), house.Confirmation(r, models.MailboxContact), j.Ring)
	return err
}

// confirm presses the button, and tells the process when it was not refused.
func (j *issueJourney) confirm() {
	if err := j.confirmed(j.request); err != nil {
		j.t.Errorf("the confirmation is refused: %v", err)
	}
	j.tell(1)
}

func (j *issueJourney) wantRefused(err error, code string) {
	if err == nil || models.AsError(err).Code != code {
		j.t.Errorf("it is answered with %v, want %s", err, code)
	}
}

// wantArrived checks which subjects arrived where.
func (j *issueJourney) wantArrived(subjects ...string) {
	j.t.Helper()
	var got []string
	for _, m := range j.Mailbox.Messages() {
		for _, to := range m.To {
			got = append(got, m.Subject+" → "+to)
		}
	}
	slices.Sort(got)
	slices.Sort(subjects)
	if !slices.Equal(got, subjects) {
		j.t.Errorf("arrived\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(subjects, "\n"))
	}
}

const (
	linkSubject   = "【トレンドマイクロ】Apex One/ウイルスバスターCorp. 用アクティベーションコード発行URLのご連絡 → "
	issuedSubject = "【トレンドマイクロ】Apex One/ウイルスバスターCorp. 用アクティベーションコード発行完了のご連絡 → "
)

// TestActivationConfirmed has the links mailed, each with a token of its own, and
// after the confirmation the code to both mailboxes.
func TestActivationConfirmed(t *testing.T) {
	t.Parallel()
	j := newIssue(t, "apex_one")
	j.at(time.Hour, func() {
		if codes, err := j.IssuedCodes(context.Background(), j.request.ContractID); err != nil || len(codes) != 0 {
			t.Errorf("%d codes before the confirmation (%v)", len(codes), err)
		}
		j.confirm()
	})
	d := j.finish(models.ActivationIssued, 1)
	j.wantArrived(linkSubject+house.HolderAddress, linkSubject+house.ContactAddress, issuedSubject+house.HolderAddress, issuedSubject+house.ContactAddress)
	code, err := j.Ring.OpenIssued(*d.Code)
	house.Must(t, err)
	for _, m := range j.Mailbox.Messages() {
		text, mailbox := textOf(t, m), models.MailboxContact
		if m.To[0] == house.HolderAddress {
			mailbox = models.MailboxAccount
		}
		token, err := j.Ring.ActivationToken(j.request, mailbox)
		house.Must(t, err)
		link := strings.Contains(m.Subject, "URL")
		if strings.Contains(text, token) != link || strings.Contains(text, code) == link {
			t.Errorf("%s to %s holds the wrong secret:\n%s", m.Subject, m.To, text)
		}
		for _, want := range []string{d.Contract.LicenseID, "Apex One", j.request.Number} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s:\n%s", m.Subject, want, text)
			}
		}
		if link && (!strings.Contains(text, "/activation/") || !strings.Contains(text, "2026年6月13日 12:00 まで")) {
			t.Errorf("the link mail reads\n%s", text)
		}
	}
}

// TestActivationLinkIsOver confirms before the 72 hours end, in that very moment, and
// never.
func TestActivationLinkIsOver(t *testing.T) {
	t.Parallel()
	t.Run("before", func(t *testing.T) {
		t.Parallel()
		j := newIssue(t, "apex_one")
		j.at(72*time.Hour-time.Second, j.confirm)
		j.finish(models.ActivationIssued, 1)
	})
	t.Run("never", func(t *testing.T) {
		t.Parallel()
		j := newIssue(t, "apex_one")
		d := j.finish(models.ActivationExpired, 0)
		about(t, "expired", audited(store.ResendDetail{Audit: d.Audit}, "activation_expired"), house.Noon.Add(72*time.Hour))
		j.wantRefused(j.confirmed(j.request), "activation_expired")
		j.wantArrived(linkSubject+house.HolderAddress, linkSubject+house.ContactAddress)
	})
	// Either of the two may come first: what the person was told holds.
	t.Run("the same moment", func(t *testing.T) {
		t.Parallel()
		j := newIssue(t, "apex_one")
		var answer error
		j.at(72*time.Hour, func() {
			answer = j.confirmed(j.request)
			j.tell(1)
		})
		j.at(0, func() { j.tell(1) })
		j.env.ExecuteWorkflow(workflows.ActivationIssue, protocol.Started{SubjectID: j.request.ID})
		house.Must(t, j.env.GetWorkflowError())
		d := j.Activation(j.request.Number)
		switch {
		case answer == nil && (d.Request.Status != models.ActivationIssued || len(d.Codes) != 1):
			t.Errorf("confirmed, and %s with %d codes", d.Request.Status, len(d.Codes))
		case answer != nil && (d.Request.Status != models.ActivationExpired || len(d.Codes) != 0):
			t.Errorf("refused with %v, and %s with %d codes", answer, d.Request.Status, len(d.Codes))
		}
		j.Sound()
	})
}

// TestActivationEndsOtherwise ends the process by a cancellation, and by a newer request.
func TestActivationEndsOtherwise(t *testing.T) {
	t.Parallel()
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		j := newIssue(t, "apex_one")
		j.at(time.Hour, func() {
			_, err := j.CancelActivation(context.Background(), j.Staff, house.DecideActivation(j.request, "お電話でのご依頼"))
			house.Must(t, err)
			j.tell(2) // a signal too many changes nothing
			j.wantRefused(j.confirmed(j.request), "activation_cancelled")
		})
		j.finish(models.ActivationCancelled, 0)
	})
	t.Run("replaced", func(t *testing.T) {
		t.Parallel()
		j := newIssue(t, "apex_one")
		var newer models.ActivationRequest
		j.at(time.Hour, func() {
			newer = j.RequestCode(j.ask).Request
			j.tell(1)
			j.wantRefused(j.confirmed(j.request), "activation_replaced")
		})
		j.finish(models.ActivationReplaced, 0)
		house.Must(t, j.confirmed(newer))
		if got := j.Activation(newer.Number); got.Request.Status != models.ActivationIssued || len(got.Codes) != 1 {
			t.Errorf("the newer one is %s with %d codes", got.Request.Status, len(got.Codes))
		}
	})
}

// TestActivationLinkSentAgain sends a new link shortly before the first is over: that
// one is dead, the new one lives for as long again.
func TestActivationLinkSentAgain(t *testing.T) {
	t.Parallel()
	j := newIssue(t, "apex_one")
	var again models.ActivationRequest
	j.at(71*time.Hour, func() {
		done, err := j.ResendActivationLink(context.Background(), j.Staff, house.DecideActivation(j.request, ""))
		house.Must(t, err)
		again = done.Request
		j.tell(1)
		if _, good := j.Ring.ActivationMailbox(again, must(j.Ring.ActivationToken(j.request, models.MailboxContact))); good {
			t.Error("the old link is good still")
		}
		j.wantRefused(j.confirmed(j.request), "activation_not_found")
	})
	j.at(142*time.Hour, func() {
		house.Must(t, j.confirmed(again))
		j.tell(1)
	})
	j.finish(models.ActivationIssued, 1)
	links := 0
	for _, m := range j.Mailbox.Messages() {
		if strings.Contains(m.Subject, "発行URL") {
			links++
		}
	}
	if links != 4 {
		t.Errorf("%d link mails arrived, want 4", links)
	}
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

// TestActivationMailRefused has the contact address refuse: that is a task for staff,
// and the other mailbox's link confirms.
func TestActivationMailRefused(t *testing.T) {
	t.Parallel()
	j := newIssue(t, "apex_one")
	j.refuse(func(to string) bool { return to == house.ContactAddress })
	j.at(time.Hour, func() {
		d := j.Activation(j.request.Number)
		if len(d.Tasks) != 1 || d.Tasks[0].Activation != j.request.Number || d.Tasks[0].Kind != models.TaskMailFailed {
			t.Errorf("tasks are %+v", d.Tasks)
		}
		j.refuse(func(string) bool { return false })
		j.confirm()
	})
	d := j.finish(models.ActivationIssued, 1)
	j.wantArrived(linkSubject+house.HolderAddress, issuedSubject+house.HolderAddress, issuedSubject+house.ContactAddress)
	// The link is used, so there is nothing to send again.
	_, err := j.SendMailAgain(context.Background(), j.Staff, d.Tasks[0].Mail.ID, "確認済み")
	j.wantRefused(err, "mail_not_again")
}

// TestActivationHearsWhileMailsArePutOff has the server put the link mails off: the
// cancellation is heard meanwhile, and links that are dead go to nobody.
func TestActivationHearsWhileMailsArePutOff(t *testing.T) {
	t.Parallel()
	j := newIssue(t, "apex_one")
	busyUntil := j.start.Add(2 * time.Minute)
	j.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && j.Clock.Now().Before(busyUntil) {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	j.at(30*time.Second, func() {
		_, err := j.CancelActivation(context.Background(), house.Requester, house.DecideActivation(j.request, ""))
		house.Must(t, err)
		j.tell(1)
	})
	j.finish(models.ActivationCancelled, 0)
	j.wantArrived()
}

// TestActivationByConsent needs no link: the code is issued at once, and one mail to
// the sign-in address brings it.
func TestActivationByConsent(t *testing.T) {
	t.Parallel()
	j := newIssue(t, "apex_central")
	j.finish(models.ActivationIssued, 1)
	j.wantArrived("トレンドマイクロ製品用アクティベーションコードのご案内 → " + house.HolderAddress)
	if j.timers.scheduled != 0 {
		t.Errorf("%d timers where nothing waits", j.timers.scheduled)
	}
}

package store_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// finish ends a mail of a kind that an order, or an application, has queued.
func (h *house) finish(query string, kind models.MailKind, outcome models.MailStatus) models.Mail {
	h.t.Helper()
	list, _, err := h.Mails(h.t.Context(), store.MailFilter{Kind: kind, Query: query, Statuses: []models.MailStatus{models.MailQueued}}, store.Page{})
	must(h.t, err)
	if len(list) != 1 {
		h.t.Fatalf("%d mails %s are queued, want one", len(list), kind)
	}
	h.send(list[0].ID, outcome)
	return list[0]
}

// TestMailsThatTellNobodyOpenTasks lets every mail that only tells something be
// refused, or end with nobody knowing: each is a task of its own.
func TestMailsThatTellNobodyOpenTasks(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for outcome, kind := range map[models.MailStatus]models.TaskKind{
			models.MailFailed: models.TaskMailFailed, models.MailUnknown: models.TaskMailUnknown,
		} {
			a := h.application(months(24))
			receipt := h.finish(a.ApplicantEmail, models.MailReceiptNumber, outcome)
			o := h.enter(a.ReceiptNumber, h.sheet())
			state, err := h.Advance(ctx, o.ID)
			must(t, err)
			h.finish(o.OrderNumber, models.MailSendBack, outcome)
			h.clock.pass(6 * 24 * time.Hour)
			_, err = h.QueueReminder(ctx, state.SendBackID, 1)
			must(t, err)
			h.finish(o.OrderNumber, models.MailSendBackReminder, outcome)
			_, err = h.CancelOrder(ctx, h.staff, store.Decide{OrderNumber: o.OrderNumber}, "no longer wanted")
			must(t, err)
			h.finish(o.OrderNumber, models.MailOrderCancelled, outcome)

			waiting, _, err := h.OpenTasks(ctx, []models.TaskKind{kind}, store.Page{})
			must(t, err)
			equal(t, "tasks", len(waiting), 4)
			equal(t, "the first is about the application", waiting[0].ReceiptNumber, a.ReceiptNumber)
			equal(t, "its mail", waiting[0].Mail.ID, receipt.ID)
			for _, task := range waiting[1:] {
				equal(t, "the others are about the order", task.OrderNumber, o.OrderNumber)
			}
			of, err := h.TasksOfApplication(ctx, a.ID)
			must(t, err)
			equal(t, "tasks of the application", len(of), 1)
			n, err := h.CountOpenTasks(ctx, []models.TaskKind{kind})
			must(t, err)
			equal(t, "counted", n, 4)
			for _, task := range waiting {
				must(t, h.CloseTask(ctx, h.staff, task.ID, "told by phone"))
			}
			n, err = h.CountOpenTasks(ctx, []models.TaskKind{kind})
			must(t, err)
			equal(t, "still open", n, 0)
			log, _, err := h.Audit(ctx, store.AuditFilter{Subject: "application", SubjectID: a.ID, Action: "task_closed"}, store.Page{})
			must(t, err)
			equal(t, "noted with the application", len(log), 1)
			wantCode(t, h.CloseTask(ctx, h.staff, waiting[0].ID, "again"), models.KindConflict, "task_closed")
		}
		h.sound()
	})
}

// TestApplicantsMailOpensATask refuses the mail that tells an applicant to apply again.
func TestApplicantsMailOpensATask(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o := h.enter(h.application(func(a *models.Application) { a.Credits = true }).ReceiptNumber, h.sheet())
		_, err := h.Advance(t.Context(), o.ID)
		must(t, err)
		h.finish(o.OrderNumber, models.MailSendBackApplicant, models.MailFailed)
		d := h.detail(o.OrderNumber)
		equal(t, "tasks", len(d.Tasks), 1)
		equal(t, "kind", d.Tasks[0].Kind, models.TaskMailFailed)
		h.sound()
	})
}

// TestOnlyTheLatestReminderGoesOut asks for reminders after an outage, and leaves
// one waiting in front of a mail server that is away for days.
func TestOnlyTheLatestReminderGoesOut(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		late := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		waiting := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		sending := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		remind := func(o models.Order, n int) int64 {
			state, err := h.Advance(ctx, o.ID)
			must(t, err)
			id, err := h.QueueReminder(ctx, state.SendBackID, n)
			must(t, err)
			return id
		}
		h.clock.pass(6 * 24 * time.Hour) // Tuesday: four business days
		first, underway := remind(waiting, 1), remind(sending, 1)
		_, claimed, err := h.ClaimMail(ctx, underway, time.Minute)
		must(t, err)
		equal(t, "claimed", claimed, true)
		h.clock.pass(6 * 24 * time.Hour) // Monday: eight
		equal(t, "the first of two that are due", remind(late, 1), 0)
		for _, o := range []models.Order{late, waiting, sending} {
			if remind(o, 2) == 0 {
				t.Error("the second of two that are due is not queued")
			}
		}
		m, err := h.MailByID(ctx, first)
		must(t, err)
		equal(t, "the first, put off until then", m.Reply, "withdrawn")
		m, err = h.FinishMail(ctx, underway, models.MailQueued, "450 later")
		must(t, err)
		equal(t, "the first, put off just now", m.Reply, "withdrawn")
		h.confirm(waiting, store.Confirm{Code: models.ReasonTerm, Value: "12"})
		for _, m := range h.detail(waiting.OrderNumber).Mails {
			if m.Kind == models.MailSendBackReminder && m.Status == models.MailQueued {
				t.Error("what was answered is reminded of")
			}
		}
		h.sound()
	})
}

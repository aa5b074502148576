package console

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// timeline is everything that happened, newest first: what people and programs
// did comes from the audit log, mails from the ledger.
func (v *visit) timeline(d store.OrderDetail, names map[int64]string) []views.Event {
	events := []views.Event{{
		At: d.Application.CreatedAt, Title: v.t("console.event.filed"), Tone: "note",
		Detail: v.t("console.order.receipt") + " " + d.Application.ReceiptNumber, Who: d.Application.Reseller.CompanyName,
	}}
	for _, e := range d.Audit {
		if event, told := v.auditEvent(d, e, names); told {
			events = append(events, event)
		}
	}
	for _, m := range d.Mails {
		events = append(events, v.mailEvent(m))
	}
	for i := range events {
		events[i].When, events[i].Weight = ui.Moment(v.language, events[i].At), i
	}
	slices.SortStableFunc(events, func(a, b views.Event) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Weight, a.Weight))
	})
	return events
}

// facts is what an audit entry says of the order.
type facts struct {
	Status     models.OrderStatus  `json:"status"`
	Version    int64               `json:"version"`
	WaitingFor models.WaitingFor   `json:"waiting_for"`
	Reasons    []models.ReasonCode `json:"reasons"`
	Note       string              `json:"note"`
	Reason     string              `json:"reason"`
	StaffID    *int64              `json:"staff_id"`
	Kind       string              `json:"kind"`
	Language   models.Language     `json:"language"`
}

// factsOf reads an entry's facts; one of another shape says nothing.
func factsOf(text string) facts {
	var f facts
	if text == "" {
		return f
	}
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return facts{}
	}
	return f
}

func (v *visit) auditEvent(d store.OrderDetail, e models.AuditEntry, names map[int64]string) (views.Event, bool) {
	after := factsOf(e.After)
	event := views.Event{At: e.At, Who: v.who(e), Request: e.RequestID, Title: v.t("console.action." + e.Action), Quote: after.Note}
	switch e.Action {
	case "noted":
		return event, false // notes stand beside the timeline
	case "checked":
		event.Title, event.Tone = v.checkedTitle(after), "stop"
		if after.Status == models.OrderChecking && after.WaitingFor == models.WaitingForNobody {
			event.Tone = ""
		}
	case string(models.DecisionSendBack), string(models.DecisionHold):
		event.Tone = "stop"
	case string(models.DecisionCancel):
		event.Tone = "bad"
	case string(models.DecisionConfirm):
		event.Detail = v.confirmedAt(d, e.At)
	case "registered", "delivered":
		event.Tone = "ok"
	case "document_made":
		event.Tone, event.Detail = "ok", v.t("console.language."+string(models.ParseLanguage(string(after.Language))))
	case "assigned":
		event.Tone, event.Detail = "note", v.t("console.desk.nobody")
		if after.StaffID != nil {
			event.Detail = names[*after.StaffID]
		}
	case "task_closed":
		event.Tone = "note"
	}
	return event, true
}

// who names the actor of an entry.
func (v *visit) who(e models.AuditEntry) string {
	switch e.ActorKind {
	case models.ActorAPIKey:
		return "API " + e.ActorName
	case models.ActorProcess:
		return ""
	}
	return e.ActorName
}

// checkedTitle says what the checks came to.
func (v *visit) checkedTitle(after facts) string {
	switch {
	case len(after.Reasons) > 0:
		titles := make([]string, len(after.Reasons))
		for i, code := range after.Reasons {
			titles[i] = v.t("console.reason." + string(code))
		}
		return v.t("console.event.sent_back", "reasons", strings.Join(slices.Compact(titles), v.t("ui.comma")))
	case after.WaitingFor == models.WaitingForStaff:
		return v.t("console.event.to_check")
	}
	return v.t("console.event.checking")
}

// confirmedAt lists the values that were settled at a moment.
func (v *visit) confirmedAt(d store.OrderDetail, at time.Time) string {
	var lines []string
	for _, c := range d.Confirmations {
		if c.CreatedAt.Sub(at).Abs() < 2*time.Second {
			lines = append(lines, texts.ReasonTitle(c.Code).In(v.language)+v.t("ui.colon")+v.settledValue(c))
		}
	}
	return strings.Join(lines, "\n")
}

func (v *visit) mailEvent(m models.Mail) views.Event {
	event := views.Event{At: m.QueuedAt, Tone: "mail", Title: v.t("console.mail_kind." + string(m.Kind)), Detail: "→ " + m.Recipient}
	if m.FinishedAt != nil {
		event.At = *m.FinishedAt
	}
	if reply := v.mailReply(m); reply != "" {
		event.Detail += "\n" + reply
	}
	if m.Status != models.MailSent {
		state := v.mailState(m)
		event.Pill = &state
	}
	if m.Status == models.MailFailed || m.Status == models.MailUnknown {
		event.Tone = "bad"
	}
	return event
}

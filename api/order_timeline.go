package api

import (
	"slices"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
)

// EventAnswer is one thing that happened to an order.
type EventAnswer struct {
	At    time.Time `json:"at"`
	Event string    `json:"event" enum:"entered,sent_back,confirmed,reapplied,replaced,passed,cancelled,registered,order_accepted_mail,delivery_id_mail,delivery_password_mail,delivered"`
	By    string    `json:"by" enum:"reseller,staff,system"`
	Text  string    `json:"text" doc:"The event in the caller's language."`
}

// decisionEvents are the decisions that the reseller is told of. Holds and
// redirections are the vendor's own business.
var decisionEvents = map[models.DecisionKind]string{
	models.DecisionEntered: "entered",
	models.DecisionConfirm: "confirmed",
	models.DecisionReapply: "reapplied",
	models.DecisionReplace: "replaced",
	models.DecisionPass:    "passed",
	models.DecisionCancel:  "cancelled",
}

// mailEvents are the mails to the delivery address, told without the address.
var mailEvents = map[models.MailKind]string{
	models.MailOrderAccepted:    "order_accepted_mail",
	models.MailDeliveryID:       "delivery_id_mail",
	models.MailDeliveryPassword: "delivery_password_mail",
}

// timeline tells an order's story, oldest first, without notes and names of staff.
func timeline(d store.OrderDetail, lang models.Language) []EventAnswer {
	events := []EventAnswer{}
	happened := func(at *time.Time, event string, by models.ActorKind) {
		if at != nil && event != "" {
			events = append(events, EventAnswer{
				At: at.UTC(), Event: event, By: actorName(by), Text: texts.T(lang, "api.event."+event),
			})
		}
	}
	for _, decision := range d.Decisions {
		happened(&decision.CreatedAt, decisionEvents[decision.Kind], decision.ActorKind)
	}
	for _, s := range d.SendBacks {
		by := models.ActorProcess
		if slices.ContainsFunc(s.Reasons, func(r models.Reason) bool { return r.Code == models.ReasonOther }) {
			by = models.ActorStaff
		}
		happened(&s.OpenedAt, "sent_back", by)
	}
	for _, m := range d.Mails {
		if m.Status == models.MailSent {
			happened(m.FinishedAt, mailEvents[m.Kind], models.ActorProcess)
		}
	}
	happened(d.Order.RegisteredAt, "registered", models.ActorProcess)
	happened(d.Order.DeliveredAt, "delivered", models.ActorProcess)
	slices.SortStableFunc(events, func(a, b EventAnswer) int { return a.At.Compare(b.At) })
	return events
}

func actorName(kind models.ActorKind) string {
	switch kind {
	case models.ActorAPIKey:
		return "reseller"
	case models.ActorStaff:
		return "staff"
	}
	return "system"
}

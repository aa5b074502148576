package console

import (
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

var orderTones = map[models.OrderStatus]string{
	models.OrderReceived: "run", models.OrderChecking: "run", models.OrderSentBack: "warn",
	models.OrderRegistered: "run", models.OrderDelivered: "ok", models.OrderCancelled: "off",
}

// state is an order's state in colour and words. An order that waits for staff says so.
func (v *visit) state(o models.Order) views.Pill {
	if o.WaitingFor == models.WaitingForStaff {
		if o.Status == models.OrderRegistered {
			return views.Pill{Tone: "bad", Text: v.t("console.state.delivery_stopped")}
		}
		return views.Pill{Tone: "wait", Text: v.t("console.state.to_check")}
	}
	return views.Pill{Tone: orderTones[o.Status], Text: v.t("order_status." + string(o.Status))}
}

// age is how long an order has waited for somebody, in business days. It turns
// from yellow to orange with the first reminder's day and red with the last one's.
func (v *visit) age(o models.Order) *views.Pill {
	if o.WaitingSince == nil || o.WaitingFor == models.WaitingForNobody {
		return nil
	}
	days := v.Rules.Calendar.BusinessDaysBetween(models.DateOf(*o.WaitingSince), models.DateOf(v.Clock()))
	pill := &views.Pill{Tone: "wait", Text: ui.Counted(v.language, "console.business_days", days)}
	if days == 0 {
		pill.Text = v.t("console.business_days_today")
	}
	if reminders := v.Rules.ReminderDays; len(reminders) > 0 {
		switch {
		case days >= slices.Max(reminders):
			pill.Tone = "bad"
		case days >= slices.Min(reminders):
			pill.Tone = "warn"
		}
	}
	return pill
}

// whyOr is why, or the order's state where nothing special is the matter with it.
func (v *visit) whyOr(r store.OrderRow) []views.Pill {
	if pills := v.why(r); len(pills) > 0 {
		return pills
	}
	return []views.Pill{v.state(r.Order)}
}

// why says what an order waits for, shortly.
func (v *visit) why(r store.OrderRow) []views.Pill {
	var pills []views.Pill
	for _, code := range r.Reasons {
		pills = append(pills, views.Pill{Tone: "warn", Text: v.t("console.reason." + string(code))})
	}
	return append(pills, v.alerts(r.Order)...)
}

// alerts are why an order waits in checking: what staff have to look at before passing it.
func (v *visit) alerts(o models.Order) []views.Pill {
	if !o.Status.BeforeRegistered() {
		return nil
	}
	var pills []views.Pill
	if o.Held {
		pills = append(pills, views.Pill{Tone: "wait", Text: v.t("console.alert.held")})
	}
	if o.WaitingFor != models.WaitingForStaff {
		return pills
	}
	if strings.TrimSpace(o.Communication) != "" {
		pills = append(pills, views.Pill{Tone: "wait", Text: v.t("console.alert.communication")})
	}
	if verdict, _ := v.Rules.Names.Judge(o.EndUserName); verdict == models.NameDoubtful {
		pills = append(pills, views.Pill{Tone: "wait", Text: v.t("console.alert.name")})
	}
	return pills
}

var mailTones = map[models.MailStatus]string{
	models.MailQueued: "run", models.MailSending: "run", models.MailSent: "ok", models.MailFailed: "bad", models.MailUnknown: "warn",
}

func (v *visit) mailState(m models.Mail) views.Pill {
	s := m.Status
	if m.BouncedAt != nil {
		return views.Pill{Tone: mailTones[s], Text: v.t("console.mail_status.bounced")}
	}
	return views.Pill{Tone: mailTones[s], Text: v.t("console.mail_status." + string(s))}
}

var applicationTones = map[models.ApplicationStatus]string{
	models.ApplicationOpen: "wait", models.ApplicationReserved: "run", models.ApplicationUsed: "ok", models.ApplicationDiscarded: "off",
}

func (v *visit) applicationState(a models.Application) views.Pill {
	return views.Pill{Tone: applicationTones[a.Status], Text: v.t("console.application_status." + string(a.Status))}
}

var contractTones = map[models.ContractStatus]string{
	models.ContractRegistering: "run", models.ContractValid: "ok", models.ContractVoid: "off",
}

func (v *visit) contractState(c models.Contract) views.Pill {
	s := c.StatusAt(v.Clock())
	return views.Pill{Tone: contractTones[s], Text: v.t("console.contract_status." + string(s))}
}

// product names a product of the catalogue, or gives the code of one that left it.
func (v *visit) product(code string) string {
	if p, known := v.Rules.Catalogue.Product(code); known {
		return p.Names.In(v.language)
	}
	return code
}

package console

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// fillSendBacks adds the open send-back as differences side by side, the
// answered ones, and the values that staff settled.
func (v *visit) fillSendBacks(page *views.Order, d store.OrderDetail, names map[int64]string) {
	for _, sb := range d.SendBacks {
		if sb.ClosedAt == nil {
			page.Differences = v.differences(d, sb)
			continue
		}
		round := views.Round{
			Title: v.t("console.earlier.round", "n", strconv.Itoa(sb.Round)),
			When:  ui.Moment(v.language, sb.OpenedAt) + " – " + ui.MomentAt(v.language, sb.ClosedAt),
		}
		for _, r := range sb.Reasons {
			round.Reasons = append(round.Reasons, v.reasonLine(r))
		}
		page.Earlier = append(page.Earlier, round)
	}
	for _, c := range d.Confirmations {
		page.Settled = append(page.Settled, views.Settled{
			Title: v.settledTitle(c.Code), Value: v.settledValue(c),
			Who: names[c.StaffID], When: ui.Moment(v.language, c.CreatedAt),
		})
	}
}

func (v *visit) settledTitle(code models.ReasonCode) string {
	if code == models.ReasonPass {
		return v.t("console.decision.pass")
	}
	return texts.ReasonTitle(code).In(v.language)
}

func (v *visit) settledValue(c models.Confirmation) string {
	switch {
	case c.Code == models.ReasonPass:
		return v.t("console.settled.pass")
	case c.ConfirmedValue == models.ConfirmRegisteredHolder:
		return v.t("console.settled.holder")
	case c.Code == models.ReasonTerm:
		return v.t("reason_value.months", "months", c.ConfirmedValue)
	case c.Code == models.ReasonLicenseHolder:
		return v.t("reason_value.license", "id", c.ConfirmedValue)
	case c.Code == models.ReasonStartMonth:
		return v.monthText(c.ConfirmedValue)
	}
	return c.ConfirmedValue
}

// reasonLine is a reason in one line.
func (v *visit) reasonLine(r models.Reason) string {
	if r.Code == models.ReasonOther {
		return r.Note
	}
	line := texts.ReasonTitle(r.Code).In(v.language)
	application, order := v.values(r)
	if application == "" && order == "" {
		return line
	}
	return line + v.t("ui.colon") + orDash(application) + " / " + orDash(order)
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// differences shows the open send-back: both values side by side and what settles each.
func (v *visit) differences(d store.OrderDetail, sb models.SendBack) *views.Differences {
	out := &views.Differences{
		Since:  v.t("console.diff.since", "when", ui.Moment(v.language, sb.OpenedAt)),
		Letter: letter(d, sb), MailTo: mailTo(d),
	}
	title, confirmable := "console.diff.reasons", map[models.ReasonCode]int{}
	settled := 0
	for _, r := range sb.Reasons {
		application, order := v.values(r)
		if application != "" && order != "" {
			title = "console.diff.title"
		}
		row := views.Difference{
			Code: r.Code, Title: texts.ReasonTitle(r.Code).In(v.language), Application: application, Order: order,
			Inside: v.inside(d, r), Todo: v.todo(d.Order, r),
		}
		if r.Code == models.ReasonOther {
			row.Todo, row.Order = r.Note, ""
		}
		resolution := r.Code.ResolutionFor(d.Order)
		row.Reapply = resolution == models.ResolveReapply || resolution == models.ResolveReapplyReplace
		row.Replace = resolution == models.ResolveReplace || resolution == models.ResolveConfirmReplace || resolution == models.ResolveReapplyReplace
		row.Cancel = resolution == models.ResolveCancel
		if r.Code.Confirmable() {
			if row.Key = string(r.Code); confirmable[r.Code] > 0 { // of several, the order's value tells which
				row.Key += "." + r.OrderValue
			}
			confirmable[r.Code]++
			settled++
			row.Confirm = v.confirmField(d, r)
		}
		out.Rows = append(out.Rows, row)
	}
	out.Title, out.Many = ui.Counted(v.language, title, len(sb.Reasons)), settled > 1
	return out
}

// todo says what staff do about a reason.
func (v *visit) todo(o models.Order, r models.Reason) string {
	if r.Code == models.ReasonReseller && r.Code.ResolutionFor(o) == models.ResolveReapply {
		return v.t("console.todo.reseller_mismatch_api")
	}
	return v.t("console.todo." + string(r.Code))
}

// values gives both values of a reason as staff read them.
func (v *visit) values(r models.Reason) (application, order string) {
	a, o := texts.ReasonValues(r)
	application, order = a.In(v.language), o.In(v.language)
	switch r.Code {
	case models.ReasonCredits, models.ReasonNotEligible:
		order = v.productList(r)
	case models.ReasonLicenseHolder:
		order = v.t("reason_value.license", "id", r.OrderValue)
	case models.ReasonStartMonth:
		application = v.monthText(r.ApplicationValue)
	}
	return application, order
}

// productList names the products of a reason, and what is wrong about them.
func (v *visit) productList(r models.Reason) string {
	var lines []string
	for code := range strings.SplitSeq(r.OrderValue, ", ") {
		name := v.product(code)
		if p, known := v.Rules.Catalogue.Product(code); known && r.Code == models.ReasonCredits {
			if p.Credits {
				name += v.t("console.diff.is_credits")
			} else {
				name += v.t("console.diff.no_credits")
			}
		}
		lines = append(lines, name)
	}
	return strings.Join(lines, "\n")
}

// monthText shows a month kept as YYYY-MM.
func (v *visit) monthText(value string) string {
	month, err := models.ParseDate(value + "-01")
	if err != nil {
		return value
	}
	return ui.Month(v.language, month)
}

// inside is what only staff are told of a reason.
func (v *visit) inside(d store.OrderDetail, r models.Reason) string {
	switch r.Code {
	case models.ReasonLicenseHolder:
		if r.StaffValue == "" {
			return v.t("console.diff.no_holder")
		}
		return v.t("console.diff.holder", "name", r.StaffValue)
	case models.ReasonReseller:
		if r.StaffValue != "" {
			return v.t("console.diff.applied_reseller", "name", r.StaffValue)
		}
	case models.ReasonEndUserName:
		return v.nameRule(r.StaffValue)
	case models.ReasonDeliveryMail:
		for _, m := range d.Mails {
			if m.Recipient == r.ApplicationValue && m.Status == models.MailFailed && m.Reply != "" {
				return v.t("console.diff.server", "reply", m.Reply)
			}
		}
	}
	return ""
}

// nameRule says why the corporate-name rules refuse a name.
func (v *visit) nameRule(code string) string {
	for _, p := range v.Rules.Names.Patterns {
		if p.Code == code {
			return p.Why.In(v.language)
		}
	}
	return v.t("console.diff.excluded")
}

// mailTo begins a mail to the reseller; the text is copied, because mail
// programs cut long ones off.
func mailTo(d store.OrderDetail) string {
	subject := texts.T(d.Reseller.Language, "console.letter.subject", "order", d.Order.OrderNumber, "po", d.Order.PONumber)
	return "mailto:" + url.PathEscape(d.Reseller.Email) + "?subject=" + url.PathEscape(subject)
}

// letter is a message to the reseller in the reseller's language, ready to send.
func letter(d store.OrderDetail, sb models.SendBack) string {
	lang := d.Reseller.Language
	var b strings.Builder
	b.WriteString(texts.T(lang, "console.letter.head", "name", d.Reseller.Name, "order", d.Order.OrderNumber, "po", d.Order.PONumber))
	for i, r := range sb.Reasons {
		b.WriteString("\n\n" + texts.T(lang, "console.letter.reason", "n", strconv.Itoa(i+1), "title", texts.ReasonTitle(r.Code).In(lang)))
		application, order := texts.ReasonValues(r)
		if application.In(lang) != "" || order.In(lang) != "" {
			b.WriteString("\n" + texts.T(lang, "console.letter.values", "application", orDash(application.In(lang)), "order", orDash(order.In(lang))))
		}
		b.WriteString("\n" + texts.ReasonTodo(r).In(lang))
	}
	b.WriteString("\n\n" + texts.T(lang, "console.letter.foot"))
	return b.String()
}

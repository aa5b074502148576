package console

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// The filters behind the numbers, as with orders.
var (
	inquiriesOpen = store.InquiryFilter{Statuses: []models.InquiryStatus{models.InquiryOpen}}
	inquiriesLate = store.InquiryFilter{Overdue: true}
)

var inquiryTones = map[models.InquiryStatus]string{
	models.InquiryOpen: "wait", models.InquiryAnswered: "run", models.InquiryClosed: "off",
}

func (v *visit) inquiryState(s models.InquiryStatus) views.Pill {
	return views.Pill{Tone: inquiryTones[s], Text: v.t("console.inquiry_status." + string(s))}
}

// inquiryAge is how long an inquiry has waited for staff, in business days: red
// once it is overdue, orange on the last day.
func (v *visit) inquiryAge(i models.Inquiry) *views.Pill {
	if i.WaitingSince == nil {
		return nil
	}
	days := v.Rules.Calendar.BusinessDaysBetween(models.DateOf(*i.WaitingSince), models.DateOf(v.Clock()))
	pill := &views.Pill{Tone: "wait", Text: ui.Counted(v.language, "console.business_days", days)}
	if days == 0 {
		pill.Text = v.t("console.business_days_today")
	}
	switch {
	case days > v.Rules.InquiryDays:
		pill.Tone = "bad"
	case days == v.Rules.InquiryDays:
		pill.Tone = "warn"
	}
	return pill
}

// listInquiries lists inquiries; those that wait for staff come first.
func listInquiries(v *visit) error {
	q := v.Request.URL.Query()
	filter := v.inquiryFilter(q)
	list, next, err := v.Store.Inquiries(v.ctx(), filter, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	rows, err := v.inquiryRows(list)
	if err != nil {
		return err
	}
	frame, err := v.frame("inquiries", v.t("console.inquiries.title"))
	if err != nil {
		return err
	}
	statuses := choices(v, "console.inquiry_status.", models.InquiryStatuses)
	statuses = append(statuses, ui.Choice{Value: "late", Label: v.t("console.inquiry_status.late")})
	return v.show(http.StatusOK, views.InquiriesPage(views.Inquiries{
		Frame: frame, Status: q.Get("status"), Query: q.Get("q"), Assignee: q.Get("assignee"), Statuses: statuses, Rows: rows,
		Assignees: []ui.Choice{{Label: v.t("console.any")}, {Value: "me", Label: v.t("console.filter.me")}},
		Pager:     pagerOf("/console/inquiries", q, next),
	}))
}

func (v *visit) inquiryFilter(q url.Values) store.InquiryFilter {
	f := store.InquiryFilter{Query: q.Get("q"), AssigneeID: number(q.Get("assignee"))}
	if q.Get("assignee") == "me" {
		f.AssigneeID = v.staffMember.ID
	}
	switch s := models.InquiryStatus(q.Get("status")); s {
	case "late":
		f.Overdue = true
	case models.InquiryOpen, models.InquiryAnswered, models.InquiryClosed:
		f.Statuses = []models.InquiryStatus{s}
	}
	return f
}

func (v *visit) inquiryRows(list []models.Inquiry) ([]views.InquiryRow, error) {
	names, err := v.staffNames()
	rows := make([]views.InquiryRow, len(list))
	for i, q := range list {
		rows[i] = views.InquiryRow{
			Number: q.Number, Company: q.Asker.CompanyName, Person: q.Asker.PersonName, Contract: q.ContractCompany,
			License: q.LicenseID, Quoted: q.QuotedNumber, State: v.inquiryState(q.Status), Age: v.inquiryAge(q),
			When: ui.MomentShort(v.language, q.CreatedAt, v.Clock()),
		}
		if q.AssigneeID != nil {
			rows[i].Assignee = names[*q.AssigneeID]
		}
	}
	return rows, err
}

// inquiryQueue is the head of the queue of inquiries on the first page.
func (v *visit) inquiryQueue(w views.Waiting) ([]views.Queue, error) {
	if w.Inquiries == 0 {
		return nil, nil
	}
	list, _, err := v.Store.Inquiries(v.ctx(), inquiriesOpen, store.Page{Limit: queueHead})
	if err != nil {
		return nil, err
	}
	rows, err := v.inquiryRows(list)
	return []views.Queue{{Title: v.t("console.nav.inquiries"), URL: views.InquiriesURL, Count: w.Inquiries, Inquiries: rows}}, err
}

// inquiriesAbout are the inquiries matched with an order or a contract.
func (v *visit) inquiriesAbout(orderID int64, contractIDs ...int64) ([]views.InquiryRow, error) {
	list, err := v.Store.InquiriesAbout(v.ctx(), orderID, contractIDs...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return v.inquiryRows(list)
}

// contractsOf are the contracts that an order made or changed.
func contractsOf(d store.OrderDetail) []int64 {
	var ids []int64
	for _, h := range d.Holdings {
		if !slices.Contains(ids, h.ContractID) {
			ids = append(ids, h.ContractID)
		}
	}
	return ids
}

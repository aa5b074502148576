// Package views holds the console's pages: plain structs of what a page shows,
// and the templates that show it. It asks no store and decides nothing.
package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Frame is what every signed-in page needs.
type Frame struct {
	ui.Page
	Staff   models.Staff
	Section string // the menu's current place
	Waiting Waiting
	Flash   *Flash
	Typed   string // in the search box
}

// Waiting are the counts in the menu.
type Waiting struct {
	ToCheck      int64
	SentBack     int64
	SentBackLate int64
	MailsFailed  int64 // orders with a delivery mail that was refused
	// Tasks, each about a mail: nobody knows whether it arrived, or it told nobody.
	MailsUnknown, NoticesFailed int64
	Resends                     int64 // resends that staff have to decide
	ResendsLate                 int64 // of those, past their day
	NameChanges                 int64 // name changes that staff have to decide
	NameChangesLate             int64 // of those, past their day
	// Requests for codes that wait to be confirmed, and of them those whose mail reached nobody.
	Activations, ActivationsUnsent int64
	// Inquiries that wait for staff, and of them those that are overdue.
	Inquiries, InquiriesLate int64
}

// Total is what waits for staff in all.
func (w Waiting) Total() int64 {
	return w.ToCheck + w.SentBackLate + w.MailsFailed + w.MailsUnknown + w.NoticesFailed + w.Resends + w.NameChanges + w.Inquiries
}

// Flash is what the last action came to, shown once.
type Flash struct {
	Tone string // ok, info or warn
	Text string
}

// May says whether the person's role allows what needs that role.
func (f Frame) May(role models.Role) bool { return f.Staff.Role.AtLeast(role) }

// Clerk says whether the person may work on orders.
func (f Frame) Clerk() bool { return f.May(models.RoleClerk) }

// menuItem is one place in the menu.
type menuItem struct {
	section string
	href    string
	text    string // text ID
	count   int64
	late    int64 // of them, overdue or gone wrong
	role    models.Role
}

// menuGroup is a run of places under a heading; the first group has none.
type menuGroup struct {
	heading string // text ID
	items   []menuItem
}

// The links behind the numbers: each leads to exactly the rows that it counts.
const (
	ToCheckURL      = "/console/orders?status=checking&waiting=staff&oldest=1"
	SentBackURL     = "/console/orders?status=sent_back&oldest=1"
	SentBackLateURL = "/console/orders?status=sent_back&overdue=1&oldest=1"
	MailsFailedURL  = "/console/orders?task=delivery_failed&oldest=1"
	deliveredURL    = "/console/orders?delivered="
)

// The lists of tasks behind the numbers.
var (
	MailsUnknownURL  = TasksURL(models.TaskMailUnknown)
	NoticesFailedURL = TasksURL(models.TaskMailFailed)
)

// DeliveredURL leads to the orders delivered on a day.
func DeliveredURL(day models.Date) string { return deliveredURL + day.String() }

func (f Frame) menu() []menuGroup {
	return []menuGroup{
		{"", []menuItem{{"today", "/console", "console.nav.today", f.Waiting.Total(), 0, models.RoleViewer}}},
		{"console.nav.orders", []menuItem{
			{"to_check", ToCheckURL, "console.nav.to_check", f.Waiting.ToCheck, 0, models.RoleViewer},
			{"sent_back", SentBackURL, "console.nav.sent_back", f.Waiting.SentBack, f.Waiting.SentBackLate, models.RoleViewer},
			{"mails_failed", MailsFailedURL, "console.nav.mails_failed", f.Waiting.MailsFailed, f.Waiting.MailsFailed, models.RoleViewer},
			{"mails_unknown", MailsUnknownURL, "console.nav.mails_unknown", f.Waiting.MailsUnknown, f.Waiting.MailsUnknown, models.RoleViewer},
			{"notices_failed", NoticesFailedURL, "console.nav.notices_failed", f.Waiting.NoticesFailed, f.Waiting.NoticesFailed, models.RoleViewer},
			{"resends", ResendsURL, "console.nav.resends", f.Waiting.Resends, f.Waiting.ResendsLate, models.RoleViewer},
			{"name_changes", NameChangesURL, "console.nav.name_changes", f.Waiting.NameChanges, f.Waiting.NameChangesLate, models.RoleViewer},
			{"activation", ActivationsURL, "console.nav.activation", f.Waiting.Activations, f.Waiting.ActivationsUnsent, models.RoleViewer},
			{"inquiries", InquiriesURL, "console.nav.inquiries", f.Waiting.Inquiries, f.Waiting.InquiriesLate, models.RoleViewer},
			{"orders", "/console/orders", "console.nav.all_orders", 0, 0, models.RoleViewer},
			{"entry", "/console/orders/new", "console.nav.entry", 0, 0, models.RoleClerk},
		}},
		{"console.nav.registers", []menuItem{
			{"contracts", "/console/contracts", "console.nav.contracts", 0, 0, models.RoleViewer},
			{"applications", "/console/applications", "console.nav.applications", 0, 0, models.RoleViewer},
			{"corporations", "/console/corporations", "console.nav.corporations", 0, 0, models.RoleViewer},
			{"mails", "/console/mails", "console.nav.mails", 0, 0, models.RoleViewer},
			{"news", NewsURL, "console.nav.news", 0, 0, models.RoleViewer},
			{"addresses", "/console/addresses", "console.nav.addresses", 0, 0, models.RoleViewer},
			{"accounts", "/console/accounts", "console.nav.accounts", 0, 0, models.RoleViewer},
			{"audit", "/console/audit", "console.nav.audit", 0, 0, models.RoleViewer},
		}},
		{"console.nav.admin", []menuItem{
			{"resellers", "/console/resellers", "console.nav.resellers", 0, 0, models.RoleLead},
			{"products", "/console/products", "console.nav.products", 0, 0, models.RoleViewer},
			{"downloads", "/console/downloads", "console.nav.downloads", 0, 0, models.RoleViewer},
			{"staff", "/console/staff", "console.nav.staff", 0, 0, models.RoleLead},
		}},
	}
}

// Pill is a state in colour and words.
type Pill struct {
	Tone string
	Text string
}

// Problems are the errors of a form by field, as texts.
type Problems map[string]string

// First says whether the field is the first wrong one, which gets the focus.
func (p Problems) First(fields []ui.FieldProblem, id string) bool {
	return len(fields) > 0 && fields[0].ID == id
}

package console

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// auditSubjects and auditActions are what the log can be filtered by.
var (
	auditSubjects = []string{"order", "application", "reseller", "api_key", "staff", "holding", "resend", "address_mark", "inquiry", "account", "contract", "name_change", "activation", "issued_code", "server_key", "license_key", "news", "product_file"}
	auditActions  = []string{
		"entered", "checked", "confirm", "reapply", "replace", "cancel", "pass", "hold", "send_back", "redirect",
		"registered", "delivered", "document_made", "noted", "assigned", "task_closed", "mail_sent_again",
		"requested", "approve", "refuse", "ask_back", "answer", "sent", "not_sent", "warned", "escalated",
		"filed", "created", "changed", "revoked", "code_shown", "signed_in", "signed_out",
		"mail_bounced", "address_marked", "address_mark_cleared", "address_mark_proved",
		"inquiry_asked", "inquiry_answer", "inquiry_reply", "inquiry_closed", "inquiry_reopened", "inquiry_unsent",
		"temporary_password", "password_set", "signed_out_everywhere", "two_step_on", "two_step_off", "recovery_codes", "recovery_code_used",
		"contacts_changed", "name_changed",
		"contract_hidden", "contract_shown",
		"name_requested", "name_checked", "name_approve", "name_reject", "name_ask_back", "name_answer", "name_withdraw", "name_warned", "name_escalated",
		"attachment_saved",
		"activation_requested", "activation_confirmed", "activation_consented", "activation_cancelled", "activation_expired", "activation_replaced",
		"news_written", "news_edited", "news_scheduled", "news_unscheduled", "news_started", "news_paused", "news_resumed", "news_cancelled", "news_finished", "news_tested",
		"activation_link_resent", "activation_code_revoked", "activation_code_replaced",
		"file_uploaded", "file_published", "file_withdrawn", "file_discarded", "pattern_token_made", "pattern_token_revoked",
		"license_file_made", "keys_rotated", "license_key_withdrawn",
	}
)

// showAudit lists who did what, newest first.
func showAudit(v *visit) error {
	q := v.Request.URL.Query()
	page := views.Audit{Subject: q.Get("subject"), SubjectID: q.Get("id"), Actor: q.Get("actor"), Action: q.Get("action")}
	filter := store.AuditFilter{Subject: page.Subject, ActorName: strings.TrimSpace(page.Actor), Action: page.Action}
	if err := v.auditAbout(&filter, &page); err != nil {
		return err
	}
	list, next, err := v.Store.Audit(v.ctx(), filter, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	if page.Frame, err = v.frame("audit", v.t("console.audit.title")); err != nil {
		return err
	}
	page.Subjects, page.Actions = choices(v, "console.subject.", auditSubjects), choices(v, "console.action.", auditActions)
	if page.Rows, err = v.auditRows(list); err != nil {
		return err
	}
	page.Pager = pagerOf("/console/audit", q, next)
	return v.show(http.StatusOK, views.AuditPage(page))
}

// auditAbout narrows the log to one record, by the number that people know it by
// or by its row. What no record has is told at the field, and lists nothing.
func (v *visit) auditAbout(filter *store.AuditFilter, page *views.Audit) error {
	typed := strings.TrimSpace(page.SubjectID)
	if typed == "" {
		return nil
	}
	subject, id, err := v.Store.SubjectOf(v.ctx(), typed)
	switch {
	case err == nil:
		filter.Subject, filter.SubjectID, page.Subject = subject, id, subject
	case !models.IsKind(err, models.KindNotFound):
		return err
	default:
		if filter.SubjectID = number(typed); filter.SubjectID == 0 {
			filter.SubjectID, page.Wrong = -1, v.t("console.audit.number_unknown")
		}
	}
	return nil
}

func (v *visit) auditRows(list []models.AuditEntry) ([]views.AuditRow, error) {
	var orders, applications, resends, inquiries, contracts, changes, activations, news []int64
	for _, e := range list {
		switch e.Subject {
		case "activation":
			activations = append(activations, e.SubjectID)
		case "news":
			news = append(news, e.SubjectID)
		case "name_change":
			changes = append(changes, e.SubjectID)
		case "contract":
			contracts = append(contracts, e.SubjectID)
		case "inquiry":
			inquiries = append(inquiries, e.SubjectID)
		case "resend":
			resends = append(resends, e.SubjectID)
		case "order":
			orders = append(orders, e.SubjectID)
		case "application":
			applications = append(applications, e.SubjectID)
		}
	}
	known, err := v.numbers(orders, applications, resends)
	if err == nil {
		known.inquiries, err = v.Store.InquiryNumbers(v.ctx(), inquiries)
	}
	if err == nil {
		known.contracts, err = v.Store.LicenseIDs(v.ctx(), contracts)
	}
	if err == nil {
		known.changes, err = v.Store.NameChangeNumbers(v.ctx(), changes)
	}
	if err == nil {
		known.activations, err = v.Store.ActivationNumbers(v.ctx(), activations)
	}
	if err == nil {
		known.news, err = v.Store.NewsNumbers(v.ctx(), news)
	}
	if err != nil {
		return nil, err
	}
	rows := make([]views.AuditRow, len(list))
	for i, e := range list {
		number, url := subjectOf(e, known)
		rows[i] = views.AuditRow{
			When: ui.Moment(v.language, e.At), Stamp: ui.Stamp(e.At), Who: e.ActorName, Kind: v.t("console.actor." + string(e.ActorKind)),
			Action: v.t("console.action." + e.Action), Request: e.RequestID,
			Subject: v.t("console.subject."+e.Subject) + " " + number, URL: url, Changes: v.changesOf(e.Subject, e.Before, e.After),
		}
	}
	return rows, nil
}

// subjectOf gives the number that people know a record by and its page, or where
// it has none, its row and all entries about it.
func subjectOf(e models.AuditEntry, known numbers) (number, url string) {
	id := strconv.FormatInt(e.SubjectID, 10)
	switch e.Subject {
	case "order":
		return known.order(e.SubjectID)
	case "application":
		return known.application(e.SubjectID)
	case "resend":
		return known.resend(e.SubjectID)
	case "reseller":
		return id, "/console/resellers/" + id
	case "inquiry":
		return known.inquiry(e.SubjectID)
	case "name_change":
		return known.change(e.SubjectID)
	case "activation":
		return known.activation(e.SubjectID)
	case "news":
		return known.issue(e.SubjectID)
	case "contract":
		return known.contract(e.SubjectID)
	case "staff":
		return id, "/console/staff/" + id
	}
	return id, "/console/audit?subject=" + e.Subject + "&id=" + id
}

// changesOf sets before and after side by side, what stayed the same left out.
func (v *visit) changesOf(subject, before, after string) []views.ChangedRow {
	was, is := objectOf(before), objectOf(after)
	keys := slices.Sorted(maps.Keys(is))
	for k := range was {
		if _, known := is[k]; !known {
			keys = append(keys, k)
		}
	}
	var rows []views.ChangedRow
	for _, k := range keys {
		if was[k] != is[k] {
			rows = append(rows, views.ChangedRow{Label: v.wordOr("console.fact."+k, k), Before: v.fact(subject, k, was[k]), After: v.fact(subject, k, is[k])})
		}
	}
	return rows
}

// factWords says where the words for a fact's values are.
var factWords = map[string]string{
	"status": "order_status.", "inquiry_status": "console.inquiry_status.", "matched_by": "console.matched_by.", "waiting_for": "console.waiting.", "order_type": "order_type.", "role": "console.role.",
	"language": "console.language.", "task": "console.task_kind.", "kind": "console.fact.", "reasons": "reason.",
}

// fact puts a fact's value into words where there are any.
func (v *visit) fact(subject, key, value string) string {
	switch value {
	case "", "null":
		return ""
	case "true":
		return v.t("console.fact.yes")
	case "false":
		return v.t("console.fact.no")
	}
	prefix, known := factWords[key]
	if subject == "resend" && key == "status" {
		prefix = "resend_status."
	}
	if subject == "name_change" && key == "status" {
		prefix = "name_change_status."
	}
	if subject == "news" && key == "status" {
		prefix = "news_status."
	}
	if subject == "activation" && key == "status" {
		prefix = "activation_status."
	}
	if !known {
		return value
	}
	words := strings.Split(value, "\n")
	for i, w := range words {
		words[i] = v.wordOr(prefix+w, w)
	}
	return strings.Join(words, v.t("ui.comma"))
}

// wordOr gives a text, or what stands there where none is known: the log keeps
// facts from before and after this version of the program.
func (v *visit) wordOr(id, otherwise string) string {
	if text := v.t(id); text != id {
		return text
	}
	return otherwise
}

// objectOf reads an entry's facts as texts, a list with an item on each line.
func objectOf(text string) map[string]string {
	facts := map[string]string{}
	if text == "" {
		return facts
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return map[string]string{"": text} // of a shape from before: shown as it is
	}
	for k, value := range raw {
		var s string
		var list []string
		switch {
		case json.Unmarshal(value, &s) == nil:
			facts[k] = s
		case json.Unmarshal(value, &list) == nil:
			facts[k] = strings.Join(list, "\n")
		default:
			facts[k] = string(value)
		}
	}
	return facts
}

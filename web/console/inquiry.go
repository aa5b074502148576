package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showInquiry is the page of one inquiry. The audit log knows inquiries by their
// row; from there one is led to the number.
func showInquiry(v *visit) error {
	if id, err := strconv.ParseInt(v.Param("number"), 10, 64); err == nil {
		number, err := v.Store.InquiryNumber(v.ctx(), id)
		if err != nil {
			return err
		}
		return v.seeOther("/console/inquiries/" + number)
	}
	page, err := v.inquiryPage(views.Form{}, 0)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.InquiryPage(page))
}

// inquiryPage builds the page. Seen is the newest message that the sender of a
// form that came back had looked at, or 0.
func (v *visit) inquiryPage(form views.Form, seen int64) (views.Inquiry, error) {
	d, err := v.Store.InquiryDetail(v.ctx(), v.Param("number"))
	if err != nil {
		return views.Inquiry{}, err
	}
	frame, err := v.frame("inquiries", d.Inquiry.Number+" "+d.Inquiry.Asker.CompanyName)
	if err != nil {
		return views.Inquiry{}, err
	}
	frame.Here = "/console/inquiries/" + d.Inquiry.Number
	names, err := v.staffNames()
	if err != nil {
		return views.Inquiry{}, err
	}
	page := views.Inquiry{
		Frame: frame, Inquiry: d.Inquiry, State: v.inquiryState(d.Inquiry.Status), Age: v.inquiryAge(d.Inquiry), Form: form,
		Fits: v.inquiryFits(d), Closed: d.Inquiry.Status == models.InquiryClosed,
		Choices: append([]ui.Choice{{Value: "0", Label: v.t("console.desk.nobody")}}, people(names)...),
	}
	page.Act = v.staffMember.Role.AtLeast(models.RoleClerk)
	if d.Assignee != nil {
		page.Assignee, page.Mine = d.Assignee.Name, d.Assignee.ID == v.staffMember.ID
	}
	for _, m := range d.Messages {
		row := v.threadMessage(d, m)
		page.Thread = append(page.Thread, row)
		page.Seen = m.ID
		if seen > 0 && m.ID > seen {
			page.New = append(page.New, row)
		}
	}
	if page.Others, err = v.inquiryRows(d.Others); err != nil {
		return page, err
	}
	if d.Order != nil {
		page.OrderNumber = d.Order.OrderNumber
	}
	if d.Contract != nil {
		page.License = d.Contract.LicenseID
	}
	return page, nil
}

// threadMessage is one message of the thread.
func (v *visit) threadMessage(d store.InquiryDetail, m models.InquiryMessage) views.ThreadMessage {
	row := views.ThreadMessage{
		ID: m.ID, Kind: string(m.Kind), Title: v.t("console.thread." + string(m.Kind)), Who: m.StaffName, Text: m.Text, Quoted: m.Quoted,
		When: ui.Moment(v.language, m.CreatedAt), Stamp: ui.Stamp(m.CreatedAt), Cut: m.Cut,
	}
	if m.Attachments != "" {
		row.Attachments = strings.Split(m.Attachments, "\n")
	}
	switch m.Kind {
	case models.MessageAsked:
		row.Who = d.Inquiry.Asker.PersonName
	case models.MessageReply:
		row.Who = m.Sender
		if m.MatchedBy == models.MatchedBySubject {
			row.Note = v.t("console.thread.by_subject")
		} else if !strings.EqualFold(m.Sender, d.Inquiry.Asker.Email) {
			row.Note = v.t("console.thread.other_sender")
		}
	}
	for _, sent := range d.Mails {
		if *sent.InquiryMessageID != m.ID {
			continue
		}
		state := v.mailState(sent)
		state.Text = v.t("console.mail_kind."+string(sent.Kind)) + v.t("ui.colon") + state.Text
		row.Mail, row.Reply = &state, sent.Reply
		if sent.Status == models.MailSent {
			row.Reply = ""
		}
	}
	return row
}

// inquiryFits sets what the person said beside what is registered.
func (v *visit) inquiryFits(d store.InquiryDetail) []views.Fit {
	i := d.Inquiry
	identifier, said := "console.inquiry.license", i.LicenseID
	if i.CodeHash != nil {
		identifier, said = "console.inquiry.code", v.t("console.inquiry.code_said")
	}
	found := views.Fit{Label: v.t(identifier), Said: said, Known: v.t("console.inquiry.not_found")}
	if d.Contract != nil {
		found.Known, found.Fits, found.URL = d.Contract.LicenseID, true, "/console/contracts/"+d.Contract.LicenseID
	}
	fits := []views.Fit{found}
	if c := d.Contract; c != nil {
		fits = append(fits,
			views.Fit{Label: v.t("console.inquiry.contract_company"), Said: i.ContractCompany, Known: c.Holder.CompanyName,
				Fits: models.SameName(i.ContractCompany, c.Holder.CompanyName)},
			views.Fit{Label: v.t("console.inquiry.contract_person"), Said: i.ContractPerson, Known: joined(c.Holder.PersonName, c.Support.PersonName),
				Fits: models.SameName(i.ContractPerson, c.Holder.PersonName) || models.SameName(i.ContractPerson, c.Support.PersonName)},
			views.Fit{Label: v.t("console.inquiry.email"), Said: i.Asker.Email, Known: joined(c.Holder.Email, c.Support.Email, d.Delivery),
				Fits: sameAddress(i.Asker.Email, c.Holder.Email, c.Support.Email, d.Delivery)})
	} else {
		fits = append(fits, views.Fit{Label: v.t("console.inquiry.contract_company"), Said: i.ContractCompany, Known: "—"},
			views.Fit{Label: v.t("console.inquiry.contract_person"), Said: i.ContractPerson, Known: "—"})
	}
	if i.QuotedNumber == "" {
		return fits
	}
	order := views.Fit{Label: v.t("console.inquiry.number"), Said: i.QuotedNumber, Known: v.t("console.inquiry.not_found")}
	if d.Order != nil {
		order.URL, order.Fits = "/console/orders/"+d.Order.OrderNumber, d.Contract == nil || d.OrderFits
		order.Known = joined(d.Order.OrderNumber, d.Order.EndUserName, d.Delivery)
		if !order.Fits {
			order.Known += "\n" + v.t("console.inquiry.other_contract")
		}
	}
	return append(fits, order)
}

// joined puts the values that are there, each once, on lines of their own.
func joined(values ...string) string {
	var list []string
	for _, value := range values {
		if value != "" && !strings.Contains("\n"+strings.Join(list, "\n")+"\n", "\n"+value+"\n") {
			list = append(list, value)
		}
	}
	return strings.Join(list, "\n")
}

func sameAddress(said string, known ...string) bool {
	for _, address := range known {
		if address != "" && strings.EqualFold(said, address) {
			return true
		}
	}
	return false
}

// The things that staff do with an inquiry.

func answerInquiry(v *visit) error {
	return v.onInquiry("answer", func(d store.DecideInquiry) (int64, error) { return v.Store.AnswerInquiry(v.ctx(), v.actor(), d) })
}

func closeInquiry(v *visit) error {
	return v.onInquiry("close", func(d store.DecideInquiry) (int64, error) { return 0, v.Store.CloseInquiry(v.ctx(), v.actor(), d) })
}

func reopenInquiry(v *visit) error {
	return v.onInquiry("reopen", func(d store.DecideInquiry) (int64, error) { return 0, v.Store.ReopenInquiry(v.ctx(), v.actor(), d) })
}

func noteInquiry(v *visit) error {
	return v.onInquiry("note", func(d store.DecideInquiry) (int64, error) {
		return 0, v.Store.NoteInquiry(v.ctx(), v.actor(), d.Number, d.Text)
	})
}

func assignInquiry(v *visit) error {
	return v.onInquiry("assign", func(d store.DecideInquiry) (int64, error) {
		return 0, v.Store.AssignInquiry(v.ctx(), v.actor(), d.Number, number(v.PostForm("staff")))
	})
}

// onInquiry takes a form, has the store accept it against the version that the
// person looked at, and shows the inquiry again. What is refused comes back with
// what was typed, and with what came in since.
func (v *visit) onInquiry(action string, accept func(d store.DecideInquiry) (int64, error)) error {
	if err := v.parse(); err != nil {
		return err
	}
	outbox, err := accept(store.DecideInquiry{Number: v.Param("number"), Version: number(v.PostForm("version")), Text: v.PostForm("text")})
	if err != nil {
		return v.inquiryAgain(action, models.AsError(err))
	}
	v.tell(outbox)
	v.flash("ok", v.t("console.inquiry_done."+action))
	return v.seeOther("/console/inquiries/" + v.Param("number"))
}

func (v *visit) inquiryAgain(action string, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	form := views.Form{Action: action, Values: map[string]string{"text": v.PostForm("text")}, Problems: views.Problems{}}
	for _, f := range e.Fields {
		form.Problems[f.Field] = texts.Field(v.language, f)
	}
	if assignee := form.Problems["assignee"]; assignee != "" {
		form.General = assignee
	} else if len(e.Fields) == 0 {
		form.General = texts.Error(v.language, e)
	}
	seen := int64(0)
	if e.Kind == models.KindConflict {
		seen = number(v.PostForm("seen"))
	}
	page, err := v.inquiryPage(form, seen)
	if err != nil {
		return err
	}
	// A form that the new state has no place for gives its text back.
	if page.Closed == (action != "reopen") && action != "note" && action != "assign" {
		page.Kept = v.PostForm("text")
	}
	return v.show(ui.Status(e), views.InquiryPage(page))
}

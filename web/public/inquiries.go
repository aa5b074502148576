package public

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/ui"
)

// Inquiries is what the form for inquiries works with.
type Inquiries struct {
	// Teller hears of what is to be mailed; nil leaves that to the schedule.
	Teller interface{ Tell(outboxID int64) }
	// CodeHash hashes an activation code that was typed; the code is not kept.
	CodeHash func(code string) string
	// Key is the number of the server key that reply addresses are signed with.
	Key int
	// Floor is how long taking an inquiry lasts at least, so that its time tells
	// nothing about what it names; 0 means 100 ms.
	Floor time.Duration
}

// The form's addresses.
const (
	inquiriesAt     = "/inquiries"
	inquiriesSentAt = "/inquiries/sent"
)

// How many inquiries are taken: from one client, and for one mail address, which
// anybody may type in.
const (
	inquiryWindow     = time.Hour
	inquiriesByClient = 20
	addressWindow     = 24 * time.Hour
	inquiriesByMail   = 10
)

const defaultInquiryFloor = 100 * time.Millisecond

// inquiryView is the form with what was typed and what is wrong with it.
type inquiryView struct {
	ui.Page
	Values   map[string]string
	Wrong    map[string]string
	Problems []ui.FieldProblem
	Limited  string
	Token    string
	Days     string
	Choices  []ui.Choice
}

// inquiryFields are the form's fields from top to bottom.
var inquiryFields = []string{
	"company_name", "department", "person_name", "phone", "email", "prefecture", "city",
	"contract_company", "contract_person", "identifier", "number", "text",
}

func (s *Site) showInquiryForm(c *gin.Context) error {
	return s.inquiryPage(c, http.StatusOK, inquiryView{})
}

func (s *Site) inquiryPage(c *gin.Context, status int, view inquiryView) error {
	view.Page = s.frame(c)
	view.Title = view.T("inquiry.title") + " | " + s.Brand.Company.In(view.Language)
	if c.Request.Method != http.MethodGet {
		view.Here = inquiriesAt
	}
	if view.Token == "" {
		token, err := models.NewToken(rand.Reader)
		if err != nil {
			return err
		}
		view.Token = token
	}
	view.Days = ui.Counted(view.Language, "inquiry.days", s.Rules.InquiryDays)
	view.Choices = []ui.Choice{{Value: "", Label: view.T("inquiry.choose")}}
	for _, p := range models.Prefectures {
		view.Choices = append(view.Choices, ui.Choice{Value: p, Label: p})
	}
	return ui.Write(c, status, inquiryFormPage(view))
}

// takeInquiry takes the form. What it names may exist or not: the answer is the
// same, after as long.
func (s *Site) takeInquiry(c *gin.Context) error {
	begun := time.Now()
	if err := s.origin.Check(c.Request); err != nil {
		return models.NewError(models.KindForbidden, "cross_origin").WithCause(err)
	}
	if err := c.Request.ParseForm(); err != nil {
		return models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
	}
	view := inquiryView{Values: map[string]string{}, Token: c.PostForm("token")}
	for _, name := range inquiryFields {
		view.Values[name] = c.PostForm(name)
	}
	lang := ui.LanguageOf(c.Request, "")
	form := view.form(lang)
	if errs := form.Check(); errs != nil {
		view.refuse(lang, errs)
		return s.inquiryPage(c, http.StatusUnprocessableEntity, view)
	}
	if taken, err := s.countInquiry(c, form.Asker.Email); err != nil {
		return err
	} else if !taken {
		view.Limited = texts.T(lang, "inquiry.limited")
		return s.inquiryPage(c, http.StatusTooManyRequests, view)
	}
	actor := models.Process
	actor.RequestID, actor.Language = ui.RequestID(c), lang
	outbox, err := s.Store.AskInquiry(c.Request.Context(), actor, store.Asking{
		Form: form, CodeHash: s.codeHash(form.Identifier), Token: view.Token, Key: s.Inquiries.Key,
	})
	if err != nil {
		return err
	}
	if s.Inquiries.Teller != nil && outbox != 0 {
		s.Inquiries.Teller.Tell(outbox)
	}
	s.waitFloor(c, begun)
	c.Redirect(http.StatusSeeOther, inquiriesSentAt)
	return nil
}

// codeHash is the hash of an activation code, or nothing for a license ID.
func (s *Site) codeHash(identifier string) string {
	if _, ok := models.ParseLicenseID(identifier); ok || s.Inquiries.CodeHash == nil {
		return ""
	}
	return s.Inquiries.CodeHash(identifier)
}

func (v inquiryView) form(lang models.Language) models.InquiryForm {
	form := models.InquiryForm{
		Asker: models.Asker{
			CompanyName: v.Values["company_name"], Department: v.Values["department"], PersonName: v.Values["person_name"],
			Phone: v.Values["phone"], Email: v.Values["email"], Prefecture: v.Values["prefecture"], City: v.Values["city"],
		},
		ContractCompany: v.Values["contract_company"], ContractPerson: v.Values["contract_person"],
		Identifier: v.Values["identifier"], QuotedNumber: v.Values["number"], Text: v.Values["text"], Language: lang,
	}
	form.Trim()
	return form
}

// refuse words what is wrong, at the fields and in a list above them.
func (v *inquiryView) refuse(lang models.Language, errs []models.FieldError) {
	v.Wrong = map[string]string{}
	for _, e := range errs {
		if v.Wrong[e.Field] != "" {
			continue
		}
		v.Wrong[e.Field] = texts.Field(lang, e)
		v.Problems = append(v.Problems, ui.FieldProblem{ID: e.Field, Label: texts.T(lang, "inquiry.field."+e.Field), Text: v.Wrong[e.Field]})
	}
}

// countInquiry counts another one from that client and for that address, and says whether it is taken.
func (s *Site) countInquiry(c *gin.Context, email string) (taken bool, err error) {
	return s.Store.TakeAttempt(c.Request.Context(),
		ui.Limit("inquiry-client", ui.ClientOf(c.ClientIP()), inquiryWindow, inquiriesByClient),
		ui.Limit("inquiry-mail", strings.ToLower(email), addressWindow, inquiriesByMail))
}

// waitFloor lets an answer go no earlier than the floor after it was begun. The
// clock is the machine's: it is about how long a stranger waits.
func (s *Site) waitFloor(c *gin.Context, begun time.Time) {
	floor := s.Inquiries.Floor
	if floor == 0 {
		floor = defaultInquiryFloor
	}
	timer := time.NewTimer(floor - time.Since(begun))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Request.Context().Done():
	}
}

func (s *Site) showInquirySent(c *gin.Context) error {
	view := inquiryView{Page: s.frame(c)}
	view.Title, view.NoIndex = view.T("inquiry.sent.title")+" | "+s.Brand.Company.In(view.Language), true
	view.Days = ui.Counted(view.Language, "inquiry.days", s.Rules.InquiryDays)
	return ui.Write(c, http.StatusOK, inquirySentPage(view))
}

// input is a field of the form.
func (v inquiryView) input(name, complete string, must bool) ui.InputField {
	f := ui.InputField{
		Name: name, Label: v.T("inquiry.field." + name), Value: v.Values[name], Wrong: v.Wrong[name], Complete: complete,
		Focus: len(v.Problems) > 0 && v.Problems[0].ID == name,
	}
	if must {
		f.Must = v.T("inquiry.must")
	}
	if hint := "inquiry.hint." + name; v.T(hint) != hint {
		f.Hint = v.T(hint)
	}
	return f
}

func (v inquiryView) typed(name, complete, kind, mode string) ui.InputField {
	f := v.input(name, complete, true)
	f.Type, f.Mode = kind, mode
	return f
}

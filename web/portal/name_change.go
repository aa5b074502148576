package portal

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// nameChangeAt is the page about the change of a contract's name.
func nameChangeAt(license string) string { return contractsAt + "/" + license + "/name-change" }

// nameChangeFrame makes the frame of a page about a contract's name.
func (v *visit) nameChangeFrame(license string) views.Frame {
	frame := v.frame("contracts", v.t("portal.name_change.title"))
	frame.Styles = append(frame.Styles, "name_change.css")
	if v.Request.Method != get {
		frame.Here = nameChangeAt(license)
	}
	return frame
}

// showNewName is the form that asks for another name.
func showNewName(v *visit) error {
	page, err := v.newNamePage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.NewNamePage(page))
}

// newNamePage reads the contract that the form is for. Where a request is open,
// the page leads there.
func (v *visit) newNamePage() (views.NewName, error) {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return views.NewName{}, err
	}
	license := d.Contract.LicenseID
	page := views.NewName{
		Frame: v.nameChangeFrame(license), License: license, Action: nameChangeAt(license) + "/new", Follow: nameChangeAt(license),
		Contract: contractsAt + "/" + license, Form: v.nameForm(d.Contract), ContractID: d.Contract.ID,
	}
	page.Here = page.Action
	open, err := v.Store.OpenNameChanges(v.ctx(), d.Contract.ID)
	if err != nil {
		return page, err
	}
	if c, there := open[d.Contract.ID]; there {
		page.Open = v.t("error.name_change_open", "number", c.Number)
	}
	return page, nil
}

// askNewName takes a step of the form: a button of the search, the check, or the
// request itself.
func askNewName(v *visit) error {
	if err := v.parseUpload(); err != nil {
		return err
	}
	page, err := v.newNamePage()
	if err != nil {
		return err
	}
	if err := v.readName(&page.Form); err != nil {
		return err
	}
	action := v.PostForm("action")
	if done, err := v.nameButton(&page.Form, action); done || err != nil {
		return v.showOr(err, views.NewNamePage(page))
	}
	switch action {
	case "back":
		return v.show(http.StatusOK, views.NewNamePage(page))
	case "do":
		return v.doNewName(page)
	}
	if !v.checkName(&page.Form, nil) {
		return v.show(http.StatusUnprocessableEntity, views.NewNamePage(page))
	}
	return v.show(http.StatusOK, views.NewNameCheck(page))
}

// doNewName sends the request off with its files.
func (v *visit) doNewName(page views.NewName) error {
	files, err := v.attached("name.attachments")
	if err != nil {
		return err
	}
	if !v.checkName(&page.Form, files) {
		again := views.NewNamePage(page)
		if page.Form.OnlyWrong("name.attachments") {
			again = views.NewNameCheck(page)
		}
		return v.show(http.StatusUnprocessableEntity, again)
	}
	request := nameRequest(page.Form)
	request.Attachments = files
	err = v.keeping(files, func(ctx context.Context) error {
		done, err := v.Store.RequestNameChange(ctx, v.actor(), store.AskNameChange{
			ContractID: page.ContractID, Requester: v.account.Email, Language: v.language, Request: request,
		})
		v.tell(done.OutboxID)
		return err
	})
	switch e := models.AsError(err); {
	case err == nil:
		v.flash(v.t("portal.name_change.sent"))
		return v.seeOther(page.Follow)
	case e.Kind == models.KindInvalid && len(e.Fields) > 0:
		page.Form.Blame(fieldTexts(v.language, prefixed("", e.Fields)))
		return v.show(http.StatusUnprocessableEntity, views.NewNamePage(page))
	}
	return err
}

// nameTones are the colours of a request's states.
var nameTones = map[models.NameChangeStatus]string{
	models.NameChangeAccepted: "run", models.NameChangeReviewing: "run", models.NameChangeAskedBack: "wait",
	models.NameChangeApproved: "ok", models.NameChangeRejected: "off", models.NameChangeWithdrawn: "off",
}

// showNameChange shows what became of the newest request for a contract.
func showNameChange(v *visit) error {
	page, _, err := v.nameChangePage()
	return v.showOr(err, views.NameChangePage(page))
}

// nameChangePage reads the newest request for a contract that the account sees.
func (v *visit) nameChangePage() (views.NameChange, store.FollowedNameChange, error) {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return views.NameChange{}, store.FollowedNameChange{}, err
	}
	license := d.Contract.LicenseID
	page := views.NameChange{
		Frame: v.nameChangeFrame(license), License: license, At: nameChangeAt(license), Contract: contractsAt + "/" + license,
		Limits: v.nameForm(d.Contract),
	}
	f, err := v.Store.NameChangeOf(v.ctx(), d.Contract.ID)
	if models.IsKind(err, models.KindNotFound) {
		return page, f, nil
	}
	if err == nil {
		v.fillNameChange(&page, f)
	}
	return page, f, err
}

func (v *visit) fillNameChange(page *views.NameChange, f store.FollowedNameChange) {
	c := f.Change
	page.Number, page.Received = c.Number, ui.Moment(v.language, c.CreatedAt)
	page.Tone, page.State, page.Text = nameTones[c.Status], v.t("portal.name_change.state."+string(c.Status)), v.t("portal.name_change.text."+string(c.Status))
	page.Old, page.New, page.Open, page.Version = c.Old, c.New, !c.Status.Closed(), c.Version
	page.Reason, page.Note = v.t("name_change_reason."+string(c.Reason)), c.Note
	for _, a := range f.Attachments {
		page.Files = append(page.Files, a.FileName)
	}
	switch c.Status {
	case models.NameChangeAskedBack:
		page.Asked = true
		page.QuoteBy, page.Quote = v.t("portal.name_change.question"), lastOf(f, models.NameChangeAskBack)
	case models.NameChangeRejected:
		page.QuoteBy, page.Quote = v.t("portal.name_change.refusal"), lastOf(f, models.NameChangeReject)
	case models.NameChangeAccepted, models.NameChangeReviewing:
		page.Until = ui.Day(v.language, models.DateOf(c.DueAt))
	}
}

// lastOf gives the newest message of a kind.
func lastOf(f store.FollowedNameChange, kind models.NameChangeDecisionKind) string {
	for _, m := range slices.Backward(f.Messages) {
		if m.Kind == kind {
			return m.Note
		}
	}
	return ""
}

// answerName takes the answer to staff's question, with files.
func answerName(v *visit) error {
	if err := v.parseUpload(); err != nil {
		return err
	}
	page, f, err := v.nameChangePage()
	if err != nil || page.Number == "" {
		return firstError(err, models.NotFound("name_change"))
	}
	files, err := v.attached("attachments")
	if err != nil {
		return err
	}
	decide := store.DecideNameChange{Number: f.Change.Number, Version: v.version(), Note: v.PostForm("answer")}
	err = v.refuseFiles(decide.Note, files, f)
	if err == nil {
		err = v.keeping(files, func(ctx context.Context) error {
			done, err := v.Store.AnswerNameChange(ctx, v.actor(), decide, files)
			v.tell(done.OutboxID)
			return err
		})
	}
	if err == nil {
		v.flash(v.t("portal.name_change.answered"))
		return v.seeOther(page.At)
	}
	page.Answer = decide.Note
	return v.nameChangeAgain(page, models.AsError(err))
}

// refuseFiles refuses what the store would, before anything is kept.
func (v *visit) refuseFiles(answer string, files []models.NewAttachment, f store.FollowedNameChange) error {
	errs := append(models.CheckNameChangeNote("answer", answer), models.CheckAttachments(files, len(f.Attachments), v.Rules.NameChanges)...)
	if len(errs) > 0 {
		return models.Invalid(errs...)
	}
	return nil
}

// version is the one that the person looked at.
func (v *visit) version() int64 {
	n, _ := strconv.ParseInt(v.PostForm("version"), 10, 64) // 0 is whatever it is now
	return n
}

// withdrawName ends the request at the contact's wish, unless staff were faster.
func withdrawName(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	page, f, err := v.nameChangePage()
	if err != nil || page.Number == "" {
		return firstError(err, models.NotFound("name_change"))
	}
	done, err := v.Store.WithdrawNameChange(v.ctx(), v.actor(), store.DecideNameChange{Number: f.Change.Number})
	if err != nil {
		return v.nameChangeAgain(page, models.AsError(err))
	}
	v.tell(done.OutboxID)
	v.flash(v.t("portal.name_change.withdrew"))
	return v.seeOther(page.At)
}

// nameChangeAgain shows the page with what was refused: the fields that are wrong,
// or that the request is not what it was.
func (v *visit) nameChangeAgain(page views.NameChange, e *models.Error) error {
	switch {
	case e.Kind == models.KindInvalid && len(e.Fields) > 0:
		page.Wrong = fieldTexts(v.language, e.Fields)
	case e.Kind == models.KindConflict:
		answer := page.Answer
		var err error
		if page, _, err = v.nameChangePage(); err != nil {
			return err
		}
		page.Problem, page.Answer = v.t("portal.name_change.too_late"), answer
	default:
		return e
	}
	return v.show(ui.Status(e), views.NameChangePage(page))
}

// firstError gives the first of two errors that is one.
func firstError(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

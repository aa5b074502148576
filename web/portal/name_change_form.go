package portal

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// The part of a form that asks for another name of the contract's holder. All that
// was typed travels with the form, so it stands in any form with one address.

// Values of the button that was pressed in this part.
const (
	nameFind     = "name.find"
	nameChoose   = "name.choose." // and the corporate number
	nameUnchoose = "name.unchoose"
)

// foundShown is how many corporations a search shows.
const foundShown = 10

// nameForm makes this part for a contract, with its present name.
func (v *visit) nameForm(c models.Contract) views.NameForm {
	f := views.NameForm{
		Page: v.page(""), Old: models.NameOf(c.Holder), New: models.NameOf(c.Holder),
		Days:          ui.Counted(v.language, "portal.name_change.days", v.Rules.NameChanges.DueDays),
		AttachmentMB:  int(v.Rules.NameChanges.AttachmentBytes >> 20),
		AttachmentMax: v.Rules.NameChanges.Attachments,
		Reasons:       []ui.Choice{{Label: v.t("portal.name_change.reason_choose")}},
		Prefectures:   []ui.Choice{{Label: v.t("portal.name_change.find.any")}},
	}
	for _, r := range models.NameChangeReasons {
		f.Reasons = append(f.Reasons, ui.Choice{Value: string(r), Label: v.t("name_change_reason." + string(r))})
	}
	for _, p := range models.Prefectures {
		f.Prefectures = append(f.Prefectures, ui.Choice{Value: p, Label: p})
	}
	return f
}

// readName takes over what was typed in this part.
func (v *visit) readName(f *views.NameForm) error {
	f.New = models.HolderName{CompanyName: v.PostForm("name.company_name"), CompanyKana: v.PostForm("name.company_kana"), Department: v.PostForm("name.department")}
	f.New.Trim()
	f.Reason, f.Note = models.NameChangeReason(v.PostForm("name.reason")), strings.TrimSpace(v.PostForm("name.note"))
	f.Understood = v.PostForm("name.understood") == "1"
	f.Find = views.NameFind{
		Name: v.PostForm("name.find.name"), Prefecture: v.PostForm("name.find.prefecture"), PostalCode: v.PostForm("name.find.postal_code"),
	}
	number, err := models.ParseCorporateNumber(v.PostForm("name.corporate_number"))
	if err != nil {
		return nil // none was chosen
	}
	return v.chooseName(f, number, false)
}

// nameButton does what a button of this part asks for, and says whether it was one.
func (v *visit) nameButton(f *views.NameForm, button string) (bool, error) {
	chosen, choose := strings.CutPrefix(button, nameChoose)
	switch {
	case button == nameFind:
		return true, v.findName(f)
	case button == nameUnchoose:
		f.Chosen = nil
		return true, nil
	case choose:
		number, err := models.ParseCorporateNumber(chosen)
		if err != nil {
			return true, nil
		}
		return true, v.chooseName(f, number, true)
	}
	return false, nil
}

// findName searches the directory.
func (v *visit) findName(f *views.NameForm) error {
	f.Searched = true
	list, err := v.Store.SearchCorporations(v.ctx(), store.CorporationQuery{
		Name: f.Find.Name, PrefectureCode: models.PrefectureCode(f.Find.Prefecture), PostalCode: strings.TrimSpace(f.Find.PostalCode), Limit: foundShown,
	})
	if e := models.AsError(err); err != nil && e.Kind == models.KindInvalid {
		f.Blame(fieldTexts(v.language, prefixed("find.", e.Fields)))
		return nil
	}
	for _, c := range list {
		if c.Rank < models.StandingHidden {
			f.Found = append(f.Found, found(c))
		}
	}
	return err
}

func found(c models.Corporation) views.NameFound {
	return views.NameFound{
		Number: c.Number.String(), Name: c.Name, Kana: c.Kana, Address: c.Place(), PostalCode: models.WrittenPostalCode(c.PostalCode),
		Closed: c.State() != models.CorporationRegistered,
	}
}

// chooseName shows the corporation chosen; when it is chosen just now, its name is
// taken over.
func (v *visit) chooseName(f *views.NameForm, number models.CorporateNumber, now bool) error {
	d, err := v.Store.Corporation(v.ctx(), number)
	if models.IsKind(err, models.KindNotFound) || err == nil && d.Corporation.Rank >= models.StandingHidden {
		f.Blame(fieldTexts(v.language, prefixed("", []models.FieldError{models.Field("corporate_number", "corporation_unknown")})))
		return nil
	}
	if err != nil {
		return err
	}
	chosen := found(d.Corporation)
	f.Chosen = &chosen
	if now {
		f.New.CompanyName = d.Corporation.Name
		if d.Corporation.Kana != "" {
			f.New.CompanyKana = d.Corporation.Kana
		}
	}
	return nil
}

// checkName checks this part as the store will, and says what is wrong at its fields.
func (v *visit) checkName(f *views.NameForm, files []models.NewAttachment) bool {
	request := nameRequest(*f)
	request.Attachments = files
	errs := request.Check(f.Old, v.Rules.NameChanges)
	f.Blame(fieldTexts(v.language, prefixed("", errs)))
	return len(errs) == 0
}

// nameRequest is what the form asks for.
func nameRequest(f views.NameForm) models.NameChangeRequest {
	r := models.NameChangeRequest{New: f.New, Reason: f.Reason, Note: f.Note, Understood: f.Understood}
	if f.Chosen != nil {
		r.CorporateNumber, _ = models.ParseCorporateNumber(f.Chosen.Number) // it came from the directory
	}
	return r
}

// prefixed puts errors at the fields as this part names them.
func prefixed(part string, errs []models.FieldError) []models.FieldError {
	list := make([]models.FieldError, len(errs))
	for i, e := range errs {
		e.Field = "name." + part + e.Field
		list[i] = e
	}
	return list
}

// uploadMemory is how much of a form with files is kept in memory at most; what
// is beyond it lies in temporary files until the request is over.
const uploadMemory = 8 << 20

// parseUpload reads a form that may carry files.
func (v *visit) parseUpload() error {
	err := v.Request.ParseMultipartForm(uploadMemory)
	if err == nil || errors.Is(err, http.ErrNotMultipart) {
		return nil
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return models.NewError(models.KindInvalid, "body_too_large", "max", strconv.FormatInt(tooLarge.Limit, 10))
	}
	return models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
}

// attached reads the files of a field. A browser that sends none sends one without
// a name.
func (v *visit) attached(field string) ([]models.NewAttachment, error) {
	if v.Request.MultipartForm == nil {
		return nil, nil
	}
	var list []models.NewAttachment
	for _, header := range v.Request.MultipartForm.File[field] {
		if header.Filename == "" && header.Size == 0 {
			continue
		}
		content, err := contentOf(header, v.Rules.NameChanges.AttachmentBytes)
		if err != nil {
			return nil, err
		}
		list = append(list, models.NewAttachment{FileName: header.Filename, Content: content})
	}
	return list, nil
}

// contentOf reads a file, one byte beyond the limit at most: then it is too large.
func contentOf(header *multipart.FileHeader, limit int64) ([]byte, error) {
	file, err := header.Open()
	if err != nil {
		return nil, models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
	}
	defer file.Close() //nolint:errcheck // only read from
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
	}
	return content, nil
}

// keeping keeps files while something is done that names them, and drops them again
// where it is refused.
func (v *visit) keeping(files []models.NewAttachment, do func(ctx context.Context) error) error {
	err := v.Files.KeepAttachments(v.ctx(), files)
	if err == nil {
		err = do(v.ctx())
	}
	if err != nil {
		v.Files.DropAttachments(v.ctx(), files)
	}
	return err
}

// MaxUpload is the largest form that a route of the portal takes, by its path as
// routed; 0 for those that take none larger than any other.
func MaxUpload(rules models.NameChangeRules, route string) int64 {
	switch route {
	case home + "/contracts/:license/name-change/new", home + "/contracts/:license/name-change/answer", home + "/contracts/:license/contacts":
		return int64(rules.Attachments)*rules.AttachmentBytes + 1<<20
	}
	return 0
}

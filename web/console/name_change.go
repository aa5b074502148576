package console

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showNameChange is the page where staff decide a change of name.
func showNameChange(v *visit) error {
	page, err := v.nameChangePage(views.Form{})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.NameChangePage(page))
}

// nameChangePage builds the page from one reading of the database.
func (v *visit) nameChangePage(form views.Form) (views.NameChange, error) {
	d, err := v.Store.NameChangeDetail(v.ctx(), v.Param("number"))
	if err != nil {
		return views.NameChange{}, err
	}
	c := d.Change
	frame, err := v.frame("name_changes", c.Number)
	if err != nil {
		return views.NameChange{}, err
	}
	frame.Here = "/console/name-changes/" + c.Number
	page := views.NameChange{
		Frame: frame, Number: c.Number, Title: c.Old.CompanyName, Status: string(c.Status), Version: c.Version, Came: ui.Moment(v.language, c.CreatedAt),
		State: v.nameChangePill(c.Status), Due: v.nameChangeDue(c), Escalated: c.EscalatedAt != nil && c.Status.WaitsForStaff(),
		License: d.Contract.LicenseID, Form: form, Temporal: v.processURL(c.WorkflowID()), Closed: c.Status.Closed(),
	}
	if v.staffMember.Role.AtLeast(models.RoleClerk) {
		page.Can = views.NameChangeCan{Approve: !c.Status.Closed(), Reject: !c.Status.Closed(), AskBack: c.Status.WaitsForStaff()}
	}
	v.fillNames(&page, d)
	v.fillNameSides(&page, d)
	return page, nil
}

// fillNames adds what is compared: old and new name, what the directory says.
func (v *visit) fillNames(page *views.NameChange, d store.NameChangeDetail) {
	c := d.Change
	for _, row := range []views.NameRow{
		{Label: "company_name", Old: c.Old.CompanyName, New: c.New.CompanyName}, {Label: "company_kana", Old: c.Old.CompanyKana, New: c.New.CompanyKana},
		{Label: "department", Old: c.Old.Department, New: c.New.Department},
	} {
		row.Label, row.Differs = v.t("console.name_change."+row.Label), row.Old != row.New
		page.Names = append(page.Names, row)
	}
	if c.CorporateNumber != 0 {
		page.Corporate = &views.NameCorporate{Number: c.CorporateNumber.String(), Name: c.CorporateName, Address: c.CorporateAddress}
	}
	page.HolderAddress = models.WrittenPostalCode(d.Contract.Holder.PostalCode) + " " + d.Contract.Holder.Address()
	page.Asked = [][2]string{{v.t("console.name_change.reason"), v.t("name_change_reason." + string(c.Reason))}}
	if c.Note != "" {
		page.Asked = append(page.Asked, [2]string{v.t("console.name_change.note"), c.Note})
	}
	page.Asked = append(page.Asked, [2]string{v.t("console.name_change.requester"), c.RequesterEmail},
		[2]string{v.t("console.language"), v.t("console.language." + string(c.Language))})
	for _, h := range d.Hints {
		level := h.Code.Level()
		page.Warns = page.Warns || level == models.HintWarn
		page.Hints = append(page.Hints, views.Hint{Level: views.Pill{Tone: hintTones[level], Text: v.t("console.name_change.level." + string(level))}, Text: v.hintText(h)})
	}
}

// hintText words a hint with its evidence.
func (v *visit) hintText(h models.NameHint) string {
	return v.t("name_hint."+string(h.Code),
		"number", h.CorporateNumber.String(), "name", h.CorporateName, "former", h.FormerName, "day", ui.Day(v.language, h.HappenedOn),
		"other_number", h.OtherNumber.String(), "other", h.OtherName, "n", strconv.Itoa(h.Others))
}

// fillNameSides adds what stands beside: files, contracts, other requests, what was said.
func (v *visit) fillNameSides(page *views.NameChange, d store.NameChangeDetail) {
	for _, a := range d.Attachments {
		page.Files = append(page.Files, views.NameFile{
			Name: a.FileName, URL: fmt.Sprintf("/console/name-changes/%s/attachments/%d", d.Change.Number, a.ID),
			Meta: ui.Size(a.Size) + "　" + ui.Moment(v.language, a.CreatedAt), SHA256: a.SHA256,
		})
	}
	page.Contracts = []views.NameContract{{License: d.Contract.LicenseID, Holder: d.Contract.Holder.CompanyName, State: v.contractState(d.Contract), This: true}}
	for _, c := range d.Affected {
		page.Contracts = append(page.Contracts, views.NameContract{License: c.LicenseID, Holder: c.Holder.CompanyName, State: v.contractState(c)})
	}
	for _, o := range d.Others {
		page.Others = append(page.Others, views.NameOther{Number: o.Number, Old: o.Old.Written(), New: o.New.Written(), State: v.nameChangePill(o.Status)})
	}
	for _, m := range d.Decisions {
		if m.Note == "" || m.Kind == models.NameChangeRequested {
			continue
		}
		page.Said = append(page.Said, views.Message{
			Title: v.t("console.action." + "name_" + string(m.Kind)), Who: m.ActorName, When: ui.Moment(v.language, m.CreatedAt), Text: m.Note,
		})
	}
	for _, m := range d.Mails {
		page.Mails = append(page.Mails, v.mailRow(m))
	}
	for _, t := range d.Tasks {
		page.Tasks = append(page.Tasks, v.taskRow(t.Task, &t.Mail))
	}
	page.Events = v.nameChangeEvents(d)
}

// sendAttachment gives a file of a name change. Somebody else made it: it is saved
// and never shown, so that it cannot act as a page of this site.
func sendAttachment(v *visit) error {
	id, err := v.id("id", "file")
	if err != nil {
		return err
	}
	file, err := v.Store.NameChangeAttachment(v.ctx(), v.Param("number"), id)
	if err != nil {
		return err
	}
	content, err := v.Files.Get(v.ctx(), file.BlobKey)
	if err != nil {
		return models.Internal(fmt.Errorf("attachment %d: %w", file.ID, err)) // the row says that it is there
	}
	if sum := sha256Hex(content); sum != file.SHA256 {
		return models.Internal(fmt.Errorf("attachment %d is not what was sent", file.ID))
	}
	if err := v.Store.RecordAudit(v.ctx(), v.actor(), "name_change", file.NameChangeID, "attachment_saved"); err != nil {
		return err
	}
	v.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.FileName}))
	v.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	v.Header("X-Content-Type-Options", "nosniff")
	v.Header("Cache-Control", "private, no-store")
	v.Data(http.StatusOK, "application/octet-stream", content)
	return nil
}

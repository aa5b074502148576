package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/downloads"
	"github.com/todoke/todoke/web/ui"
	"golang.org/x/text/unicode/norm"
)

const uploadAt = downloadsAt + "/new"

// uploadLife bounds an upload however steadily it goes on: no session lives longer.
const uploadLife = sessionLife

// uploadByScript marks the requests of the page's own script, which shows how far the upload has come. It is told where
// to go on instead of being led there.
const uploadByScript = "X-Upload"

// MaxUpload is the largest form that a route of the console takes, by its path as routed; 0 for those that take none
// larger than any other. The form holds little besides the file.
func MaxUpload(rules models.Rules, route string) int64 {
	if Streams(route) {
		return rules.ProductFileBytes + 1<<20
	}
	return 0
}

// Streams says whether a route passes on what it is sent as it arrives, for as long as something arrives.
func Streams(route string) bool { return route == uploadAt }

// showUpload is the form for a new file.
func showUpload(v *visit) error {
	page, err := v.uploadPage(url.Values{"released_on": {v.Store.Today().String()}, "access": {string(models.FileForHolders)}})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.UploadPage(page))
}

func (v *visit) uploadPage(typed url.Values) (views.Upload, error) {
	frame, err := v.frame("downloads", v.t("console.downloads.upload"))
	if err != nil {
		return views.Upload{}, err
	}
	frame.Here = uploadAt
	frame.Styles, frame.Scripts = append(frame.Styles, "downloads.css"), append(frame.Scripts, "upload.js")
	page := views.Upload{
		Frame: frame, Form: views.Form{Action: "upload", Values: map[string]string{}, Problems: views.Problems{}},
		Products: v.productChoices(true), Kinds: choices(v, "file_kind.", models.FileKinds()), Accesses: models.FileAccesses(),
		Most: ui.Size(v.Rules.ProductFileBytes),
	}
	page.Kinds[0].Label = v.t("console.downloads.choose")
	for name := range typed {
		page.Form.Values[name] = typed.Get(name)
	}
	return page, nil
}

// upload is a form for a new file that is being read.
type upload struct {
	*downloads.Upload
	file     models.ProductFile
	expected string // SHA-256 that the file is to have, or nothing
}

// uploadFile takes a new file: what is said about it is looked at before its bytes are, and these go into blob storage
// as they arrive. The file is prepared then, and nobody gets it before it is published.
func uploadFile(v *visit) error {
	ctx, cancel := context.WithTimeout(v.ctx(), uploadLife)
	defer cancel()
	form, err := downloads.Receive(v.Context)
	if err != nil {
		return err
	}
	u := &upload{Upload: form}
	errs := v.readUpload(u)
	onlyCheck := v.Query("check") == "1"
	if onlyCheck {
		u.FileName = u.Fields.Get("chosen")
	}
	u.file.FileName = fileNameOf(u.Fields.Get("file_name"), u.FileName)
	errs = append(errs, v.checkChosen(u, onlyCheck)...)
	if len(errs) == 0 {
		err = v.Store.FileThere(ctx, &u.file)
	} else {
		err = models.Invalid(errs...)
	}
	switch {
	case err != nil:
		return v.refuseUpload(u, err)
	case onlyCheck:
		v.Status(http.StatusNoContent)
		v.Writer.WriteHeaderNow()
		return nil
	}
	if err := v.keepUpload(ctx, u); err != nil {
		return v.refuseUpload(u, err)
	}
	return v.uploaded(u)
}

// readUpload reads what is said about the file, and says what is wrong with it.
func (v *visit) readUpload(u *upload) []models.FieldError {
	text := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(u.Fields.Get(name), "\r\n", "\n"))
	}
	u.file = models.ProductFile{
		ProductCode: text("product_code"), Kind: models.FileKind(text("kind")), Version: text("version"), Access: models.FileAccess(text("access")),
		Names: models.Text{JA: text("name_ja"), EN: text("name_en")}, Notes: models.Text{JA: text("notes_ja"), EN: text("notes_en")},
	}
	var errs []models.FieldError
	if err := u.file.ReleasedOn.UnmarshalText([]byte(text("released_on"))); err != nil {
		errs = append(errs, models.Field("released_on", "date_malformed"))
		u.file.ReleasedOn = v.Store.Today() // one thing wrong is told once
	}
	var problem *models.FieldError
	if u.expected, problem = models.ReadSHA256("sha256", text("sha256")); problem != nil {
		errs = append(errs, *problem)
	}
	return append(errs, u.file.CheckFacts(v.Rules.Catalogue)...)
}

// checkChosen says what is wrong with the file that was chosen, as far as that is known before it is read.
func (v *visit) checkChosen(u *upload, onlyCheck bool) []models.FieldError {
	if u.FileName == "" {
		return []models.FieldError{models.Field("file", "required")}
	}
	size, err := strconv.ParseInt(u.Fields.Get("size"), 10, 64)
	switch {
	case onlyCheck && err == nil && size == 0:
		return []models.FieldError{models.Field("file", "file_empty")}
	case onlyCheck && size > v.Rules.ProductFileBytes:
		return []models.FieldError{models.Field("file", "file_too_large", "most", ui.Size(v.Rules.ProductFileBytes))}
	}
	return models.CheckFileName("file_name", u.file.FileName)
}

// fileNameOf is the name that people save the file under: what was typed, else the chosen file's own. Some systems
// take Japanese characters apart.
func fileNameOf(typed, chosen string) string {
	name := strings.TrimSpace(typed)
	if name == "" {
		name = chosen
	}
	return norm.NFC.String(name)
}

// keepUpload streams the file into blob storage and keeps its row; when anything is refused, nothing stays.
func (v *visit) keepUpload(ctx context.Context, u *upload) error {
	err := v.Files.KeepProductFile(ctx, &u.file, u)
	if broken := u.Failed(); broken != nil {
		return broken // nothing was kept of it
	}
	if err != nil {
		return err
	}
	if err = u.Finish(); err == nil {
		err = v.stillThere(ctx)
	}
	if err == nil && u.expected != "" && u.file.SHA256 != u.expected {
		err = models.Invalid(models.Field("sha256", "sha256_differs", "sha256", u.file.SHA256))
	}
	if err == nil {
		err = v.Store.PrepareFile(ctx, v.actor(), &u.file)
	}
	if err != nil {
		v.Files.DropProductFile(ctx, u.file)
	}
	return err
}

// stillThere looks again at who uploads: while a large file arrived they may have signed out, or been shut out.
func (v *visit) stillThere(ctx context.Context) error {
	_, found, err := v.Sessions.Find(v.sessions.Token(ctx))
	if err != nil {
		return err
	}
	if !found { // or answering would bring the session back
		if err := v.sessions.Destroy(ctx); err != nil {
			return err
		}
	}
	member, err := v.Store.StaffByID(ctx, v.staffMember.ID)
	if err != nil {
		return err
	}
	if !found || member.DisabledAt != nil || !member.Role.AtLeast(models.RoleClerk) {
		return models.NewError(models.KindForbidden, "upload_signed_out")
	}
	v.sessions.Put(ctx, sessionSeen, v.Clock().Unix()) // who watches a file go up is not idle
	return nil
}

// uploaded leads to the file's page.
func (v *visit) uploaded(u *upload) error {
	downloads.Answering(v.Context)
	v.flash("ok", v.t("console.downloads.done.upload"))
	target := downloadURL(u.file.ID)
	if v.GetHeader(uploadByScript) == "" {
		return v.seeOther(target)
	}
	v.Header("Location", target)
	v.Status(http.StatusCreated)
	v.Writer.WriteHeaderNow()
	return nil
}

// refuseUpload shows the form again with what was typed. The file has to be chosen once more, where no script keeps it.
func (v *visit) refuseUpload(u *upload, err error) error {
	u.Drain()
	downloads.Answering(v.Context)
	e := models.AsError(err)
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.uploadPage(u.Fields)
	if err != nil {
		return err
	}
	for _, f := range e.Fields {
		page.Form.Problems[f.Field] = texts.Field(v.language, f)
	}
	if len(e.Fields) == 0 {
		page.Form.General = v.errorText(e)
	}
	return v.show(ui.Status(e), views.UploadPage(page))
}

package portal

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/downloads"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// sessionGrant begins the names under which a session holds the holding that a product's code was named for.
const sessionGrant = "download."

// showDownloads lists the files of the products that the person holds.
func showDownloads(v *visit) error {
	view := views.Downloads{Frame: v.frame("downloads", v.t("portal.downloads.title"))}
	view.Styles, view.Scripts = append(view.Styles, "downloads.css"), []string{"delivery.js"}
	held, err := v.Store.HeldProducts(v.ctx(), v.account.Email)
	if err != nil {
		return err
	}
	view.Holds = len(held) > 0
	all, err := v.Store.FilesOf(v.ctx(), held...)
	if err != nil {
		return err
	}
	for _, p := range v.Rules.Catalogue.Products() {
		of := views.FilesOf{Code: p.Code, Product: p.Names.In(v.language)}
		for _, kind := range models.FileKinds() {
			if files := v.filesOfKind(all, p.Code, kind); len(files) > 0 {
				of.Kinds = append(of.Kinds, views.FilesOfKind{Kind: v.t("file_kind." + string(kind)), Patterns: kind == models.FilePattern, Files: files})
			}
		}
		if len(of.Kinds) > 0 {
			view.Products = append(view.Products, of)
		}
	}
	return v.show(http.StatusOK, views.DownloadsPage(view))
}

// filesOfKind picks a product's files of a kind, the newest first. Of pattern files the newest alone is of use.
func (v *visit) filesOfKind(all []models.ProductFile, product string, kind models.FileKind) []views.File {
	var list []views.File
	for _, f := range all {
		if f.ProductCode == product && f.Kind == kind && (kind != models.FilePattern || len(list) == 0) {
			list = append(list, v.file(f))
		}
	}
	return list
}

func (v *visit) file(f models.ProductFile) views.File {
	id := strconv.FormatInt(f.ID, 10)
	row := views.File{
		ID: id, Path: downloadsAt + "/" + id, Name: f.Names.In(v.language), FileName: f.FileName, Version: f.Version, Date: ui.Day(v.language, f.ReleasedOn),
		Size: ui.Size(f.Size), Bytes: ui.Number(f.Size), SHA256: f.SHA256, Notes: f.Notes.In(v.language),
	}
	if f.Access == models.FileForCode && v.grant(f) == 0 {
		row.Path, row.NeedsCode = row.Path+"/code", true
	}
	return row
}

// grant gives the holding that the product's code was named for in this session, or 0.
func (v *visit) grant(f models.ProductFile) int64 {
	return v.sessions.GetInt64(v.ctx(), sessionGrant+f.ProductCode)
}

// sendDownload gives a file: whole, or the parts that are missing after a transfer broke off.
func sendDownload(v *visit) error {
	f, err := v.heldFile()
	if err != nil {
		return err
	}
	if f.Access == models.FileForCode {
		named, err := v.codeNamed(f)
		switch {
		case err != nil:
			return err
		case !named && v.GetHeader("Range") != "": // the page that asks for the code would become the rest of the file
			return models.NewError(models.KindForbidden, "download_code_needed")
		case !named:
			return v.seeOther(downloadsAt + "/" + strconv.FormatInt(f.ID, 10) + "/code")
		}
	}
	return v.sender().Send(v.Context, downloads.Transfer{File: f, Count: func(ctx context.Context, started, finished bool) error {
		return v.Store.RecordDownload(ctx, v.actor(), store.Fetched{AccountID: v.account.ID, FileID: f.ID, Started: started, Finished: finished})
	}})
}

func (s *Site) sender() downloads.Sender { return downloads.Sender{Files: s.Files, Logger: s.Logger} }

// heldFile finds the file that is asked for, if the person holds its product.
func (v *visit) heldFile() (models.ProductFile, error) {
	id, err := v.id("file", "file")
	if err != nil {
		return models.ProductFile{}, err
	}
	f, err := v.Store.ProductFile(v.ctx(), id)
	if err != nil {
		return f, err
	}
	holds, err := v.Store.HoldsProduct(v.ctx(), v.account.Email, f.ProductCode)
	if err == nil && !holds {
		err = models.NotFound("file")
	}
	return f, err
}

// codeNamed says whether license ID and code were named in this session, for a holding that still counts.
func (v *visit) codeNamed(f models.ProductFile) (bool, error) {
	holding := v.grant(f)
	if holding == 0 {
		return false, nil
	}
	return v.Store.HoldsHolding(v.ctx(), v.account.Email, f.ProductCode, holding)
}

// showDownloadCode asks for the license ID and the code that a file takes.
func showDownloadCode(v *visit) error {
	f, err := v.codeFile()
	if err != nil {
		return err
	}
	return v.downloadCode(http.StatusOK, f, nil)
}

// codeFile is heldFile for files that take license ID and code.
func (v *visit) codeFile() (models.ProductFile, error) {
	f, err := v.heldFile()
	if err == nil && f.Access != models.FileForCode {
		err = models.NotFound("file")
	}
	return f, err
}

func (v *visit) downloadCode(status int, f models.ProductFile, errs []models.FieldError) error {
	p, _ := v.Rules.Catalogue.Product(f.ProductCode)
	view := views.DownloadCode{
		Frame: v.frame("downloads", v.t("portal.downloads.code.title")), File: v.file(f), Product: p.Names.In(v.language),
		License: v.PostForm("license"), Code: v.PostForm("code"), CodeLabel: v.codeLabel(p.CodeKind), Prefix: p.CodePrefix + "-",
		Wrong: fieldTexts(v.language, errs), Action: downloadsAt + "/" + strconv.FormatInt(f.ID, 10) + "/code",
	}
	view.Here = view.Action
	named, err := v.codeNamed(f)
	if err != nil {
		return err
	}
	if named && len(errs) == 0 {
		view.Get = downloadsAt + "/" + strconv.FormatInt(f.ID, 10)
	}
	view.Styles = append(view.Styles, "downloads.css")
	return v.show(status, views.DownloadCodePage(view))
}

// nameDownloadCode looks at license ID and code. What fits opens the files of that product until the person signs out.
func nameDownloadCode(v *visit) error {
	f, err := v.codeFile()
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	license, wrong := models.ReadPortalLicense("license", v.PostForm("license"))
	_, wrongCode := models.ReadPortalCode("code", v.PostForm("code"))
	if errs := slices.DeleteFunc([]*models.FieldError{wrong, wrongCode}, func(e *models.FieldError) bool { return e == nil }); len(errs) > 0 {
		list := make([]models.FieldError, len(errs))
		for i, e := range errs {
			list[i] = *e
		}
		return v.downloadCode(http.StatusUnprocessableEntity, f, list)
	}
	tries := codeLimit(v.account)
	taken, err := v.Store.TakeAttempt(v.ctx(), tries)
	if err != nil {
		return err
	}
	if !taken {
		return v.downloadCode(http.StatusTooManyRequests, f, []models.FieldError{models.Field("code", "too_many_codes")})
	}
	p, _ := v.Rules.Catalogue.Product(f.ProductCode)
	key, _ := models.ProductCodeKey(v.PostForm("code"), p.CodePrefix) // what cannot be a code has no hash
	holding, err := v.Store.HeldByCode(v.ctx(), v.account.Email, f.ProductCode, license, v.Codes.CodeHash(key))
	if models.IsKind(err, models.KindNotFound) {
		return v.downloadCode(http.StatusUnprocessableEntity, f, []models.FieldError{models.Field("code", "download_code_unfit")})
	}
	if err != nil {
		return err
	}
	if err := v.Store.ForgetAttempts(v.ctx(), tries); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), sessionGrant+f.ProductCode, holding)
	return v.seeOther(downloadsAt + "/" + strconv.FormatInt(f.ID, 10) + "/code")
}

package console

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/downloads"
	"github.com/todoke/todoke/web/ui"
)

const downloadsAt = "/console/downloads"

func downloadURL(id int64) string { return downloadsAt + "/" + strconv.FormatInt(id, 10) }

var fileTones = map[models.FileState]string{models.FileDraft: "wait", models.FilePublished: "ok", models.FileWithdrawn: "off"}

func (v *visit) fileState(f models.ProductFile) views.Pill {
	return views.Pill{Tone: fileTones[f.State()], Text: v.t("file_state." + string(f.State()))}
}

// listDownloads shows the files that the URL's filters let through.
func listDownloads(v *visit) error {
	q := v.Request.URL.Query()
	filter := store.FileFilter{
		ProductCode: q.Get("product"), Kind: models.FileKind(q.Get("kind")), State: models.FileState(q.Get("state")), Query: q.Get("q"),
	}
	rows, next, err := v.Store.ProductFiles(v.ctx(), filter, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	count, err := v.Store.CountProductFiles(v.ctx(), filter)
	if err != nil {
		return err
	}
	frame, err := v.frame("downloads", v.t("console.downloads.title"))
	if err != nil {
		return err
	}
	page := views.Downloads{
		Frame: frame, Count: ui.Counted(v.language, "console.downloads.count", int(count)), Pager: pagerOf(downloadsAt, q, next),
		Query: q.Get("q"), Product: filter.ProductCode, Kind: string(filter.Kind), State: string(filter.State),
		Products: v.productChoices(false), Kinds: choices(v, "file_kind.", models.FileKinds()), States: choices(v, "file_state.", models.FileStates()),
	}
	page.Frame.Styles = append(page.Frame.Styles, "downloads.css")
	for _, r := range rows {
		page.Rows = append(page.Rows, views.DownloadRow{
			ID: r.ID, URL: downloadURL(r.ID), Product: v.product(r.ProductCode), ProductCode: r.ProductCode, Kind: v.t("file_kind." + string(r.Kind)),
			Name: r.Names.In(v.language), FileName: r.FileName, Version: r.Version, Date: ui.DayShort(v.language, r.ReleasedOn),
			Size: ui.Size(r.Size), Started: ui.Number(r.Started), Finished: ui.Number(r.Finished), State: v.fileState(r.ProductFile),
			WithCode: r.Access == models.FileForCode,
		})
	}
	page.Chips = v.downloadChips(q, page)
	return v.show(http.StatusOK, views.DownloadsPage(page))
}

// downloadChips are the filters in force, each with the link that takes it off.
func (v *visit) downloadChips(q url.Values, page views.Downloads) []views.Chip {
	view := url.Values{}
	labels := []struct {
		key, label string
		offered    []ui.Choice
	}{
		{"q", "console.filter.query", nil}, {"product", "console.downloads.product", page.Products},
		{"kind", "console.downloads.kind", page.Kinds}, {"state", "console.filter.status", page.States},
	}
	for _, l := range labels {
		if value := q.Get(l.key); value != "" {
			view.Set(l.key, value)
		}
	}
	var chips []views.Chip
	for _, l := range labels {
		if value := view.Get(l.key); value != "" {
			chips = append(chips, views.Chip{
				Label: v.t(l.label) + v.t("ui.colon") + labelOf(l.offered, value), URL: withQuery(downloadsAt, without(view, l.key, value)),
			})
		}
	}
	return chips
}

// productChoices lists the catalogue. Where one is chosen for a file, products that are not delivered electronically
// stand there as what they are, and cannot be chosen.
func (v *visit) productChoices(forFile bool) []ui.Choice {
	list := []ui.Choice{{Label: v.t("console.any")}}
	if forFile {
		list[0].Label = v.t("console.downloads.choose")
	}
	for _, p := range v.Rules.Catalogue.Products() {
		c := ui.Choice{Value: p.Code, Label: p.Names.In(v.language) + "　" + p.Code}
		if forFile && !p.ElectronicDelivery {
			c.Label, c.Off = v.t("console.downloads.not_electronic", "product", c.Label), true
		}
		list = append(list, c)
	}
	return list
}

// showDownload is the page of one file.
func showDownload(v *visit) error { return v.downloadPage(http.StatusOK, views.Form{}) }

func (v *visit) downloadPage(status int, form views.Form) error {
	id, err := v.id("id", "file")
	if err != nil {
		return err
	}
	f, err := v.Store.AnyFile(v.ctx(), id)
	if err != nil {
		return err
	}
	frame, err := v.frame("downloads", f.FileName)
	if err != nil {
		return err
	}
	frame.Here, frame.Styles = downloadURL(id), append(frame.Styles, "downloads.css")
	page := views.Download{
		Frame: frame, URL: downloadURL(id), Name: f.Names.In(v.language), State: v.fileState(f), Form: form,
		Product: v.product(f.ProductCode), ProductCode: f.ProductCode, Kind: v.t("file_kind." + string(f.Kind)), Names: f.Names, Notes: f.Notes,
		FileName: f.FileName, Version: f.Version, Date: ui.Day(v.language, f.ReleasedOn), Access: v.t("file_access." + string(f.Access)),
		Size: ui.Size(f.Size), Bytes: ui.Number(f.Size), SHA256: f.SHA256, Uploaded: ui.Moment(v.language, f.CreatedAt),
		Published: ui.MomentAt(v.language, f.PublishedAt), Withdrawn: ui.MomentAt(v.language, f.WithdrawnAt), Reason: f.WithdrawReason,
	}
	clerk, lead := v.staffMember.Role.AtLeast(models.RoleClerk), v.staffMember.Role.AtLeast(models.RoleLead)
	page.Can = views.DownloadCan{
		Fetch: clerk, Publish: lead && f.State() == models.FileDraft, AskLead: clerk && !lead && f.State() == models.FileDraft,
		Discard: clerk && f.State() == models.FileDraft, Withdraw: clerk && f.State() == models.FilePublished,
	}
	uses, err := v.Store.FileUses(v.ctx(), id)
	if err != nil {
		return err
	}
	for _, u := range uses {
		page.Uses = append(page.Uses, views.DownloadUse{
			By: v.t("console.downloads.by." + u.By), Fetchers: ui.Number(u.Fetchers), Started: ui.Number(u.Started), Finished: ui.Number(u.Ended),
		})
	}
	if page.Events, err = v.downloadEvents(id); err != nil {
		return err
	}
	return v.show(status, views.DownloadPage(page))
}

var downloadTones = map[string]string{"file_published": "ok", "file_withdrawn": "bad"}

func (v *visit) downloadEvents(id int64) ([]views.Event, error) {
	list, _, err := v.Store.Audit(v.ctx(), store.AuditFilter{Subject: "product_file", SubjectID: id}, store.Page{})
	events := make([]views.Event, len(list))
	for i, e := range list {
		events[i] = views.Event{
			At: e.At, When: ui.Moment(v.language, e.At), Who: v.who(e), Request: e.RequestID, Title: v.t("console.action." + e.Action),
			Quote: factsOf(e.After).Reason, Tone: downloadTones[e.Action],
		}
	}
	return events, err
}

// fetchDownload gives staff a file in whatever state, to look at before it is published. It is not counted.
func fetchDownload(v *visit) error {
	id, err := v.id("id", "file")
	if err != nil {
		return err
	}
	f, err := v.Store.AnyFile(v.ctx(), id)
	if err != nil {
		return err
	}
	return downloads.Sender{Files: v.Files, Logger: v.Logger}.Send(v.Context, downloads.Transfer{File: f, Modified: f.CreatedAt})
}

// publishDownload offers a prepared file.
func publishDownload(v *visit) error {
	return v.decideDownload("publish", func(id int64) error { return v.Store.PublishDraft(v.ctx(), v.actor(), id) })
}

// withdrawDownload ends the offer of a file.
func withdrawDownload(v *visit) error {
	return v.decideDownload("withdraw", func(id int64) error { return v.Store.WithdrawFile(v.ctx(), v.actor(), id, v.PostForm("reason")) })
}

func (v *visit) decideDownload(action string, decide func(id int64) error) error {
	id, err := v.id("id", "file")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	if err := decide(id); err != nil {
		e := models.AsError(err)
		form, err := v.refusedForm(action, e)
		if err != nil {
			return err
		}
		return v.downloadPage(ui.Status(e), form)
	}
	v.flash("ok", v.t("console.downloads.done."+action))
	return v.seeOther(downloadURL(id))
}

// discardDownload forgets a prepared file and its bytes.
func discardDownload(v *visit) error {
	id, err := v.id("id", "file")
	if err != nil {
		return err
	}
	blobKey, err := v.Store.DiscardDraft(v.ctx(), v.actor(), id)
	if e := models.AsError(err); err != nil && e.Kind == models.KindConflict {
		form, err := v.refusedForm("discard", e)
		if err != nil {
			return err
		}
		return v.downloadPage(ui.Status(e), form)
	}
	if err != nil {
		return err
	}
	v.Files.DropProductFile(v.ctx(), models.ProductFile{BlobKey: blobKey})
	v.flash("ok", v.t("console.downloads.done.discard"))
	return v.seeOther(downloadsAt)
}

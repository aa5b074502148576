package portal

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// showPatternFiles shows the newest pattern file of each product that the person holds, and the links for scripts.
func showPatternFiles(v *visit) error { return v.patternFiles(http.StatusOK, nil) }

func (v *visit) patternFiles(status int, wrong map[string]string) error {
	view := views.PatternFiles{Frame: v.frame("patterns", v.t("portal.patterns.title")), Wrong: wrong, Name: v.PostForm("name")}
	view.Here = patternsAt
	view.Styles, view.Scripts = append(view.Styles, "downloads.css"), []string{"delivery.js"}
	newest, err := v.newestPatterns()
	if err != nil {
		return err
	}
	for _, f := range newest {
		view.Files = append(view.Files, views.PatternFile{Product: v.productName(f.ProductCode), File: v.file(f)})
	}
	tokens, err := v.Store.PatternTokens(v.ctx(), v.account.ID)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		row := views.PatternToken{Name: t.Name, At: linkAt(t), Made: ui.Moment(v.language, t.CreatedAt), Handle: t.Handle}
		if t.UsedAt != nil {
			row.Used = ui.Moment(v.language, *t.UsedAt)
		}
		view.Tokens = append(view.Tokens, row)
	}
	view.Full = len(tokens) >= models.MaxPatternTokens
	return v.show(status, views.PatternFilesPage(view))
}

func linkAt(t models.PatternToken) string {
	return patternsAt + "/links/" + strconv.FormatInt(t.ID, 10)
}

// newestPatterns gives the newest pattern file of each product that the person holds, in the catalogue's order.
func (v *visit) newestPatterns() ([]models.ProductFile, error) {
	held, err := v.Store.HeldProducts(v.ctx(), v.account.Email)
	if err != nil {
		return nil, err
	}
	all, err := v.Store.FilesOf(v.ctx(), held...)
	if err != nil {
		return nil, err
	}
	var list []models.ProductFile
	for _, p := range v.Rules.Catalogue.Products() {
		for _, f := range all { // the newest first
			if f.ProductCode == p.Code && f.Kind == models.FilePattern {
				list = append(list, f)
				break
			}
		}
	}
	return list, nil
}

// makePatternLink makes a link for scripts.
func makePatternLink(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	t, err := v.Store.MakePatternToken(v.ctx(), v.actor(), v.account.ID, strings.TrimSpace(v.PostForm("name")), v.Secrets.CurrentKey())
	if e := models.AsError(err); err != nil && (e.Kind == models.KindInvalid || e.Kind == models.KindConflict) {
		wrong := fieldTexts(v.language, e.Fields)
		if e.Kind == models.KindConflict {
			wrong["name"] = texts.Error(v.language, e)
		}
		return v.patternFiles(ui.Status(e), wrong)
	}
	if err != nil {
		return err
	}
	v.flash(v.t("portal.patterns.made"))
	return v.seeOther(linkAt(t))
}

// showPatternLink shows a link to its owner: its secret is derived anew, and kept nowhere.
func showPatternLink(v *visit) error {
	id, err := v.id("id", "pattern_token")
	if err != nil {
		return err
	}
	t, err := v.Store.PatternToken(v.ctx(), v.account.ID, id)
	if err != nil {
		return err
	}
	secret, err := v.Secrets.PatternSecret(t)
	if err != nil {
		return err
	}
	newest, err := v.newestPatterns()
	if err != nil {
		return err
	}
	view := views.PatternLink{Frame: v.frame("patterns", t.Name), Name: t.Name, At: linkAt(t)}
	view.Styles, view.Scripts = append(view.Styles, "downloads.css"), []string{"delivery.js"}
	for _, f := range newest {
		view.Links = append(view.Links, views.PatternURL{
			Product: v.productName(f.ProductCode), Code: f.ProductCode, FileName: f.PlainFileName(), URL: v.PublicURL + scriptsAt + "/" + t.Token(secret) + "/" + f.ProductCode,
		})
	}
	return v.show(http.StatusOK, views.PatternLinkPage(view))
}

// revokePatternLink ends a link for good.
func revokePatternLink(v *visit) error {
	id, err := v.id("id", "pattern_token")
	if err != nil {
		return err
	}
	if err := v.Store.RevokePatternToken(v.ctx(), v.actor(), v.account.ID, id); err != nil {
		return err
	}
	v.flash(v.t("portal.patterns.revoked"))
	return v.seeOther(patternsAt)
}

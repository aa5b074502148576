package console

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// createKey makes an API key for a reseller. The key is shown once, on the page
// that follows, and kept as a hash.
func createKey(v *visit) error {
	id, err := v.id("id", "reseller")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	secret, prefix, hash, err := models.NewAPIKeySecret(rand.Reader)
	if err != nil {
		return models.Internal(err)
	}
	key := models.APIKey{
		ResellerID: id, Name: v.PostForm("name"), Prefix: prefix, Hash: hash,
		Scopes: strings.Join(v.Request.PostForm["scope"], " "), OwnerEmail: v.PostForm("owner_email"),
		Language: models.Language(v.PostForm("language")),
	}
	if err := v.Store.CreateAPIKey(v.ctx(), v.actor(), &key); err != nil {
		e := models.AsError(err)
		form, err := v.refusedForm("key", e)
		if err != nil {
			return err
		}
		return v.resellerAgain(ui.Status(e), form)
	}
	return v.showKey(id, secret)
}

// showKey answers with the page itself, not with a redirect: so the key passes
// through no session and no table.
func (v *visit) showKey(resellerID int64, secret string) error {
	page, err := v.resellerView(resellerID)
	if err != nil {
		return err
	}
	page.NewKey = secret
	return v.show(http.StatusOK, views.ResellerPage(page))
}

// revokeKey ends a key for good.
func revokeKey(v *visit) error {
	reseller, err := v.id("id", "reseller")
	if err != nil {
		return err
	}
	id, err := v.id("key", "api_key")
	if err != nil {
		return err
	}
	keys, err := v.Store.APIKeys(v.ctx(), reseller)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(keys, func(k models.APIKey) bool { return k.ID == id }) {
		return models.NotFound("api_key")
	}
	if err := v.Store.RevokeAPIKey(v.ctx(), v.actor(), id); err != nil {
		return err
	}
	v.flash("ok", v.t("console.done.revoked"))
	return v.seeOther(resellerURL(reseller))
}

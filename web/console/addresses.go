package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listAddresses shows the addresses that nothing is sent to.
func listAddresses(v *visit) error {
	page, err := v.addressesPage(views.Form{})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.AddressesPage(page))
}

func (v *visit) addressesPage(form views.Form) (views.Addresses, error) {
	q := v.Request.URL.Query()
	list, next, err := v.Store.AddressMarks(v.ctx(), q.Get("q"), store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return views.Addresses{}, err
	}
	frame, err := v.frame("addresses", v.t("console.addresses.title"))
	if err != nil {
		return views.Addresses{}, err
	}
	frame.Here = "/console/addresses"
	page := views.Addresses{
		Frame: frame, Query: q.Get("q"), Form: form, Pager: pagerOf("/console/addresses", q, next),
	}
	for _, m := range list {
		page.Rows = append(page.Rows, views.AddressRow{
			ID: m.ID, Address: m.Address, Since: ui.Moment(v.language, m.MarkedAt), OrderNumber: m.OrderNumber,
			Mail: v.t("console.mail_kind." + string(m.Mail.Kind)), Why: v.wordOr("console.addresses.reason_of."+m.StatusCode, ""), Code: m.StatusCode,
		})
	}
	return page, nil
}

// clearAddress has mails go to an address again. The list is shown as it was.
func clearAddress(v *visit) error {
	id, err := v.id("id", "address_mark")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	query := strings.TrimSpace(v.PostForm("q"))
	err = v.Store.ClearAddressMark(v.ctx(), v.actor(), id, v.PostForm("note"))
	if e := models.AsError(err); err != nil && e.Kind == models.KindInvalid {
		form, err := v.refusedForm(views.ClearAction(id), e)
		if err != nil {
			return err
		}
		v.Request.URL.RawQuery = url.Values{"q": {query}}.Encode()
		page, err := v.addressesPage(form)
		if err != nil {
			return err
		}
		return v.show(ui.Status(e), views.AddressesPage(page))
	}
	if err != nil {
		return err
	}
	v.flash("ok", v.t("console.addresses.cleared"))
	if query == "" {
		return v.seeOther("/console/addresses")
	}
	return v.seeOther("/console/addresses?" + url.Values{"q": {query}}.Encode())
}

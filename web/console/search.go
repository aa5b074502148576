package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
)

// search finds records by whatever was typed; an exact hit goes straight to the record.
func search(v *visit) error {
	typed := strings.TrimSpace(v.Query("q"))
	hits, err := v.Store.Search(v.ctx(), typed, v.CodeHash)
	if err != nil {
		return err
	}
	if url := exactURL(hits); url != "" {
		return v.seeOther(url)
	}
	frame, err := v.frame("", v.t("console.search.title", "q", typed))
	if err != nil {
		return err
	}
	names, err := v.staffNames()
	if err != nil {
		return err
	}
	frame.Typed = typed
	page := views.Search{
		Frame: frame, Orders: v.queueRows(hits.Orders, names),
		Applications: v.applicationRows(hits.Applications), Contracts: v.contractRows(hits.Contracts),
	}
	if page.Inquiries, err = v.inquiryRows(hits.Inquiries); err != nil {
		return err
	}
	page.None = len(page.Orders)+len(page.Applications)+len(page.Contracts)+len(page.Inquiries) == 0
	return v.show(http.StatusOK, views.SearchPage(page))
}

// exactURL is the page of the one thing whose number was typed, or nothing.
func exactURL(hits store.Hits) string {
	kind, number, found := strings.Cut(hits.Exact, ":")
	if !found {
		return ""
	}
	switch kind {
	case "order":
		return "/console/orders/" + number
	case "resend":
		return "/console/resends/" + number
	case "name_change":
		return "/console/name-changes/" + number
	case "news":
		return "/console/news/" + number
	case "activation":
		return "/console/activation/" + number
	case "contract":
		return "/console/contracts/" + number
	case "inquiry":
		return "/console/inquiries/" + number
	case "application":
		return applicationURL(hits.Applications, number)
	}
	return ""
}

// applicationURL goes by the row: a receipt number is worth something to whoever
// reads it in a log or over a shoulder.
func applicationURL(list []models.Application, receipt string) string {
	for _, a := range list {
		if a.ReceiptNumber == receipt {
			return "/console/applications/" + strconv.FormatInt(a.ID, 10)
		}
	}
	return ""
}

package console

import (
	"net/http"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
)

// revealCode shows a holding's activation code in clear, once; who asked stands
// in the audit log before the code is on the page.
func revealCode(v *visit) error {
	id, err := v.id("id", "holding")
	if err != nil {
		return err
	}
	d, err := v.Store.ContractByLicense(v.ctx(), v.actor(), v.Param("license"))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(d.Holdings, func(h models.Holding) bool { return h.ID == id })
	if i < 0 || v.Reveal == nil || d.Holdings[i].CodeHash == nil {
		return models.NotFound("holding")
	}
	if err := v.Store.RecordAudit(v.ctx(), v.actor(), "holding", id, "code_shown"); err != nil {
		return err
	}
	code, err := v.Reveal(v.ctx(), d.Holdings[i])
	if err != nil {
		return err
	}
	page, err := v.contractPage()
	if err != nil {
		return err
	}
	for j := range page.Holdings {
		if page.Holdings[j].ID == id {
			page.Holdings[j].Revealed = code
		}
	}
	return v.show(http.StatusOK, views.ContractPage(page))
}

package portal

import (
	"net/http"

	"github.com/todoke/todoke/web/portal/views"
)

// listContracts is where signing in leads to.
func listContracts(v *visit) error {
	return v.show(http.StatusOK, views.ContractsPage(v.frame("contracts", v.t("portal.contracts.title"))))
}

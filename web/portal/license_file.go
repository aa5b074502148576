package portal

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func licenseFileOf(license string, codeID int64) string {
	return contractsAt + "/" + license + "/codes/" + strconv.FormatInt(codeID, 10) + "/license-file"
}

// hasLicenseFile says whether a license file of a contract's code is offered.
func (v *visit) hasLicenseFile(c models.IssuedCode, d store.PortalDetail) bool {
	i := slices.IndexFunc(d.Holdings, func(h models.Holding) bool { return h.ID == c.HoldingID })
	return v.LicenseFile != nil && i >= 0 && c.HasLicenseFile(d.Holdings[i], d.Contract, v.Clock())
}

// sendLicenseFile gives the signed license file of a code for use offline to whoever
// may see the contract. It is made anew each time and kept nowhere.
func sendLicenseFile(v *visit) error {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	shown := err == nil && slices.ContainsFunc(d.Codes, func(c models.IssuedCode) bool { return c.ID == id })
	if !shown || v.LicenseFile == nil {
		return models.NotFound("issued_code")
	}
	facts, code, err := v.Store.LicenseFile(v.ctx(), v.actor(), d.Contract.ID, id)
	if err != nil {
		return err
	}
	file, err := v.LicenseFile(v.ctx(), facts, code)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="`+facts.FileName()+`"`)
	v.Header("Cache-Control", "private, no-store")
	v.Data(http.StatusOK, "application/json", file)
	return nil
}

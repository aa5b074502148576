package portal

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/exports"
)

// Files of holdings are made when they are asked for and kept nowhere.

// sendHoldingsPDF sends a contract's holdings as a document to file away.
func sendHoldingsPDF(v *visit) error {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return err
	}
	sheet := documents.Holdings{
		Language: v.language, LicenseID: d.Contract.LicenseID, AsOf: v.Store.Today(), EndsOn: d.EndsOn,
		Holder: d.Contract.Holder, Support: d.Contract.Support, Unlisted: d.Unlisted, Issuer: v.Brand.LegalName,
	}
	for _, h := range d.Holdings {
		code, err := v.openCode(h)
		if err != nil {
			return err
		}
		product, _ := v.Rules.Catalogue.Product(h.ProductCode)
		sheet.Lines = append(sheet.Lines, documents.HoldingLine{
			ProductName: product.Names, ProductCode: h.ProductCode, Quantity: h.Quantity, Start: h.StartsOn, End: h.EndsOn,
			Code: code, Serial: product.CodeKind == models.CodeSerial,
		})
	}
	pdf, err := v.Documents.Holdings(v.ctx(), sheet)
	if err != nil {
		return err
	}
	v.attachment(d.Contract.LicenseID, "pdf")
	v.Data(http.StatusOK, "application/pdf", pdf.Bytes)
	return nil
}

// attachment names the file that is sent.
func (v *visit) attachment(license, extension string) {
	name := strings.ReplaceAll(fmt.Sprintf("holdings-%s-%s.%s", license, v.Store.Today(), extension), "--", "-")
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
}

// fileFormat is one of the forms that lists are sent in.
type fileFormat struct {
	write           func(io.Writer, func(), []string, exports.Rows) error
	kind, extension string
}

var (
	asCSV   = fileFormat{exports.CSV, exports.KindCSV, "csv"}
	asExcel = fileFormat{exports.Excel, exports.KindExcel, "xlsx"}
)

func sendHoldingsCSV(v *visit) error   { return v.sendHoldings(asCSV) }
func sendHoldingsExcel(v *visit) error { return v.sendHoldings(asExcel) }

// sendHoldings sends a contract's holdings as a list.
func (v *visit) sendHoldings(format fileFormat) error {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return err
	}
	return v.sendList(format, d.Contract.LicenseID, func(write func(cells ...any) error) error {
		return v.writeHoldings(d.Contract, d.Holdings, write)
	})
}

func sendContractsCSV(v *visit) error   { return v.sendContracts(asCSV) }
func sendContractsExcel(v *visit) error { return v.sendContracts(asExcel) }

// sendContracts sends the holdings of all contracts of the list, as it is filtered.
func (v *visit) sendContracts(format fileFormat) error {
	filter, errs := v.contractFilter()
	if len(errs) > 0 {
		return models.Invalid(errs...)
	}
	return v.sendList(format, "", func(write func(cells ...any) error) error {
		page := store.Page{Limit: store.MaxPage}
		for {
			rows, next, err := v.Store.PortalContracts(v.ctx(), v.account.Email, filter, page)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := v.writeHoldings(r.Contract, r.Holdings, write); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			page.Cursor = next
		}
	})
}

// holdingColumns are the columns of lists of holdings.
var holdingColumns = []string{"license", "holder", "support", "product", "product_code", "quantity", "starts", "ends", "state", "code"}

func (v *visit) sendList(format fileFormat, license string, rows exports.Rows) error {
	titles := make([]string, len(holdingColumns))
	for i, c := range holdingColumns {
		titles[i] = v.t("portal.column." + c)
	}
	err := format.write(v.Writer, func() {
		v.attachment(license, format.extension)
		v.Header("Content-Type", format.kind)
	}, titles, rows)
	if err != nil {
		return models.AsError(err)
	}
	return nil
}

func (v *visit) writeHoldings(c models.Contract, holdings []models.Holding, write func(cells ...any) error) error {
	for _, h := range holdings {
		code, err := v.openCode(h)
		if err != nil {
			return err
		}
		err = write(c.LicenseID, c.Holder.CompanyName, c.Support.CompanyName, v.productName(h.ProductCode), h.ProductCode, h.Quantity,
			h.StartsOn, h.EndsOn, v.runsUntil(h.StartsOn, h.EndsOn).Text, code)
		if err != nil {
			return err
		}
	}
	return nil
}

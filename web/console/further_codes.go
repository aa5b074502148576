package console

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// fillFurtherCodes adds the further codes of a contract and what happened to the
// requests for them.
func (v *visit) fillFurtherCodes(page *views.Contract, c models.Contract, holdings []models.Holding) error {
	codes, err := v.Store.IssuedCodes(v.ctx(), c.ID)
	if err != nil {
		return err
	}
	events, err := v.Store.ActivationHistory(v.ctx(), c.ID)
	if err != nil {
		return err
	}
	requests, had := map[int64]string{}, map[string]int{}
	for _, e := range events {
		requests[e.Request.ID] = e.Request.Number
		row := views.CodeEvent{
			When: ui.Moment(v.language, e.Decision.CreatedAt), Number: e.Request.Number, Note: e.Decision.Note,
			Title: v.t("console.action." + "activation_" + string(e.Decision.Kind)), Who: e.Decision.ActorName,
		}
		if e.Decision.ActorKind == models.ActorProcess {
			row.Who = v.t("console.changed.process")
		}
		page.CodeEvents = append(page.CodeEvents, row)
	}
	byID := map[int64]models.Holding{}
	for _, h := range holdings {
		byID[h.ID] = h
	}
	for _, code := range codes {
		had[code.ProductCode]++
	}
	newest := map[string]bool{}
	for _, code := range codes {
		row := v.furtherCode(code, byID[code.HoldingID], c)
		row.Request = requests[code.RequestID]
		p, _ := v.Rules.Catalogue.Product(code.ProductCode)
		row.Limit = v.t("console.activation.had", "n", strconv.Itoa(had[code.ProductCode]), "limit", strconv.Itoa(p.FurtherCodes))
		if of := fmt.Sprint(code.Kind, " ", code.HoldingID); !newest[of] {
			newest[of] = true
			row.CanReplace = v.Sealer != nil && !c.Void && had[code.ProductCode] < p.FurtherCodes
		}
		page.Codes = append(page.Codes, row)
	}
	return nil
}

var furtherCodeTones = map[models.CodeState]string{
	models.CodeValid: "ok", models.CodeRegistering: "run", models.CodeNotStarted: "run", models.CodeEnded: "off",
	models.CodeVoid: "off", models.CodeRevoked: "bad",
}

// furtherCode shows a further code; it stays masked until somebody asks.
func (v *visit) furtherCode(code models.IssuedCode, h models.Holding, c models.Contract) views.FurtherCode {
	state := code.StateAt(h, c, v.Clock())
	kind, _ := v.Rules.Activation.Kind(code.Kind)
	product, _ := v.Rules.Catalogue.Product(code.ProductCode)
	prefix := kind.CodePrefix
	if prefix == "" {
		prefix = product.CodePrefix
	}
	return views.FurtherCode{
		ID: code.ID, License: c.LicenseID, Product: v.product(code.ProductCode), Kind: v.activationKind(code.Kind), Issued: ui.Moment(v.language, code.IssuedAt),
		Masked: prefix + "-••••-•••••-•••••-•••••-•••••-•••••", State: views.Pill{Tone: furtherCodeTones[state], Text: v.t("console.code_state." + string(state))},
		Offline: code.Offline, CanRevoke: !code.Revoked(), LicenseFile: v.LicenseFile != nil && code.HasLicenseFile(h, c, v.Clock()), Reason: code.RevokeReason,
	}
}

// furtherCodeOf is the code that the address names, of the contract that it names.
func (v *visit) furtherCodeOf() (models.IssuedCode, models.Contract, error) {
	id, err := v.id("id", "issued_code")
	if err != nil {
		return models.IssuedCode{}, models.Contract{}, err
	}
	d, err := v.Store.ContractByLicense(v.ctx(), v.actor(), v.Param("license"))
	if err != nil {
		return models.IssuedCode{}, models.Contract{}, err
	}
	code, err := v.Store.IssuedCode(v.ctx(), id)
	if err == nil && code.ContractID != d.Contract.ID {
		err = models.NotFound("issued_code")
	}
	return code, d.Contract, err
}

// revealFurtherCode shows a further code in clear, once; who asked stands in the audit
// log before the code is on the page.
func revealFurtherCode(v *visit) error {
	code, _, err := v.furtherCodeOf()
	if err != nil {
		return err
	}
	if v.FurtherCode == nil {
		return models.NotFound("issued_code")
	}
	if err := v.Store.RecordAudit(v.ctx(), v.actor(), "issued_code", code.ID, "code_shown"); err != nil {
		return err
	}
	open, err := v.FurtherCode(code)
	if err != nil {
		return err
	}
	page, err := v.contractPage()
	if err != nil {
		return err
	}
	for i := range page.Codes {
		if page.Codes[i].ID == code.ID {
			page.Codes[i].Revealed = open
		}
	}
	return v.show(http.StatusOK, views.ContractPage(page))
}

// revokeFurtherCode ends a code with a reason.
func revokeFurtherCode(v *visit) error {
	return v.decideFurtherCode("revoke", func(id int64, reason string) (store.ActivationDone, error) {
		return v.Store.RevokeCode(v.ctx(), v.actor(), id, reason)
	})
}

// replaceFurtherCode gives a new code in place of one, within the product's limit.
func replaceFurtherCode(v *visit) error {
	return v.decideFurtherCode("replace", func(id int64, reason string) (store.ActivationDone, error) {
		if v.Sealer == nil {
			return store.ActivationDone{}, models.NotFound("issued_code")
		}
		return v.Store.ReplaceCode(v.ctx(), v.actor(), id, reason, v.Sealer)
	})
}

func (v *visit) decideFurtherCode(action string, accept func(id int64, reason string) (store.ActivationDone, error)) error {
	if err := v.parse(); err != nil {
		return err
	}
	code, c, err := v.furtherCodeOf()
	if err != nil {
		return err
	}
	done, err := accept(code.ID, v.PostForm("reason"))
	if err != nil {
		return v.contractAgain(action+"-"+strconv.FormatInt(code.ID, 10), models.AsError(err))
	}
	v.tellAll(done.OutboxIDs)
	v.flash("ok", v.t("console.activation.done."+action))
	return v.seeOther("/console/contracts/" + c.LicenseID + "#codes")
}

// sendLicenseFile gives the signed license file of a code for use offline.
func sendLicenseFile(v *visit) error {
	code, c, err := v.furtherCodeOf()
	if err != nil {
		return err
	}
	if v.LicenseFile == nil {
		return models.NotFound("issued_code")
	}
	facts, code, err := v.Store.LicenseFile(v.ctx(), v.actor(), c.ID, code.ID)
	if err != nil {
		return err
	}
	file, err := v.LicenseFile(v.ctx(), facts, code)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": facts.FileName()}))
	v.Header("X-Content-Type-Options", "nosniff")
	v.Header("Cache-Control", "private, no-store")
	v.Data(http.StatusOK, "application/json", file)
	return nil
}

//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// productCases are product_not_eligible and credits_mismatch.
func productCases() []sendBackCase {
	const ineligible, creditsProduct = "TMGS", "V1-CREDITS"
	asked := func(yes bool) func(*harness.Application) {
		return func(a *harness.Application) { a.Contract.Credits = yes }
	}
	buying := func(code string) func(*harness.Order) {
		return func(o *harness.Order) { o.Lines[0].ProductCode, o.Lines[0].Quantity = code, 200 }
	}
	bought := func(code string) func(*testing.T, *house, *caseOrder, orderView) {
		return func(t *testing.T, _ *house, _ *caseOrder, v orderView) {
			t.Helper()
			if len(v.Holdings) != 1 || v.Holdings[0].ProductCode != code {
				t.Errorf("the order made %+v, not %s", v.Holdings, code)
			}
		}
	}
	return []sendBackCase{
		{
			name:    "product not eligible",
			prepare: func(_ *testing.T, _ *house, o *caseOrder) { o.sheet.Lines[0].ProductCode = ineligible },
			reasons: only(notEligible, "", ineligible, byCancel),
			settle: []settlement{
				{name: "cancel at the desk", ends: "cancelled", check: cancelledAndTold, do: func(t *testing.T, h *house, o *caseOrder) {
					h.cancelAtDesk(t, o.number, "専用の申請書でお申し込みください。")
				}},
				{name: "cancel", ends: "cancelled", check: freed, do: func(t *testing.T, h *house, o *caseOrder) { h.cancel(t, o.number, "取り下げ") }},
			},
		},
		{
			name: "product not eligible, trsl_new",
			prepare: func(t *testing.T, h *house, o *caseOrder) {
				onContract(t, h, o, "trsl_new", "new")
				o.sheet.Lines[0].ProductCode = ineligible
			},
			reasons: only(notEligible, "", ineligible, byCancel),
			settle: []settlement{{name: "cancel at the desk", ends: "cancelled", do: func(t *testing.T, h *house, o *caseOrder) {
				h.cancelAtDesk(t, o.number, "専用の申請書でお申し込みください。")
			}}},
		},
		{
			name:    "credits applied for, product has none",
			prepare: func(_ *testing.T, _ *house, o *caseOrder) { o.application.Contract.Credits = true },
			reasons: only(credits, "true", harness.Product, byReapplyOrReplace),
			settle: []settlement{
				{name: "reapply", do: reapplyRight(), check: bought(harness.Product)},
				{name: "replace", do: replaceWith(buying(creditsProduct)), check: bought(creditsProduct)},
			},
		},
		{
			name:    "credits ordered, not applied for",
			prepare: func(_ *testing.T, _ *house, o *caseOrder) { buying(creditsProduct)(&o.sheet) },
			reasons: only(credits, "false", creditsProduct, byReapplyOrReplace),
			settle: []settlement{
				{name: "reapply", do: reapplyRight(asked(true)), check: bought(creditsProduct)},
				{name: "replace", do: replaceWith(buying(harness.Product)), check: bought(harness.Product)},
			},
		},
	}
}

// nameCases are end_user_name_invalid: a plain slip, and a corporation that the sales rules exclude.
func nameCases() []sendBackCase {
	var cases []sendBackCase
	for what, name := range map[string]string{"slip": "株式会杜あさひ検証", "excluded": "販売対象外見本 株式会社"} {
		cases = append(cases, sendBackCase{
			name:    "name, " + what,
			prepare: func(_ *testing.T, _ *house, o *caseOrder) { o.application.EndUser.CompanyName = name },
			reasons: only(badName, name, "", byReapply),
			settle: []settlement{
				{name: "reapply", do: reapplyRight(), check: applicantTold},
				{name: "reapply at the desk", do: func(t *testing.T, h *house, o *caseOrder) {
					old := o.receipt
					o.receipt = h.file(t)
					h.act(t, o.number, "reapply", "receipt_number", strings.ToLower(o.receipt[:12]+"-"+o.receipt[12:]))
					if got := h.applicationStatus(t, old); got != "discarded" {
						t.Errorf("the old application is %s, not discarded", got)
					}
				}},
			},
		})
	}
	return cases
}

// applicantTold says that the applicant was told that the application must be made again.
func applicantTold(t *testing.T, h *house, o *caseOrder, _ orderView) {
	t.Helper()
	h.awaitMail(t, harness.KeyOwner, o.number, "再申請")
}

// holderCases are license_holder_mismatch, for renewal and trsl_new: application and order quote a stranger's license.
func holderCases() []sendBackCase {
	var cases []sendBackCase
	for kind, orderType := range map[string]string{"renewal": "renewal", "new": "trsl_new"} {
		cases = append(cases, sendBackCase{
			name: "holder, " + orderType,
			prepare: func(t *testing.T, h *house, o *caseOrder) {
				onContract(t, h, o, orderType, kind)
				stranger := h.delivered(t, func(s *harness.Application) { s.EndUser.CompanyName = "株式会社見知らぬ商会" })
				o.strangers = stranger.LicenseIDs[0]
				o.application.Contract.LicenseID = o.strangers
			},
			reasons: quotedLicense,
			hidden:  func(*caseOrder) []string { return []string{"見知らぬ"} },
			settle: []settlement{
				{
					name:  "confirm the right license",
					do:    func(t *testing.T, h *house, o *caseOrder) { h.confirmLicense(t, o.number, o.own) },
					check: underLicense(ownLicense),
				},
				{
					name:  "drop the applied name",
					do:    func(t *testing.T, h *house, o *caseOrder) { h.dropName(t, o.number) },
					check: underLicense(strangersLicense),
				},
			},
		}, sendBackCase{
			name: "holder, nobody's license, " + orderType,
			prepare: func(t *testing.T, h *house, o *caseOrder) {
				onContract(t, h, o, orderType, kind)
				o.application.Contract.LicenseID = "99999999999"
			},
			reasons: quotedLicense,
			settle: []settlement{{
				name:  "confirm the right license",
				do:    func(t *testing.T, h *house, o *caseOrder) { h.confirmLicense(t, o.number, o.own) },
				check: underLicense(ownLicense),
			}},
		})
	}
	return cases
}

// quotedLicense is what the reseller is told, whether somebody else has the license or nobody.
func quotedLicense(o *caseOrder) []reason {
	return []reason{{holder, o.application.EndUser.CompanyName, o.application.Contract.LicenseID, byConfirm}}
}

// partyCases are order_type_mismatch and reseller_mismatch.
func partyCases() []sendBackCase {
	return []sendBackCase{
		{
			name:    "type",
			prepare: func(_ *testing.T, _ *house, o *caseOrder) { o.sheet.OrderType = "trsl_new" },
			reasons: only(wrongType, "new", "trsl_new", byReapplyOrReplace),
			settle: []settlement{
				{name: "replace", do: replaceWith(func(o *harness.Order) { o.OrderType = "new" })},
				{name: "reapply", do: func(t *testing.T, h *house, o *caseOrder) {
					first := h.delivered(t, func(a *harness.Application) { a.EndUser = o.application.EndUser })
					right, fitting := o.application, order("")
					about(&right, &fitting, "trsl_new", "new", first.LicenseIDs[0])
					reapplyRight(func(a *harness.Application) { *a = right })(t, h, o)
				}},
			},
		},
		{
			name: "reseller, by code",
			prepare: func(_ *testing.T, _ *house, o *caseOrder) {
				o.application.Reseller.PartnerCode, o.application.Reseller.CompanyName = otherPartner, "株式会社別販売"
			},
			reasons: only(wrongSeller, otherPartner, harness.PartnerCode, byReapply),
			settle: []settlement{
				{name: "reapply", do: reapplyRight(), check: applicantTold},
				{name: "replace does not settle it", ends: "sent_back", do: func(t *testing.T, h *house, o *caseOrder) {
					h.replace(t, o.number, o.sheet)
					h.awaitSentBack(t, o.number, 2)
				}},
			},
		},
		{
			name: "reseller, by name",
			prepare: func(_ *testing.T, _ *house, o *caseOrder) {
				o.application.Reseller.PartnerCode, o.application.Reseller.CompanyName = "", "株式会社別販売"
			},
			reasons: only(wrongSeller, "株式会社別販売", "株式会社検証販売", byReapply),
			settle:  []settlement{{name: "reapply", do: reapplyRight()}},
		},
	}
}

// otherCases are the two reasons of the text beside the table, and a holding that is not there.
func otherCases() []sendBackCase {
	return []sendBackCase{
		{
			name:    "start month",
			prepare: wishedLongAgo,
			reasons: func(o *caseOrder) []reason {
				return []reason{{startMonth, o.application.Contract.StartMonth, "", byConfirm}}
			},
			settle: []settlement{{name: "confirm", do: confirmWith(startMonth, thisMonth()), check: func(t *testing.T, _ *house, _ *caseOrder, v orderView) {
				if got := v.Holdings[0].StartsOn; got != thisMonth()+"-01" {
					t.Errorf("the holding starts on %s, not in %s", got, thisMonth())
				}
			}}},
		},
		{
			name: "holding",
			prepare: func(t *testing.T, h *house, o *caseOrder) {
				onContract(t, h, o, "renewal", "renewal")
				o.sheet.Lines[0].ProductCode, o.sheet.Lines[0].Quantity = "CSSP", 20
			},
			reasons: only(noHolding, "", "CSSP: holding_missing", byReplace),
			settle:  []settlement{{name: "replace", do: replaceWith(func(o *harness.Order) { o.Lines[0].ProductCode = harness.Product })}},
		},
	}
}

// wishedLongAgo files the application with the clock set back: what was within reach then is not any more.
func wishedLongAgo(t *testing.T, h *house, o *caseOrder) {
	t.Helper()
	then, day := h.ago(t, 70)
	o.application.Contract.StartMonth = day.String()[:len("2006-01")]
	key, reseller, err := h.store.APIKeyByHash(h.context(t), models.HashAPIKey(h.seller.Key))
	if err != nil {
		t.Fatalf("key: %v", err)
	}
	filed := modelOf(o.application, day.FirstOfMonth())
	filed.ApplicantEmail, filed.ApplicantLanguage = key.OwnerEmail, key.Language
	actor := models.Actor{Kind: models.ActorAPIKey, ID: key.ID, Name: key.Name, ResellerID: reseller.ID, Language: key.Language}
	if _, err := then.FileApplication(h.context(t), actor, &filed); err != nil {
		t.Fatalf("application: %v", err)
	}
	o.sheet.ReceiptNumber = filed.ReceiptNumber
}

// ago opens the installation's database with the clock set back by days.
func (h *house) ago(t *testing.T, days int) (*store.Store, models.Date) {
	t.Helper()
	rules, err := profile.Load("")
	if err != nil {
		t.Fatalf("profile: %v", err)
	}
	then, err := store.Open(t.Context(), store.Options{
		URL: h.Database.URL, Rules: rules.Rules(), Installation: h.PublicURL, Clock: clockSetBack(days), MaxConnections: 2,
	})
	if err != nil {
		t.Fatalf("database: %v", err)
	}
	t.Cleanup(func() {
		if err := then.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	today := then.Today()
	return then, today
}

package console

import (
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
)

// confirmField is the value that settles a reason, prefilled with what is most likely right.
func (v *visit) confirmField(d store.OrderDetail, r models.Reason) *views.ConfirmField {
	switch r.Code {
	case models.ReasonTerm:
		return &views.ConfirmField{
			Kind: "fixed", Value: r.OrderValue, Button: v.t("console.diff.confirm_months", "months", r.OrderValue),
		}
	case models.ReasonDeliveryMail:
		return &views.ConfirmField{
			Kind: "email", Label: v.t("console.diff.address"), Button: v.t("console.diff.confirm_address"),
			List: otherAddresses(d.Application, r.ApplicationValue),
		}
	case models.ReasonStartMonth:
		return &views.ConfirmField{
			Kind: "month", Label: v.t("console.diff.month"), Button: v.t("console.diff.confirm_month"),
			Value: v.nearestMonth(r.ApplicationValue).String()[:len("2006-01")],
		}
	case models.ReasonLicenseHolder:
		return &views.ConfirmField{
			Kind: "license", Label: v.t("console.diff.license_id"), Button: v.t("console.diff.confirm_license"), Holder: r.StaffValue,
		}
	}
	return nil
}

// otherAddresses are the addresses of the application that might be meant.
func otherAddresses(a models.Application, refused string) []string {
	var list []string
	for _, address := range []string{a.DeliveryEmail, a.EndUser.Email, a.Support().Email, a.Reseller.Email, a.ApplicantEmail} {
		if address != "" && address != refused && !slices.Contains(list, address) {
			list = append(list, address)
		}
	}
	return list
}

// nearestMonth is the month nearest to the wished one that can be taken today.
func (v *visit) nearestMonth(wished string) models.Date {
	today := v.Store.Today()
	month, err := models.ParseDate(wished + "-01")
	if err != nil || month.Before(today.FirstOfMonth()) {
		return today.FirstOfMonth()
	}
	for month.After(today.FirstOfMonth()) && !v.Rules.Applications.StartMonthAllowed(month, today) {
		month = month.AddMonths(-1)
	}
	return month
}

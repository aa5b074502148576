package console

import (
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
)

// resendOrder has an order's delivery mailed again, to the address on record or
// another one. The page's password version keeps a form that is sent twice from
// making two passwords.
func resendOrder(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	d, err := v.Store.OrderDetail(v.ctx(), v.actor(), v.number())
	if err != nil {
		return err
	}
	if d.Shipment == nil {
		return v.orderAgain("resend", models.NewError(models.KindConflict, "delivery_not_mailed"))
	}
	if v.PostForm("password_version") != strconv.Itoa(d.Shipment.PasswordVersion) {
		return v.orderAgain("resend", models.NewError(models.KindConflict, "resend_changed"))
	}
	resend, outbox, err := v.Store.RequestResend(v.ctx(), v.actor(), models.ResendRequest{
		Source: models.ResendByStaff, Language: d.Application.ApplicantLanguage, Reference: d.Shipment.DeliveryNumber,
		ResendTo: v.PostForm("resend_to"), Reason: v.PostForm("reason"),
	})
	if err != nil {
		return v.orderAgain("resend", models.AsError(err))
	}
	v.tell(outbox)
	v.flash("ok", v.t("console.done.resend", "number", resend.ResendNumber))
	return v.seeOther("/console/orders/" + d.Order.OrderNumber)
}

// fillResends adds the delivery's resends to the order's page, and whether staff
// may ask for one: what was never mailed cannot be mailed again.
func (v *visit) fillResends(page *views.Order, d store.OrderDetail) error {
	if d.Shipment == nil {
		return nil
	}
	list, _, err := v.Store.Resends(v.ctx(), store.ResendFilter{ShipmentID: d.Shipment.ID}, store.Page{})
	if err != nil {
		return err
	}
	page.Resends = v.resendRows(list)
	page.Can.Resend = v.staffMember.Role.AtLeast(models.RoleClerk) && d.Shipment.DeliveredAt != nil && mailed(d.Mails)
	return nil
}

// mailed says whether the delivery has mails at all.
func mailed(mails []models.Mail) bool {
	for _, m := range mails {
		if m.Kind == models.MailDeliveryID {
			return true
		}
	}
	return false
}

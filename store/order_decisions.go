package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Decide names the order that is decided on. Version is the one the person
// looked at, or 0 for whatever it is now.
type Decide struct {
	OrderNumber string
	Version     int64
	Note        string
}

// Decided is the order after the decision, and the outbox entry to tell.
type Decided struct {
	Order    models.Order
	OutboxID int64
}

// decision is one kind of decision: from which states it is accepted and what it writes.
type decision struct {
	kind models.DecisionKind
	from []models.OrderStatus
	note string
	// write changes what the decision is about, and the order's columns through changes.
	write func(tx *gorm.DB, o *models.Order, changes map[string]any) error
}

// decide accepts a decision: the database alone says whether it is still
// allowed, by a conditional update on status and version together with the
// decision's row.
func (s *Store) decide(ctx context.Context, actor models.Actor, d Decide, what decision) (Decided, error) {
	if errs := models.CheckFreeText("note", what.note); errs != nil {
		return Decided{}, models.Invalid(errs...)
	}
	var done Decided
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var o models.Order
		if err := visibleTo(s.locked(tx), actor).Where("order_number = ?", d.OrderNumber).Take(&o).Error; err != nil {
			return found(err, "order")
		}
		if d.Version != 0 && d.Version != o.Version {
			return models.NewError(models.KindConflict, "order_changed")
		}
		if !slices.Contains(what.from, o.Status) {
			return models.NewError(models.KindConflict, "order_state", "status", string(o.Status))
		}
		changes := map[string]any{}
		before := o
		if err := what.write(tx, &o, changes); err != nil {
			return err
		}
		if err := s.changeOrder(tx, &o, before, changes); err != nil {
			return err
		}
		var err error
		if done.OutboxID, err = s.decided(tx, actor, o, what.kind, what.note); err != nil {
			return err
		}
		done.Order, err = shown(tx, actor, o)
		return err
	})
	return done, err
}

// changeOrder writes the order's changed columns if nobody changed it since it
// was read, and counts the version up.
func (s *Store) changeOrder(tx *gorm.DB, o *models.Order, before models.Order, changes map[string]any) error {
	o.Version, o.UpdatedAt = before.Version+1, s.Now()
	changes["version"], changes["updated_at"] = o.Version, o.UpdatedAt
	changes["status"] = o.Status
	if o.WaitingFor != before.WaitingFor {
		o.WaitingSince = nil
		if o.WaitingFor != models.WaitingForNobody {
			o.WaitingSince = &o.UpdatedAt
		}
		changes["waiting_for"], changes["waiting_since"] = o.WaitingFor, o.WaitingSince
	}
	r := tx.Model(&models.Order{}).Where("id = ? AND status = ? AND version = ?", o.ID, before.Status, before.Version).Updates(changes)
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "order_changed")
	}
	return r.Error
}

// backToChecking closes the open send-back: all checks run again, and nobody is
// reminded any more of what was answered.
func (s *Store) backToChecking(tx *gorm.DB, o *models.Order) error {
	o.Status, o.WaitingFor = models.OrderChecking, models.WaitingForNobody
	if err := s.withdrawMails(tx, o.ID, models.MailSendBackReminder); err != nil {
		return err
	}
	return s.closeSendBack(tx, o.ID)
}

func (s *Store) closeSendBack(tx *gorm.DB, orderID int64) error {
	return tx.Model(&models.SendBack{}).Where("order_id = ? AND closed_at IS NULL", orderID).Update("closed_at", s.Now()).Error
}

// Confirm is one value that staff settle. Where several reasons have the code,
// such as two license IDs of somebody else, OrderValue says which one is meant;
// without it the first is.
type Confirm struct {
	Code       models.ReasonCode
	OrderValue string
	Value      string
}

// field names the value in errors.
func (c Confirm) field() string {
	if c.OrderValue == "" {
		return "value"
	}
	return "value." + c.OrderValue
}

// ConfirmOrder settles reasons of the open send-back by confirmed values, each
// kept with the values it was made on; the order goes on.
func (s *Store) ConfirmOrder(ctx context.Context, actor models.Actor, d Decide, confirms []Confirm) (Decided, error) {
	if len(confirms) == 0 {
		return Decided{}, models.Invalid(models.Field("confirm", "required"))
	}
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionConfirm, from: []models.OrderStatus{models.OrderSentBack}, note: d.Note,
		write: func(tx *gorm.DB, o *models.Order, _ map[string]any) error {
			open, err := s.openSendBack(tx, o.ID)
			if err != nil {
				return err
			}
			for _, c := range confirms {
				if err := s.confirm(tx, actor, o.ID, open, c); err != nil {
					return err
				}
			}
			return s.backToChecking(tx, o)
		},
	})
}

func (s *Store) openSendBack(tx *gorm.DB, orderID int64) (models.SendBack, error) {
	var sb models.SendBack
	if err := tx.Where("order_id = ? AND closed_at IS NULL", orderID).Take(&sb).Error; err != nil {
		return sb, found(err, "send_back")
	}
	err := tx.Where("send_back_id = ?", sb.ID).Order("position").Find(&sb.Reasons).Error
	return sb, err
}

func (s *Store) confirm(tx *gorm.DB, actor models.Actor, orderID int64, open models.SendBack, c Confirm) error {
	i := slices.IndexFunc(open.Reasons, func(r models.Reason) bool {
		return r.Code == c.Code && (c.OrderValue == "" || c.OrderValue == r.OrderValue)
	})
	if i < 0 || !c.Code.Confirmable() {
		return models.Invalid(models.Field("confirm", "reason_not_confirmable"))
	}
	reason := open.Reasons[i]
	value, errs := s.confirmable(reason, strings.TrimSpace(c.Value))
	if c.Code == models.ReasonDeliveryMail && errs != nil {
		var err error
		if value, errs, err = s.sameAddressAgain(tx, orderID, reason.ApplicationValue, c.Value, errs); err != nil {
			return err
		}
	}
	if c.Code == models.ReasonDeliveryMail && errs == nil {
		var err error
		if errs, err = markedField(tx, "value", value); err != nil {
			return err
		}
	}
	for i := range errs {
		errs[i].Field = c.field()
	}
	if errs != nil {
		return models.Invalid(errs...)
	}
	if c.Code == models.ReasonLicenseHolder && value == models.ConfirmRegisteredHolder && reason.StaffValue == "" {
		return models.Invalid(models.Field(c.field(), "license_unknown"))
	}
	return tx.Create(&models.Confirmation{
		OrderID: orderID, Code: c.Code, Line: reason.Line, ApplicationValue: reason.ApplicationValue, OrderValue: reason.OrderValue,
		ConfirmedValue: value, StaffID: actor.ID, CreatedAt: s.Now(),
	}).Error
}

// confirmable checks a value against what its reason can be settled by, and
// gives it in the form it is kept in.
func (s *Store) confirmable(r models.Reason, value string) (string, []models.FieldError) {
	switch r.Code {
	case models.ReasonTerm:
		if value != r.OrderValue {
			return "", []models.FieldError{models.Field("value", "confirm_order_months", "months", r.OrderValue)}
		}
		return value, s.monthsSold(value)
	case models.ReasonDeliveryMail:
		if strings.EqualFold(value, r.ApplicationValue) {
			return "", []models.FieldError{models.Field("value", "address_unchanged")}
		}
		return value, models.CheckEmail("value", value)
	case models.ReasonStartMonth:
		month, err := models.ParseDate(value + "-01")
		if err != nil {
			return "", []models.FieldError{models.Field("value", "month_malformed")}
		}
		if !s.rules.Applications.StartMonthAllowed(month, s.Today()) {
			return "", []models.FieldError{models.Field("value", "start_month_out_of_range")}
		}
	case models.ReasonLicenseHolder:
		if value == models.ConfirmRegisteredHolder {
			return value, nil
		}
		id, ok := models.ParseLicenseID(value)
		if !ok {
			return "", []models.FieldError{models.Field("value", "digits_only")}
		}
		return id, nil
	}
	return value, nil
}

// monthsSold refuses to confirm a length that is not sold: the sheet is wrong then.
func (s *Store) monthsSold(value string) []models.FieldError {
	rule := s.rules.Applications.Months
	for _, text := range strings.Split(value, ", ") {
		if months, err := strconv.Atoi(text); err != nil || !rule.Allows(months) {
			return []models.FieldError{models.Field("value", "months_not_allowed",
				"multiple", strconv.Itoa(rule.Multiple), "max", strconv.Itoa(rule.Longest))}
		}
	}
	return nil
}

// ReapplyOrder quotes a new receipt number; the old application is discarded unused.
func (s *Store) ReapplyOrder(ctx context.Context, actor models.Actor, d Decide, typed string) (Decided, error) {
	receipt, fields := checkReceipt(typed)
	if fields != nil {
		return Decided{}, models.Invalid(fields...)
	}
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionReapply, from: []models.OrderStatus{models.OrderSentBack}, note: d.Note,
		write: func(tx *gorm.DB, o *models.Order, changes map[string]any) error {
			a, err := s.quotable(tx, actor, receipt)
			if err != nil {
				return err
			}
			if err := s.release(tx, o.ID, models.ApplicationDiscarded); err != nil {
				return err
			}
			if err := s.reserve(tx, a.ID, o.ID); err != nil {
				return err
			}
			o.ApplicationID, o.EndUserName, o.EndUserKey = a.ID, a.EndUser.CompanyName, a.EndUserKey
			changes["application_id"], changes["end_user_name"], changes["end_user_key"] = a.ID, o.EndUserName, o.EndUserKey
			if o.Lines, err = s.linesInForce(tx, o.ID); err != nil {
				return err
			}
			if err := s.refuseClosedWindow(tx, *o, a); err != nil {
				return err
			}
			return s.backToChecking(tx, o)
		},
	})
}

// release takes the order's reserved application from it.
func (s *Store) release(tx *gorm.DB, orderID int64, status models.ApplicationStatus) error {
	return tx.Model(&models.Application{}).Where("order_id = ? AND status = ?", orderID, models.ApplicationReserved).
		Updates(map[string]any{"status": status, "order_id": nil}).Error
}

// ReplaceOrder puts a corrected order sheet in the place of the old one: PO
// number, order type and lines of sheet, and the reseller of its partner code
// where staff entered the order.
func (s *Store) ReplaceOrder(ctx context.Context, actor models.Actor, d Decide, sheet models.Order) (Decided, error) {
	sheet.OrderDate = s.Today() // the date stays the order's own
	sheet.Lines = slices.Clone(sheet.Lines)
	if errs := models.CheckSheet(&sheet, s.rules.Entry(), s.Today()); errs != nil {
		return Decided{}, models.Invalid(errs...)
	}
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionReplace, from: []models.OrderStatus{models.OrderSentBack}, note: d.Note,
		write: func(tx *gorm.DB, o *models.Order, changes map[string]any) error {
			o.PONumber, o.OrderType, o.Lines = sheet.PONumber, sheet.OrderType, slices.Clone(sheet.Lines)
			if err := s.replaceReseller(tx, actor, o, sheet.PartnerCode, changes); err != nil {
				return err
			}
			if err := s.refusePODuplicate(tx, actor, *o); err != nil {
				return err
			}
			var a models.Application
			if err := tx.Where("id = ?", o.ApplicationID).Take(&a).Error; err != nil {
				return err
			}
			if err := s.refuseClosedWindow(tx, *o, a); err != nil {
				return err
			}
			var newest int
			if err := tx.Model(&models.OrderLine{}).Where("order_id = ?", o.ID).Select("MAX(sheet)").Scan(&newest).Error; err != nil {
				return err
			}
			if err := s.createLines(tx, o, newest+1); err != nil {
				return err
			}
			changes["po_number"], changes["order_type"] = o.PONumber, o.OrderType
			return s.backToChecking(tx, o)
		},
	})
}

// replaceReseller gives an order to the reseller that the corrected sheet names. An
// order that came with a reseller's own key stays that reseller's.
func (s *Store) replaceReseller(tx *gorm.DB, actor models.Actor, o *models.Order, partnerCode string, changes map[string]any) error {
	if actor.Kind == models.ActorAPIKey || partnerCode == "" || partnerCode == o.PartnerCode {
		return nil
	}
	if o.APIKeyID != nil {
		return models.Invalid(models.Field("partner_code", "reseller_fixed"))
	}
	r, err := s.resellerOf(tx, actor, partnerCode)
	if err != nil {
		return err
	}
	o.ResellerID, o.PartnerCode = r.ID, r.PartnerCode
	changes["reseller_id"], changes["partner_code"] = r.ID, r.PartnerCode
	return nil
}

var beforeRegistered = []models.OrderStatus{models.OrderReceived, models.OrderChecking, models.OrderSentBack}

// CancelOrder ends an order that is not registered yet and frees application and PO number.
func (s *Store) CancelOrder(ctx context.Context, actor models.Actor, d Decide, reason string) (Decided, error) {
	if strings.TrimSpace(reason) == "" {
		return Decided{}, models.Invalid(models.Field("reason", "required"))
	}
	if errs := models.CheckFreeText("reason", reason); errs != nil {
		return Decided{}, models.Invalid(errs...)
	}
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionCancel, from: beforeRegistered, note: reason,
		write: func(tx *gorm.DB, o *models.Order, changes map[string]any) error {
			if err := s.release(tx, o.ID, models.ApplicationOpen); err != nil {
				return err
			}
			now := s.Now()
			o.Status, o.WaitingFor, o.CancelReason, o.CancelledAt = models.OrderCancelled, models.WaitingForNobody, reason, &now
			changes["cancel_reason"], changes["cancelled_at"] = reason, now
			if err := s.closeSendBack(tx, o.ID); err != nil {
				return err
			}
			err := s.withdrawMails(tx, o.ID, endedByCancelling...)
			if err != nil || actor.Kind == models.ActorAPIKey {
				return err // the reseller knows what it cancelled itself
			}
			return s.queueCancelledMail(tx, *o)
		},
	})
}

// PassOrder lets an order that waited for staff go on. It is kept with the
// communication and the name it was given for, so a change of either asks again.
func (s *Store) PassOrder(ctx context.Context, actor models.Actor, d Decide) (Decided, error) {
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionPass, from: []models.OrderStatus{models.OrderReceived, models.OrderChecking}, note: d.Note,
		write: func(tx *gorm.DB, o *models.Order, changes map[string]any) error {
			o.Status, o.Held, o.WaitingFor = models.OrderChecking, false, models.WaitingForNobody
			changes["held"] = false
			return tx.Create(&models.Confirmation{
				OrderID: o.ID, Code: models.ReasonPass, ApplicationValue: o.EndUserName, OrderValue: o.Communication,
				StaffID: actor.ID, CreatedAt: s.Now(),
			}).Error
		},
	})
}

// HoldOrder makes an order wait for staff.
func (s *Store) HoldOrder(ctx context.Context, actor models.Actor, d Decide) (Decided, error) {
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionHold, from: beforeRegistered, note: d.Note,
		write: func(_ *gorm.DB, o *models.Order, changes map[string]any) error {
			o.Held = true
			changes["held"] = true
			if o.Status != models.OrderSentBack {
				o.Status, o.WaitingFor = models.OrderChecking, models.WaitingForStaff
			}
			return nil
		},
	})
}

// SendBackOrder returns an order for a reason in staff's own words.
func (s *Store) SendBackOrder(ctx context.Context, actor models.Actor, d Decide, text string) (Decided, error) {
	if strings.TrimSpace(text) == "" {
		return Decided{}, models.Invalid(models.Field("text", "required"))
	}
	if errs := models.CheckFreeText("text", text); errs != nil {
		return Decided{}, models.Invalid(errs...)
	}
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionSendBack, from: []models.OrderStatus{models.OrderReceived, models.OrderChecking}, note: text,
		write: func(tx *gorm.DB, o *models.Order, _ map[string]any) error {
			return s.sendBack(tx, o, []models.Reason{{Code: models.ReasonOther, Position: 1, Note: text}})
		},
	})
}

// RedirectDelivery sends the delivery mails of a registered order, whose address
// turned out dead, to another one under a new password.
func (s *Store) RedirectDelivery(ctx context.Context, actor models.Actor, d Decide, email string) (Decided, error) {
	if errs := models.CheckEmail("email", email); errs != nil {
		return Decided{}, models.Invalid(errs...)
	}
	return s.decide(ctx, actor, d, decision{
		kind: models.DecisionRedirect, from: []models.OrderStatus{models.OrderRegistered}, note: d.Note,
		write: func(tx *gorm.DB, o *models.Order, _ map[string]any) error {
			if err := refuseMarkedField(tx, "email", email); err != nil {
				return err
			}
			o.WaitingFor = models.WaitingForNobody
			return s.redirect(tx, *o, email)
		},
	})
}

// redirect gives the shipment its new address and queues the mails for it.
func (s *Store) redirect(tx *gorm.DB, o models.Order, email string) error {
	// A mail still to be tried would take the new password to the old address.
	if err := s.withdrawMails(tx, o.ID, models.MailDeliveryID, models.MailDeliveryPassword); err != nil {
		return err
	}
	changes := map[string]any{"delivery_email": email, "password_version": gorm.Expr("password_version + 1"), "password_sent_at": nil}
	if s.key != 0 {
		changes["password_key"] = s.key
	}
	r := tx.Model(&models.Shipment{}).Where("order_id = ? AND delivered_at IS NULL", o.ID).Updates(changes)
	if r.Error != nil {
		return r.Error
	}
	if r.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "order_state", "status", string(o.Status))
	}
	if err := s.queueDeliveryMails(tx, o); err != nil {
		return err
	}
	return tx.Model(&models.Task{}).Where("order_id = ? AND kind = ? AND closed_at IS NULL", o.ID, models.TaskDeliveryFailed).
		Updates(map[string]any{"closed_at": s.Now(), "close_note": "redirected"}).Error
}

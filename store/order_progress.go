package store

import (
	"context"
	"errors"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Advance takes an order as far as the rules and decisions so far allow, and
// says what its process has to do next. Called again it finds what it wrote and
// says the same.
func (s *Store) Advance(ctx context.Context, orderID int64) (models.OrderProgress, error) {
	var state models.OrderProgress
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var o models.Order
		if err := s.locked(tx).Where("id = ?", orderID).Take(&o).Error; err != nil {
			return found(err, "order")
		}
		var err error
		switch o.Status {
		case models.OrderReceived, models.OrderChecking:
			state, err = s.check(tx, o)
		default:
			state, err = s.state(tx, o)
		}
		return err
	})
	return state, err
}

// check runs all checks and writes what they come to.
func (s *Store) check(tx *gorm.DB, o models.Order) (models.OrderProgress, error) {
	facts, err := s.orderFacts(tx, o)
	if err != nil {
		return models.OrderProgress{}, err
	}
	verdict, before := models.CheckOrder(facts), o
	o.Status, o.WaitingFor = models.OrderChecking, models.WaitingForNobody
	switch {
	case len(verdict.Reasons) > 0:
		if err := s.sendBack(tx, &o, verdict.Reasons); err != nil {
			return models.OrderProgress{}, err
		}
	case verdict.NeedsPass:
		o.WaitingFor = models.WaitingForStaff
	}
	if o.Status != before.Status || o.WaitingFor != before.WaitingFor {
		if err := s.changeOrder(tx, &o, before, map[string]any{}); err != nil {
			return models.OrderProgress{}, err
		}
		if err := s.auditCheck(tx, before, o, verdict); err != nil {
			return models.OrderProgress{}, err
		}
	}
	if o.Status == models.OrderSentBack || o.WaitingFor == models.WaitingForStaff {
		return s.state(tx, o)
	}
	return s.accepted(tx, o, facts.Application, verdict.DeliveryEmail)
}

func (s *Store) auditCheck(tx *gorm.DB, before, after models.Order, v models.OrderVerdict) error {
	codes := make([]string, 0, len(v.Reasons))
	for _, r := range v.Reasons {
		codes = append(codes, string(r.Code))
	}
	changed := map[string]any{"status": after.Status, "version": after.Version, "waiting_for": after.WaitingFor}
	if len(codes) > 0 {
		changed["reasons"] = codes
	}
	return s.audit(tx, models.Process, "order", after.ID, "checked", map[string]any{"status": before.Status}, changed)
}

// accepted sees to the order-accepted mail: once per order and address, and
// proof that the address works before anything is registered.
func (s *Store) accepted(tx *gorm.DB, o models.Order, a models.Application, address string) (models.OrderProgress, error) {
	state := models.OrderProgress{Next: models.NextAccept, Version: o.Version, Status: o.Status}
	var m models.Mail
	err := tx.Where("order_id = ? AND kind = ? AND recipient = ?", o.ID, models.MailOrderAccepted, address).Order("id DESC").Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && heldBack(m)) {
		var sent int64
		if err := tx.Model(&models.Mail{}).Where("order_id = ? AND kind = ?", o.ID, models.MailOrderAccepted).Count(&sent).Error; err != nil {
			return state, err
		}
		id, err := s.queueMail(tx, models.Mail{
			Kind: models.MailOrderAccepted, OrderID: &o.ID, Version: int(sent) + 1, Recipient: address, Language: a.ApplicantLanguage,
		})
		state.Mails = []int64{id}
		return state, err
	}
	if err != nil {
		return state, err
	}
	if !m.Status.Final() {
		state.Mails = []int64{m.ID}
		return state, nil
	}
	state.Next, state.GraceUntil = models.NextRegister, m.FinishedAt.Add(s.rules.Grace)
	return state, nil
}

// state says where an order stands that no check has to look at.
func (s *Store) state(tx *gorm.DB, o models.Order) (models.OrderProgress, error) {
	state := models.OrderProgress{
		Next: models.NextWait, Version: o.Version, Status: o.Status, WaitingFor: o.WaitingFor,
	}
	err := tx.Model(&models.Mail{}).
		Where("order_id = ? AND resend_id IS NULL AND status IN ?", o.ID, []models.MailStatus{models.MailQueued, models.MailSending}).
		Order("id").Pluck("id", &state.Mails).Error
	if err != nil {
		return state, err
	}
	switch o.Status {
	case models.OrderCancelled, models.OrderDelivered:
		state.Next = models.NextDone
	case models.OrderRegistered:
		if o.WaitingFor == models.WaitingForNobody {
			state.Next = models.NextDeliver
		}
	case models.OrderSentBack:
		return s.withReminders(tx, o, state)
	}
	return state, nil
}

// withReminders adds when the reseller is to be reminded of the open send-back.
func (s *Store) withReminders(tx *gorm.DB, o models.Order, state models.OrderProgress) (models.OrderProgress, error) {
	var sb models.SendBack
	if err := tx.Where("order_id = ? AND closed_at IS NULL", o.ID).Take(&sb).Error; err != nil {
		return state, found(err, "send_back")
	}
	state.SendBackID = sb.ID
	for _, days := range s.rules.ReminderDays {
		state.RemindAt = append(state.RemindAt, s.rules.Calendar.AddBusinessDaysAt(sb.OpenedAt, days))
	}
	return state, nil
}

// FinishDelivery marks an order delivered when its ID and PW mail are each sent
// or unknown. When one was refused it waits for staff instead (orders.md).
func (s *Store) FinishDelivery(ctx context.Context, orderID int64) (models.OrderProgress, error) {
	var state models.OrderProgress
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var o models.Order
		if err := s.locked(tx).Where("id = ?", orderID).Take(&o).Error; err != nil {
			return found(err, "order")
		}
		var err error
		if o.Status == models.OrderRegistered && o.WaitingFor == models.WaitingForNobody {
			err = s.settleDelivery(tx, &o)
		}
		if err == nil {
			state, err = s.state(tx, o)
		}
		return err
	})
	return state, err
}

func (s *Store) settleDelivery(tx *gorm.DB, o *models.Order) error {
	var shipment models.Shipment
	if err := tx.Where("order_id = ?", o.ID).Take(&shipment).Error; err != nil {
		return found(err, "shipment")
	}
	var mails []models.Mail
	err := tx.Where("order_id = ? AND version = ? AND kind IN ?", o.ID, shipment.PasswordVersion,
		[]models.MailKind{models.MailDeliveryID, models.MailDeliveryPassword}).Find(&mails).Error
	if err != nil {
		return err
	}
	before, refused := *o, false
	for _, m := range mails {
		if !m.Status.Final() {
			return nil // not there yet: the process sends it and asks again
		}
		refused = refused || m.Status == models.MailFailed
	}
	if refused {
		o.WaitingFor = models.WaitingForStaff
		return s.changeOrder(tx, o, before, map[string]any{})
	}
	return s.delivered(tx, o, before, shipment)
}

// delivered writes the end of an order, and the moment from which its contracts are valid.
func (s *Store) delivered(tx *gorm.DB, o *models.Order, before models.Order, shipment models.Shipment) error {
	now := s.Now()
	o.Status, o.DeliveredAt = models.OrderDelivered, &now
	if err := s.changeOrder(tx, o, before, map[string]any{"delivered_at": now}); err != nil {
		return err
	}
	if err := tx.Model(&models.Shipment{}).Where("id = ?", shipment.ID).Update("delivered_at", now).Error; err != nil {
		return err
	}
	err := tx.Model(&models.Contract{}).Where("valid_at IS NULL AND id IN (?)", s.contractsOf(tx, o.ID)).
		Update("valid_at", s.validFrom(now)).Error
	if err != nil {
		return err
	}
	return s.audit(tx, models.Process, "order", o.ID, "delivered", map[string]any{"status": before.Status}, map[string]any{"status": o.Status})
}

func (s *Store) validFrom(delivered time.Time) time.Time {
	if s.rules.ValidAfterDays == 0 {
		return delivered
	}
	return s.rules.Calendar.AddBusinessDaysAt(delivered, s.rules.ValidAfterDays).UTC()
}

// contractsOf is the query for the contracts that an order's lines touched.
func (s *Store) contractsOf(tx *gorm.DB, orderID int64) *gorm.DB {
	return tx.Table("holdings").Select("holdings.contract_id").
		Joins("JOIN holding_changes ON holding_changes.holding_id = holdings.id").
		Joins("JOIN order_lines ON order_lines.id = holding_changes.order_line_id").
		Where("order_lines.order_id = ?", orderID)
}

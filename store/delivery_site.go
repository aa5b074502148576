package store

import (
	"context"
	"errors"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// DeliveryByNumber finds a shipment by its delivery number as typed: full width,
// lower case and spaces make no difference.
func (s *Store) DeliveryByNumber(ctx context.Context, typed string) (models.Shipment, error) {
	var shipment models.Shipment
	err := s.reader(ctx).Where("delivery_number = ?", models.NormaliseNumber(typed)).Take(&shipment).Error
	return shipment, found(err, "delivery")
}

// DeliveryByID finds a shipment by its row.
func (s *Store) DeliveryByID(ctx context.Context, id int64) (models.Shipment, error) {
	return take[models.Shipment](s.reader(ctx).Where("id = ?", id), "delivery")
}

// HoldingsOf gives the holdings that an order's lines made or changed, by ID.
func (s *Store) HoldingsOf(ctx context.Context, orderID int64) (map[int64]models.Holding, error) {
	var holdings []models.Holding
	tx := s.reader(ctx)
	touched := tx.Table("holding_changes").Select("holding_changes.holding_id").
		Joins("JOIN order_lines ON order_lines.id = holding_changes.order_line_id").Where("order_lines.order_id = ?", orderID)
	if err := tx.Where("id IN (?)", touched).Find(&holdings).Error; err != nil {
		return nil, translate(err)
	}
	byID := make(map[int64]models.Holding, len(holdings))
	for _, h := range holdings {
		byID[h.ID] = h
	}
	return byID, nil
}

// ProductsBefore gives the products of the holdings that an order changed, as they were before: by change, and only
// where it is known. A renewal can be into another product.
func (s *Store) ProductsBefore(ctx context.Context, orderID int64) (map[int64]string, error) {
	var rows []struct {
		ID            int64
		ProductBefore *string
	}
	err := s.reader(ctx).Raw(`SELECT c.id, (SELECT b.product_code FROM holding_changes b
			WHERE b.holding_id = c.holding_id AND b.id < c.id ORDER BY b.id DESC LIMIT 1) AS product_before
		FROM holding_changes c JOIN order_lines l ON l.id = c.order_line_id WHERE l.order_id = ?`, orderID).Scan(&rows).Error
	before := make(map[int64]string, len(rows))
	for _, r := range rows {
		if r.ProductBefore != nil {
			before[r.ID] = *r.ProductBefore
		}
	}
	return before, translate(err)
}

// RequestPassword has the password of a delivery mailed once more to the address
// on record: the same one while it works, a new one after it expired. It gives
// the outbox entry to tell, or 0 where nothing is mailed: an unknown number, one
// not delivered yet, or too many requests that day. What the person sees is the
// same in every case (delivery.md).
func (s *Store) RequestPassword(ctx context.Context, actor models.Actor, typed string) (outbox int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		outbox = 0
		var shipment models.Shipment
		err := s.locked(tx).Where("delivery_number = ? AND delivered_at IS NOT NULL", models.NormaliseNumber(typed)).Take(&shipment).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if mailed, err := s.electronic(tx, shipment.OrderID); err != nil || !mailed {
			return err
		}
		if full, err := s.passwordRequestsUsedUp(tx, shipment.ID); err != nil || full {
			return err
		}
		outbox, err = s.mailPassword(tx, actor, shipment)
		return err
	})
	return outbox, err
}

func (s *Store) passwordRequestsUsedUp(tx *gorm.DB, shipmentID int64) (bool, error) {
	var today int64
	err := tx.Model(&models.PasswordRequest{}).Where("shipment_id = ? AND at >= ?", shipmentID, s.Today().Start().UTC()).Count(&today).Error
	return today >= int64(s.rules.PasswordRequests), err
}

// mailPassword queues the PW mail, under a new version where the old one expired.
func (s *Store) mailPassword(tx *gorm.DB, actor models.Actor, shipment models.Shipment) (int64, error) {
	now := s.Now()
	if shipment.PasswordSentAt != nil && !shipment.PasswordUsable(now, s.rules.PasswordDays) {
		if err := s.newPassword(tx, &shipment); err != nil {
			return 0, err
		}
	}
	request := models.PasswordRequest{ShipmentID: shipment.ID, PasswordVersion: shipment.PasswordVersion, At: now}
	if err := tx.Create(&request).Error; err != nil {
		return 0, err
	}
	mailID, err := s.queuePasswordAgain(tx, shipment, request)
	if err != nil {
		return 0, err
	}
	if err := s.audit(tx, actor, "order", shipment.OrderID, "password_requested", nil, map[string]any{"version": shipment.PasswordVersion}); err != nil {
		return 0, err
	}
	return s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(mailID), mailID, 0})
}

// newPassword makes the shipment's next password version. The old one stops working
// at once, and the new one works from its first mail on. A mail still to be tried
// would bring what no longer works, so it is withdrawn.
func (s *Store) newPassword(tx *gorm.DB, shipment *models.Shipment) error {
	err := s.withdrawMails(tx, shipment.OrderID, models.MailDeliveryID, models.MailDeliveryPassword, models.MailPasswordAgain,
		models.MailResentID, models.MailResentPassword)
	if err != nil {
		return err
	}
	shipment.PasswordVersion, shipment.PasswordSentAt = shipment.PasswordVersion+1, nil
	if s.key != 0 {
		shipment.PasswordKey = s.key
	}
	return tx.Model(&models.Shipment{}).Where("id = ?", shipment.ID).Updates(map[string]any{
		"password_version": shipment.PasswordVersion, "password_key": shipment.PasswordKey, "password_sent_at": nil,
	}).Error
}

func (s *Store) queuePasswordAgain(tx *gorm.DB, shipment models.Shipment, request models.PasswordRequest) (int64, error) {
	lang, err := deliveryLanguage(tx, shipment.OrderID)
	if err != nil {
		return 0, err
	}
	return s.queueMail(tx, models.Mail{
		Kind: models.MailPasswordAgain, OrderID: &shipment.OrderID, Version: int(request.ID), Recipient: shipment.DeliveryEmail, Language: lang,
	})
}

// deliveryLanguage is the language of a delivery's mails: the applicant's.
func deliveryLanguage(tx *gorm.DB, orderID int64) (lang models.Language, err error) {
	err = tx.Model(&models.Application{}).Select("applications.applicant_language").
		Joins("JOIN orders ON orders.application_id = applications.id").Where("orders.id = ?", orderID).Scan(&lang).Error
	return lang, err
}

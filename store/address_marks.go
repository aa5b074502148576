package store

import (
	"context"
	"errors"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// addressMarked stands in place of a server's reply for a mail to a dead address.
const addressMarked = "address_marked"

// markAddress marks a mail's recipient as dead, once until the mark is cleared.
func (s *Store) markAddress(tx *gorm.DB, m models.Mail, statusCode string) error {
	mark := models.AddressMark{
		Address: m.Recipient, AddressKey: models.AddressKey(m.Recipient), MailID: m.ID, StatusCode: statusCode, MarkedAt: s.Now(),
	}
	made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&mark)
	if made.Error != nil || made.RowsAffected == 0 {
		return made.Error
	}
	return s.audit(tx, models.Process, "address_mark", mark.ID, "address_marked", nil, map[string]any{"status_code": statusCode})
}

// refuseMarked ends a mail that was just claimed for a dead address, as if a
// server had refused it, and says whether it did.
func (s *Store) refuseMarked(tx *gorm.DB, m *models.Mail) (bool, error) {
	mark, err := optional[models.AddressMark](tx.Where("address_key = ? AND cleared_at IS NULL", models.AddressKey(m.Recipient)))
	if err != nil || mark == nil {
		return false, err
	}
	now := s.Now()
	m.Status, m.Reply, m.FinishedAt = models.MailFailed, addressMarked, &now
	err = tx.Model(&models.Mail{}).Where("id = ?", m.ID).
		Updates(map[string]any{"status": m.Status, "reply": m.Reply, "finished_at": now}).Error
	return true, err
}

// AddressMarkRow is a mark in a list, with the mail that made it.
type AddressMarkRow struct {
	models.AddressMark
	Mail        models.Mail
	OrderNumber string // or nothing
}

// AddressMarks lists the addresses that nothing is sent to, newest first. Query
// is any part of an address.
func (s *Store) AddressMarks(ctx context.Context, query string, p Page) ([]AddressMarkRow, string, error) {
	var list []AddressMarkRow
	var next string
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		q := tx.Where("cleared_at IS NULL")
		if key := models.AddressKey(query); key != "" {
			q = q.Where(`address_key LIKE ? ESCAPE '\'`, containing(key))
		}
		marks, cursor, err := page[models.AddressMark](q, p, func(m models.AddressMark) int64 { return m.ID })
		if err != nil {
			return err
		}
		next = cursor
		list, err = markRows(tx, marks)
		return err
	})
	return list, next, err
}

func markRows(tx *gorm.DB, marks []models.AddressMark) ([]AddressMarkRow, error) {
	ids := make([]int64, len(marks))
	for i, m := range marks {
		ids[i] = m.MailID
	}
	var mails []models.Mail
	if err := tx.Where("id IN ?", ids).Find(&mails).Error; err != nil {
		return nil, err
	}
	var orderIDs []int64
	byID := map[int64]models.Mail{}
	for _, m := range mails {
		byID[m.ID] = m
		orderIDs = append(orderIDs, given(m.OrderID)...)
	}
	numbers, err := orderNumbers(tx, orderIDs)
	if err != nil {
		return nil, err
	}
	list := make([]AddressMarkRow, len(marks))
	for i, m := range marks {
		list[i] = AddressMarkRow{AddressMark: m, Mail: byID[m.MailID]}
		if id := list[i].Mail.OrderID; id != nil {
			list[i].OrderNumber = numbers[*id]
		}
	}
	return list, nil
}

// AddressMarkByID gives one mark, standing or cleared.
func (s *Store) AddressMarkByID(ctx context.Context, id int64) (models.AddressMark, error) {
	return take[models.AddressMark](s.reader(ctx).Where("id = ?", id), "address_mark")
}

// MarkedAddresses gives those of the addresses that are marked as dead.
func (s *Store) MarkedAddresses(ctx context.Context, addresses ...string) (map[string]models.AddressMark, error) {
	marked := map[string]models.AddressMark{}
	if len(addresses) == 0 {
		return marked, nil
	}
	keys := make([]string, len(addresses))
	for i, a := range addresses {
		keys[i] = models.AddressKey(a)
	}
	var marks []models.AddressMark
	if err := s.reader(ctx).Where("address_key IN ? AND cleared_at IS NULL", keys).Find(&marks).Error; err != nil {
		return nil, translate(err)
	}
	byKey := map[string]models.AddressMark{}
	for _, m := range marks {
		byKey[m.AddressKey] = m
	}
	for i, a := range addresses {
		if m, ok := byKey[keys[i]]; ok {
			marked[a] = m
		}
	}
	return marked, nil
}

// ClearAddressMark has mails go to an address again, for a reason that staff give.
func (s *Store) ClearAddressMark(ctx context.Context, actor models.Actor, id int64, note string) error {
	if strings.TrimSpace(note) == "" {
		return models.Invalid(models.Field("note", "required"))
	}
	if errs := models.CheckFreeText("note", note); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var mark models.AddressMark
		if err := tx.Where("id = ?", id).Take(&mark).Error; err != nil {
			return found(err, "address_mark")
		}
		cleared := tx.Model(&models.AddressMark{}).Where("id = ? AND cleared_at IS NULL", id).
			Updates(map[string]any{"cleared_at": s.Now(), "cleared_by": actor.ID, "clear_note": note})
		if cleared.Error != nil {
			return cleared.Error
		}
		if cleared.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "address_mark_cleared")
		}
		return s.audit(tx, actor, "address_mark", id, "address_mark_cleared", nil, map[string]any{"note": note})
	})
}

// ProveAddress clears the mark of a delivery's address once somebody signed in
// with what a later mail to it told: that mail arrived, so the address lives. A
// mail from before the one that bounced proves nothing about today.
func (s *Store) ProveAddress(ctx context.Context, shipment models.Shipment) error {
	marks, err := s.MarkedAddresses(ctx, shipment.DeliveryEmail)
	if err != nil || len(marks) == 0 {
		return err
	}
	mark := marks[shipment.DeliveryEmail]
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var proof models.Mail
		err := tx.Where("order_id = ? AND kind IN ? AND recipient = ? AND status IN ? AND id > ?", shipment.OrderID,
			[]models.MailKind{models.MailDeliveryPassword, models.MailPasswordAgain}, shipment.DeliveryEmail,
			[]models.MailStatus{models.MailSent, models.MailUnknown}, mark.MailID).Order("id DESC").Take(&proof).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		cleared := tx.Model(&models.AddressMark{}).Where("id = ? AND cleared_at IS NULL", mark.ID).
			Updates(map[string]any{"cleared_at": s.Now(), "clear_note": "proved"})
		if cleared.Error != nil || cleared.RowsAffected == 0 {
			return cleared.Error
		}
		return s.audit(tx, models.Process, "address_mark", mark.ID, "address_mark_proved", nil, map[string]any{"mail": proof.ID})
	})
}

package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// InquiryFilter narrows a list of inquiries; empty fields do not.
type InquiryFilter struct {
	Statuses   []models.InquiryStatus
	AssigneeID int64
	Overdue    bool
	Query      string // inquiry, order or delivery number, license ID, mail address, or part of a company's name
}

// waiting says whether only such are listed that wait for staff.
func (f InquiryFilter) waiting() bool {
	return f.Overdue || slices.Equal(f.Statuses, []models.InquiryStatus{models.InquiryOpen})
}

func (s *Store) filterInquiries(q *gorm.DB, f InquiryFilter) *gorm.DB {
	if len(f.Statuses) > 0 {
		q = q.Where("status IN ?", f.Statuses)
	}
	if f.AssigneeID != 0 {
		q = q.Where("assignee_id = ?", f.AssigneeID)
	}
	if f.Overdue {
		// On the last day of the time there is, nothing is overdue yet.
		q = q.Where("waiting_since < ?", s.lateBefore(s.rules.InquiryDays+1))
	}
	text := strings.TrimSpace(f.Query)
	if text == "" {
		return q
	}
	number := models.NormaliseNumber(text)
	either := s.read.Where("number = ?", number).Or("license_id = ?", number).Or("asker_email = ?", strings.ToLower(text)).
		Or("asker_email = ?", text).
		Or("order_id IN (SELECT id FROM orders WHERE order_number = ?)", number).
		Or("order_id IN (SELECT order_id FROM shipments WHERE delivery_number = ?)", number).
		Or("contract_id IN (SELECT id FROM contracts WHERE license_id = ?)", number)
	if pattern := containing(models.NameKey(text)); pattern != "" {
		either = either.Or("asker_key LIKE ? ESCAPE '\\'", pattern).Or("contract_key LIKE ? ESCAPE '\\'", pattern)
	}
	return q.Where(either)
}

// Inquiries lists inquiries: of those that wait for staff the one that waits
// longest first, else the newest.
func (s *Store) Inquiries(ctx context.Context, f InquiryFilter, p Page) ([]models.Inquiry, string, error) {
	q := s.filterInquiries(s.reader(ctx), f)
	if !f.waiting() {
		return page[models.Inquiry](q, p, func(i models.Inquiry) int64 { return i.ID })
	}
	if p.Cursor != "" {
		since, id, err := waitingCursor(p.Cursor)
		if err != nil {
			return nil, "", err
		}
		q = q.Where("waiting_since > ? OR (waiting_since = ? AND id > ?)", since, since, id)
	}
	var rows []models.Inquiry
	if err := q.Order("waiting_since, id").Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	if len(rows) <= p.limit() {
		return rows, "", nil
	}
	rows = rows[:p.limit()]
	last := rows[len(rows)-1]
	at := fmt.Sprintf("%d %d", last.WaitingSince.UnixMicro(), last.ID)
	return rows, base64.RawURLEncoding.EncodeToString([]byte(at)), nil
}

func waitingCursor(cursor string) (since time.Time, id int64, err error) {
	var micros int64
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d %d", &micros, &id)
	}
	if err != nil {
		return since, 0, models.Invalid(models.Field("cursor", "cursor_malformed"))
	}
	return time.UnixMicro(micros).UTC(), id, nil
}

// CountInquiries counts what Inquiries lists.
func (s *Store) CountInquiries(ctx context.Context, f InquiryFilter) (int64, error) {
	var n int64
	err := s.filterInquiries(s.reader(ctx).Model(&models.Inquiry{}), f).Count(&n).Error
	return n, translate(err)
}

// InquiryDetail is all that an inquiry's page shows.
type InquiryDetail struct {
	Inquiry  models.Inquiry
	Messages []models.InquiryMessage // oldest first, with the names of staff
	Mails    []models.Mail           // that brought answers and the acknowledgement
	Contract *models.Contract        // that was matched
	Order    *models.Order           // that was matched
	Delivery string                  // address that the order was delivered to
	// OrderFits says whether the order's contract is the one that was matched.
	OrderFits bool
	Assignee  *models.Staff
	Others    []models.Inquiry // of the same person or contract, newest first
}

// InquiryDetail reads everything about one inquiry.
func (s *Store) InquiryDetail(ctx context.Context, number string) (InquiryDetail, error) {
	var d InquiryDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		d = InquiryDetail{}
		if d.Inquiry, err = take[models.Inquiry](tx.Where("number = ?", models.NormaliseNumber(number)), "inquiry"); err != nil {
			return err
		}
		if d.Messages, err = threadOf(tx, d.Inquiry.ID); err != nil {
			return err
		}
		messages := tx.Model(&models.InquiryMessage{}).Select("id").Where("inquiry_id = ?", d.Inquiry.ID)
		if err := tx.Where("inquiry_message_id IN (?)", messages).Order("id").Find(&d.Mails).Error; err != nil {
			return err
		}
		if d.Inquiry.AssigneeID != nil {
			if d.Assignee, err = needed[models.Staff](tx, *d.Inquiry.AssigneeID); err != nil {
				return err
			}
		}
		if err := inquiryMatches(tx, &d); err != nil {
			return err
		}
		return othersLike(tx, &d)
	})
	return d, err
}

// InquiryNumber gives the number of an inquiry by its row, as the audit log knows it.
func (s *Store) InquiryNumber(ctx context.Context, id int64) (string, error) {
	i, err := take[models.Inquiry](s.reader(ctx).Select("number").Where("id = ?", id), "inquiry")
	return i.Number, err
}

func threadOf(tx *gorm.DB, inquiryID int64) ([]models.InquiryMessage, error) {
	var list []models.InquiryMessage
	err := tx.Select("inquiry_messages.*, COALESCE(staff.name, '') AS staff_name").
		Joins("LEFT JOIN staff ON staff.id = inquiry_messages.staff_id").
		Where("inquiry_messages.inquiry_id = ?", inquiryID).Order("inquiry_messages.id").Find(&list).Error
	return list, err
}

func inquiryMatches(tx *gorm.DB, d *InquiryDetail) (err error) {
	if d.Inquiry.OrderID != nil {
		if d.Order, err = needed[models.Order](tx, *d.Inquiry.OrderID); err != nil {
			return err
		}
		shipment, err := optional[models.Shipment](tx.Where("order_id = ?", d.Order.ID))
		if err != nil {
			return err
		}
		if shipment != nil {
			d.Delivery = shipment.DeliveryEmail
		}
	}
	if d.Inquiry.ContractID == nil {
		return nil
	}
	if d.Contract, err = needed[models.Contract](tx, *d.Inquiry.ContractID); err != nil || d.Order == nil {
		return err
	}
	var touched int64
	err = tx.Model(&models.HoldingChange{}).Joins("JOIN order_lines ON order_lines.id = holding_changes.order_line_id").
		Joins("JOIN holdings ON holdings.id = holding_changes.holding_id").
		Where("order_lines.order_id = ? AND holdings.contract_id = ?", d.Order.ID, d.Contract.ID).Count(&touched).Error
	d.OrderFits = touched > 0
	return err
}

// othersShown bounds what else is listed beside an inquiry.
const othersShown = 10

func othersLike(tx *gorm.DB, d *InquiryDetail) error {
	like := tx.Where("asker_email = ?", d.Inquiry.Asker.Email)
	if d.Inquiry.ContractID != nil {
		like = like.Or("contract_id = ?", *d.Inquiry.ContractID)
	}
	return tx.Where("id <> ?", d.Inquiry.ID).Where(like).Order("id DESC").Limit(othersShown).Find(&d.Others).Error
}

// InquiriesAbout lists the inquiries that were matched with an order or with one
// of some contracts, newest first.
func (s *Store) InquiriesAbout(ctx context.Context, orderID int64, contractIDs ...int64) ([]models.Inquiry, error) {
	q := s.read.Where("order_id = ?", orderID)
	if len(contractIDs) > 0 {
		q = q.Or("contract_id IN ?", contractIDs)
	}
	var list []models.Inquiry
	err := s.reader(ctx).Where(q).Order("id DESC").Limit(searchHits).Find(&list).Error
	return list, translate(err)
}

// InquiryNumbersOf gives the inquiries' numbers by the rows of their messages.
func (s *Store) InquiryNumbersOf(ctx context.Context, messageIDs []int64) (map[int64]string, error) {
	numbers := map[int64]string{}
	if len(messageIDs) == 0 {
		return numbers, nil
	}
	var rows []struct {
		ID     int64
		Number string
	}
	err := s.reader(ctx).Model(&models.InquiryMessage{}).Select("inquiry_messages.id, inquiries.number").
		Joins("JOIN inquiries ON inquiries.id = inquiry_messages.inquiry_id").Where("inquiry_messages.id IN ?", messageIDs).Find(&rows).Error
	for _, r := range rows {
		numbers[r.ID] = r.Number
	}
	return numbers, translate(err)
}

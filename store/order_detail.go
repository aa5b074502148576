package store

import (
	"context"
	"errors"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// OrderDetail is all that an order's page shows. For an API key it holds nothing
// that is the house's own (tasks, notes, audit, the registered holder), and of a
// stranger's application no more than its receipt number, type and status.
type OrderDetail struct {
	Order            models.Order // with the lines in force
	Application      models.Application
	Reseller         models.Reseller
	SendBacks        []models.SendBack // newest first, with their reasons
	Confirmations    []models.Confirmation
	Shipment         *models.Shipment
	Licenses         []string // of the contracts that registering made or changed
	Holdings         []models.Holding
	Changes          []models.HoldingChange
	Mails            []models.Mail
	Certificate      *models.Document
	ApplicationPDF   *models.Document
	Tasks            []models.Task
	Notes            []models.OrderNote
	Decisions        []models.Decision
	Audit            []models.AuditEntry // oldest first
	RegisteredHolder string              // of the contract, or of the license ID that the application names
	Assignee         *models.Staff
}

// OrderDetail reads everything about one order.
func (s *Store) OrderDetail(ctx context.Context, actor models.Actor, number string) (OrderDetail, error) {
	var d OrderDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		d = OrderDetail{}
		if err := visibleTo(tx, actor).Where("order_number = ?", models.NormaliseNumber(number)).Take(&d.Order).Error; err != nil {
			return found(err, "order")
		}
		parts := []func(*gorm.DB, *OrderDetail) error{
			s.detailParties, s.detailSendBacks, s.detailRegistered, s.detailDelivered, s.detailDocuments,
		}
		if actor.Kind != models.ActorAPIKey {
			parts = append(parts, s.detailInternal, s.detailHolder)
		}
		for _, read := range parts {
			if err := read(tx, &d); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && actor.Kind == models.ActorAPIKey {
		d.withhold(actor)
	}
	return d, err
}

func (s *Store) detailParties(tx *gorm.DB, d *OrderDetail) (err error) {
	if err := tx.Where("id = ?", d.Order.ApplicationID).Take(&d.Application).Error; err != nil {
		return err
	}
	if err := tx.Where("id = ?", d.Order.ResellerID).Take(&d.Reseller).Error; err != nil {
		return err
	}
	d.Order.Lines, err = s.linesInForce(tx, d.Order.ID)
	return err
}

func (s *Store) detailSendBacks(tx *gorm.DB, d *OrderDetail) error {
	if err := tx.Where("order_id = ?", d.Order.ID).Order("round DESC").Find(&d.SendBacks).Error; err != nil {
		return err
	}
	if err := fillReasons(tx, d.SendBacks); err != nil {
		return err
	}
	if err := tx.Where("order_id = ?", d.Order.ID).Order("id").Find(&d.Confirmations).Error; err != nil {
		return err
	}
	return tx.Where("order_id = ?", d.Order.ID).Order("id").Find(&d.Decisions).Error
}

// fillReasons reads the reasons of send-backs into them.
func fillReasons(tx *gorm.DB, sendBacks []models.SendBack) error {
	if len(sendBacks) == 0 {
		return nil
	}
	ids, place := make([]int64, len(sendBacks)), map[int64]int{}
	for i, sb := range sendBacks {
		ids[i], place[sb.ID] = sb.ID, i
	}
	var reasons []models.Reason
	err := tx.Where("send_back_id IN ?", ids).Order("send_back_id, position").Find(&reasons).Error
	for _, r := range reasons {
		sb := &sendBacks[place[r.SendBackID]]
		sb.Reasons = append(sb.Reasons, r)
	}
	return err
}

func (s *Store) detailRegistered(tx *gorm.DB, d *OrderDetail) error {
	var err error
	if d.Changes, err = changesOf(tx, d.Order.ID); err != nil || len(d.Changes) == 0 {
		return err
	}
	ids := make([]int64, len(d.Changes))
	for i, c := range d.Changes {
		ids[i] = c.HoldingID
	}
	if err := tx.Where("id IN ?", ids).Order("id").Find(&d.Holdings).Error; err != nil {
		return err
	}
	return tx.Model(&models.Contract{}).Where("id IN (?)", s.contractsOf(tx, d.Order.ID)).Order("id").Pluck("license_id", &d.Licenses).Error
}

// changesOf gives what an order's lines made of holdings, in the sheet's order.
func changesOf(tx *gorm.DB, orderID int64) ([]models.HoldingChange, error) {
	var changes []models.HoldingChange
	err := tx.Select("holding_changes.*").Joins("JOIN order_lines ON order_lines.id = holding_changes.order_line_id").
		Where("order_lines.order_id = ?", orderID).Order("order_lines.position").Find(&changes).Error
	return changes, err
}

func (s *Store) detailDelivered(tx *gorm.DB, d *OrderDetail) (err error) {
	if d.Shipment, err = optional[models.Shipment](tx.Where("order_id = ?", d.Order.ID)); err != nil {
		return err
	}
	return tx.Where("order_id = ?", d.Order.ID).Order("id").Find(&d.Mails).Error
}

// detailDocuments reads certificate and application record, the one in the applicant's language before the other.
func (s *Store) detailDocuments(tx *gorm.DB, d *OrderDetail) (err error) {
	preferred := "CASE WHEN language = '" + string(models.ParseLanguage(string(d.Application.ApplicantLanguage))) + "' THEN 0 ELSE 1 END"
	document := func(kind models.DocumentKind, subject int64) (*models.Document, error) {
		return optional[models.Document](tx.Where("kind = ? AND subject_id = ?", kind, subject).Order(preferred))
	}
	if d.Certificate, err = document(models.DocumentCertificate, d.Order.ID); err != nil {
		return err
	}
	d.ApplicationPDF, err = document(models.DocumentApplication, d.Order.ApplicationID)
	return err
}

func (s *Store) detailInternal(tx *gorm.DB, d *OrderDetail) (err error) {
	if err := tx.Where("order_id = ?", d.Order.ID).Order("id").Find(&d.Tasks).Error; err != nil {
		return err
	}
	if d.Notes, err = notesOf(tx, d.Order.ID); err != nil {
		return err
	}
	if err := tx.Where("subject = ? AND subject_id = ?", "order", d.Order.ID).Order("id").Find(&d.Audit).Error; err != nil {
		return err
	}
	if d.Order.AssigneeID != nil {
		d.Assignee, err = optional[models.Staff](tx.Where("id = ?", *d.Order.AssigneeID))
	}
	return err
}

// detailHolder reads the registered holder: of the order's contract, or until
// there is one, of the license ID that the application names.
func (s *Store) detailHolder(tx *gorm.DB, d *OrderDetail) error {
	q := tx.Where("license_id = ? AND NOT void", d.Application.LicenseID)
	if d.Order.ContractID != nil {
		q = tx.Where("id = ?", *d.Order.ContractID)
	} else if d.Application.LicenseID == "" {
		return nil
	}
	c, err := optional[models.Contract](q)
	if c != nil {
		d.RegisteredHolder = c.Holder.CompanyName
	}
	return err
}

// withhold takes out what is not for the reseller's eyes.
func (d *OrderDetail) withhold(actor models.Actor) {
	for i := range d.SendBacks {
		for j := range d.SendBacks[i].Reasons {
			d.SendBacks[i].Reasons[j].StaffValue = ""
		}
	}
	a := d.Application
	if a.ResellerID != nil && *a.ResellerID == actor.ResellerID {
		return
	}
	withhold(actor, &d.Order, nil)
	d.Application = models.Application{ID: a.ID, ReceiptNumber: a.ReceiptNumber, OrderType: a.OrderType, Status: a.Status}
	d.ApplicationPDF = nil
	if d.Shipment != nil {
		d.Shipment.DeliveryEmail = ""
	}
	for i := range d.Mails {
		if m := &d.Mails[i]; m.Kind != models.MailSendBack && m.Kind != models.MailSendBackReminder && m.Kind != models.MailOrderCancelled {
			m.Recipient = ""
		}
	}
}

// optional reads one row, or nothing where there is none.
func optional[T any](q *gorm.DB) (*T, error) {
	var row T
	err := q.Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &row, nil
}

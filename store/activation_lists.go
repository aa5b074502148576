package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ActivationFilter narrows a list of requests for codes; empty fields do not.
type ActivationFilter struct {
	Statuses []models.ActivationStatus
	Kind     string
	Query    string // number, license ID, part of the holder's name, or an address of the request
	From, To models.Date
}

// ActivationRequests lists requests for codes, newest first.
func (s *Store) ActivationRequests(ctx context.Context, f ActivationFilter, p Page) ([]models.ActivationRequest, string, error) {
	return page[models.ActivationRequest](s.filterActivations(s.reader(ctx), f), p, func(r models.ActivationRequest) int64 { return r.ID })
}

// CountActivationRequests counts the requests that the filter lets through.
func (s *Store) CountActivationRequests(ctx context.Context, f ActivationFilter) (int64, error) {
	var n int64
	err := s.filterActivations(s.reader(ctx).Model(&models.ActivationRequest{}), f).Count(&n).Error
	return n, translate(err)
}

func (s *Store) filterActivations(q *gorm.DB, f ActivationFilter) *gorm.DB {
	if len(f.Statuses) > 0 {
		q = q.Where("status IN ?", f.Statuses)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if !f.From.IsZero() {
		q = q.Where("created_at >= ?", f.From.Start().UTC())
	}
	if !f.To.IsZero() {
		q = q.Where("created_at < ?", f.To.AddDays(1).Start().UTC())
	}
	if text := strings.TrimSpace(f.Query); text != "" {
		number, address := models.NormaliseNumber(text), models.AddressKey(text)
		either := s.read.Where("number = ?", number).Or("requester_email = ?", address).Or("contact_email = ?", text).
			Or("contract_id IN (SELECT id FROM contracts WHERE license_id = ?)", number)
		if pattern := containing(models.NameKey(text)); pattern != "" {
			either = either.Or("contract_id IN (SELECT id FROM contracts WHERE holder_key LIKE ? ESCAPE '\\')", pattern)
		}
		q = q.Where(either)
	}
	return q
}

// ActivationQueue gives the requests that wait to be confirmed, those first whose
// link is over first.
func (s *Store) ActivationQueue(ctx context.Context, limit int) ([]models.ActivationRequest, error) {
	var list []models.ActivationRequest
	err := s.reader(ctx).Where("status = ?", models.ActivationWaiting).Order("link_until, id").Limit(limit).Find(&list).Error
	return list, translate(err)
}

// ActivationCounts is what waits to be confirmed.
type ActivationCounts struct {
	Waiting int64
	Unsent  int64 // of those, a link mail reached nobody, or may not have
}

// ActivationCounts counts it.
func (s *Store) ActivationCounts(ctx context.Context) (ActivationCounts, error) {
	var c ActivationCounts
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		waiting := func() *gorm.DB {
			return tx.Model(&models.ActivationRequest{}).Where("status = ?", models.ActivationWaiting)
		}
		if err := waiting().Count(&c.Waiting).Error; err != nil {
			return err
		}
		return waiting().Where(`EXISTS (SELECT 1 FROM mails WHERE mails.activation_request_id = activation_requests.id AND mails.issued_code_id IS NULL
			AND mails.version = activation_requests.link_version AND mails.status IN ?)`, []models.MailStatus{models.MailFailed, models.MailUnknown}).
			Count(&c.Unsent).Error
	})
	return c, err
}

// ActivationDetail is all that the page of a request shows.
type ActivationDetail struct {
	Request   models.ActivationRequest
	Contract  models.Contract
	Holding   models.Holding
	Code      *models.IssuedCode          // that the request led to
	Codes     []models.IssuedCode         // of the same kind and holding, newest first
	Decisions []models.ActivationDecision // oldest first
	Mails     []models.Mail
	Tasks     []TaskRow           // about the mails
	Audit     []models.AuditEntry // oldest first
}

// ActivationDetail reads everything about one request. It is for staff.
func (s *Store) ActivationDetail(ctx context.Context, number string) (ActivationDetail, error) {
	var d ActivationDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		d = ActivationDetail{}
		if err := tx.Where("number = ?", models.NormaliseNumber(number)).Take(&d.Request).Error; err != nil {
			return found(err, "activation")
		}
		if err := activationSubject(tx, d.Request, &d.Contract, &d.Holding); err != nil {
			return err
		}
		id := d.Request.ID
		if err := tx.Where("kind = ? AND holding_id = ?", d.Request.Kind, d.Request.HoldingID).Order("id DESC").Find(&d.Codes).Error; err != nil {
			return err
		}
		for i := range d.Codes {
			if d.Request.CodeID != nil && d.Codes[i].ID == *d.Request.CodeID {
				d.Code = &d.Codes[i]
			}
		}
		if err := tx.Where("request_id = ?", id).Order("id").Find(&d.Decisions).Error; err != nil {
			return err
		}
		if err := tx.Where("activation_request_id = ?", id).Order("id").Find(&d.Mails).Error; err != nil {
			return err
		}
		var err error
		if d.Tasks, err = tasksOfMails(tx, "activation_request_id = ?", id); err != nil {
			return err
		}
		return tx.Where("subject = ? AND subject_id = ?", "activation", id).Order("id").Find(&d.Audit).Error
	})
	return d, err
}

func activationSubject(tx *gorm.DB, r models.ActivationRequest, c *models.Contract, h *models.Holding) error {
	if err := tx.Where("id = ?", r.ContractID).Take(c).Error; err != nil {
		return err
	}
	return tx.Where("id = ?", r.HoldingID).Take(h).Error
}

// ActivationLink is what the page behind a link shows.
type ActivationLink struct {
	Request  models.ActivationRequest
	Contract models.Contract
	Holding  models.Holding
}

// ActivationOfLink gives a request by its row. Who may see it is decided by the token
// of its link.
func (s *Store) ActivationOfLink(ctx context.Context, id int64) (ActivationLink, error) {
	var l ActivationLink
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		l = ActivationLink{}
		if err := tx.Where("id = ?", id).Take(&l.Request).Error; err != nil {
			return found(err, "activation")
		}
		return activationSubject(tx, l.Request, &l.Contract, &l.Holding)
	})
	return l, err
}

// ActivationRequest gives a request by its row.
func (s *Store) ActivationRequest(ctx context.Context, id int64) (models.ActivationRequest, error) {
	return take[models.ActivationRequest](s.reader(ctx).Where("id = ?", id), "activation")
}

// activationsShown bounds what a requester or a contract's page is shown.
const activationsShown = 100

// ActivationRequestsOf gives what an address asked for, newest first, on one contract
// or on all (0) whose contact it is at this moment.
func (s *Store) ActivationRequestsOf(ctx context.Context, email string, contractID int64) ([]models.ActivationRequest, error) {
	q := s.reader(ctx).Where("requester_email = ?", models.AddressKey(email)).
		Where("contract_id IN (?)", s.counting(s.read.Model(&models.ContractAddress{}).Select("contract_id"), email))
	if contractID != 0 {
		q = q.Where("contract_id = ?", contractID)
	}
	var list []models.ActivationRequest
	err := q.Order("id DESC").Limit(activationsShown).Find(&list).Error
	return list, translate(err)
}

// ActivationEvent is a step in the history of a contract's further codes.
type ActivationEvent struct {
	Decision models.ActivationDecision
	Request  models.ActivationRequest
}

// ActivationHistory gives what happened about the further codes of a contract,
// newest first.
func (s *Store) ActivationHistory(ctx context.Context, contractID int64) ([]ActivationEvent, error) {
	var events []ActivationEvent
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		events = nil
		var decisions []models.ActivationDecision
		ofContract := tx.Model(&models.ActivationRequest{}).Select("id").Where("contract_id = ?", contractID)
		if err := tx.Where("request_id IN (?)", ofContract).Order("id DESC").Limit(activationsShown).Find(&decisions).Error; err != nil {
			return err
		}
		byID := map[int64]models.ActivationRequest{}
		var requests []models.ActivationRequest
		if err := tx.Where("contract_id = ?", contractID).Find(&requests).Error; err != nil {
			return err
		}
		for _, r := range requests {
			byID[r.ID] = r
		}
		for _, d := range decisions {
			events = append(events, ActivationEvent{Decision: d, Request: byID[d.RequestID]})
		}
		return nil
	})
	return events, err
}

package store

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Idempotency is a client's key for a request and the hash of its body.
type Idempotency struct {
	Key      string
	BodyHash string
}

// Entry is an order as it comes in. Order holds the sheet: PO number, date, type,
// communication and lines, and the partner code where staff enter it.
type Entry struct {
	Order         models.Order
	ReceiptNumber string
	Idempotency   *Idempotency
}

// Entered is the order made, or the one that the same request made before.
type Entered struct {
	Order    models.Order
	Replayed bool
	OutboxID int64
}

// EnterOrder looks the receipt up, refuses duplicates, reserves the application
// and makes order, audit and outbox rows, all in one transaction; what is refused
// makes nothing (orders.md).
func (s *Store) EnterOrder(ctx context.Context, actor models.Actor, e Entry) (Entered, error) {
	receipt, fields := checkReceipt(e.ReceiptNumber)
	e.Order.Lines = slices.Clone(e.Order.Lines) // checking completes them, and the caller's stay as they are
	fields = append(fields, models.CheckSheet(&e.Order, s.rules.Entry(), s.Today())...)
	var done Entered
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		done = Entered{}
		replayed, err := s.claimIdempotency(tx, actor, e.Idempotency)
		if err != nil || replayed != nil {
			if replayed != nil {
				done.Replayed = true
				done.Order, err = shown(tx, actor, *replayed)
			}
			return err
		}
		if len(fields) > 0 {
			return models.Invalid(fields...)
		}
		order := e.Order
		if err := s.enter(tx, actor, &order, receipt); err != nil {
			return err
		}
		if err := s.bindIdempotency(tx, actor, e.Idempotency, order.ID); err != nil {
			return err
		}
		if done.OutboxID, err = s.decided(tx, actor, order, models.DecisionEntered, ""); err != nil {
			return err
		}
		done.Order, err = shown(tx, actor, order)
		return err
	})
	if e.Idempotency != nil && isBusy(err) {
		err = models.NewError(models.KindConflict, "idempotency_in_progress").WithCause(err)
	}
	return done, err
}

func isBusy(err error) bool {
	e, ok := errors.AsType[*models.Error](err)
	return ok && e.Code == "database_busy"
}

// checkReceipt catches a typing slip before any look-up.
func checkReceipt(typed string) (string, []models.FieldError) {
	if typed == "" {
		return "", []models.FieldError{models.Field("receipt_number", "required")}
	}
	receipt, wrong := models.ParseReceiptNumber(typed)
	if wrong != nil {
		return "", []models.FieldError{models.Field("receipt_number", wrong.Code)}
	}
	return receipt, nil
}

// enter makes the order's rows.
func (s *Store) enter(tx *gorm.DB, actor models.Actor, o *models.Order, receipt string) error {
	reseller, err := s.resellerOf(tx, actor, o.PartnerCode)
	if err != nil {
		return err
	}
	o.ResellerID, o.PartnerCode = reseller.ID, reseller.PartnerCode
	if actor.Kind == models.ActorAPIKey {
		o.APIKeyID = &actor.ID
	}
	if err := s.refusePODuplicate(tx, actor, *o); err != nil {
		return err
	}
	application, err := s.quotable(tx, actor, receipt)
	if err != nil {
		return err
	}
	if o.OrderNumber, err = s.rules.Numbers.NewOrderNumber(rand.Reader); err != nil {
		return err
	}
	now := s.Now()
	o.ID, o.ApplicationID = 0, application.ID
	o.EndUserName, o.EndUserKey = application.EndUser.CompanyName, application.EndUserKey
	o.Status, o.Version, o.CreatedAt, o.UpdatedAt = models.OrderReceived, 1, now, now
	if err := s.refuseClosedWindow(tx, *o, application); err != nil {
		return err
	}
	if err := tx.Create(o).Error; err != nil {
		return err
	}
	if err := s.createLines(tx, o, 1); err != nil {
		return err
	}
	return s.reserve(tx, application.ID, o.ID)
}

// resellerOf gives whose order it is: the API key's reseller, or the one of the
// partner code that staff typed.
func (s *Store) resellerOf(tx *gorm.DB, actor models.Actor, partnerCode string) (models.Reseller, error) {
	var r models.Reseller
	q := tx.Where("id = ?", actor.ResellerID)
	if actor.Kind != models.ActorAPIKey {
		q = tx.Where("partner_code = ?", models.NormaliseNumber(partnerCode))
	}
	err := q.Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return r, models.Invalid(models.Field("partner_code", "partner_code_unknown"))
	}
	return r, err
}

// refusePODuplicate refuses a PO number that another order of the reseller has,
// naming that order; a cancelled one frees it.
func (s *Store) refusePODuplicate(tx *gorm.DB, _ models.Actor, o models.Order) error {
	var first models.Order
	err := tx.Where("reseller_id = ? AND po_number = ? AND status <> ? AND id <> ?", o.ResellerID, o.PONumber, models.OrderCancelled, o.ID).
		Take(&first).Error
	if err == nil {
		return models.NewError(models.KindConflict, "po_number_used", "order_number", first.OrderNumber)
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	return err
}

// quotable finds the application behind a receipt number and refuses one that no
// order may quote any more. The order that has it is named to staff and to its own reseller.
func (s *Store) quotable(tx *gorm.DB, actor models.Actor, receipt string) (models.Application, error) {
	var a models.Application
	err := s.locked(tx).Where("receipt_number = ?", receipt).Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && a.Status == models.ApplicationDiscarded && actor.Kind == models.ActorAPIKey) {
		return a, models.Invalid(models.Field("receipt_number", "receipt_unknown"))
	}
	if err != nil {
		return a, err
	}
	switch {
	case a.Status == models.ApplicationDiscarded:
		return a, models.NewError(models.KindConflict, "receipt_discarded")
	case a.Status == models.ApplicationOpen && a.Expired(s.Now()):
		return a, models.Invalid(models.Field("receipt_number", "receipt_expired"))
	case a.Status == models.ApplicationOpen:
		return a, nil
	}
	var by models.Order
	if err := tx.Where("id = ?", *a.OrderID).Take(&by).Error; err != nil {
		return a, err
	}
	if actor.Kind == models.ActorStaff || by.ResellerID == actor.ResellerID {
		return a, models.NewError(models.KindConflict, "receipt_used", "order_number", by.OrderNumber)
	}
	return a, models.NewError(models.KindConflict, "receipt_used")
}

// refuseClosedWindow refuses renewing a holding whose window has closed, naming
// the day (orders.md). It speaks only of a contract whose holder is the end user
// applied for; of any other the checks say no more than that the holder differs.
func (s *Store) refuseClosedWindow(tx *gorm.DB, o models.Order, a models.Application) error {
	facts := models.OrderFacts{Order: o, Application: a}
	licenses, err := s.licenses(tx, facts.LicenseIDs())
	if err != nil {
		return err
	}
	var fields []models.FieldError
	for i, l := range o.Lines {
		license := licenses[l.EffectiveLicenseID(a.LicenseID)]
		if !l.Kind.Extends() || !license.Known || license.Contract.HolderKey != a.EndUserKey {
			continue
		}
		if _, problem, day := models.FindHolding(l, license, s.rules.Catalogue, s.Today()); problem == models.HoldingWindowClosed {
			fields = append(fields, models.LineField(i, "license_id", string(problem), "day", day.String()))
		}
	}
	if fields != nil {
		return models.Invalid(fields...)
	}
	return nil
}

func (s *Store) createLines(tx *gorm.DB, o *models.Order, sheet int) error {
	for i := range o.Lines {
		o.Lines[i].ID, o.Lines[i].OrderID, o.Lines[i].Sheet, o.Lines[i].Position = 0, o.ID, sheet, i+1
	}
	return tx.Create(&o.Lines).Error
}

// reserve gives an open application to an order; a conditional update, so that
// only one of several orders gets it.
func (s *Store) reserve(tx *gorm.DB, applicationID, orderID int64) error {
	r := tx.Model(&models.Application{}).Where("id = ? AND status = ?", applicationID, models.ApplicationOpen).
		Updates(map[string]any{"status": models.ApplicationReserved, "order_id": orderID})
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "receipt_used")
	}
	return r.Error
}

// locked makes PostgreSQL hold the rows read until the transaction ends. SQLite
// has one writer at a time and needs no more.
func (s *Store) locked(tx *gorm.DB) *gorm.DB {
	if s.dialect == Postgres {
		return tx.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	return tx
}

// decided writes the decision's row and the call that tells the order's process.
func (s *Store) decided(tx *gorm.DB, actor models.Actor, o models.Order, kind models.DecisionKind, note string) (int64, error) {
	d := models.Decision{
		OrderID: o.ID, Kind: kind, OrderVersion: o.Version, ActorKind: actor.Kind, ActorID: actor.ID, Note: note, CreatedAt: s.Now(),
	}
	if err := tx.Create(&d).Error; err != nil {
		return 0, err
	}
	after := map[string]any{"status": o.Status, "version": o.Version}
	if kind == models.DecisionEntered {
		after["po_number"], after["lines"] = o.PONumber, len(o.Lines)
	}
	if note != "" {
		after["note"] = note
	}
	if err := s.audit(tx, actor, "order", o.ID, string(kind), nil, after); err != nil {
		return 0, err
	}
	return s.tell(tx, processCall{models.ProcessOrderIntake, o.WorkflowID(), o.ID, d.ID})
}

package store

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// RequestResend takes a resend in: its row, the acknowledgement to the person who
// asks, and the call that starts its process. What the number names is found out
// by the process, so that a form is answered alike, and after as long, whether or
// not there is such a delivery. An API key can only name deliveries of its own
// reseller's, and staff's resends are approved at once.
func (s *Store) RequestResend(ctx context.Context, actor models.Actor, request models.ResendRequest) (models.Resend, int64, error) {
	request.Trim()
	if errs := request.Check(); errs != nil {
		return models.Resend{}, 0, models.Invalid(errs...)
	}
	var made models.Resend
	var outbox int64
	err := s.transaction(ctx, func(tx *gorm.DB) (err error) {
		made, outbox, err = s.takeResend(tx, actor, request)
		return err
	})
	return made, outbox, err
}

// takeResend writes a request that was checked.
func (s *Store) takeResend(tx *gorm.DB, actor models.Actor, request models.ResendRequest) (models.Resend, int64, error) {
	if !mayRequest(actor, request.Source) {
		return models.Resend{}, 0, models.NewError(models.KindForbidden, "staff_only")
	}
	r, err := s.newResend(tx, actor, request)
	if err != nil {
		return r, 0, err
	}
	if r.Source != models.ResendByForm {
		if err := s.refuseUnknownDelivery(tx, r); err != nil {
			return r, 0, err
		}
	}
	if r.Source == models.ResendByStaff && r.ResendTo != "" {
		if err := refuseMarkedField(tx, "resend_to", r.ResendTo); err != nil {
			return r, 0, err
		}
	}
	if err := tx.Create(&r).Error; err != nil {
		return r, 0, err
	}
	if err := s.acknowledge(tx, r); err != nil {
		return r, 0, err
	}
	outbox, err := s.resendDecided(tx, actor, r, models.ResendRequested, r.Reason)
	if err == nil && r.Source == models.ResendByStaff {
		outbox, err = s.approveForStaff(tx, actor, &r)
	}
	return r, outbox, err
}

func mayRequest(actor models.Actor, source models.ResendSource) bool {
	switch source {
	case models.ResendByStaff:
		return actor.Kind == models.ActorStaff
	case models.ResendByAPI:
		return actor.Kind == models.ActorAPIKey
	}
	return source == models.ResendByForm
}

// newResend fills a resend's row.
func (s *Store) newResend(tx *gorm.DB, actor models.Actor, request models.ResendRequest) (models.Resend, error) {
	now := s.Now()
	r := models.Resend{
		Source: request.Source, Status: models.ResendReceived, Version: 1, Language: models.ParseLanguage(string(request.Language)),
		Reference: request.Reference, EndUserName: request.EndUserName, EndUserKey: models.NameKey(request.EndUserName),
		Asker: request.Asker, ResendTo: request.ResendTo, Reason: request.Reason, LinkKey: request.LinkKey,
		DueAt: s.rules.Resends.DueAt(s.rules.Calendar, now), CreatedAt: now, UpdatedAt: now,
	}
	var err error
	if r.ResendNumber, err = s.rules.Numbers.NewResendNumber(rand.Reader); err != nil {
		return r, err
	}
	if r.LinkSalt, err = models.NewToken(rand.Reader); err != nil {
		return r, err
	}
	switch r.Source {
	case models.ResendByStaff:
		r.StaffID = &actor.ID
	case models.ResendByAPI:
		r.APIKeyID, r.ResellerID = &actor.ID, &actor.ResellerID
		err = s.askerOfKey(tx, &r)
	}
	return r, err
}

// askerOfKey fills in who asks through an API key and does not say.
func (s *Store) askerOfKey(tx *gorm.DB, r *models.Resend) error {
	if r.Asker.Email != "" && r.Asker.CompanyName != "" {
		return nil
	}
	key, err := needed[models.APIKey](tx, *r.APIKeyID)
	if err != nil {
		return err
	}
	reseller, err := needed[models.Reseller](tx, *r.ResellerID)
	if err != nil {
		return err
	}
	if r.Asker.Email == "" {
		r.Asker.Email = key.OwnerEmail
	}
	if r.Asker.CompanyName == "" {
		r.Asker.CompanyName = reseller.Name
	}
	return nil
}

// refuseUnknownDelivery refuses what names no delivery: to whoever can see
// deliveries it may be said at once.
func (s *Store) refuseUnknownDelivery(tx *gorm.DB, r models.Resend) error {
	named, err := s.namedDeliveries(tx, r)
	switch {
	case err != nil || len(named) > 0:
		return err
	case r.Source == models.ResendByStaff:
		return models.Invalid(models.Field("reference", "delivery_unknown"))
	}
	return models.NotFound("shipment")
}

// acknowledge queues the mail that a resend came in. Staff need none.
func (s *Store) acknowledge(tx *gorm.DB, r models.Resend) error {
	if r.Asker.Email == "" {
		return nil
	}
	_, err := s.queueMail(tx, models.Mail{
		Kind: models.MailResendReceived, ResendID: &r.ID, Version: 1, Recipient: r.Asker.Email, Language: r.Language,
	})
	return err
}

// approveForStaff approves a resend that staff asked for, in the same transaction.
func (s *Store) approveForStaff(tx *gorm.DB, actor models.Actor, r *models.Resend) (int64, error) {
	before := *r
	shipment, err := s.theDelivery(tx, r, "reference")
	if err != nil {
		return 0, err
	}
	if _, err := s.judge(tx, r); err != nil {
		return 0, err
	}
	changes := map[string]any{"number_fits": r.NumberFits, "name_fits": r.NameFits, "address_fits": r.AddressFits}
	if err := s.approve(tx, r, shipment, changes); err != nil {
		return 0, err
	}
	if err := s.changeResend(tx, r, before, changes); err != nil {
		return 0, err
	}
	return s.resendDecided(tx, actor, *r, models.ResendApprove, "")
}

// theDelivery gives the one delivery that a resend is about, or says at the field
// that it is not to be told.
func (s *Store) theDelivery(tx *gorm.DB, r *models.Resend, field string) (shipmentID int64, err error) {
	named, err := s.namedDeliveries(tx, *r)
	if err != nil {
		return 0, err
	}
	if len(named) == 1 {
		return named[0].Shipment.ID, s.refuseUnsendable(tx, named[0].Shipment)
	}
	verdict, _ := models.CheckResend(*r, named)
	if verdict.Shipment == 0 {
		return 0, models.Invalid(models.Field(field, "delivery_ambiguous"))
	}
	return verdict.Shipment, nil
}

// judge compares a resend with the deliveries that its number names and notes on
// it what fits.
func (s *Store) judge(tx *gorm.DB, r *models.Resend) (models.ResendVerdict, error) {
	named, err := s.namedDeliveries(tx, *r)
	if err != nil {
		return models.ResendVerdict{}, err
	}
	verdict, _ := models.CheckResend(*r, named)
	r.NumberFits, r.NameFits, r.AddressFits = verdict.NumberFits, verdict.NameFits, verdict.AddressFits
	return verdict, nil
}

// namedDeliveries reads the deliveries that a resend's number names, an API key's
// own reseller's only.
func (s *Store) namedDeliveries(tx *gorm.DB, r models.Resend) ([]models.ResendCandidate, error) {
	number, poNumbers := models.ReferenceForms(r.Reference)
	q := tx.Table("shipments").Select("shipments.*").Joins("JOIN orders ON orders.id = shipments.order_id").
		Where(s.read.Where("shipments.delivery_number = ?", number).Or("orders.order_number = ?", number).Or("orders.po_number IN ?", poNumbers))
	if r.ResellerID != nil {
		q = q.Where("orders.reseller_id = ?", *r.ResellerID)
	}
	var shipments []models.Shipment
	if err := q.Order("shipments.id DESC").Limit(maxCandidates).Find(&shipments).Error; err != nil {
		return nil, err
	}
	named := make([]models.ResendCandidate, 0, len(shipments))
	for _, shipment := range shipments {
		c, err := s.candidate(tx, r, shipment)
		if err != nil {
			return nil, err
		}
		named = append(named, c)
	}
	return named, nil
}

// maxCandidates bounds what staff are shown; a PO number such as "1" may be
// everybody's, and then the newest are as good as all.
const maxCandidates = 50

// candidate reads what a request is compared with. An API key learns nothing about
// an application that its reseller did not file: of such a one only the address on
// record, unnamed, fits by itself.
func (s *Store) candidate(tx *gorm.DB, r models.Resend, shipment models.Shipment) (models.ResendCandidate, error) {
	c := models.ResendCandidate{Shipment: shipment, Delivered: shipment.DeliveredAt != nil}
	order, err := needed[models.Order](tx, shipment.OrderID)
	if err != nil {
		return c, err
	}
	c.Order = *order
	if c.Order.Lines, err = s.linesInForce(tx, c.Order.ID); err != nil {
		return c, err
	}
	reseller, err := needed[models.Reseller](tx, c.Order.ResellerID)
	if err != nil {
		return c, err
	}
	c.Reseller = *reseller
	application, err := needed[models.Application](tx, c.Order.ApplicationID)
	if err != nil {
		return c, err
	}
	c.AppliedName = application.EndUser.CompanyName
	if c.Electronic, err = s.electronic(tx, c.Order.ID); err != nil {
		return c, err
	}
	var contract models.Contract
	if c.Order.ContractID != nil {
		if err := tx.Where("id = ?", *c.Order.ContractID).Take(&contract).Error; err != nil {
			return c, err
		}
	}
	c.HolderName = contract.Holder.CompanyName
	if r.ResellerID != nil && (application.ResellerID == nil || *application.ResellerID != *r.ResellerID) {
		c.Shipment.DeliveryEmail = ""
		return c, nil
	}
	c.Addresses = furtherAddresses(shipment, *application, contract)
	return c, nil
}

// furtherAddresses gives the addresses on application and contract besides the
// delivery's own. The delivery address applied for is not among them: where it is
// not the delivery's, somebody found it wrong.
func furtherAddresses(shipment models.Shipment, a models.Application, c models.Contract) []string {
	var list []string
	for _, address := range []string{
		a.EndUser.Email, a.SupportContact.Email, a.Reseller.Email, a.Dealer.Email, a.ApplicantEmail,
		c.Holder.Email, c.Support.Email, c.Reseller.Email, c.Dealer.Email,
	} {
		same := func(other string) bool { return strings.EqualFold(other, address) }
		if address != "" && !same(shipment.DeliveryEmail) && !same(a.DeliveryEmail) && !slices.ContainsFunc(list, same) {
			list = append(list, address)
		}
	}
	return list
}

// resendDecided writes the decision's row, its audit entry, and the call that
// tells the resend's process.
func (s *Store) resendDecided(tx *gorm.DB, actor models.Actor, r models.Resend, kind models.ResendDecisionKind, note string) (int64, error) {
	d := models.ResendDecision{
		ResendID: r.ID, Kind: kind, ResendVersion: r.Version, ActorKind: actor.Kind, ActorID: actor.ID, ActorName: actor.Name,
		Note: note, CreatedAt: s.Now(),
	}
	if err := tx.Create(&d).Error; err != nil {
		return 0, err
	}
	after := map[string]any{"status": r.Status, "version": r.Version}
	if note != "" {
		after["note"] = note
	}
	if r.ShipmentID != nil {
		after["shipment_id"], after["password_version"] = *r.ShipmentID, r.PasswordVersion
	}
	if err := s.audit(tx, actor, "resend", r.ID, string(kind), nil, after); err != nil {
		return 0, err
	}
	return s.tell(tx, processCall{models.ProcessDeliveryResend, r.WorkflowID(), r.ID, d.ID})
}

// changeResend writes the resend's changed columns if nobody changed it since it
// was read, and counts the version up.
func (s *Store) changeResend(tx *gorm.DB, r *models.Resend, before models.Resend, changes map[string]any) error {
	if r.Status != before.Status && !before.Status.CanBecome(r.Status) {
		return wrongResendState(before.Status)
	}
	r.Version, r.UpdatedAt = before.Version+1, s.Now()
	changes["version"], changes["updated_at"], changes["status"] = r.Version, r.UpdatedAt, r.Status
	if r.Status.Closed() && r.ClosedAt == nil {
		r.ClosedAt = &r.UpdatedAt
		changes["closed_at"] = r.UpdatedAt
	}
	if r.Status != models.ResendAskedBack && before.AskedBackAt != nil {
		r.AskedBackAt = nil
		changes["asked_back_at"] = nil
	}
	done := tx.Model(&models.Resend{}).Where("id = ? AND status = ? AND version = ?", r.ID, before.Status, before.Version).Updates(changes)
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "resend_changed")
	}
	return done.Error
}

func wrongResendState(status models.ResendStatus) *models.Error {
	return models.NewError(models.KindConflict, "resend_state", "status", string(status))
}

// lockResend reads a resend by its number and holds it until the transaction ends.
func (s *Store) lockResend(tx *gorm.DB, number string) (models.Resend, error) {
	var r models.Resend
	err := s.locked(tx).Where("resend_number = ?", models.NormaliseNumber(number)).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return r, models.NotFound("resend")
	}
	return r, err
}

package store

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// AskNameChange is a request for another name of a contract's holder. Who may ask
// is the caller's to say: see PortalContract.
type AskNameChange struct {
	ContractID int64
	// Requester is the address that is told what becomes of it.
	Requester string
	Language  models.Language
	Request   models.NameChangeRequest
	// Quiet says that another mail acknowledges the request: that of the change of
	// contacts it came with.
	Quiet bool
}

// NameChangeDone is a name change after a step, and the outbox entry to tell.
type NameChangeDone struct {
	Change   models.NameChange
	OutboxID int64
}

// RequestNameChange takes a request in: its row, the files that came with it, the
// acknowledgement, and the call that starts its process. The contract keeps its
// name until staff approve.
func (s *Store) RequestNameChange(ctx context.Context, actor models.Actor, ask AskNameChange) (NameChangeDone, error) {
	var done NameChangeDone
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var c models.Contract
		if err := s.locked(tx).Where("id = ?", ask.ContractID).Take(&c).Error; err != nil {
			return found(err, "contract")
		}
		var err error
		done, err = s.requestNameChange(tx, actor, c, ask)
		return err
	})
	return done, err
}

// requestNameChange is RequestNameChange inside the transaction of a change of
// contacts. The contract has been locked, and is as it was before.
func (s *Store) requestNameChange(tx *gorm.DB, actor models.Actor, c models.Contract, ask AskNameChange) (NameChangeDone, error) {
	ask.Request.Trim()
	if errs := ask.Request.Check(models.NameOf(c.Holder), s.rules.NameChanges); errs != nil {
		return NameChangeDone{}, models.Invalid(errs...)
	}
	if c.Void {
		return NameChangeDone{}, models.NewError(models.KindConflict, "contract_void")
	}
	if err := refuseSecond(tx, c.ID); err != nil {
		return NameChangeDone{}, err
	}
	change, err := s.newNameChange(tx, actor, c, ask)
	if err != nil {
		return NameChangeDone{}, err
	}
	if err := tx.Create(&change).Error; err != nil {
		return NameChangeDone{}, err
	}
	if err := s.keepAttachments(tx, change, ask.Request.Attachments); err != nil {
		return NameChangeDone{}, err
	}
	if !ask.Quiet {
		if err := s.queueNameChangeMail(tx, change, models.MailNameChangeReceived); err != nil {
			return NameChangeDone{}, err
		}
	}
	outbox, err := s.nameChangeDecided(tx, actor, change, models.NameChangeRequested, change.Note)
	return NameChangeDone{Change: change, OutboxID: outbox}, err
}

// refuseSecond refuses a request while another one for the contract is open. Two
// at the same moment are told apart by the unique key on open ones.
func refuseSecond(tx *gorm.DB, contractID int64) error {
	open, err := optional[models.NameChange](tx.Where("contract_id = ? AND closed_at IS NULL", contractID))
	if err == nil && open != nil {
		err = models.NewError(models.KindConflict, "name_change_open", "number", open.Number)
	}
	return err
}

// newNameChange fills the row. What the directory says of the corporation chosen
// is copied.
func (s *Store) newNameChange(tx *gorm.DB, actor models.Actor, c models.Contract, ask AskNameChange) (models.NameChange, error) {
	now, r := s.Now(), ask.Request
	change := models.NameChange{
		ContractID: c.ID, Status: models.NameChangeAccepted, Version: 1, RequesterEmail: ask.Requester,
		Language: models.ParseLanguage(string(ask.Language)), Reason: r.Reason, Note: r.Note,
		Old: models.NameOf(c.Holder), OldKey: models.NameKey(c.Holder.CompanyName), New: r.New, NewKey: models.NameKey(r.New.CompanyName),
		DueAt: s.rules.NameChanges.DueAt(s.rules.Calendar, now), CreatedAt: now, UpdatedAt: now,
	}
	if actor.Kind == models.ActorAccount {
		change.AccountID = &actor.ID
	}
	if r.CorporateNumber != 0 {
		var chosen models.Corporation
		err := tx.Where("number = ? AND standing < ?", r.CorporateNumber, models.StandingHidden).Take(&chosen).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return change, models.Invalid(models.Field("corporate_number", "corporation_unknown"))
		}
		if err != nil {
			return change, err
		}
		change.CorporateNumber, change.CorporateName, change.CorporateAddress = chosen.Number, chosen.Name, chosen.Place()
	}
	var err error
	change.Number, err = s.rules.Numbers.NewNameChangeNumber(rand.Reader)
	return change, err
}

// keepAttachments writes the rows of files whose bytes are in blob storage by now.
func (s *Store) keepAttachments(tx *gorm.DB, c models.NameChange, list []models.NewAttachment) error {
	for _, a := range list {
		if a.BlobKey == "" || a.SHA256 == "" {
			return errors.New("an attachment's bytes are not kept")
		}
		kind, _ := models.AttachmentTypeOf(a.Content)
		row := models.NameChangeAttachment{
			NameChangeID: c.ID, ChangeVersion: c.Version, FileName: models.CleanFileName(a.FileName, kind), ContentType: kind,
			Size: int64(len(a.Content)), SHA256: a.SHA256, BlobKey: a.BlobKey, CreatedAt: s.Now(),
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// queueNameChangeMail queues a mail to the requester. Its version is the change's,
// so each decision has its own.
func (s *Store) queueNameChangeMail(tx *gorm.DB, c models.NameChange, kind models.MailKind) error {
	_, err := s.queueMail(tx, models.Mail{
		Kind: kind, NameChangeID: &c.ID, Version: int(c.Version), Recipient: c.RequesterEmail, Language: c.Language,
	})
	return err
}

// nameChangeDecided writes the decision's row, its audit entry, and the call that
// tells the change's process.
func (s *Store) nameChangeDecided(tx *gorm.DB, actor models.Actor, c models.NameChange, kind models.NameChangeDecisionKind, note string) (int64, error) {
	d := models.NameChangeDecision{
		NameChangeID: c.ID, Kind: kind, ChangeVersion: c.Version, ActorKind: actor.Kind, ActorID: actor.ID, ActorName: actor.Name,
		Note: note, CreatedAt: s.Now(),
	}
	if err := tx.Create(&d).Error; err != nil {
		return 0, err
	}
	after := map[string]any{"status": c.Status, "version": c.Version}
	if note != "" {
		after["note"] = note
	}
	if err := s.audit(tx, actor, "name_change", c.ID, nameAction(kind), nil, after); err != nil {
		return 0, err
	}
	return s.tell(tx, processCall{models.ProcessNameChange, c.WorkflowID(), c.ID, d.ID})
}

// nameAction is what the audit log calls a decision: resends have some of the same kinds.
func nameAction(kind models.NameChangeDecisionKind) string { return "name_" + string(kind) }

// changeNameChange writes the change's columns if nobody changed it since it was
// read, and counts the version up.
func (s *Store) changeNameChange(tx *gorm.DB, c *models.NameChange, before models.NameChange, changes map[string]any) error {
	if c.Status != before.Status && !before.Status.CanBecome(c.Status) {
		return wrongNameChangeState(before.Status)
	}
	c.Version, c.UpdatedAt = before.Version+1, s.Now()
	changes["version"], changes["updated_at"], changes["status"] = c.Version, c.UpdatedAt, c.Status
	if c.Status.Closed() {
		c.ClosedAt = &c.UpdatedAt
		changes["closed_at"] = c.UpdatedAt
	}
	if c.Status != models.NameChangeAskedBack && before.AskedBackAt != nil {
		c.AskedBackAt = nil
		changes["asked_back_at"] = nil
	}
	done := tx.Model(&models.NameChange{}).Where("id = ? AND status = ? AND version = ?", c.ID, before.Status, before.Version).Updates(changes)
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "name_change_changed")
	}
	return done.Error
}

func wrongNameChangeState(status models.NameChangeStatus) *models.Error {
	return models.NewError(models.KindConflict, "name_change_state", "status", string(status))
}

// lockNameChange reads a change by its number and holds it, and before it its
// contract, until the transaction ends: a new request holds the contract first too.
func (s *Store) lockNameChange(tx *gorm.DB, number string) (models.NameChange, models.Contract, error) {
	var c models.NameChange
	var contract models.Contract
	number = models.NormaliseNumber(number)
	if err := tx.Where("number = ?", number).Take(&c).Error; err != nil {
		return c, contract, found(err, "name_change")
	}
	if err := s.locked(tx).Where("id = ?", c.ContractID).Take(&contract).Error; err != nil {
		return c, contract, err
	}
	id := c.ID
	c = models.NameChange{}
	err := s.locked(tx).Where("id = ?", id).Take(&c).Error
	return c, contract, err
}

// openStates are those in which a change can still be decided.
var openStates = slices.Concat(models.NameChangesForStaff, []models.NameChangeStatus{models.NameChangeAskedBack})

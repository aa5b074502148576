package store

import (
	"context"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// contractEdit says who changes what a contract says of its holder or its support
// contact, and how it came about.
type contractEdit struct {
	actor        models.Actor
	name         string             // of the actor in the history
	role         models.ContactRole // whom an account stands for on the contract
	kind         models.ContractChangeKind
	reason       string
	nameChangeID *int64
}

// editContract changes a contract's contacts to what they are to be, keeps each
// field as it was before, and counts the contract's version up. The caller read
// the contract in this transaction; when somebody changed it since, nothing is
// written and the transaction runs again. Nothing different is a change too: it
// stands for a request that waits.
func (s *Store) editContract(tx *gorm.DB, c *models.Contract, to models.Contacts, edit contractEdit) (models.ContractChange, error) {
	before, now := *c, s.Now()
	change := models.ContractChange{
		ContractID: c.ID, Kind: edit.kind, ActorKind: edit.actor.Kind, ActorID: edit.actor.ID, ActorName: edit.name,
		ActorRole: edit.role, Reason: edit.reason, NameChangeID: edit.nameChangeID, ContractVersion: c.Version + 1, CreatedAt: now,
		Fields: models.ContactDifferences(c.Contacts(), to),
	}
	c.Holder, c.Support, c.Version, c.UpdatedAt = to.Holder, to.Support, change.ContractVersion, now
	columns := contactColumns(change.Fields)
	columns["version"], columns["updated_at"] = c.Version, now
	if c.Holder.CompanyName != before.Holder.CompanyName {
		c.HolderKey = models.NameKey(c.Holder.CompanyName)
		columns["holder_key"] = c.HolderKey
	}
	changed := tx.Model(&models.Contract{}).Where("id = ? AND version = ?", c.ID, before.Version).Updates(columns)
	if changed.Error != nil {
		return change, changed.Error
	}
	if changed.RowsAffected == 0 {
		return change, errChanged
	}
	if err := s.moveAddresses(tx, before, *c); err != nil {
		return change, err
	}
	if err := s.keepChange(tx, &change); err != nil {
		return change, err
	}
	return change, s.auditContractChange(tx, edit, change)
}

// contactColumns gives the contract's columns that the fields stand for. Addresses
// have a way of their own.
func contactColumns(fields []models.ContractChangeField) map[string]any {
	columns := map[string]any{}
	for _, f := range models.ContactFields(models.ApplicationRules{}) {
		i := slices.IndexFunc(fields, func(changed models.ContractChangeField) bool { return changed.Field == f.Path })
		if i >= 0 && f.Name != "email" {
			columns[f.Column()] = fields[i].AfterValue
		}
	}
	return columns
}

// moveAddresses has new addresses take the place of old ones, from the next day on.
func (s *Store) moveAddresses(tx *gorm.DB, before, after models.Contract) error {
	for _, role := range models.ContactRoles {
		if email := after.Contact(role).Email; email != before.Contact(role).Email {
			if err := changeContractAddress(tx, after, role, email, s.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) keepChange(tx *gorm.DB, change *models.ContractChange) error {
	if err := tx.Create(change).Error; err != nil {
		return err
	}
	for i := range change.Fields {
		change.Fields[i].ChangeID = change.ID
	}
	if len(change.Fields) == 0 {
		return nil
	}
	return tx.Create(&change.Fields).Error
}

// auditContractChange notes which fields were changed. What they were stands in
// the contract's own history.
func (s *Store) auditContractChange(tx *gorm.DB, edit contractEdit, change models.ContractChange) error {
	names := make([]string, len(change.Fields))
	for i, f := range change.Fields {
		names[i] = f.Field
	}
	after := map[string]any{"version": change.ContractVersion, "change": change.ID, "fields": names}
	if edit.reason != "" {
		after["note"] = edit.reason
	}
	action := "contacts_changed"
	if edit.kind == models.ChangeOfName {
		action = "name_changed"
	}
	return s.audit(tx, edit.actor, "contract", change.ContractID, action, map[string]any{"version": change.ContractVersion - 1}, after)
}

// ContractChanges gives the history of a contract's contacts, newest first.
func (s *Store) ContractChanges(ctx context.Context, contractID int64) ([]models.ContractChange, error) {
	var list []models.ContractChange
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		list, err = changesSince(tx, contractID, 0)
		return err
	})
	return list, err
}

// ContractChange gives one change of a contract, with its fields.
func (s *Store) ContractChange(ctx context.Context, contractID, id int64) (models.ContractChange, error) {
	c, err := take[models.ContractChange](s.reader(ctx).Where("id = ? AND contract_id = ?", id, contractID), "contract_change")
	if err != nil {
		return c, err
	}
	return c, translate(s.reader(ctx).Where("change_id = ?", id).Order("position").Find(&c.Fields).Error)
}

// changesSince reads the changes that made later versions of a contract, newest first.
func changesSince(tx *gorm.DB, contractID, version int64) ([]models.ContractChange, error) {
	return changesOfContract(tx, tx.Where("contract_id = ? AND contract_version > ?", contractID, version))
}

// changesOfContract reads changes with their fields, newest first.
func changesOfContract(tx, which *gorm.DB) ([]models.ContractChange, error) {
	var list []models.ContractChange
	err := which.Order("contract_version DESC").Find(&list).Error
	if err != nil || len(list) == 0 {
		return list, err
	}
	at := make(map[int64]int, len(list))
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i], at[c.ID] = c.ID, i
	}
	var fields []models.ContractChangeField
	if err := tx.Where("change_id IN ?", ids).Order("change_id, position").Find(&fields).Error; err != nil {
		return nil, err
	}
	for _, f := range fields {
		c := &list[at[f.ChangeID]]
		c.Fields = append(c.Fields, f)
	}
	return list, nil
}

// ContactsSince gives a contract's contacts as they were in a version that a
// person looked at, with what was changed since, newest first.
func (s *Store) ContactsSince(ctx context.Context, contract models.Contract, version int64) (was models.Contacts, changes []models.ContractChange, err error) {
	err = s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		changes, err = changesSince(tx, contract.ID, version)
		return err
	})
	return models.UndoChanges(contract.Contacts(), changes), changes, err
}

// contractChangeFacts reads what a mail about a change of contacts says.
func contractChangeFacts(tx *gorm.DB, f *MailFacts) (err error) {
	if f.Change, err = needed[models.ContractChange](tx, *f.Mail.ContractChangeID); err != nil {
		return err
	}
	if f.Contract, err = needed[models.Contract](tx, f.Change.ContractID); err != nil {
		return err
	}
	if f.Change.NameChangeID != nil {
		if f.NameChange, err = needed[models.NameChange](tx, *f.Change.NameChangeID); err != nil {
			return err
		}
	}
	return tx.Where("change_id = ?", f.Change.ID).Order("position").Find(&f.Change.Fields).Error
}

package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// NameChangeFilter narrows a list of name changes; empty fields do not.
type NameChangeFilter struct {
	Statuses []models.NameChangeStatus
	Overdue  bool   // waits for staff beyond its due moment
	Query    string // number, license ID, part of the old or new name, or the requester's mail
	Reason   models.NameChangeReason
	From, To models.Date // days in Japan on which it came in, both included
}

// NameChanges lists name changes, newest first.
func (s *Store) NameChanges(ctx context.Context, f NameChangeFilter, p Page) ([]models.NameChange, string, error) {
	return page[models.NameChange](s.filterNameChanges(s.reader(ctx), f), p, func(c models.NameChange) int64 { return c.ID })
}

// CountNameChanges counts the name changes that the filter lets through.
func (s *Store) CountNameChanges(ctx context.Context, f NameChangeFilter) (int64, error) {
	var n int64
	err := s.filterNameChanges(s.reader(ctx).Model(&models.NameChange{}), f).Count(&n).Error
	return n, translate(err)
}

func (s *Store) filterNameChanges(q *gorm.DB, f NameChangeFilter) *gorm.DB {
	if len(f.Statuses) > 0 {
		q = q.Where("status IN ?", f.Statuses)
	}
	if f.Overdue {
		q = q.Where("status IN ? AND due_at <= ?", models.NameChangesForStaff, s.Now())
	}
	if f.Reason != "" {
		q = q.Where("reason = ?", f.Reason)
	}
	if !f.From.IsZero() {
		q = q.Where("created_at >= ?", f.From.Start().UTC())
	}
	if !f.To.IsZero() {
		q = q.Where("created_at < ?", f.To.AddDays(1).Start().UTC())
	}
	if text := strings.TrimSpace(f.Query); text != "" {
		number := models.NormaliseNumber(text)
		either := s.read.Where("number = ?", number).Or("requester_email = ?", models.AddressKey(text)).
			Or("contract_id IN (SELECT id FROM contracts WHERE license_id = ?)", number)
		if pattern := containing(models.NameKey(text)); pattern != "" {
			either = either.Or("old_key LIKE ? ESCAPE '\\'", pattern).Or("new_key LIKE ? ESCAPE '\\'", pattern)
		}
		q = q.Where(either)
	}
	return q
}

// NameChangeCounts is what waits in the queue of name changes.
type NameChangeCounts struct {
	Waiting   int64 // for staff
	Warned    int64 // of those, their day is near
	Overdue   int64 // of those, their day has passed
	AskedBack int64 // wait for the requester
}

// NameChangeCounts counts the queue of name changes.
func (s *Store) NameChangeCounts(ctx context.Context) (NameChangeCounts, error) {
	var c NameChangeCounts
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		forStaff := func() *gorm.DB {
			return tx.Model(&models.NameChange{}).Where("status IN ?", models.NameChangesForStaff)
		}
		for _, count := range []struct {
			q    *gorm.DB
			into *int64
		}{
			{forStaff(), &c.Waiting},
			{forStaff().Where("warned_at IS NOT NULL"), &c.Warned},
			{forStaff().Where("due_at <= ?", s.Now()), &c.Overdue},
			{tx.Model(&models.NameChange{}).Where("status = ?", models.NameChangeAskedBack), &c.AskedBack},
		} {
			if err := count.q.Count(count.into).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// NameChangeQueue gives the head of what waits for staff, what is due first first.
func (s *Store) NameChangeQueue(ctx context.Context, limit int) ([]models.NameChange, error) {
	var list []models.NameChange
	err := s.reader(ctx).Where("status IN ?", models.NameChangesForStaff).Order("due_at, id").Limit(limit).Find(&list).Error
	return list, translate(err)
}

// NameChangeDetail is all that the page of a review shows.
type NameChangeDetail struct {
	Change      models.NameChange
	Contract    models.Contract
	Hints       []models.NameHint             // of now while it is open, later as they were at its end
	Decisions   []models.NameChangeDecision   // oldest first, with what was said
	Attachments []models.NameChangeAttachment // oldest first
	Affected    []models.Contract             // others of the same holder
	Others      []models.NameChange           // open ones of the same company, besides this one
	Mails       []models.Mail
	Tasks       []TaskRow           // about mails to the requester
	Audit       []models.AuditEntry // oldest first
}

// affectedShown bounds the contracts and requests beside a change.
const affectedShown = 50

// NameChangeDetail reads everything about one name change. It is for staff.
func (s *Store) NameChangeDetail(ctx context.Context, number string) (NameChangeDetail, error) {
	var d NameChangeDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		d = NameChangeDetail{}
		if err := tx.Where("number = ?", models.NormaliseNumber(number)).Take(&d.Change).Error; err != nil {
			return found(err, "name_change")
		}
		contract, err := needed[models.Contract](tx, d.Change.ContractID)
		if err != nil {
			return err
		}
		d.Contract = *contract
		for _, read := range []func(*gorm.DB, *NameChangeDetail) error{hintsOf, saidAbout, besides, told} {
			if err := read(tx, &d); err != nil {
				return err
			}
		}
		return nil
	})
	return d, err
}

func hintsOf(tx *gorm.DB, d *NameChangeDetail) (err error) {
	if !d.Change.Status.Closed() {
		d.Hints, err = nameHints(tx, d.Change)
		return err
	}
	return tx.Where("name_change_id = ?", d.Change.ID).Order("position").Find(&d.Hints).Error
}

func saidAbout(tx *gorm.DB, d *NameChangeDetail) error {
	if err := tx.Where("name_change_id = ?", d.Change.ID).Order("id").Find(&d.Decisions).Error; err != nil {
		return err
	}
	return tx.Where("name_change_id = ?", d.Change.ID).Order("id").Find(&d.Attachments).Error
}

// besides reads the other contracts of the holder, and the other open requests of
// the company, under its old name, its new one or its number.
func besides(tx *gorm.DB, d *NameChangeDetail) error {
	c := d.Change
	err := tx.Where("holder_key = ? AND id <> ?", d.Contract.HolderKey, c.ContractID).Order("id DESC").Limit(affectedShown).Find(&d.Affected).Error
	if err != nil {
		return err
	}
	keys := []string{c.OldKey, c.NewKey}
	same := tx.Where("old_key IN ?", keys).Or("new_key IN ?", keys)
	if c.CorporateNumber != 0 {
		same = same.Or("corporate_number = ?", c.CorporateNumber)
	}
	return tx.Where("closed_at IS NULL AND id <> ?", c.ID).Where(same).Order("id").Limit(affectedShown).Find(&d.Others).Error
}

func told(tx *gorm.DB, d *NameChangeDetail) (err error) {
	if err := tx.Where("name_change_id = ?", d.Change.ID).Order("id").Find(&d.Mails).Error; err != nil {
		return err
	}
	if d.Tasks, err = tasksOfMails(tx, "name_change_id = ?", d.Change.ID); err != nil {
		return err
	}
	return tx.Where("subject = ? AND subject_id = ?", "name_change", d.Change.ID).Order("id").Find(&d.Audit).Error
}

// KeptHints gives the codes of the hints that were copied, by name change.
func (s *Store) KeptHints(ctx context.Context, changeIDs []int64) (map[int64][]models.NameHintCode, error) {
	codes := map[int64][]models.NameHintCode{}
	if len(changeIDs) == 0 {
		return codes, nil
	}
	var list []models.NameHint
	err := s.reader(ctx).Where("name_change_id IN ?", changeIDs).Order("position").Find(&list).Error
	for _, h := range list {
		codes[h.NameChangeID] = append(codes[h.NameChangeID], h.Code)
	}
	return codes, translate(err)
}

// NameChangeAttachment finds a file of a name change. It is for staff.
func (s *Store) NameChangeAttachment(ctx context.Context, number string, id int64) (models.NameChangeAttachment, error) {
	ofChange := s.read.Model(&models.NameChange{}).Select("id").Where("number = ?", models.NormaliseNumber(number))
	return take[models.NameChangeAttachment](s.reader(ctx).Where("id = ? AND name_change_id IN (?)", id, ofChange), "file")
}

// FollowedNameChange is what a contract's contacts see: where the newest request
// stands, and what was said, without the names of staff.
type FollowedNameChange struct {
	Change      models.NameChange
	Messages    []models.NameChangeDecision
	Attachments []models.NameChangeAttachment
}

// NameChangeOf gives the newest name change of a contract, or not found. Whoever
// calls has checked that the contract is theirs.
func (s *Store) NameChangeOf(ctx context.Context, contractID int64) (FollowedNameChange, error) {
	var f FollowedNameChange
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		f = FollowedNameChange{}
		if err := tx.Where("contract_id = ?", contractID).Order("id DESC").Take(&f.Change).Error; err != nil {
			return found(err, "name_change")
		}
		err := tx.Omit("actor_name", "actor_id").Where("name_change_id = ?", f.Change.ID).Order("id").Find(&f.Messages).Error
		if err != nil {
			return err
		}
		// What staff note when they approve is theirs.
		for i := range f.Messages {
			if f.Messages[i].Kind == models.NameChangeApprove {
				f.Messages[i].Note = ""
			}
		}
		return tx.Where("name_change_id = ?", f.Change.ID).Order("id").Find(&f.Attachments).Error
	})
	return f, err
}

// OpenNameChanges gives the open name changes of contracts, by contract.
func (s *Store) OpenNameChanges(ctx context.Context, contractIDs ...int64) (map[int64]models.NameChange, error) {
	open := map[int64]models.NameChange{}
	if len(contractIDs) == 0 {
		return open, nil
	}
	var list []models.NameChange
	err := s.reader(ctx).Where("contract_id IN ? AND closed_at IS NULL", contractIDs).Find(&list).Error
	for _, c := range list {
		open[c.ContractID] = c
	}
	return open, translate(err)
}

// NameChangesOf lists the name changes of a contract, newest first.
func (s *Store) NameChangesOf(ctx context.Context, contractID int64) ([]models.NameChange, error) {
	var list []models.NameChange
	err := s.reader(ctx).Where("contract_id = ?", contractID).Order("id DESC").Limit(MaxPage).Find(&list).Error
	return list, translate(err)
}

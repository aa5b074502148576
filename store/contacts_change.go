package store

import (
	"context"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ContactsWish is what somebody wants a contract's contacts to be.
type ContactsWish struct {
	LicenseID string          // as typed
	Version   int64           // of the contract when the person began
	Contacts  models.Contacts // every field as typed
	// Email is the address that the account signed in with; it is told what became
	// of the wish. Staff have none, and give a reason.
	Email  string
	Reason string
	// Name asks for another name of the holder, which waits for a review; nil does not.
	Name *models.NameChangeRequest
}

// ContactsChanged is what became of a wish.
type ContactsChanged struct {
	Contract models.Contract
	Change   models.ContractChange
	// NameChange is the request that waits for a review, if one was made.
	NameChange *models.NameChange
	// Again says that the very same was wished before: nothing was done now.
	Again  bool
	Outbox []int64 // entries to tell
}

// ChangeContacts changes what a contract says of its contacts, at once. Who began
// with an older version is refused where somebody changed contacts since; what
// orders changed about it does not matter. Mails tell the person, and the old and
// new addresses where a contact's address changes.
func (s *Store) ChangeContacts(ctx context.Context, actor models.Actor, wish ContactsWish) (done ContactsChanged, err error) {
	models.TidyContacts(&wish.Contacts)
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		done = ContactsChanged{}
		edit, err := s.editOf(tx, actor, wish, &done.Contract)
		if err != nil {
			return err
		}
		since, err := changesSince(tx, done.Contract.ID, wish.Version)
		if err != nil {
			return err
		}
		if again := sameBefore(actor, done.Contract, wish, since); again != nil {
			done.Change, done.Again = *again, true
			return nil
		}
		if anyFields(since) {
			return models.NewError(models.KindConflict, "contacts_changed")
		}
		return s.changeContacts(tx, wish, edit, &done)
	})
	return done, err
}

// editOf reads the contract for changing it, and says in what part somebody does:
// staff with a reason, and an account only while the portal shows it the contract.
func (s *Store) editOf(tx *gorm.DB, actor models.Actor, wish ContactsWish, c *models.Contract) (contractEdit, error) {
	edit := contractEdit{actor: actor, name: actor.Name, kind: models.ChangeOfContacts, reason: wish.Reason}
	id, ok := models.ParseLicenseID(wish.LicenseID)
	if !ok {
		return edit, models.NotFound("contract")
	}
	if err := s.locked(tx).Where("license_id = ?", id).Take(c).Error; err != nil {
		return edit, found(err, "contract")
	}
	switch actor.Kind {
	case models.ActorStaff:
		if c.Void {
			return edit, models.NewError(models.KindConflict, "contract_void")
		}
		return edit, nil
	case models.ActorAccount:
		shown, err := s.portalContract(tx, wish.Email, id)
		if err != nil {
			return edit, err
		}
		edit.role, edit.name, edit.reason = shown.Roles[0], models.AddressKey(wish.Email), ""
		return edit, nil
	}
	return edit, models.NewError(models.KindForbidden, "staff_only")
}

// sameBefore gives the change by the same person that did already what is wished:
// the form was sent twice.
func sameBefore(actor models.Actor, c models.Contract, wish ContactsWish, since []models.ContractChange) *models.ContractChange {
	wanted := wish.Contacts
	if actor.Kind == models.ActorAccount {
		wanted = models.WithoutReview(c.Contacts(), wanted)
	}
	if len(models.ContactDifferences(c.Contacts(), wanted)) > 0 {
		return nil
	}
	i := slices.IndexFunc(since, func(change models.ContractChange) bool {
		return change.Kind == models.ChangeOfContacts && change.ActorKind == actor.Kind && change.ActorID == actor.ID &&
			(change.NameChangeID != nil) == (wish.Name != nil)
	})
	if i < 0 {
		return nil
	}
	return &since[i]
}

func anyFields(changes []models.ContractChange) bool {
	return slices.ContainsFunc(changes, func(c models.ContractChange) bool { return len(c.Fields) > 0 })
}

// changeContacts makes a change that was accepted, with all that follows from it.
func (s *Store) changeContacts(tx *gorm.DB, wish ContactsWish, edit contractEdit, done *ContactsChanged) error {
	before := done.Contract.Contacts()
	errs, err := s.wrongContacts(tx, before, wish)
	if err != nil {
		return err
	}
	if edit.actor.Kind == models.ActorStaff {
		errs = append(errs, wrongReason(edit.reason)...)
	}
	if len(errs) > 0 {
		return models.Invalid(errs...)
	}
	to := wish.Contacts
	if edit.actor.Kind == models.ActorAccount {
		to = models.WithoutReview(before, to)
	}
	if len(models.ContactDifferences(before, to)) == 0 && wish.Name == nil {
		return unchanged
	}
	if err := s.askForName(tx, wish, &edit, done); err != nil {
		return err
	}
	if done.Change, err = s.editContract(tx, &done.Contract, to, edit); err != nil {
		return err
	}
	return s.tellContacts(tx, before, wish, edit, done)
}

// askForName makes the request for another name of the holder, which a review
// decides. The mail of the change acknowledges it.
func (s *Store) askForName(tx *gorm.DB, wish ContactsWish, edit *contractEdit, done *ContactsChanged) error {
	if wish.Name == nil {
		return nil
	}
	asked, err := s.requestNameChange(tx, edit.actor, done.Contract, AskNameChange{
		ContractID: done.Contract.ID, Requester: wish.Email, Language: edit.actor.Language, Request: *wish.Name, Quiet: true,
	})
	if err != nil {
		return atName(err)
	}
	edit.nameChangeID, done.NameChange = &asked.Change.ID, &asked.Change
	done.Outbox = append(done.Outbox, asked.OutboxID)
	return nil
}

// atName says of errors of a request for a name that they stand in its part of the form.
func atName(err error) error {
	e := models.AsError(err)
	if e.Kind != models.KindInvalid || len(e.Fields) == 0 {
		return err
	}
	return models.Invalid(nameFields(e.Fields)...)
}

func nameFields(fields []models.FieldError) []models.FieldError {
	moved := slices.Clone(fields)
	for i := range moved {
		moved[i].Field = "name." + moved[i].Field
	}
	return moved
}

// unchanged says that a form changes nothing.
var unchanged = models.NewError(models.KindInvalid, "contacts_unchanged")

// wrongContacts gives all that is wrong with what contacts are to become: what was
// typed, new addresses that mail does not reach, and a name that cannot be asked for.
func (s *Store) wrongContacts(tx *gorm.DB, before models.Contacts, wish ContactsWish) ([]models.FieldError, error) {
	errs := models.CheckContacts(before, wish.Contacts, s.rules.Applications)
	if wish.Name != nil {
		errs = append(errs, nameFields(wish.Name.Check(models.NameOf(before.Holder), s.rules.NameChanges))...)
	}
	marked, err := s.refuseMarkedContacts(tx, before, wish.Contacts)
	return append(errs, marked...), err
}

func wrongReason(reason string) []models.FieldError {
	if reason == "" {
		return []models.FieldError{models.Field("reason", "required")}
	}
	return models.CheckFreeText("reason", reason)
}

// CheckContacts says what an account's wish would change at once, by the same rules
// and with the same refusals as ChangeContacts, and changes nothing.
func (s *Store) CheckContacts(ctx context.Context, wish ContactsWish) (fields []models.ContractChangeField, err error) {
	models.TidyContacts(&wish.Contacts)
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		shown, err := s.portalContract(tx, wish.Email, wish.LicenseID)
		if err != nil {
			return err
		}
		since, err := changesSince(tx, shown.Contract.ID, wish.Version)
		if err != nil {
			return err
		}
		if anyFields(since) {
			return models.NewError(models.KindConflict, "contacts_changed")
		}
		before := shown.Contract.Contacts()
		errs, err := s.wrongContacts(tx, before, wish)
		if err != nil {
			return err
		}
		if len(errs) > 0 {
			return models.Invalid(errs...)
		}
		fields = models.ContactDifferences(before, models.WithoutReview(before, wish.Contacts))
		if wish.Name != nil {
			return refuseSecond(tx, shown.Contract.ID)
		}
		if len(fields) == 0 {
			return unchanged
		}
		return nil
	})
	return fields, err
}

// refuseMarkedContacts gives the fields with new addresses that mail does not
// reach: they are marked as dead.
func (s *Store) refuseMarkedContacts(tx *gorm.DB, before, after models.Contacts) ([]models.FieldError, error) {
	var errs []models.FieldError
	for _, role := range models.ContactRoles {
		was, is := before.Of(role).Email, after.Of(role).Email
		if is == "" || models.AddressKey(was) == models.AddressKey(is) {
			continue
		}
		dead, err := markedField(tx, string(role)+".email", is)
		if err != nil {
			return nil, err
		}
		errs = append(errs, dead...)
	}
	return errs, nil
}

// tellContacts queues the mails of a change: what was done to whoever asked, and a
// word to each address that is given up or new.
func (s *Store) tellContacts(tx *gorm.DB, before models.Contacts, wish ContactsWish, edit contractEdit, done *ContactsChanged) error {
	language := models.ParseLanguage(string(edit.actor.Language))
	told := map[string]bool{}
	queue := func(kind models.MailKind, version int, address string) error {
		key := models.AddressKey(address)
		if address == "" || told[key] {
			return nil
		}
		told[key] = true
		outbox, err := s.mailContractChange(tx, models.Mail{
			Kind: kind, ContractChangeID: &done.Change.ID, Version: version, Recipient: address, Language: language,
		})
		done.Outbox = append(done.Outbox, outbox)
		return err
	}
	if edit.actor.Kind == models.ActorAccount {
		kind := models.MailContactChangeDone
		if wish.Name != nil {
			kind = models.MailContactChangePartly
		}
		if err := queue(kind, 1, wish.Email); err != nil {
			return err
		}
	}
	for i, role := range models.ContactRoles {
		was, is := before.Of(role).Email, done.Contract.Contact(role).Email
		if models.AddressKey(was) == models.AddressKey(is) {
			continue
		}
		if err := queue(models.MailContactAddressReplaced, i+1, was); err != nil {
			return err
		}
		if err := queue(models.MailContactAddressNew, i+1, is); err != nil {
			return err
		}
	}
	return nil
}

// mailContractChange queues a mail about a change, and the process that sends it.
func (s *Store) mailContractChange(tx *gorm.DB, m models.Mail) (outbox int64, err error) {
	mailID, err := s.queueMail(tx, m)
	if err != nil {
		return 0, err
	}
	return s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(mailID), mailID, 0})
}

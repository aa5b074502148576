package store

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// AccountByEmail finds the account of a mail address as typed. That it is there
// says nothing about whether the address may sign in: see AddressMaySignIn.
func (s *Store) AccountByEmail(ctx context.Context, email string) (models.Account, error) {
	return take[models.Account](s.reader(ctx).Where("email = ?", models.AddressKey(email)), "account")
}

// AccountByID finds an account by its row.
func (s *Store) AccountByID(ctx context.Context, id int64) (models.Account, error) {
	return take[models.Account](s.reader(ctx).Where("id = ?", id), "account")
}

// temporaryWindow is the time within which an address is mailed at most
// models.TemporaryPasswords of them: each ends the one before, so that somebody
// who asks in another's name could otherwise keep theirs from ever working.
const temporaryWindow = time.Hour

// TemporaryAsked is somebody's asking for a temporary password.
type TemporaryAsked struct {
	Email    string
	Language models.Language
	// Key is the number of the server key that the password derives from.
	Key int
}

// RequestTemporaryPassword has a temporary password mailed to an address that may
// sign in; it ends the one before. It gives the outbox entry to tell, or 0 where
// nothing is mailed: an address that may not sign in, or one that asked too often.
// What the person sees is the same in every case (contracts.md).
func (s *Store) RequestTemporaryPassword(ctx context.Context, actor models.Actor, asked TemporaryAsked) (outbox int64, err error) {
	asked.Email = models.AddressKey(asked.Email)
	if errs := models.CheckEmail("email", asked.Email); errs != nil {
		return 0, models.Invalid(errs...)
	}
	allowed, err := s.AddressMaySignIn(ctx, asked.Email)
	if err != nil || !allowed {
		return 0, err
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		outbox = 0
		account, err := s.accountOf(tx, asked)
		if err != nil {
			return err
		}
		if full, err := s.temporaryUsedUp(tx, account.ID); err != nil || full {
			return err
		}
		outbox, err = s.mailTemporary(tx, actor, account, asked.Key)
		return err
	})
	return outbox, err
}

// accountOf gives the account of an address, held until the transaction ends, or makes it.
func (s *Store) accountOf(tx *gorm.DB, asked TemporaryAsked) (models.Account, error) {
	var account models.Account
	err := s.locked(tx).Where("email = ?", asked.Email).Take(&account).Error
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return account, err
	}
	account = models.Account{Email: asked.Email, Language: models.ParseLanguage(string(asked.Language)), CreatedAt: s.Now()}
	return account, tx.Create(&account).Error
}

func (s *Store) temporaryUsedUp(tx *gorm.DB, accountID int64) (bool, error) {
	var mailed int64
	err := tx.Model(&models.Mail{}).Where("account_id = ? AND kind = ? AND queued_at > ?", accountID, models.MailTemporaryPassword, s.Now().Add(-temporaryWindow)).
		Count(&mailed).Error
	return mailed >= models.TemporaryPasswords, err
}

// mailTemporary makes the account's next temporary password and queues its mail.
func (s *Store) mailTemporary(tx *gorm.DB, actor models.Actor, a models.Account, key int) (int64, error) {
	var err error
	if a.TemporarySalt, err = models.NewToken(rand.Reader); err != nil {
		return 0, err
	}
	until := s.Now().Add(s.rules.TemporaryPassword)
	a.TemporaryVersion++
	err = tx.Model(&models.Account{}).Where("id = ?", a.ID).Updates(map[string]any{
		"temporary_salt": a.TemporarySalt, "temporary_version": a.TemporaryVersion, "temporary_key": key, "temporary_until": until,
	}).Error
	if err != nil {
		return 0, err
	}
	if err := s.audit(tx, actor, "account", a.ID, "temporary_password", nil, map[string]any{"version": a.TemporaryVersion}); err != nil {
		return 0, err
	}
	return s.mailAccount(tx, a, models.MailTemporaryPassword, a.TemporaryVersion)
}

// mailAccount queues a mail to an account and the process that sends it.
func (s *Store) mailAccount(tx *gorm.DB, a models.Account, kind models.MailKind, version int) (int64, error) {
	mailID, err := s.queueMail(tx, models.Mail{Kind: kind, AccountID: &a.ID, Version: version, Recipient: a.Email, Language: a.Language})
	if err != nil {
		return 0, err
	}
	return s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(mailID), mailID, 0})
}

// temporaryStale says whether a mail brings a temporary password that works no
// more: it was used, a newer one was asked for, or its time is over.
func (s *Store) temporaryStale(tx *gorm.DB, m models.Mail) (bool, error) {
	a, err := needed[models.Account](tx, *m.AccountID)
	if err != nil {
		return false, err
	}
	return a.TemporaryVersion != m.Version || !a.TemporaryUsable(s.Now()), nil
}

// CreateAccount keeps an account that has a password already, as sample data do.
func (s *Store) CreateAccount(ctx context.Context, actor models.Actor, a *models.Account) error {
	a.Email = models.AddressKey(a.Email)
	if errs := append(models.CheckEmail("email", a.Email), checkLanguage(a.Language)...); errs != nil {
		return models.Invalid(errs...)
	}
	now := s.Now()
	a.ID, a.CreatedAt, a.PasswordSetAt, a.PasswordVersion = 0, now, &now, 1
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(a).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "account", a.ID, "created", nil, nil)
	})
}

// SetAccountLanguage sets the language of an account's mails, and of its pages
// where no other was chosen.
func (s *Store) SetAccountLanguage(ctx context.Context, actor models.Actor, id int64, language models.Language) error {
	if errs := checkLanguage(language); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		before, err := needed[models.Account](tx, id)
		if err != nil {
			return err
		}
		if err := tx.Model(&models.Account{}).Where("id = ?", id).Update("language", language).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "account", id, "changed", map[string]any{"language": before.Language}, map[string]any{"language": language})
	})
}

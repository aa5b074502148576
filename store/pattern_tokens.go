package store

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// MakePatternToken makes an account a link for scripts. Key is the number of the server key that its secret derives from.
func (s *Store) MakePatternToken(ctx context.Context, actor models.Actor, accountID int64, name string, key int) (models.PatternToken, error) {
	if errs := models.CheckTokenName("name", name); errs != nil {
		return models.PatternToken{}, models.Invalid(errs...)
	}
	var made models.PatternToken
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		// Held until the end, so that two asked for at once are counted one after the other.
		if err := s.locked(tx).Where("id = ?", accountID).Take(&models.Account{}).Error; err != nil {
			return found(err, "account")
		}
		var there int64
		if err := tx.Model(&models.PatternToken{}).Where("account_id = ? AND revoked_at IS NULL", accountID).Count(&there).Error; err != nil {
			return err
		}
		if there >= models.MaxPatternTokens {
			return models.NewError(models.KindConflict, "pattern_tokens_full", "max", itoa(models.MaxPatternTokens))
		}
		made = models.PatternToken{AccountID: accountID, Name: name, LinkKey: key, CreatedAt: s.Now()}
		var err error
		if made.Handle, err = models.NewPatternHandle(rand.Reader); err != nil {
			return err
		}
		if made.LinkSalt, err = models.NewToken(rand.Reader); err != nil {
			return err
		}
		if err := tx.Create(&made).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "account", accountID, "pattern_token_made", nil, map[string]any{"token": made.ID})
	})
	return made, err
}

// PatternTokens lists an account's links that work, the newest first.
func (s *Store) PatternTokens(ctx context.Context, accountID int64) ([]models.PatternToken, error) {
	var list []models.PatternToken
	err := s.reader(ctx).Where("account_id = ? AND revoked_at IS NULL", accountID).Order("id DESC").Find(&list).Error
	return list, translate(err)
}

// PatternToken finds a link of an account's that works.
func (s *Store) PatternToken(ctx context.Context, accountID, id int64) (models.PatternToken, error) {
	return take[models.PatternToken](s.reader(ctx).Where("id = ? AND account_id = ? AND revoked_at IS NULL", id, accountID), "pattern_token")
}

// PatternTokenByHandle finds a link that works, with its account. Whether what came with the handle is its secret is
// the caller's to say.
func (s *Store) PatternTokenByHandle(ctx context.Context, handle string) (models.PatternToken, models.Account, error) {
	t, err := take[models.PatternToken](s.reader(ctx).Where("handle = ? AND revoked_at IS NULL", handle), "pattern_token")
	if err != nil {
		return t, models.Account{}, err
	}
	a, err := s.AccountByID(ctx, t.AccountID)
	return t, a, err
}

// RevokePatternToken ends an account's link for good.
func (s *Store) RevokePatternToken(ctx context.Context, actor models.Actor, accountID, id int64) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&models.PatternToken{}).Where("id = ? AND account_id = ? AND revoked_at IS NULL", id, accountID).Update("revoked_at", s.Now())
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return models.NotFound("pattern_token")
		}
		return s.audit(tx, actor, "account", accountID, "pattern_token_revoked", nil, map[string]any{"token": id})
	})
}

// usedStep is how exactly the last use of a link is kept, so that not every request writes.
const usedStep = 10 * time.Minute

// UsedPatternToken notes that a script came with a link.
func (s *Store) UsedPatternToken(ctx context.Context, id int64) error {
	now := s.Now()
	return translate(s.write.WithContext(ctx).Model(&models.PatternToken{}).
		Where("id = ? AND (used_at IS NULL OR used_at < ?)", id, now.Add(-usedStep)).Update("used_at", now).Error)
}

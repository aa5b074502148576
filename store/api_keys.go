package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// APIKeys lists a reseller's keys, newest first, revoked ones too.
func (s *Store) APIKeys(ctx context.Context, resellerID int64) ([]models.APIKey, error) {
	var keys []models.APIKey
	err := s.reader(ctx).Where("reseller_id = ?", resellerID).Order("id DESC").Find(&keys).Error
	return keys, translate(err)
}

// APIKeyByHash finds the key that a request shows, with its reseller. A revoked
// key is as unknown as one that never was.
func (s *Store) APIKeyByHash(ctx context.Context, hash string) (models.APIKey, models.Reseller, error) {
	var k models.APIKey
	var r models.Reseller
	tx := s.reader(ctx)
	if err := tx.Where("hash = ? AND revoked_at IS NULL", hash).Take(&k).Error; err != nil {
		return models.APIKey{}, r, found(err, "api_key")
	}
	err := tx.Where("id = ?", k.ResellerID).Take(&r).Error
	return k, r, found(err, "reseller")
}

// CreateAPIKey keeps a new key, of which the caller gives prefix and hash.
func (s *Store) CreateAPIKey(ctx context.Context, actor models.Actor, k *models.APIKey) error {
	if k.Language == "" {
		k.Language = models.Japanese
	}
	if errs := checkAPIKey(k); errs != nil {
		return models.Invalid(errs...)
	}
	k.CreatedAt, k.RevokedAt = s.Now(), nil
	return s.transaction(ctx, func(tx *gorm.DB) error {
		owner, err := optional[models.Reseller](tx.Where("id = ?", k.ResellerID))
		if err != nil {
			return err
		}
		if owner == nil {
			return models.NotFound("reseller")
		}
		k.ID = 0
		if err := tx.Create(k).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "api_key", k.ID, "created", nil, map[string]any{
			"reseller_id": k.ResellerID, "name": k.Name, "prefix": k.Prefix, "scopes": k.Scopes, "owner_email": k.OwnerEmail,
		})
	})
}

func checkAPIKey(k *models.APIKey) []models.FieldError {
	errs := checkName(k.Name)
	scopes := strings.Fields(k.Scopes)
	if len(scopes) == 0 {
		errs = append(errs, models.Field("scopes", "required"))
	}
	for _, scope := range scopes {
		if !slices.Contains(models.Scopes, models.Scope(scope)) {
			errs = append(errs, models.Field("scopes", "unknown_value"))
			break
		}
	}
	k.Scopes = strings.Join(slices.Compact(slices.Sorted(slices.Values(scopes))), " ")
	k.OwnerEmail = strings.TrimSpace(k.OwnerEmail)
	errs = append(errs, models.CheckEmail("owner_email", k.OwnerEmail)...)
	return append(errs, checkLanguage(k.Language)...)
}

// RevokeAPIKey ends a key for good; the row stays readable.
func (s *Store) RevokeAPIKey(ctx context.Context, actor models.Actor, id int64) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var k models.APIKey
		if err := tx.Where("id = ?", id).Take(&k).Error; err != nil {
			return found(err, "api_key")
		}
		revoked := tx.Model(&models.APIKey{}).Where("id = ? AND revoked_at IS NULL", id).Update("revoked_at", s.Now())
		if revoked.Error != nil || revoked.RowsAffected == 0 {
			return revoked.Error // revoked before: nothing changes
		}
		return s.audit(tx, actor, "api_key", id, "revoked", nil, map[string]any{"name": k.Name, "prefix": k.Prefix})
	})
}

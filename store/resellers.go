package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Resellers lists all resellers by partner code.
func (s *Store) Resellers(ctx context.Context) ([]models.Reseller, error) {
	var list []models.Reseller
	err := s.reader(ctx).Order("partner_code").Find(&list).Error
	return list, translate(err)
}

// ResellerByID finds a reseller by its row.
func (s *Store) ResellerByID(ctx context.Context, id int64) (models.Reseller, error) {
	return take[models.Reseller](s.reader(ctx).Where("id = ?", id), "reseller")
}

// ResellerByPartnerCode finds a reseller by its partner code as typed.
func (s *Store) ResellerByPartnerCode(ctx context.Context, code string) (models.Reseller, error) {
	return take[models.Reseller](s.reader(ctx).Where("partner_code = ?", models.NormaliseNumber(code)), "reseller")
}

// CreateReseller keeps a new reseller and fills in its row number.
func (s *Store) CreateReseller(ctx context.Context, actor models.Actor, r *models.Reseller) error {
	if errs := checkReseller(r); errs != nil {
		return models.Invalid(errs...)
	}
	r.NameKey, r.CreatedAt = models.NameKey(r.Name), s.Now()
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := refuseReseller(tx, r.PartnerCode, 0); err != nil {
			return err
		}
		r.ID = 0
		if err := tx.Create(r).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "reseller", r.ID, "created", nil, resellerFacts(*r))
	})
}

// UpdateReseller changes a reseller's partner code, name, address and language.
// Its orders keep the partner code that they came in under.
func (s *Store) UpdateReseller(ctx context.Context, actor models.Actor, r *models.Reseller) error {
	if errs := checkReseller(r); errs != nil {
		return models.Invalid(errs...)
	}
	r.NameKey = models.NameKey(r.Name)
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var before models.Reseller
		if err := s.locked(tx).Where("id = ?", r.ID).Take(&before).Error; err != nil {
			return found(err, "reseller")
		}
		if err := refuseReseller(tx, r.PartnerCode, r.ID); err != nil {
			return err
		}
		r.CreatedAt = before.CreatedAt
		if err := tx.Save(r).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "reseller", r.ID, "changed", resellerFacts(before), resellerFacts(*r))
	})
}

func refuseReseller(tx *gorm.DB, partnerCode string, id int64) error {
	other, err := optional[models.Reseller](tx.Where("partner_code = ? AND id <> ?", partnerCode, id))
	if err == nil && other != nil {
		return models.NewError(models.KindConflict, "reseller_exists")
	}
	return err
}

// checkReseller brings the fields to the form they are kept in and checks them.
func checkReseller(r *models.Reseller) []models.FieldError {
	r.PartnerCode, r.Email = models.NormaliseNumber(r.PartnerCode), strings.TrimSpace(r.Email)
	if r.Language == "" {
		r.Language = models.Japanese
	}
	errs := checkName(r.Name)
	if len(r.PartnerCode) != 8 || strings.Trim(r.PartnerCode, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		errs = append(errs, models.Field("partner_code", "partner_code_malformed"))
	}
	errs = append(errs, models.CheckEmail("email", r.Email)...)
	return append(errs, checkLanguage(r.Language)...)
}

func resellerFacts(r models.Reseller) map[string]any {
	return map[string]any{"partner_code": r.PartnerCode, "name": r.Name, "email": r.Email, "language": r.Language}
}

// checkName checks a name that must be given.
func checkName(name string) []models.FieldError {
	if strings.TrimSpace(name) == "" {
		return []models.FieldError{models.Field("name", "required")}
	}
	return models.CheckLine("name", name, models.MaxNameLength)
}

func checkLanguage(l models.Language) []models.FieldError {
	if l != models.Japanese && l != models.English {
		return []models.FieldError{models.Field("language", "unknown_value")}
	}
	return nil
}

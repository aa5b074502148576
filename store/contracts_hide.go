package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// HideContract hides a contract in the portal at its holder's wish, or shows it
// again; staff say why.
func (s *Store) HideContract(ctx context.Context, actor models.Actor, license string, hidden bool, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return models.Invalid(models.Field("reason", "required"))
	}
	if errs := models.CheckFreeText("reason", reason); errs != nil {
		return models.Invalid(errs...)
	}
	id, ok := models.ParseLicenseID(license)
	if !ok {
		return models.NotFound("contract")
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		c, err := take[models.Contract](tx.Where("license_id = ?", id), "contract")
		if err != nil {
			return err
		}
		changed := tx.Model(&models.Contract{}).Where("id = ? AND hidden = ?", c.ID, !hidden).Update("hidden", hidden)
		if changed.Error != nil {
			return changed.Error
		}
		before, after := map[string]any{"hidden": !hidden}, map[string]any{"hidden": hidden, "reason": reason}
		switch {
		case changed.RowsAffected == 0 && hidden:
			return models.NewError(models.KindConflict, "contract_hidden")
		case changed.RowsAffected == 0:
			return models.NewError(models.KindConflict, "contract_shown")
		case hidden:
			return s.audit(tx, actor, "contract", c.ID, "contract_hidden", before, after)
		}
		return s.audit(tx, actor, "contract", c.ID, "contract_shown", before, after)
	})
}

package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// StaffByEmail finds a member of staff by mail address; case makes no difference.
func (s *Store) StaffByEmail(ctx context.Context, email string) (models.Staff, error) {
	return take[models.Staff](s.reader(ctx).Where("email = ?", staffEmail(email)), "staff")
}

// StaffByID finds a member of staff by row, disabled or not.
func (s *Store) StaffByID(ctx context.Context, id int64) (models.Staff, error) {
	return take[models.Staff](s.reader(ctx).Where("id = ?", id), "staff")
}

// StaffList lists everybody, disabled people too, by name.
func (s *Store) StaffList(ctx context.Context) ([]models.Staff, error) {
	var list []models.Staff
	err := s.reader(ctx).Order("name, id").Find(&list).Error
	return list, translate(err)
}

// CreateStaff keeps a new member of staff and fills in the row number.
func (s *Store) CreateStaff(ctx context.Context, actor models.Actor, m *models.Staff) error {
	if errs := checkStaff(m); errs != nil {
		return models.Invalid(errs...)
	}
	m.CreatedAt = s.Now()
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := refuseStaff(tx, m.Email, 0); err != nil {
			return err
		}
		m.ID = 0
		if err := tx.Create(m).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "staff", m.ID, "created", nil, staffFacts(*m))
	})
}

// UpdateStaff changes name, address, role, language, password hash and whether
// the account is disabled. The last lead who can sign in stays one: nobody else
// could make another.
func (s *Store) UpdateStaff(ctx context.Context, actor models.Actor, m *models.Staff) error {
	if errs := checkStaff(m); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		before, leads, err := s.lockedStaff(tx, m.ID)
		if err != nil {
			return err
		}
		if err := refuseStaff(tx, m.Email, m.ID); err != nil {
			return err
		}
		if isLead(before) && !isLead(*m) && len(leads) == 1 {
			return models.NewError(models.KindConflict, "last_lead")
		}
		m.CreatedAt = before.CreatedAt
		if err := tx.Save(m).Error; err != nil {
			return err
		}
		after := staffFacts(*m)
		if m.PasswordHash != before.PasswordHash {
			after["password"] = "changed"
		}
		return s.audit(tx, actor, "staff", m.ID, "changed", staffFacts(before), after)
	})
}

// lockedStaff reads a member and the leads who can sign in, all locked in one
// order, so that two leads cannot disable each other at the same moment.
func (s *Store) lockedStaff(tx *gorm.DB, id int64) (models.Staff, []models.Staff, error) {
	var rows []models.Staff
	err := s.locked(tx).Where("id = ? OR (role = ? AND disabled_at IS NULL)", id, models.RoleLead).Order("id").Find(&rows).Error
	if err != nil {
		return models.Staff{}, nil, err
	}
	i := slices.IndexFunc(rows, func(m models.Staff) bool { return m.ID == id })
	if i < 0 {
		return models.Staff{}, nil, models.NotFound("staff")
	}
	member := rows[i]
	return member, slices.DeleteFunc(rows, func(m models.Staff) bool { return !isLead(m) }), nil
}

func isLead(m models.Staff) bool { return m.Role == models.RoleLead && m.DisabledAt == nil }

func refuseStaff(tx *gorm.DB, email string, id int64) error {
	other, err := optional[models.Staff](tx.Where("email = ? AND id <> ?", email, id))
	if err == nil && other != nil {
		return models.NewError(models.KindConflict, "staff_exists")
	}
	return err
}

func checkStaff(m *models.Staff) []models.FieldError {
	m.Email = staffEmail(m.Email)
	if m.Language == "" {
		m.Language = models.Japanese
	}
	errs := append(checkName(m.Name), models.CheckEmail("email", m.Email)...)
	if !slices.Contains(models.Roles, m.Role) {
		errs = append(errs, models.Field("role", "unknown_value"))
	}
	if m.PasswordHash == "" {
		errs = append(errs, models.Field("password", "required"))
	}
	return append(errs, checkLanguage(m.Language)...)
}

func staffEmail(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

func staffFacts(m models.Staff) map[string]any {
	return map[string]any{"email": m.Email, "name": m.Name, "role": m.Role, "language": m.Language, "disabled": m.DisabledAt != nil}
}

package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// DocumentByToken finds a document by the token of its public page.
func (s *Store) DocumentByToken(ctx context.Context, token string) (models.Document, error) {
	return take[models.Document](s.reader(ctx).Where("token = ?", token), "document")
}

// DocumentFor finds the document of an order or application in one language.
func (s *Store) DocumentFor(ctx context.Context, kind models.DocumentKind, subjectID int64, lang models.Language) (models.Document, error) {
	var d models.Document
	err := s.reader(ctx).Where("kind = ? AND subject_id = ? AND language = ?", kind, subjectID, lang).Take(&d).Error
	return d, found(err, "document")
}

// DocumentPreferring finds the document of an order or application in one language, or else in the other.
func (s *Store) DocumentPreferring(ctx context.Context, kind models.DocumentKind, subjectID int64, lang models.Language) (models.Document, error) {
	var d models.Document
	err := s.reader(ctx).Where("kind = ? AND subject_id = ?", kind, subjectID).
		Order(clause.OrderBy{Expression: clause.Expr{SQL: "CASE WHEN language = ? THEN 0 ELSE 1 END", Vars: []any{lang}}}).Take(&d).Error
	return d, found(err, "document")
}

// SaveDocument keeps a rendered document, once per kind, subject and language.
// When one is there already d becomes that one: its token may be in a mail by now.
func (s *Store) SaveDocument(ctx context.Context, d *models.Document) error {
	d.CreatedAt = s.Now()
	return s.transaction(ctx, func(tx *gorm.DB) error {
		row := *d
		row.ID = 0
		made := tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "kind"}, {Name: "subject_id"}, {Name: "language"}}, DoNothing: true,
		}).Create(&row)
		if made.Error != nil {
			return made.Error
		}
		kept := models.Document{}
		err := tx.Where("kind = ? AND subject_id = ? AND language = ?", d.Kind, d.SubjectID, d.Language).Take(&kept).Error
		if err != nil {
			return err
		}
		*d = kept
		if made.RowsAffected == 0 {
			return nil
		}
		return s.audit(tx, models.Process, documentSubject(kept.Kind), kept.SubjectID, "document_made", nil, map[string]any{
			"document_id": kept.ID, "kind": kept.Kind, "language": kept.Language, "size": kept.Size, "substituted": kept.Substituted,
		})
	})
}

// documentSubject names what a document is about, as the audit log does.
func documentSubject(kind models.DocumentKind) string {
	if kind == models.DocumentApplication {
		return "application"
	}
	return "order"
}

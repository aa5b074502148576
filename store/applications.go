package store

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// FileApplication checks what was typed, gives it a receipt number, and keeps it
// together with the mail that tells the number and the process that sends it. It
// gives the outbox entry to tell, or every error at once.
func (s *Store) FileApplication(ctx context.Context, actor models.Actor, a *models.Application) (int64, error) {
	a.DropUnasked()
	if errs := models.CheckApplication(a, s.rules.Applications, s.Today()); errs != nil {
		return 0, models.Invalid(errs...)
	}
	a.Status, a.CreatedAt = models.ApplicationOpen, s.Now()
	a.EndUserKey = models.NameKey(a.EndUser.CompanyName)
	if actor.Kind == models.ActorAPIKey {
		a.ResellerID, a.APIKeyID = &actor.ResellerID, &actor.ID
	}
	if s.rules.ReceiptLifetime > 0 {
		expires := a.CreatedAt.Add(s.rules.ReceiptLifetime)
		a.ExpiresAt = &expires
	}
	var outbox int64
	err := s.transaction(ctx, func(tx *gorm.DB) (err error) {
		a.ID = 0
		if a.ReceiptNumber, err = models.NewReceiptNumber(rand.Reader); err != nil {
			return err
		}
		if err = tx.Create(a).Error; err != nil {
			return err
		}
		mail := models.Mail{
			Kind: models.MailReceiptNumber, ApplicationID: &a.ID, Version: 1, Recipient: a.ApplicantEmail, Language: a.ApplicantLanguage,
		}
		if _, err = s.queueMail(tx, mail); err != nil {
			return err
		}
		if err = s.audit(tx, actor, "application", a.ID, "filed", nil, map[string]any{"order_type": a.OrderType}); err != nil {
			return err
		}
		outbox, err = s.tell(tx, processCall{models.ProcessApplicationFiled, a.WorkflowID(), a.ID, 0})
		return err
	})
	return outbox, err
}

// ApplicationByReceipt finds an application by its number as typed.
func (s *Store) ApplicationByReceipt(ctx context.Context, actor models.Actor, typed string) (models.Application, error) {
	number, wrong := models.ParseReceiptNumber(typed)
	if wrong != nil {
		return models.Application{}, models.NotFound("application")
	}
	return take[models.Application](visibleTo(s.reader(ctx), actor).Where("receipt_number = ?", number), "application")
}

// ApplicationByID finds an application by its row.
func (s *Store) ApplicationByID(ctx context.Context, actor models.Actor, id int64) (models.Application, error) {
	return take[models.Application](visibleTo(s.reader(ctx), actor).Where("id = ?", id), "application")
}

// ApplicationFilter narrows a list of applications; empty fields do not.
type ApplicationFilter struct {
	Query     string // receipt number, company or mail address
	Status    models.ApplicationStatus
	OrderType models.OrderType
}

// Applications lists applications, newest first.
func (s *Store) Applications(ctx context.Context, actor models.Actor, f ApplicationFilter, p Page) ([]models.Application, string, error) {
	q := visibleTo(s.reader(ctx), actor)
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.OrderType != "" {
		q = q.Where("order_type = ?", f.OrderType)
	}
	if text := strings.TrimSpace(f.Query); text != "" {
		number, _ := models.ParseReceiptNumber(text)
		q = q.Where(s.read.Where("receipt_number = ?", number).
			Or("end_user_key LIKE ? ESCAPE '\\'", containing(models.NameKey(text))).
			Or("applicant_email = ?", text).Or("delivery_email = ?", text))
	}
	return page[models.Application](q, p, func(a models.Application) int64 { return a.ID })
}

// visibleTo narrows a query to what the actor may see: an API key sees its own
// reseller's rows and nothing else.
func visibleTo(q *gorm.DB, actor models.Actor) *gorm.DB {
	if actor.Kind == models.ActorStaff || actor.Kind == models.ActorProcess {
		return q
	}
	return q.Where("reseller_id = ?", actor.ResellerID)
}

// containing gives the LIKE pattern for a text anywhere inside, taken literally.
func containing(text string) string {
	if text == "" {
		return "" // matches nothing that has a name
	}
	return "%" + likeLiteral(text) + "%"
}

func likeLiteral(text string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
}

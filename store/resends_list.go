package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ResendFilter narrows a list of resends; empty fields do not.
type ResendFilter struct {
	Statuses   []models.ResendStatus
	Overdue    bool   // waits for staff beyond its due moment
	Query      string // resend number, the number typed, part of the end user's name, or the asker's mail
	ShipmentID int64
	Source     models.ResendSource
	From, To   models.Date // days in Japan on which it came in, both included
}

// Resends lists resends, newest first.
func (s *Store) Resends(ctx context.Context, f ResendFilter, p Page) ([]models.Resend, string, error) {
	return page[models.Resend](s.filterResends(s.reader(ctx), f), p, func(r models.Resend) int64 { return r.ID })
}

// CountResends counts the resends that the filter lets through.
func (s *Store) CountResends(ctx context.Context, f ResendFilter) (int64, error) {
	var n int64
	err := s.filterResends(s.reader(ctx).Model(&models.Resend{}), f).Count(&n).Error
	return n, translate(err)
}

func (s *Store) filterResends(q *gorm.DB, f ResendFilter) *gorm.DB {
	if len(f.Statuses) > 0 {
		q = q.Where("status IN ?", f.Statuses)
	}
	if f.Overdue {
		q = s.overdueResends(q)
	}
	if f.ShipmentID != 0 {
		q = q.Where("shipment_id = ?", f.ShipmentID)
	}
	if f.Source != "" {
		q = q.Where("source = ?", f.Source)
	}
	if !f.From.IsZero() {
		q = q.Where("created_at >= ?", f.From.Start().UTC())
	}
	if !f.To.IsZero() {
		q = q.Where("created_at < ?", f.To.AddDays(1).Start().UTC())
	}
	if text := strings.TrimSpace(f.Query); text != "" {
		either := s.read.Where("resend_number = ?", models.NormaliseNumber(text)).Or("reference = ?", text).Or("asker_email = ?", text)
		if pattern := containing(models.NameKey(text)); pattern != "" {
			either = either.Or("end_user_key LIKE ? ESCAPE '\\'", pattern)
		}
		q = q.Where(either)
	}
	return q
}

func (s *Store) overdueResends(q *gorm.DB) *gorm.DB {
	return q.Where("status = ? AND due_at <= ?", models.ResendReviewing, s.Now())
}

// ResendCounts is what waits in the queue of resends.
type ResendCounts struct {
	Waiting   int64 // for staff
	Warned    int64 // of those, their day is near
	Overdue   int64 // of those, their day has passed
	AskedBack int64 // wait for the person who asked
}

// ResendCounts counts the queue of resends.
func (s *Store) ResendCounts(ctx context.Context) (ResendCounts, error) {
	var c ResendCounts
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		c, err = s.resendCounts(tx)
		return err
	})
	return c, err
}

func (s *Store) resendCounts(tx *gorm.DB) (ResendCounts, error) {
	var c ResendCounts
	in := func(status models.ResendStatus) *gorm.DB {
		return tx.Model(&models.Resend{}).Where("status = ?", status)
	}
	for _, count := range []struct {
		q    *gorm.DB
		into *int64
	}{
		{in(models.ResendReviewing), &c.Waiting},
		{in(models.ResendReviewing).Where("warned_at IS NOT NULL"), &c.Warned},
		{s.overdueResends(tx.Model(&models.Resend{})), &c.Overdue},
		{in(models.ResendAskedBack), &c.AskedBack},
	} {
		if err := count.q.Count(count.into).Error; err != nil {
			return c, err
		}
	}
	return c, nil
}

// ResendDetail is all that a resend's page shows.
type ResendDetail struct {
	Resend     models.Resend
	Candidates []models.ResendCandidate // each delivery that the number names, with what fits
	Shipment   *models.Shipment         // the one that is mailed again, once approved
	Order      *models.Order            // of that one
	Decisions  []models.ResendDecision  // oldest first, with what was said
	Mails      []models.Mail
	Tasks      []TaskRow           // about mails to the person who asked
	Audit      []models.AuditEntry // oldest first
}

// ResendDetail reads everything about one resend. It is for staff.
func (s *Store) ResendDetail(ctx context.Context, resendNumber string) (ResendDetail, error) {
	var d ResendDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		d = ResendDetail{}
		if err := tx.Where("resend_number = ?", models.NormaliseNumber(resendNumber)).Take(&d.Resend).Error; err != nil {
			return found(err, "resend")
		}
		named, err := s.namedDeliveries(tx, d.Resend)
		if err != nil {
			return err
		}
		_, d.Candidates = models.CheckResend(d.Resend, named)
		if d.Resend.ShipmentID != nil {
			if d.Shipment, err = needed[models.Shipment](tx, *d.Resend.ShipmentID); err != nil {
				return err
			}
			if d.Order, err = needed[models.Order](tx, d.Shipment.OrderID); err != nil {
				return err
			}
		}
		if err := tx.Where("resend_id = ?", d.Resend.ID).Order("id").Find(&d.Decisions).Error; err != nil {
			return err
		}
		if err := tx.Where("resend_id = ?", d.Resend.ID).Order("id").Find(&d.Mails).Error; err != nil {
			return err
		}
		if d.Tasks, err = tasksOfResend(tx, d.Resend.ID); err != nil {
			return err
		}
		return tx.Where("subject = ? AND subject_id = ?", "resend", d.Resend.ID).Order("id").Find(&d.Audit).Error
	})
	return d, err
}

// ResendByNumber finds a resend; an API key sees those of its own reseller only.
func (s *Store) ResendByNumber(ctx context.Context, actor models.Actor, number string) (models.Resend, error) {
	return resendOf(s.reader(ctx), actor, number)
}

// ResendLinks says whether a token is that of a resend's link; *keys.Ring does.
type ResendLinks interface {
	ResendAllowed(r models.Resend, token string) bool
}

// FollowedResend is what the person who asked sees: where it stands, and what was
// said to them and by them.
type FollowedResend struct {
	Resend models.Resend
	// Messages are the request, questions, answers and a refusal, oldest first,
	// without the names of staff.
	Messages []models.ResendDecision
}

// ResendByLink finds a resend by its number and the token that only its mails hold.
// An unknown number and a wrong token are not told apart, and take as long.
func (s *Store) ResendByLink(ctx context.Context, links ResendLinks, number, token string) (FollowedResend, error) {
	r, err := take[models.Resend](s.reader(ctx).Where("resend_number = ?", models.NormaliseNumber(number)), "resend")
	unknown := models.IsKind(err, models.KindNotFound)
	if err != nil && !unknown {
		return FollowedResend{}, err
	}
	if right := links.ResendAllowed(r, token); unknown || !right {
		return FollowedResend{}, models.NotFound("resend")
	}
	return s.followed(ctx, r)
}

// followed adds what was said to the person who asked, and by them.
func (s *Store) followed(ctx context.Context, r models.Resend) (FollowedResend, error) {
	f := FollowedResend{Resend: r}
	err := s.reader(ctx).Omit("actor_name", "actor_id").Where("resend_id = ? AND kind <> ?", r.ID, models.ResendApprove).
		Order("id").Find(&f.Messages).Error
	return f, translate(err)
}

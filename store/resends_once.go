package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ResendTaken is a resend that an API key asked for, and the outbox entry to tell.
type ResendTaken struct {
	Resend   models.Resend
	OutboxID int64
	Replayed bool // the same request was taken before
}

// RequestResendOnce takes a resend of a delivery that the API key's reseller sold,
// once for each idempotency key: a second one would end the password that the
// first has just mailed.
func (s *Store) RequestResendOnce(ctx context.Context, actor models.Actor, request models.ResendRequest, i Idempotency) (ResendTaken, error) {
	request.Trim()
	if errs := request.Check(); errs != nil {
		return ResendTaken{}, models.Invalid(errs...)
	}
	var done ResendTaken
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		done = ResendTaken{}
		shipment, err := deliveryOf(tx, actor, request.Reference)
		if err != nil {
			return err
		}
		known, err := s.claimResendKey(tx, actor, i, shipment.OrderID)
		if err != nil || known != "" {
			if known != "" {
				done.Replayed = true
				done.Resend, err = resendOf(tx, actor, known)
			}
			return err
		}
		if err := s.refuseUnsendable(tx, shipment); err != nil {
			return err
		}
		if done.Resend, done.OutboxID, err = s.takeResend(tx, actor, request); err != nil {
			return err
		}
		return bindResendKey(tx, actor, i, done.Resend)
	})
	if isBusy(err) {
		err = models.NewError(models.KindConflict, "idempotency_in_progress").WithCause(err)
	}
	return done, err
}

// resendKey keeps the keys of resends apart from those of orders: no client's key
// holds a space.
func resendKey(i Idempotency) string { return "resend " + i.Key }

// claimResendKey takes the key for this transaction, as claimIdempotency does for
// orders. The row is about the delivery's order, and names the resend that it made
// behind the body's hash: that one is given when the key was used before.
func (s *Store) claimResendKey(tx *gorm.DB, actor models.Actor, i Idempotency, orderID int64) (string, error) {
	if s.dialect == Postgres {
		if err := tx.Exec("SET LOCAL lock_timeout = '5s'").Error; err != nil {
			return "", err
		}
	}
	row := models.IdempotencyKey{APIKeyID: actor.ID, Key: resendKey(i), BodyHash: i.BodyHash, OrderID: orderID, CreatedAt: s.Now()}
	made := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "api_key_id"}, {Name: "key"}}, DoNothing: true}).Create(&row)
	if made.Error != nil || made.RowsAffected == 1 {
		return "", made.Error
	}
	var kept models.IdempotencyKey
	if err := tx.Where("api_key_id = ? AND key = ?", actor.ID, resendKey(i)).Take(&kept).Error; err != nil {
		return "", err
	}
	hash, number, _ := strings.Cut(kept.BodyHash, " ")
	if hash != i.BodyHash || kept.OrderID != orderID {
		return "", models.NewError(models.KindInvalid, "idempotency_key_reused")
	}
	return number, nil
}

func bindResendKey(tx *gorm.DB, actor models.Actor, i Idempotency, r models.Resend) error {
	return tx.Model(&models.IdempotencyKey{}).Where("api_key_id = ? AND key = ?", actor.ID, resendKey(i)).
		Update("body_hash", i.BodyHash+" "+r.ResendNumber).Error
}

// DeliveryOf finds a delivery by its number as typed, an API key's own reseller's only.
func (s *Store) DeliveryOf(ctx context.Context, actor models.Actor, typed string) (models.Shipment, error) {
	return deliveryOf(s.reader(ctx), actor, typed)
}

func deliveryOf(tx *gorm.DB, actor models.Actor, typed string) (models.Shipment, error) {
	q := tx.Where("delivery_number = ?", models.NormaliseNumber(typed))
	if actor.Kind == models.ActorAPIKey {
		q = q.Where("order_id IN (SELECT id FROM orders WHERE reseller_id = ?)", actor.ResellerID)
	}
	return take[models.Shipment](q, "delivery")
}

// resendOf finds a resend by its number, an API key's own reseller's only.
func resendOf(tx *gorm.DB, actor models.Actor, number string) (models.Resend, error) {
	q := tx.Where("resend_number = ?", models.NormaliseNumber(number))
	if actor.Kind == models.ActorAPIKey {
		q = q.Where("reseller_id = ?", actor.ResellerID)
	}
	return take[models.Resend](q, "resend")
}

// FollowResend is what whoever may see a resend is told of it, as by its link.
func (s *Store) FollowResend(ctx context.Context, actor models.Actor, number string) (FollowedResend, error) {
	r, err := resendOf(s.reader(ctx), actor, number)
	if err != nil {
		return FollowedResend{}, err
	}
	return s.followed(ctx, r)
}

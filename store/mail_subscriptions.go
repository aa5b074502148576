package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// MailSubscription gives a subscription by its ID. Who may see it is decided by the
// token of its link.
func (s *Store) MailSubscription(ctx context.Context, id int64) (models.MailSubscription, error) {
	return take[models.MailSubscription](s.reader(ctx).Where("id = ?", id), "mail_subscription")
}

// Subscribe notes whether an address wishes mails of a topic. Saying the same twice changes nothing.
func (s *Store) Subscribe(ctx context.Context, actor models.Actor, id int64, wished bool) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		changed := tx.Model(&models.MailSubscription{}).Where("id = ? AND subscribed = ?", id, !wished).
			Updates(map[string]any{"subscribed": wished, "changed_at": s.Now()})
		if changed.Error != nil || changed.RowsAffected == 0 {
			return changed.Error
		}
		if wished {
			return s.audit(tx, actor, "mail_subscription", id, "subscribed", nil, nil)
		}
		return s.audit(tx, actor, "mail_subscription", id, "unsubscribed", nil, nil)
	})
}

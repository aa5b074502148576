package store

import (
	"context"
	"strings"

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
	return s.transaction(ctx, func(tx *gorm.DB) error { return s.subscribe(tx, actor, id, wished) })
}

func (s *Store) subscribe(tx *gorm.DB, actor models.Actor, id int64, wished bool) error {
	changed := tx.Model(&models.MailSubscription{}).Where("id = ? AND subscribed = ?", id, !wished).
		Updates(map[string]any{"subscribed": wished, "changed_at": s.Now()})
	if changed.Error != nil || changed.RowsAffected == 0 {
		return changed.Error
	}
	if wished {
		return s.audit(tx, actor, "mail_subscription", id, "subscribed", nil, nil)
	}
	return s.audit(tx, actor, "mail_subscription", id, "unsubscribed", nil, nil)
}

// SubscriptionTo gives the subscription of an address to a topic, or nothing where it
// never had one.
func (s *Store) SubscriptionTo(ctx context.Context, address string, topic models.MailTopic) (*models.MailSubscription, error) {
	kept, err := optional[models.MailSubscription](s.reader(ctx).Where("address = ? AND topic = ?", strings.ToLower(address), topic))
	return kept, translate(err)
}

// SubscribeNews notes whether an address wishes Support Information; it goes to nobody
// who did not ask for it. Key is the number of the server key that the link to end it
// derives from. Whoever calls knows that the address is the actor's.
func (s *Store) SubscribeNews(ctx context.Context, actor models.Actor, address string, wished bool, key int) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		address := strings.ToLower(address)
		kept, err := optional[models.MailSubscription](tx.Where("address = ? AND topic = ?", address, models.TopicNews))
		if err != nil || kept == nil && !wished {
			return err
		}
		if kept != nil {
			return s.subscribe(tx, actor, kept.ID, wished)
		}
		made, err := s.subscription(tx, address, models.TopicNews, key)
		if err != nil {
			return err
		}
		return s.audit(tx, actor, "mail_subscription", made.ID, "subscribed", nil, nil)
	})
}

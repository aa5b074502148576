package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Queues counts what waits, for the console's first page.
type Queues struct {
	ToCheck        int64 // wait for staff to pass them or send them back
	SentBack       int64 // wait for an answer
	SentBackLate   int64 // of those, the last reminder's day has come
	MailsFailed    int64 // open tasks: a delivery mail was refused
	MailsUnknown   int64 // open tasks: nobody knows whether a mail arrived
	NoticesFailed  int64 // open tasks: a mail that only tells something was refused
	DeliveredToday int64 // since midnight in Japan
	Resends        ResendCounts
}

// Queues counts the queues.
func (s *Store) Queues(ctx context.Context) (Queues, error) {
	var q Queues
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		orders := func() *gorm.DB { return tx.Model(&models.Order{}) }
		tasks := func(kind models.TaskKind) *gorm.DB {
			return tx.Model(&models.Task{}).Where("kind = ? AND closed_at IS NULL", kind)
		}
		for _, count := range []struct {
			q    *gorm.DB
			into *int64
		}{
			{orders().Where("waiting_for = ? AND status IN ?", models.WaitingForStaff, beforeRegistered), &q.ToCheck},
			{orders().Where("status = ?", models.OrderSentBack), &q.SentBack},
			{s.sentBackLate(orders()), &q.SentBackLate},
			{tasks(models.TaskDeliveryFailed), &q.MailsFailed},
			{tasks(models.TaskMailUnknown), &q.MailsUnknown},
			{tasks(models.TaskMailFailed), &q.NoticesFailed},
			{orders().Where("delivered_at >= ?", s.Today().Start().UTC()), &q.DeliveredToday},
		} {
			if err := count.q.Count(count.into).Error; err != nil {
				return err
			}
		}
		var err error
		q.Resends, err = s.resendCounts(tx)
		return err
	})
	return q, err
}

// Counts is what the metrics show of the database.
type Counts struct {
	Orders        map[models.OrderStatus]int64
	Mails         map[models.MailStatus]int64
	OldestWaiting *time.Time // since when the order that waits longest waits
	OutboxWaiting int64      // calls not made yet
	OutboxOldest  *time.Time // when the oldest of them was made necessary
}

// Counts counts orders and mails by status, and what the outbox holds.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	c := Counts{Orders: map[models.OrderStatus]int64{}, Mails: map[models.MailStatus]int64{}}
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		if err := countByStatus(tx.Model(&models.Order{}), c.Orders); err != nil {
			return err
		}
		if err := countByStatus(tx.Model(&models.Mail{}), c.Mails); err != nil {
			return err
		}
		// The oldest row instead of MIN: SQLite forgets that the minimum of times is a time.
		waiting, err := optional[models.Order](tx.Select("waiting_since").Where("waiting_for <> ''").Order("waiting_since"))
		if err != nil {
			return err
		}
		if waiting != nil {
			c.OldestWaiting = waiting.WaitingSince
		}
		if err := tx.Model(&models.OutboxEntry{}).Where("sent_at IS NULL").Count(&c.OutboxWaiting).Error; err != nil {
			return err
		}
		entry, err := optional[models.OutboxEntry](tx.Select("created_at").Where("sent_at IS NULL").Order("created_at"))
		if entry != nil {
			c.OutboxOldest = &entry.CreatedAt
		}
		return err
	})
	return c, err
}

func countByStatus[S ~string](q *gorm.DB, into map[S]int64) error {
	var rows []struct {
		Status S
		N      int64
	}
	err := q.Select("status, COUNT(*) AS n").Group("status").Find(&rows).Error
	for _, r := range rows {
		into[r.Status] = r.N
	}
	return err
}

package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

const (
	// newsBusy is how soon is looked again while another issue is being sent.
	newsBusy = 30 * time.Second
	// newsPrepared and newsEnded are how many mails one look queues or withdraws: well
	// within its time on a busy database.
	newsPrepared = 500
	newsEnded    = 2000
)

// AdvanceNews takes an issue as far as one look does, and says what its process has to
// do next: it starts one that is due, queues a bounded number of mails, notes what a
// process that died left behind, and ends what is over. Lease is how long a claim is
// believed. Called again it goes on from what is written.
func (s *Store) AdvanceNews(ctx context.Context, id int64, lease time.Duration) (models.NewsProgress, error) {
	var p models.NewsProgress
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var issue models.NewsIssue
		if err := s.locked(tx).Where("id = ?", id).Take(&issue).Error; err != nil {
			return found(err, "news")
		}
		p = models.NewsProgress{Next: models.NextWait}
		var err error
		switch issue.Status {
		case models.NewsScheduled:
			err = s.startNews(tx, &issue, &p)
		case models.NewsSending:
			err = s.sendingNews(tx, &issue, &p, lease)
		case models.NewsPaused:
			p.At, err = s.loseNews(tx, issue, lease)
		case models.NewsCancelled:
			err = s.endNews(tx, issue, &p, lease)
		case models.NewsSent:
			p.Next = models.NextDone
		case models.NewsDraft:
		}
		p.Status, p.Version = issue.Status, issue.Version
		return err
	})
	return p, err
}

// startNews begins an issue whose moment has come, unless another one is being sent.
func (s *Store) startNews(tx *gorm.DB, i *models.NewsIssue, p *models.NewsProgress) error {
	now := s.Now()
	if now.Before(*i.ScheduledAt) {
		p.At = i.ScheduledAt.UTC()
		return nil
	}
	other, err := sendingNow(tx)
	if err != nil {
		return err
	}
	if other != nil {
		p.At = now.Add(newsBusy)
		return nil
	}
	before := *i
	i.Status, i.StartedAt = models.NewsSending, &now
	if err := s.changeNews(tx, i, before); err != nil {
		return err
	}
	p.Next = models.NextLook
	_, err = s.newsDecided(tx, models.Process, *i, models.NewsStarted, "")
	return err
}

// sendingNews prepares the next mails; once all are there it says whether some are to
// be sent, or when, or that the issue is through.
func (s *Store) sendingNews(tx *gorm.DB, i *models.NewsIssue, p *models.NewsProgress, lease time.Duration) error {
	if i.PreparedAt == nil {
		p.Next = models.NextLook
		return s.prepareNews(tx, i)
	}
	var err error
	if p.At, err = s.loseNews(tx, *i, lease); err != nil {
		return err
	}
	due, err := optional[models.Mail](s.dueNews(tx, i.ID).Select("id").Order("id"))
	if err != nil {
		return err
	}
	if due != nil {
		p.Next, p.At = models.NextSend, time.Time{}
		return nil
	}
	later, err := optional[models.Mail](newsMails(tx, i.ID).Where("status = ?", models.MailQueued).Select("id", "claimed_at").Order("claimed_at"))
	if err != nil {
		return err
	}
	if later != nil {
		p.At = soonest(p.At, later.ClaimedAt.Add(s.rules.News.Retry))
	}
	if !p.At.IsZero() {
		return nil
	}
	before := *i
	i.Status = models.NewsSent
	if err := s.changeNews(tx, i, before); err != nil {
		return err
	}
	p.Next = models.NextDone
	_, err = s.newsDecided(tx, models.Process, *i, models.NewsFinished, "")
	return err
}

// newsMails are an issue's mails to subscribers.
func newsMails(tx *gorm.DB, issueID int64) *gorm.DB {
	return tx.Model(&models.Mail{}).Where("news_issue_id = ? AND kind = ?", issueID, models.MailNews)
}

// dueNews narrows them to those that can be sent now: one that was refused for the
// moment has its time.
func (s *Store) dueNews(tx *gorm.DB, issueID int64) *gorm.DB {
	return newsMails(tx, issueID).Where("status = ? AND (claimed_at IS NULL OR claimed_at <= ?)", models.MailQueued, s.Now().Add(-s.rules.News.Retry))
}

// soonest gives the earlier of two moments, where a zero one is none.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b.UTC()
	}
	return a
}

// loseNews makes unknown what was being sent by a process that died, and says when the
// next claim would be that old.
func (s *Store) loseNews(tx *gorm.DB, i models.NewsIssue, lease time.Duration) (next time.Time, err error) {
	now := s.Now()
	err = newsMails(tx, i.ID).Where("status = ? AND claimed_at < ?", models.MailSending, now.Add(-lease)).
		Updates(map[string]any{"status": models.MailUnknown, "finished_at": now, "reply": processEnded}).Error
	if err != nil {
		return next, err
	}
	claimed, err := optional[models.Mail](newsMails(tx, i.ID).Where("status = ?", models.MailSending).Select("id", "claimed_at").Order("claimed_at"))
	if err == nil && claimed != nil {
		next = claimed.ClaimedAt.Add(lease + time.Second).UTC()
	}
	return next, err
}

// endNews withdraws what a cancelled issue would still have sent.
func (s *Store) endNews(tx *gorm.DB, i models.NewsIssue, p *models.NewsProgress, lease time.Duration) error {
	some := newsMails(tx, i.ID).Select("id").Where("status = ?", models.MailQueued).Order("id").Limit(newsEnded)
	ended := tx.Model(&models.Mail{}).Where("id IN (?) AND status = ?", some, models.MailQueued).
		Updates(map[string]any{"status": models.MailFailed, "finished_at": s.Now(), "reply": models.MailWithdrawn})
	if ended.Error != nil {
		return ended.Error
	}
	if ended.RowsAffected == newsEnded {
		p.Next = models.NextLook
		return nil
	}
	var err error
	if p.At, err = s.loseNews(tx, i, lease); err == nil && p.At.IsZero() {
		p.Next = models.NextDone
	}
	return err
}

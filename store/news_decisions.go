package store

import (
	"context"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ScheduleNews has an issue go out at a moment; its process waits for it. A moment
// that is zero is now.
func (s *Store) ScheduleNews(ctx context.Context, actor models.Actor, d DecideNews, at time.Time) (NewsDone, error) {
	now := s.Now()
	if at.IsZero() {
		at = now
	}
	if errs := models.CheckNewsTime(at, now); errs != nil {
		return NewsDone{}, models.Invalid(errs...)
	}
	at = at.UTC().Truncate(time.Second)
	return s.decideNews(ctx, actor, d, newsDecision{
		kind: models.NewsSchedule, to: models.NewsScheduled, from: []models.NewsStatus{models.NewsDraft}, tells: true,
		write: func(_ *gorm.DB, i *models.NewsIssue) error {
			if errs := i.Text().CheckWhole(); errs != nil {
				return models.Invalid(errs...)
			}
			i.ScheduledAt = &at
			return nil
		},
	})
}

// UnscheduleNews makes a draft of a scheduled issue again, to be changed.
func (s *Store) UnscheduleNews(ctx context.Context, actor models.Actor, d DecideNews) (NewsDone, error) {
	return s.decideNews(ctx, actor, d, newsDecision{
		kind: models.NewsUnschedule, to: models.NewsDraft, from: []models.NewsStatus{models.NewsScheduled}, tells: true,
		write: func(_ *gorm.DB, i *models.NewsIssue) error {
			i.ScheduledAt = nil
			return nil
		},
	})
}

// PauseNews stops sending: what is claimed already, a second's worth, still goes out,
// and nothing after it. Whatever version the person looked at: who wants to stop is
// never told to look again first.
func (s *Store) PauseNews(ctx context.Context, actor models.Actor, d DecideNews) (NewsDone, error) {
	d.Version = 0
	return s.decideNews(ctx, actor, d, newsDecision{
		kind: models.NewsPause, to: models.NewsPaused, from: []models.NewsStatus{models.NewsSending}, tells: true,
	})
}

// ResumeNews goes on sending. While another issue is being sent it is refused: the
// rate is that of them all.
func (s *Store) ResumeNews(ctx context.Context, actor models.Actor, d DecideNews) (NewsDone, error) {
	return s.decideNews(ctx, actor, d, newsDecision{
		kind: models.NewsResume, to: models.NewsSending, from: []models.NewsStatus{models.NewsPaused}, tells: true,
		write: func(tx *gorm.DB, _ *models.NewsIssue) error {
			other, err := sendingNow(tx)
			if err == nil && other != nil {
				err = models.NewError(models.KindConflict, "news_other_sending", "number", other.Number)
			}
			return err
		},
	})
}

// CancelNews ends an issue for a reason: nobody gets it any more. As with pausing, any
// version will do.
func (s *Store) CancelNews(ctx context.Context, actor models.Actor, d DecideNews) (NewsDone, error) {
	if strings.TrimSpace(d.Note) == "" {
		return NewsDone{}, models.Invalid(models.Field("note", "required"))
	}
	d.Version = 0
	return s.decideNews(ctx, actor, d, newsDecision{
		kind: models.NewsCancel, to: models.NewsCancelled, tells: true,
		from: []models.NewsStatus{models.NewsDraft, models.NewsScheduled, models.NewsSending, models.NewsPaused},
	})
}

func sendingNow(tx *gorm.DB) (*models.NewsIssue, error) {
	return optional[models.NewsIssue](tx.Where("status = ?", models.NewsSending))
}

// SendNewsTest queues the issue as it is, in both languages, to the member of staff who
// wants to see it.
func (s *Store) SendNewsTest(ctx context.Context, actor models.Actor, number, recipient string) (outbox []int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		outbox = nil
		var issue models.NewsIssue
		if err := s.locked(tx).Where("number = ?", models.NormaliseNumber(number)).Take(&issue).Error; err != nil {
			return found(err, "news")
		}
		if errs := issue.Text().CheckWhole(); errs != nil {
			return models.Invalid(errs...)
		}
		var before int64
		if err := tx.Model(&models.Mail{}).Where("news_issue_id = ? AND kind = ?", issue.ID, models.MailNewsTest).Count(&before).Error; err != nil {
			return err
		}
		for i, language := range []models.Language{models.Japanese, models.English} {
			id, err := s.queueMail(tx, models.Mail{
				Kind: models.MailNewsTest, NewsIssueID: &issue.ID, Version: int(before) + i + 1, Recipient: recipient, Language: language,
			})
			if err != nil {
				return err
			}
			told, err := s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(id), id, 0})
			if err != nil {
				return err
			}
			outbox = append(outbox, told)
		}
		return s.audit(tx, actor, "news", issue.ID, "news_tested", nil, map[string]any{"version": issue.Version})
	})
	return outbox, err
}

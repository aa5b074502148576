package store

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// NewsDone is an issue of news after a decision, and the outbox entry to tell.
type NewsDone struct {
	Issue    models.NewsIssue
	OutboxID int64
}

// WriteNews makes a draft.
func (s *Store) WriteNews(ctx context.Context, actor models.Actor, text models.NewsText) (models.NewsIssue, error) {
	text.Trim()
	if errs := text.Check(s.rules.Catalogue); errs != nil {
		return models.NewsIssue{}, models.Invalid(errs...)
	}
	var issue models.NewsIssue
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		now := s.Now()
		issue = models.NewsIssue{Status: models.NewsDraft, Version: 1, CreatedAt: now, UpdatedAt: now}
		setNewsText(&issue, text)
		var err error
		if issue.Number, err = s.rules.Numbers.NewNewsNumber(rand.Reader); err != nil {
			return err
		}
		if err := tx.Create(&issue).Error; err != nil {
			return err
		}
		_, err = s.newsDecided(tx, actor, issue, models.NewsWritten, "")
		return err
	})
	return issue, err
}

func setNewsText(i *models.NewsIssue, t models.NewsText) {
	i.Title, i.Body, i.Products, i.TitleKey = t.Title, t.Body, strings.Join(t.Products, " "), models.NewsTitleKey(t.Title)
}

// DecideNews names the issue that is decided on. Version is the one the person
// looked at, or 0 for whatever it is now.
type DecideNews struct {
	Number  string
	Version int64
	Note    string
}

// EditNews writes a draft anew.
func (s *Store) EditNews(ctx context.Context, actor models.Actor, d DecideNews, text models.NewsText) (NewsDone, error) {
	text.Trim()
	if errs := text.Check(s.rules.Catalogue); errs != nil {
		return NewsDone{}, models.Invalid(errs...)
	}
	return s.decideNews(ctx, actor, d, newsDecision{
		kind: models.NewsEdited, to: models.NewsDraft, from: []models.NewsStatus{models.NewsDraft},
		write: func(_ *gorm.DB, i *models.NewsIssue) error {
			setNewsText(i, text)
			return nil
		},
	})
}

// newsDecision is one kind of decision: from which states it is accepted and what it
// writes into the row.
type newsDecision struct {
	kind  models.NewsDecisionKind
	to    models.NewsStatus
	from  []models.NewsStatus
	tells bool // the issue's process
	write func(tx *gorm.DB, i *models.NewsIssue) error
}

// decideNews accepts a decision against the version that the person looked at.
func (s *Store) decideNews(ctx context.Context, actor models.Actor, d DecideNews, what newsDecision) (NewsDone, error) {
	if errs := models.CheckFreeText("note", d.Note); errs != nil {
		return NewsDone{}, models.Invalid(errs...)
	}
	var done NewsDone
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var issue models.NewsIssue
		if err := s.locked(tx).Where("number = ?", models.NormaliseNumber(d.Number)).Take(&issue).Error; err != nil {
			return found(err, "news")
		}
		if d.Version != 0 && d.Version != issue.Version {
			return models.NewError(models.KindConflict, "news_changed")
		}
		if !slices.Contains(what.from, issue.Status) {
			return models.NewError(models.KindConflict, "news_state", "status", string(issue.Status))
		}
		before := issue
		issue.Status = what.to
		if what.write != nil {
			if err := what.write(tx, &issue); err != nil {
				return err
			}
		}
		if err := s.changeNews(tx, &issue, before); err != nil {
			return err
		}
		decision, err := s.newsDecided(tx, actor, issue, what.kind, d.Note)
		if err == nil && what.tells {
			done.OutboxID, err = s.tell(tx, processCall{models.ProcessNewsIssue, issue.WorkflowID(), issue.ID, decision})
		}
		done.Issue = issue
		return err
	})
	return done, err
}

// changeNews writes the issue if nobody changed it since it was read, and counts the
// version up.
func (s *Store) changeNews(tx *gorm.DB, i *models.NewsIssue, before models.NewsIssue) error {
	if i.Status != before.Status && !before.Status.CanBecome(i.Status) {
		return models.NewError(models.KindConflict, "news_state", "status", string(before.Status))
	}
	now := s.Now()
	i.Version, i.UpdatedAt = before.Version+1, now
	i.PausedAt = nil
	switch i.Status {
	case models.NewsPaused:
		i.PausedAt = &now
	case models.NewsSent, models.NewsCancelled:
		i.ClosedAt = &now
	}
	done := tx.Model(&models.NewsIssue{}).Where("id = ? AND status = ? AND version = ?", i.ID, before.Status, before.Version).Updates(map[string]any{
		"status": i.Status, "version": i.Version, "updated_at": now, "title_ja": i.Title.JA, "title_en": i.Title.EN, "title_key": i.TitleKey,
		"body_ja": i.Body.JA, "body_en": i.Body.EN, "products": i.Products, "scheduled_at": i.ScheduledAt, "started_at": i.StartedAt,
		"paused_at": i.PausedAt, "closed_at": i.ClosedAt,
	})
	if done.Error == nil && done.RowsAffected == 0 {
		return errChanged
	}
	return done.Error
}

// newsDecided writes the decision's row and its audit entry.
func (s *Store) newsDecided(tx *gorm.DB, actor models.Actor, i models.NewsIssue, kind models.NewsDecisionKind, note string) (int64, error) {
	d := models.NewsDecision{
		NewsIssueID: i.ID, Kind: kind, IssueVersion: i.Version, ActorKind: actor.Kind, ActorID: actor.ID, ActorName: actor.Name,
		Note: note, CreatedAt: s.Now(),
	}
	if err := tx.Create(&d).Error; err != nil {
		return 0, err
	}
	after := map[string]any{"status": i.Status, "version": i.Version}
	if note != "" {
		after["note"] = note
	}
	if kind == models.NewsSchedule {
		after["at"] = i.ScheduledAt
	}
	return d.ID, s.audit(tx, actor, "news", i.ID, newsAction(kind), nil, after)
}

// newsAction is what the audit log calls a decision.
func newsAction(kind models.NewsDecisionKind) string { return "news_" + string(kind) }

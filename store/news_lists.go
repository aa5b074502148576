package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// NewsFilter narrows a list of issues; empty fields do not.
type NewsFilter struct {
	Statuses []models.NewsStatus
	Query    string      // number or part of a title, in either language
	From, To models.Date // days in Japan on which it began to go out, both included
}

// NewsIssues lists issues, newest first.
func (s *Store) NewsIssues(ctx context.Context, f NewsFilter, p Page) ([]models.NewsIssue, string, error) {
	return page[models.NewsIssue](filterNews(s.reader(ctx), f), p, func(i models.NewsIssue) int64 { return i.ID })
}

func filterNews(q *gorm.DB, f NewsFilter) *gorm.DB {
	if len(f.Statuses) > 0 {
		q = q.Where("status IN ?", f.Statuses)
	}
	if text := models.NewsSearchKey(f.Query); text != "" {
		q = q.Where(`(number = ? OR title_key LIKE ? ESCAPE '\')`, models.NormaliseNumber(f.Query), containing(text))
	}
	if !f.From.IsZero() {
		q = q.Where("started_at >= ?", f.From.Start().UTC())
	}
	if !f.To.IsZero() {
		q = q.Where("started_at < ?", f.To.AddDays(1).Start().UTC())
	}
	return q
}

// BackNumbers lists what the portal shows: issues that went out, the last one first.
// Offset counts those left out before; there are few enough for that.
func (s *Store) BackNumbers(ctx context.Context, f NewsFilter, offset, limit int) (list []models.NewsIssue, more bool, err error) {
	f.Statuses = models.NewsShown
	err = filterNews(s.reader(ctx), f).Omit("body_ja", "body_en").Order("started_at DESC, id DESC").Offset(offset).Limit(limit + 1).Find(&list).Error
	if len(list) > limit {
		list, more = list[:limit], true
	}
	return list, more, translate(err)
}

// BackNumber gives an issue that went out; any other is not there.
func (s *Store) BackNumber(ctx context.Context, number string) (models.NewsIssue, error) {
	return take[models.NewsIssue](s.reader(ctx).Where("number = ? AND status IN ?", models.NormaliseNumber(number), models.NewsShown), "news")
}

// NewsCounts counts an issue's mails to subscribers by their states. Bounced ones are
// among those that failed.
type NewsCounts struct {
	ByStatus map[models.MailStatus]int64
	Bounced  int64
}

// Done counts those that are over.
func (c NewsCounts) Done() int64 {
	return c.ByStatus[models.MailSent] + c.ByStatus[models.MailFailed] + c.ByStatus[models.MailUnknown]
}

// NewsDetail is all that the page of an issue shows.
type NewsDetail struct {
	Issue     models.NewsIssue
	Counts    NewsCounts
	Decisions []models.NewsDecision // oldest first
	Audit     []models.AuditEntry   // oldest first
	Tests     []models.Mail         // to staff, newest first
}

// NewsDetail reads everything about one issue. It is for staff.
func (s *Store) NewsDetail(ctx context.Context, number string) (NewsDetail, error) {
	var d NewsDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		d = NewsDetail{}
		if err := tx.Where("number = ?", models.NormaliseNumber(number)).Take(&d.Issue).Error; err != nil {
			return found(err, "news")
		}
		var err error
		if d.Counts, err = newsCounts(tx, d.Issue.ID); err != nil {
			return err
		}
		if err := tx.Where("news_issue_id = ?", d.Issue.ID).Order("id").Find(&d.Decisions).Error; err != nil {
			return err
		}
		if err := tx.Where("subject = ? AND subject_id = ?", "news", d.Issue.ID).Order("id").Find(&d.Audit).Error; err != nil {
			return err
		}
		return tx.Where("news_issue_id = ? AND kind = ?", d.Issue.ID, models.MailNewsTest).Order("id DESC").Limit(newsTests).Find(&d.Tests).Error
	})
	return d, err
}

// newsTests bounds the tests that an issue's page shows.
const newsTests = 10

func newsCounts(tx *gorm.DB, issueID int64) (NewsCounts, error) {
	var rows []struct {
		Status  models.MailStatus
		N       int64
		Bounced int64
	}
	err := newsMails(tx, issueID).Select("status, COUNT(*) AS n, COUNT(bounced_at) AS bounced").Group("status").Scan(&rows).Error
	c := NewsCounts{ByStatus: map[models.MailStatus]int64{}}
	for _, r := range rows {
		c.ByStatus[r.Status] = r.N
		c.Bounced += r.Bounced
	}
	return c, err
}

// NewsMails lists an issue's mails to subscribers in the order they go out. Query is any
// part of an address.
func (s *Store) NewsMails(ctx context.Context, issueID int64, statuses []models.MailStatus, query string, p Page) ([]models.Mail, string, error) {
	q := s.reader(ctx).Where("news_issue_id = ? AND kind = ?", issueID, models.MailNews)
	if len(statuses) > 0 {
		q = q.Where("status IN ?", statuses)
	}
	if text := strings.ToLower(strings.TrimSpace(query)); text != "" {
		q = q.Where(`recipient LIKE ? ESCAPE '\'`, containing(text))
	}
	p.Oldest = true
	return page[models.Mail](q, p, func(m models.Mail) int64 { return m.ID })
}

// NewsAudience counts whom an issue for holders of the products would go to now.
func (s *Store) NewsAudience(ctx context.Context, products []string) (int64, error) {
	var n int64
	err := s.newsAudience(s.reader(ctx), products).Count(&n).Error
	return n, translate(err)
}

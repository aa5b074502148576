//go:build record

package workflows_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"go.temporal.io/api/enums/v1"
)

// recordNews schedules an issue, which is paused while it is sent, resumed and sent.
func recordNews(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: func(r *models.Rules) { r.News.PerSecond = 4 }})
	s.Subscribers(12)
	issue := s.ScheduledNews(4 * time.Second)
	_, err := s.Outbox.Drain(t.Context(), 10)
	house.Must(t, err)
	s.newsIs(issue, models.NewsSending)
	paused, err := s.PauseNews(t.Context(), s.Staff, store.DecideNews{Number: issue.Number})
	house.Must(t, err)
	s.Outbox.Tell(paused.OutboxID)
	s.awaitIn(issue.WorkflowID(), enums.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, 2)
	resumed, err := s.ResumeNews(t.Context(), s.Staff, store.DecideNews{Number: issue.Number})
	house.Must(t, err)
	s.Outbox.Tell(resumed.OutboxID)
	s.over(issue.WorkflowID())
	s.keep("news-issue", issue.WorkflowID(), "")
}

// recordNewsWaiting leaves an issue waiting for its moment.
func recordNewsWaiting(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{})
	issue := s.ScheduledNews(100 * time.Hour)
	_, err := s.Outbox.Drain(t.Context(), 10)
	house.Must(t, err)
	s.awaitIn(issue.WorkflowID(), enums.EVENT_TYPE_TIMER_STARTED, 1)
	s.keep("news-issue-waiting", issue.WorkflowID(), "")
}

func (s *story) newsIs(i models.NewsIssue, status models.NewsStatus) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); s.News(i.Number).Issue.Status != status; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the issue is never %s", status)
		}
	}
}

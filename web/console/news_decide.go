package console

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

type newsDecide = func(context.Context, models.Actor, store.DecideNews) (store.NewsDone, error)

// scheduleNews has an issue go out at a moment, given in Japan time.
func scheduleNews(v *visit) error {
	return v.decideNews("schedule", "scheduled", func(ctx context.Context, a models.Actor, d store.DecideNews) (store.NewsDone, error) {
		at, err := time.ParseInLocation("2006-01-02 15:04", v.PostForm("day")+" "+v.PostForm("time"), models.Tokyo)
		if err != nil {
			return store.NewsDone{}, models.Invalid(models.Field("at", "news_time_malformed"))
		}
		return v.Store.ScheduleNews(ctx, a, d, at)
	})
}

// startNews has it go out at once.
func startNews(v *visit) error {
	return v.decideNews("now", "now", func(ctx context.Context, a models.Actor, d store.DecideNews) (store.NewsDone, error) {
		return v.Store.ScheduleNews(ctx, a, d, time.Time{})
	})
}

func unscheduleNews(v *visit) error {
	return v.decideNews("unschedule", "unschedule", v.Store.UnscheduleNews)
}

func pauseNews(v *visit) error { return v.decideNews("pause", "pause", v.Store.PauseNews) }

func resumeNews(v *visit) error { return v.decideNews("resume", "resume", v.Store.ResumeNews) }

func cancelNews(v *visit) error { return v.decideNews("cancel", "cancel", v.Store.CancelNews) }

// testNews sends the issue as it is to whoever asks.
func testNews(v *visit) error {
	return v.decideNews("test", "test", func(ctx context.Context, a models.Actor, d store.DecideNews) (store.NewsDone, error) {
		outbox, err := v.Store.SendNewsTest(ctx, a, d.Number, v.staffMember.Email)
		for _, id := range outbox {
			v.tell(id)
		}
		return store.NewsDone{Issue: models.NewsIssue{Number: models.NormaliseNumber(d.Number)}}, err
	})
}

// decideNews takes a decision's form: accepted against the version the person looked
// at, told to the process, or shown again with what was typed.
func (v *visit) decideNews(action, said string, accept newsDecide) error {
	if err := v.parse(); err != nil {
		return err
	}
	version, err := parseVersion(v.PostForm("version"))
	if err != nil {
		return err
	}
	done, err := accept(v.ctx(), v.actor(), store.DecideNews{Number: v.Param("number"), Version: version, Note: v.PostForm("note")})
	if err == nil {
		v.tell(done.OutboxID)
		v.flash("ok", v.t("console.news.done."+said))
		return v.seeOther(views.NewsURL + "/" + done.Issue.Number)
	}
	e := models.AsError(err)
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.newsPage(v.formAgain(action, e))
	if err != nil {
		return err
	}
	if page.Version != version {
		page.Changed = v.t("console.news.changed")
	}
	return v.show(ui.Status(e), views.NewsIssuePage(page))
}

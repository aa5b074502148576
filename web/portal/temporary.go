package portal

import (
	"net/http"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// showTemporary is where a temporary password is asked for.
func showTemporary(v *visit) error { return v.temporaryPage(http.StatusOK, views.Temporary{}) }

func (v *visit) temporaryPage(status int, view views.Temporary) error {
	if _, err := v.identify(); err != nil { // for the frame alone
		return err
	}
	view.Frame = v.frame("", v.t("portal.temporary.title"))
	if v.Request.Method != get {
		view.Here = temporaryAt
	}
	view.Hours, view.Times = ui.Number(int(v.Rules.TemporaryPassword/time.Hour)), models.TemporaryPasswords
	return v.show(status, views.TemporaryPage(view))
}

// requestTemporary has a temporary password mailed. What comes of it is told to
// nobody: every address is answered alike, after as long.
func requestTemporary(v *visit) error {
	begun := time.Now()
	if err := v.parse(); err != nil {
		return err
	}
	email := strings.TrimSpace(v.PostForm("email"))
	again := views.Temporary{Email: cut(email)}
	errs := models.CheckEmail("email", email)
	if email == "" {
		errs = []models.FieldError{models.Field("email", "required")}
	}
	if len(errs) > 0 {
		again.Wrong = fieldTexts(v.language, errs)
		return v.temporaryPage(http.StatusUnprocessableEntity, again)
	}
	if taken, err := v.Store.TakeAttempt(v.ctx(), v.temporaryLimit()); err != nil {
		return err
	} else if !taken {
		again.Problem = v.t("portal.temporary.limited", "minutes", ui.Number(int(temporaryWindow/time.Minute)))
		return v.temporaryPage(http.StatusTooManyRequests, again)
	}
	outbox, err := v.Store.RequestTemporaryPassword(v.ctx(), v.actor(), store.TemporaryAsked{
		Email: email, Language: v.language, Key: v.Secrets.CurrentKey(),
	})
	if err != nil {
		return err
	}
	v.tell(outbox)
	v.wait(begun)
	return v.seeOther(temporaryAt + "/sent")
}

func showTemporarySent(v *visit) error {
	if _, err := v.identify(); err != nil {
		return err
	}
	frame := v.frame("", v.t("portal.temporary.sent_title"))
	return v.show(http.StatusOK, views.TemporarySent(views.Temporary{
		Frame: frame, Hours: ui.Number(int(v.Rules.TemporaryPassword / time.Hour)), Times: models.TemporaryPasswords,
	}))
}

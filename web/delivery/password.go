package delivery

import (
	"net/http"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// showPassword is where a password that expired or was lost is asked for.
func showPassword(v *visit) error { return v.passwordPage(http.StatusOK, views.Password{}) }

func (v *visit) passwordPage(status int, view views.Password) error {
	if _, err := v.identify(); err != nil { // for the frame alone
		return err
	}
	view.Frame = v.frame(v.page(v.t("delivery.password.title")))
	if v.Request.Method != get {
		view.Here = passwordAt
	}
	view.Prefix, view.Days, view.Requests = v.Rules.Numbers.DeliveryPrefix, v.Rules.PasswordDays, v.Rules.PasswordRequests
	return v.show(status, views.PasswordPage(view))
}

// requestPassword has a delivery's password mailed to its address on record. What
// comes of it is told to nobody: every number is answered alike, after as long.
func requestPassword(v *visit) error {
	begun := time.Now()
	if err := v.parse(); err != nil {
		return err
	}
	again := views.Password{Number: strings.TrimSpace(v.PostForm("number"))}
	errs := models.CheckLine("number", again.Number, maxTyped)
	if models.NormaliseNumber(again.Number) == "" {
		errs = []models.FieldError{models.Field("number", "required")}
	}
	if len(errs) > 0 {
		again.Wrong = fieldTexts(v.language, errs)
		if len(again.Number) > maxTyped {
			again.Number = ""
		}
		return v.passwordPage(http.StatusUnprocessableEntity, again)
	}
	if taken, err := v.Store.TakeAttempt(v.ctx(), v.passwordLimit()); err != nil {
		return err
	} else if !taken {
		again.Problem = v.t("delivery.password.limited", "minutes", ui.Number(int(passwordWindow/time.Minute)))
		return v.passwordPage(http.StatusTooManyRequests, again)
	}
	outbox, err := v.Store.RequestPassword(v.ctx(), v.actor(), again.Number)
	if err != nil {
		return err
	}
	v.tell(outbox)
	v.wait(begun)
	return v.seeOther(passwordSent)
}

func showPasswordSent(v *visit) error {
	if _, err := v.identify(); err != nil {
		return err
	}
	frame := v.frame(v.page(v.t("delivery.password.sent_title")))
	return v.show(http.StatusOK, views.PasswordSent(views.Password{Frame: frame, Requests: v.Rules.PasswordRequests}))
}

package delivery

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// showResend is where somebody without the ID mail asks for it again.
func showResend(v *visit) error {
	return v.resendPage(http.StatusOK, views.Resend{})
}

func (v *visit) resendPage(status int, view views.Resend) error {
	if _, err := v.identify(); err != nil { // for the frame alone
		return err
	}
	view.Frame = v.frame(v.page(v.t("delivery.resend.title")))
	if v.Request.Method != get {
		view.Here = resendAt
	}
	view.Days, view.Prefectures = v.resendDays(), v.prefectures()
	return v.show(status, views.ResendPage(view))
}

// resendDays is how long a resend takes at most, in words.
func (v *visit) resendDays() string {
	return ui.Counted(v.language, "delivery.business_days", v.Rules.Resends.DueDays)
}

func (v *visit) prefectures() []ui.Choice {
	list := []ui.Choice{{Label: v.t("delivery.resend.choose")}}
	for _, p := range models.Prefectures {
		list = append(list, ui.Choice{Value: p, Label: p})
	}
	return list
}

// requestResend takes a request in. It is not looked up here: that is the process's
// work, so every request is answered alike, after as long.
func requestResend(v *visit) error {
	begun := time.Now()
	if err := v.parse(); err != nil {
		return err
	}
	request := v.typedResend()
	again := views.Resend{Values: v.typedFields(views.ResendFields)}
	if errs := request.Check(); len(errs) > 0 {
		again.Wrong, again.Fields = v.blame(errs)
		return v.resendPage(http.StatusUnprocessableEntity, again)
	}
	limits := v.resendLimits(request.Asker.Email)
	if taken, err := v.Store.TakeAttempt(v.ctx(), limits[:]...); err != nil {
		return err
	} else if !taken {
		again.Problem = v.t("delivery.resend.limited", "minutes", ui.Number(int(resendWindow/time.Minute)))
		return v.resendPage(http.StatusTooManyRequests, again)
	}
	_, outbox, err := v.Store.RequestResend(v.ctx(), v.actor(), request)
	if err != nil {
		return err
	}
	v.tell(outbox)
	v.wait(begun)
	return v.seeOther(resendSent)
}

func showResendSent(v *visit) error {
	if _, err := v.identify(); err != nil {
		return err
	}
	frame := v.frame(v.page(v.t("delivery.resend.sent_title")))
	return v.show(http.StatusOK, views.ResendSent(views.Resend{Frame: frame, Days: v.resendDays()}))
}

// typedResend reads the form.
func (v *visit) typedResend() models.ResendRequest {
	request := models.ResendRequest{
		Source: models.ResendByForm, Language: v.language, LinkKey: v.Secrets.CurrentKey(),
		Reference: v.PostForm("reference"), EndUserName: v.PostForm("end_user_name"), ResendTo: v.PostForm("resend_to"),
		Asker: models.Asker{
			CompanyName: v.PostForm("asker.company_name"), Department: v.PostForm("asker.department"),
			PersonName: v.PostForm("asker.person_name"), Phone: v.PostForm("asker.phone"), Email: v.PostForm("asker.email"),
			Prefecture: v.PostForm("asker.prefecture"), City: v.PostForm("asker.city"),
		},
	}
	request.Trim()
	return request
}

// typedFields gives what was typed, to be shown again; what is far too long to be
// meant is left out.
func (v *visit) typedFields(names []string) map[string]string {
	const most = 2000 // bytes
	typed := make(map[string]string, len(names))
	for _, name := range names {
		if text := v.PostForm(name); len(text) <= most {
			typed[name] = strings.ToValidUTF8(text, "\uFFFD")
		}
	}
	return typed
}

// blame puts errors at the form's fields, and lists them from top to bottom.
func (v *visit) blame(errs []models.FieldError) (map[string]string, []ui.FieldProblem) {
	wrong := fieldTexts(v.language, errs)
	var fields []ui.FieldProblem
	for _, name := range views.ResendFields {
		if wrong[name] != "" {
			fields = append(fields, ui.FieldProblem{ID: name, Label: v.t("delivery.resend." + name), Text: wrong[name]})
		}
	}
	return wrong, slices.Clip(fields)
}

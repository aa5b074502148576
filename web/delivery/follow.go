package delivery

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// followTones are the colours of a request's states.
var followTones = map[models.ResendStatus]string{
	models.ResendReceived: "run", models.ResendReviewing: "run", models.ResendAskedBack: "wait",
	models.ResendApproved: "run", models.ResendSent: "ok", models.ResendRefused: "off",
}

// showFollow shows the person who asked what became of it. The link is in mails to
// them alone, and the page says nothing that they do not know or were not told.
func showFollow(v *visit) error {
	followed, found, err := v.followed()
	if err != nil || !found {
		return err
	}
	return v.followPage(http.StatusOK, followed, views.Follow{Answered: v.Query("answered") == "1"})
}

// followed finds the request that the link leads to. A link that is wrong in any
// way is answered with one page.
func (v *visit) followed() (store.FollowedResend, bool, error) {
	followed, err := v.Store.ResendByLink(v.ctx(), v.Secrets, v.Param("number"), v.Param("token"))
	if !models.IsKind(err, models.KindNotFound) {
		return followed, err == nil, err
	}
	frame := v.frame(v.page(v.t("delivery.follow.gone_title")))
	return followed, false, v.show(http.StatusNotFound, views.FollowGone(frame))
}

func (v *visit) followURL() string {
	return resendAt + "/" + v.Param("number") + "/" + v.Param("token")
}

func (v *visit) followPage(status int, f store.FollowedResend, view views.Follow) error {
	view.Frame = v.frame(v.page(v.t("delivery.follow.title")))
	view.Here = v.followURL()
	if f.Resend.Status != models.ResendAskedBack { // a form without one would look as if it came from nowhere
		v.Header("Referrer-Policy", "no-referrer")
	}
	r := f.Resend
	view.Number, view.Received = r.ResendNumber, ui.Moment(v.language, r.CreatedAt)
	view.Tone, view.State = followTones[r.Status], v.t("delivery.follow.state."+string(r.Status))
	view.Text = v.t("delivery.follow.text." + string(r.Status))
	switch r.Status {
	case models.ResendAskedBack:
		view.QuoteBy, view.Quote = v.t("delivery.follow.question"), lastSaid(f, models.ResendAskBack)
		view.Action = v.followURL()
	case models.ResendRefused:
		view.QuoteBy, view.Quote = v.t("delivery.follow.refusal"), lastSaid(f, models.ResendRefuse)
	case models.ResendSent:
		view.Missing = true
	}
	return v.show(status, views.FollowPage(view))
}

// lastSaid gives the newest message of a kind.
func lastSaid(f store.FollowedResend, kind models.ResendDecisionKind) string {
	for i := len(f.Messages) - 1; i >= 0; i-- {
		if f.Messages[i].Kind == kind {
			return f.Messages[i].Note
		}
	}
	return ""
}

// answerFollow takes the answer to staff's question.
func answerFollow(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	followed, found, err := v.followed()
	if err != nil || !found {
		return err
	}
	decided, err := v.Store.AnswerResend(v.ctx(), followed.Resend.ResendNumber, v.PostForm("answer"))
	if err == nil {
		v.tell(decided.OutboxID)
		return v.seeOther(v.followURL() + "?answered=1")
	}
	again := views.Follow{Answer: v.typedFields([]string{"answer"})["answer"]}
	switch e := models.AsError(err); e.Kind {
	case models.KindInvalid:
		again.Wrong = fieldTexts(v.language, e.Fields)["answer"]
		return v.followPage(http.StatusUnprocessableEntity, followed, again)
	case models.KindConflict: // staff decided meanwhile, or it was answered in another window
		if followed, found, err = v.followed(); err != nil || !found {
			return err
		}
		again.Problem = v.t("delivery.follow.answer_late")
		return v.followPage(http.StatusConflict, followed, again)
	}
	return err
}

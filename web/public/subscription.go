package public

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// unsubscribeAt is the page that mails of a topic lead to. Opening it changes
// nothing: programs open links of mails to look at them.
const unsubscribeAt = "/unsubscribe/:id/:token"

// subscriptionView is the page with the state of a subscription. It names no address:
// whoever has the link may be somebody that the mail was passed on to.
type subscriptionView struct {
	ui.Page
	Subscribed bool
	Topic      models.MailTopic
}

// say gives a text about the subscription's topic.
func (v subscriptionView) say(id string) string {
	return v.T("ui.unsubscribe." + string(v.Topic) + "." + id)
}

// subscription gives the one that the link names. A wrong token and a subscription
// that is not there are answered alike.
func (s *Site) subscription(c *gin.Context) (models.MailSubscription, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return models.MailSubscription{}, models.NotFound("page")
	}
	kept, err := s.Store.MailSubscription(c.Request.Context(), id)
	if models.IsKind(err, models.KindNotFound) || err == nil && !s.Unsubscribe(kept, c.Param("token")) {
		return models.MailSubscription{}, models.NotFound("page")
	}
	return kept, err
}

func (s *Site) showSubscription(c *gin.Context) error {
	kept, err := s.subscription(c)
	if err != nil {
		return err
	}
	return s.subscriptionPage(c, kept)
}

func (s *Site) subscriptionPage(c *gin.Context, kept models.MailSubscription) error {
	view := subscriptionView{Page: s.frame(c), Subscribed: kept.Subscribed, Topic: kept.Topic}
	view.Title, view.NoIndex = view.say("title")+" | "+s.Brand.Company.In(view.Language), true
	return ui.Write(c, http.StatusOK, subscriptionPage(view))
}

// changeSubscription ends a subscription, or begins it again. Mail programs post here
// from anywhere and without cookies (RFC 8058), so the link's token alone allows it.
func (s *Site) changeSubscription(c *gin.Context) error {
	kept, err := s.subscription(c)
	if err != nil {
		return err
	}
	actor := models.Process
	actor.RequestID = ui.RequestID(c)
	if err := s.Store.Subscribe(c.Request.Context(), actor, kept.ID, c.PostForm("again") == "1"); err != nil {
		return err
	}
	if c.PostForm("List-Unsubscribe") == "One-Click" { // those programs follow no redirect
		kept.Subscribed = false
		return s.subscriptionPage(c, kept)
	}
	c.Redirect(http.StatusSeeOther, c.Request.URL.Path)
	return nil
}

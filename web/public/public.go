// Package public holds the pages that anybody may open: the front page with the
// sites, and the page that says whether a certificate is genuine and current.
package public

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/ui"
)

// Options says what the public pages work with.
type Options struct {
	Store  *store.Store
	Rules  models.Rules
	Brand  profile.Brand
	Logger *slog.Logger
	// Inquiries says what the form for inquiries works with; nil leaves it out.
	Inquiries *Inquiries
	// Unsubscribe says whether a token is the subscription's; nil leaves the page out.
	Unsubscribe func(s models.MailSubscription, token string) bool
	// LicenseKeys gives the published keys of license files; nil leaves them out.
	LicenseKeys func(ctx context.Context) ([]byte, error)
	// Activation says what the pages that confirm an issue work with; nil leaves them out.
	Activation *Activation
	// Places are the sites that the front page leads to, in its order.
	Places []Place
	// Clock gives the time; nil is the machine's.
	Clock func() time.Time
}

// Place is a site on the front page. Kind names its texts: console, inquiries, api, mailbox or temporal.
type Place struct {
	Kind string
	URL  string
}

// Site is the public pages.
type Site struct {
	Options
	fail   func(c *gin.Context, err error)
	origin *http.CrossOriginProtection
}

// New makes the public pages.
func New(o Options) *Site {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Site{Options: o, fail: ui.ErrorWriter(o.Brand, o.Logger), origin: http.NewCrossOriginProtection()}
}

// Mount puts the pages on the engine, and the shared assets where no other site did.
func (s *Site) Mount(r *gin.Engine) {
	ui.Mount(r)
	group := r.Group("/", ui.SecureHeaders, ui.NoStore)
	group.GET("/", s.page(s.showHome))
	group.GET("/certificates/:token", s.page(s.showCertificate))
	if s.Unsubscribe != nil {
		group.GET(unsubscribeAt, s.page(s.showSubscription))
		group.POST(unsubscribeAt, s.page(s.changeSubscription))
	}
	if s.LicenseKeys != nil {
		group.GET(LicenseKeysAt, s.page(s.showLicenseKeys))
	}
	if s.Activation != nil {
		confirm := group.Group("", activationHeaders)
		confirm.GET(activationAt, s.page(s.showActivation))
		confirm.HEAD(activationAt, s.page(s.peekActivation))
		confirm.POST(activationAt, s.page(s.confirmActivation))
	}
	if s.Inquiries != nil {
		group.GET(inquiriesAt, s.page(s.showInquiryForm))
		group.POST(inquiriesAt, s.page(s.takeInquiry))
		group.GET(inquiriesSentAt, s.page(s.showInquirySent))
	}
}

// page answers with what show made, or with an error page.
func (s *Site) page(show func(c *gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := show(c); err != nil {
			s.fail(c, err)
		}
	}
}

func (s *Site) frame(c *gin.Context) ui.Page {
	lang := ui.LanguageOf(c.Request, "")
	return ui.Page{
		Language: lang, Here: c.Request.URL.RequestURI(), Brand: s.Brand,
		RequestID: ui.RequestID(c), Styles: []string{"site.css"},
	}
}

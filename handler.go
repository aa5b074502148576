package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/web/console"
	"github.com/todoke/todoke/web/delivery"
	"github.com/todoke/todoke/web/portal"
	"github.com/todoke/todoke/web/public"
	"github.com/todoke/todoke/web/ui"
)

// handler puts the API and the sites on one engine.
func (a *app) handler(m *metrics.Metrics, teller *outbox.Outbox) (http.Handler, error) {
	reseller, err := api.New(api.Options{
		Store: a.store, Teller: teller, Files: a.files, Logger: a.log, Brand: a.profile.Brand.Company, PublicURL: a.config.PublicURL,
		LinkKey: a.ring.CurrentKey, CodeHash: a.ring.CodeHash,
	})
	if err != nil {
		return nil, err
	}
	rules := a.profile.Rules()
	r, err := api.NewEngine(api.EngineOptions{
		Logger: a.log, Registry: m.Registry, TrustedProxies: a.config.TrustedProxies, HTTPS: a.config.Secure(),
		MaxUpload: func(route string) int64 {
			return max(portal.MaxUpload(rules.NameChanges, route), console.MaxUpload(rules, route))
		},
		Streams: console.Streams,
		Problem: reseller.WriteProblem, Page: ui.ErrorWriter(a.profile.Brand, a.log),
	})
	if err != nil {
		return nil, err
	}
	if err := reseller.Mount(r); err != nil {
		return nil, err
	}
	public.New(public.Options{
		Store: a.store, Rules: a.profile.Rules(), Brand: a.profile.Brand, Logger: a.log, Places: a.places(),
		Unsubscribe: a.ring.UnsubscribeAllowed, LicenseKeys: a.publishedLicenseKeys,
		Activation: &public.Activation{Ring: a.ring, Teller: teller},
		Inquiries:  &public.Inquiries{Teller: teller, CodeHash: a.ring.CodeHash, Key: a.ring.CurrentKey()},
	}).Mount(r)
	if err := errors.Join(a.mountConsole(r, teller), a.mountDelivery(r, teller), a.mountPortal(r, teller)); err != nil {
		return nil, err
	}
	a.mountProbes(r, m)
	return r, nil
}

func (a *app) mountConsole(r *gin.Engine, teller *outbox.Outbox) error {
	site, err := console.New(console.Options{
		Store: a.store, Rules: a.profile.Rules(), Brand: a.profile.Brand, Teller: teller, Sessions: a.store.SessionStore(),
		Files: a.files, Logger: a.log, TemporalUIURL: a.config.TemporalUIURL, CodeHash: a.ring.CodeHash,
		Secure: a.config.Secure(), Idle: a.profile.Lifetimes.ConsoleSessionIdle.Duration,
		PortalKey: a.ring.CurrentKey(), PortalIdle: a.profile.Lifetimes.PortalSessionIdle.Duration,
		Reveal:      func(_ context.Context, h models.Holding) (string, error) { return a.ring.OpenCode(h) },
		FurtherCode: a.ring.OpenIssued, Sealer: a.ring, LicenseFile: a.licenseFiles(),
	})
	if err == nil {
		site.Mount(r)
	}
	return err
}

func (a *app) mountDelivery(r *gin.Engine, teller *outbox.Outbox) error {
	site, err := delivery.New(delivery.Options{
		Store: a.store, Rules: a.profile.Rules(), Brand: a.profile.Brand, Teller: teller, Sessions: a.store.SessionStore(),
		Secrets: a.ring, Codes: a.ring, Files: a.files, Logger: a.log, PublicURL: a.config.PublicURL, Secure: a.config.Secure(),
		Idle: a.profile.Lifetimes.DeliverySessionIdle.Duration,
	})
	if err == nil {
		site.Mount(r)
	}
	return err
}

func (a *app) mountPortal(r *gin.Engine, teller *outbox.Outbox) error {
	site, err := portal.New(portal.Options{
		Store: a.store, Rules: a.profile.Rules(), Brand: a.profile.Brand, Teller: teller, Sessions: a.store.SessionStore(),
		Secrets: a.ring, Codes: a.ring, Files: a.files, Logger: a.log, PublicURL: a.config.PublicURL, Secure: a.config.Secure(),
		Idle: a.profile.Lifetimes.PortalSessionIdle.Duration, LicenseFile: a.licenseFiles(),
		Documents: documents.New(documents.Options{MaxAtOnce: a.config.RendersAtOnce, Brand: a.profile.Brand.LegalName}),
	})
	if err == nil {
		site.Mount(r)
	}
	return err
}

// places are the sites that the front page leads to; those of dev are known to dev alone.
func (a *app) places() []public.Place {
	places := []public.Place{{Kind: "console", URL: "/console"}, {Kind: "portal", URL: "/portal"}, {Kind: "delivery", URL: "/delivery"}, {Kind: "inquiries", URL: "/inquiries"}, {Kind: "api", URL: "/v1/docs"}}
	return append(places, a.devPlaces...)
}

// mountProbes answers load balancers on the sites' address too; the metrics stay
// on their own unless there is none.
func (a *app) mountProbes(r *gin.Engine, m *metrics.Metrics) {
	probes := gin.WrapH(a.probes(m))
	r.GET("/healthz", probes)
	r.GET("/readyz", probes)
	if a.config.MetricsAddr == "" {
		r.GET("/metrics", probes)
	}
}

package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/outbox"
)

// handler puts the API and the sites on one engine.
func (a *app) handler(m *metrics.Metrics, teller *outbox.Outbox) (http.Handler, error) {
	reseller, err := api.New(api.Options{
		Store: a.store, Teller: teller, Files: a.files, Logger: a.log, Brand: a.profile.Brand.Company, PublicURL: a.config.PublicURL,
	})
	if err != nil {
		return nil, err
	}
	r, err := api.NewEngine(api.EngineOptions{
		Logger: a.log, Registry: m.Registry, TrustedProxies: a.config.TrustedProxies, HTTPS: a.config.Secure(),
		Problem: reseller.WriteProblem,
	})
	if err != nil {
		return nil, err
	}
	if err := reseller.Mount(r); err != nil {
		return nil, err
	}
	probes := gin.WrapH(a.probes(m))
	r.GET("/healthz", probes)
	r.GET("/readyz", probes)
	if a.config.MetricsAddr == "" { // dev has one address for everything
		r.GET("/metrics", probes)
	}
	return r, nil
}

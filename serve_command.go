package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/outbox"
)

type serveCommand struct {
	BounceSMTP string `name:"bounce-smtp" placeholder:"HOST:PORT" help:"Receive bounces and replies by SMTP on this address, in place of TODOKE_BOUNCE_SMTP; off unless one is set."`
}

// Run answers requests until it is told to stop.
func (command serveCommand) Run(ctx context.Context) error {
	c, err := config.Load()
	if err != nil {
		return err
	}
	if command.BounceSMTP != "" {
		c.BounceSMTP = command.BounceSMTP
	}
	a, err := openApp(ctx, appOptions{config: c, log: newLog(c.LogLevel)})
	if err != nil {
		return err
	}
	defer a.close() //nolint:errcheck // the process ends
	if err := a.schemaCurrent(ctx); err != nil {
		return err
	}
	if err := a.publishLicenseKeys(ctx); err != nil {
		return err
	}
	m := metrics.New(a.store, a.profile.Calendar().CoveredUntil())
	teller := outbox.New(a.store, a.temporal, a.log, 4)
	defer teller.Close()
	handler, err := a.handler(m, teller)
	if err != nil {
		return err
	}
	probes := &http.Server{Addr: c.MetricsAddr, Handler: a.probes(m), ReadHeaderTimeout: 5 * time.Second}
	site := api.NewServer(handler, a.log)
	site.Addr = c.HTTPAddr
	servers := []server{site, probes}
	if c.BounceSMTP != "" {
		received, err := a.inboundServer(m, teller)
		if err != nil {
			return err
		}
		servers = append(servers, received)
	}
	a.log.Info("serving", "address", c.HTTPAddr, "public_url", c.PublicURL, "bounce_smtp", c.BounceSMTP)
	return listenUntil(ctx, servers...)
}

// schemaCurrent refuses to run on a schema that is not this version's.
func (a *app) schemaCurrent(ctx context.Context) error {
	current, err := a.store.SchemaCurrent(ctx)
	if err == nil && !current {
		err = errors.New("the database's schema is not up to date: run `todoke migrate`")
	}
	return err
}

// probes answers health checks and metrics, away from the public address.
func (a *app) probes(m *metrics.Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeState(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { writeState(w, a.ready(r.Context())) })
	return mux
}

// ready says whether requests can be taken: the database and the files answer.
// Temporal is not asked, because intake goes on without it.
func (a *app) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return errors.Join(a.store.Ping(ctx), a.files.Check(ctx))
}

func writeState(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("not ready\n")) // the client is gone if this fails
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// server is what listenUntil runs.
type server interface {
	ListenAndServe() error
	Shutdown(ctx context.Context) error
}

// listenUntil runs servers until the context ends or one of them fails, and then
// lets requests under way finish.
func listenUntil(ctx context.Context, servers ...server) error {
	failed := make(chan error, len(servers))
	for _, s := range servers {
		go func() { failed <- s.ListenAndServe() }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(ending))
	}
	return err
}

package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/worker"
	sdkworker "go.temporal.io/sdk/worker"
)

type workerCommand struct{}

// Run carries the processes until it is told to stop.
func (workerCommand) Run(ctx context.Context) error {
	c, err := config.Load()
	if err != nil {
		return err
	}
	a, err := openApp(ctx, appOptions{config: c, log: newLog(c.LogLevel)})
	if err != nil {
		return err
	}
	defer a.close() //nolint:errcheck // the process ends
	if err := a.schemaCurrent(ctx); err != nil {
		return err
	}
	limitMemory(cmp.Or(c.RendersAtOnce, runtime.GOMAXPROCS(0)))
	m := metrics.New(a.store, a.profile.Calendar().CoveredUntil())
	w, stop, err := a.startWorker(ctx, m)
	if err != nil {
		return err
	}
	defer stop()
	go a.watchProcesses(ctx, m)
	go a.keepSwept(ctx)
	probes := &http.Server{Addr: c.MetricsAddr, Handler: a.probes(m), ReadHeaderTimeout: 5 * time.Second}
	a.log.Info("worker started", "task_queue_ready", w != nil)
	return listenUntil(ctx, probes)
}

// workflowsKept is how many workflows the worker holds ready in memory. The rest,
// waiting for days if need be, is read again from its history when something
// happens to it, which takes milliseconds; each one held takes some 60 KB.
const workflowsKept = 256

// limitMemory keeps the heap below three times what is alive: a drawing leaves 13 MB of
// garbage behind, and without a limit the collector lets that add up. Up to the limit it
// may: collecting more often takes a tenth of the processors under load. The limit is soft,
// and what GOMEMLIMIT and GOGC say counts more.
func limitMemory(renders int) {
	const alive, perRender = 24<<20 + workflowsKept*60<<10, 24 << 20
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(alive + renders*perRender))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// startWorker starts the worker, waiting for Temporal if need be.
func (a *app) startWorker(ctx context.Context, m *metrics.Metrics) (sdkworker.Worker, func(), error) {
	collaborators, stopCollaborators, err := a.collaborators()
	if err != nil {
		return nil, nil, err
	}
	sdkworker.SetStickyWorkflowCacheSize(workflowsKept)
	var w sdkworker.Worker
	err = a.untilTemporal(ctx, func() error {
		// A worker remembers for ever that its start failed, so every try takes a new one.
		w = worker.New(a.temporal, collaborators, worker.Options{
			Interceptor: &activities.Interceptor{Log: a.log, OnFailed: m.Failed},
			Concurrency: a.config.WorkerConcurrency,
		})
		return w.Start()
	})
	if err != nil {
		stopCollaborators()
		return nil, nil, err
	}
	stop := func() {
		w.Stop()
		stopCollaborators()
	}
	err = a.untilTemporal(ctx, func() error { return worker.EnsureSchedule(ctx, a.temporal, a.config.DrainEvery) })
	if err == nil {
		err = a.untilTemporal(ctx, func() error {
			return worker.EnsureRenewalNotices(ctx, a.temporal, a.profile.Process.RenewalNoticeTime.SinceMidnight())
		})
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return w, stop, nil
}

// untilTemporal tries again until Temporal answers: a worker may start before it.
func (a *app) untilTemporal(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		a.log.Warn("Temporal does not answer yet", "address", a.config.TemporalAddress, "error", err.Error())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Second):
		}
	}
}

// collaborators makes what activities work with.
func (a *app) collaborators() (worker.Activities, func(), error) {
	renderer, err := mail.NewRenderer(mailBrand(a.profile), activities.Subjects(a.profile))
	if err != nil {
		return worker.Activities{}, nil, err
	}
	smtp := a.smtp()
	if smtp.DKIM, err = a.dkim(); err != nil {
		return worker.Activities{}, nil, err
	}
	sender := mail.NewSender(smtp)
	teller := outbox.New(a.store, a.temporal, a.log, 1)
	links := activities.Links{Public: a.config.PublicURL}
	drawing := documents.New(documents.Options{MaxAtOnce: a.config.RendersAtOnce, Brand: a.profile.Brand.LegalName})
	all := worker.Activities{
		Orders: &activities.Orders{Store: a.store, Sealer: a.ring},
		Mails: &activities.Mails{
			Store: a.store, Profile: a.profile, Renderer: renderer, Sender: sender, Secrets: a.ring, Links: links, ReturnPath: a.returnPath(),
			ReplyDomain: a.mailDomain(),
		},
		Documents:   &activities.Documents{Store: a.store, Files: a.files, Renderer: drawing, Profile: a.profile, Links: links},
		Outbox:      &activities.Outbox{Outbox: teller},
		Resends:     &activities.Resends{Store: a.store},
		NameChanges: &activities.NameChanges{Store: a.store},
		Activation:  &activities.Activation{Store: a.store},
		Renewals:    &activities.Renewals{Store: a.store, Keys: a.ring},
	}
	all.News = &activities.News{Store: a.store, Mails: all.Mails}
	return all, func() { teller.Close(); sender.Close() }, nil
}

// smtp bounds an attempt well below the activity's timeout and the claim's lease.
func (a *app) smtp() mail.SMTPConfig {
	return mail.SMTPConfig{
		Host: a.config.SMTPHost, Port: a.config.SMTPPort, User: a.config.SMTPUser, Password: a.config.SMTPPassword,
		TLS: mail.TLSMode(a.config.SMTPTLS), PoolSize: a.config.SMTPPool,
		ConnectTimeout: 10 * time.Second, CommandTimeout: 10 * time.Second, AnswerTimeout: 20 * time.Second,
	}
}

func mailBrand(p *profile.Profile) mail.Brand {
	contact := func(lang models.Language) string {
		return fmt.Sprintf("%s %s", p.Brand.Support.Name.In(lang), p.Brand.Support.URL)
	}
	return mail.Brand{
		Name: p.Brand.Name.JA, Company: p.Brand.Company,
		Contact: models.Text{JA: contact(models.Japanese), EN: contact(models.English)},
	}
}

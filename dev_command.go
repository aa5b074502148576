package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/licensefile"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/web/public"
)

// devCommand sets up and starts everything on one machine: no root, no Docker,
// no PostgreSQL, only Go.
type devCommand struct {
	Data         string `help:"Folder for everything that dev keeps." default:".todoke" type:"path"`
	HTTP         string `help:"Address of the sites and the API." default:"127.0.0.1:8080"`
	MailboxHTTP  string `help:"Address of the mailbox's pages." default:"127.0.0.1:8025"`
	SMTP         string `help:"Address that the mailbox receives mail on." default:"127.0.0.1:1025"`
	BounceSMTP   string `name:"bounce-smtp" help:"Address that bounces and replies are received on; the mailbox hands them over." default:"127.0.0.1:0"`
	TemporalPort int    `help:"Port of Temporal." default:"7233"`
	TemporalUI   int    `name:"temporal-ui-port" help:"Port of the Temporal UI." default:"8233"`
	Fresh        bool   `help:"Forget everything and start anew."`
	NoSample     bool   `help:"Leave out the sample data."`
}

// dev is what runs.
type dev struct {
	command devCommand
	config  config.Config
	app     *app
	mailbox *mailbox.Mailbox
	closers []func() error
}

// Run starts everything and stops it again on Ctrl-C.
func (c devCommand) Run(ctx context.Context) (err error) {
	d := &dev{command: c}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.prepare(); err != nil {
		return err
	}
	if err := d.startMailbox(); err != nil {
		return err
	}
	if err := d.startTemporal(ctx); err != nil {
		return err
	}
	return d.serve(ctx)
}

// close stops what was started, last first.
func (d *dev) close() error {
	var errs []error
	for i := len(d.closers) - 1; i >= 0; i-- {
		errs = append(errs, d.closers[i]())
	}
	return errors.Join(errs...)
}

func (d *dev) path(parts ...string) string {
	return filepath.Join(append([]string{d.command.Data}, parts...)...)
}

// prepare makes the data folder and the configuration that lives in it, and says
// at once which port is in use.
func (d *dev) prepare() error {
	if d.command.Fresh {
		if err := forget(d.command.Data); err != nil {
			return err
		}
	}
	for _, folder := range []string{"", "files", "mailbox", "bin"} {
		if err := os.MkdirAll(d.path(folder), 0o700); err != nil {
			return err
		}
	}
	// Only folders that carry this mark are ever deleted by --fresh.
	if err := os.WriteFile(d.path(devMark), []byte("made by todoke dev\n"), 0o600); err != nil {
		return err
	}
	ring, err := devKeys(d.path("keys"), keys.Generate)
	if err != nil {
		return err
	}
	licenseKeys, err := devKeys(d.path("license-keys"), licensefile.Generate)
	if err != nil {
		return err
	}
	for _, port := range []struct{ flag, address string }{{"--http", d.command.HTTP}, {"--mailbox-http", d.command.MailboxHTTP}, {"--smtp", d.command.SMTP}} {
		if err := portFree(port.flag, port.address); err != nil {
			return err
		}
	}
	host, port, err := net.SplitHostPort(d.command.SMTP)
	if err != nil {
		return fmt.Errorf("--smtp: %w", err)
	}
	smtpPort, err := strconv.Atoi(port)
	if err != nil {
		return fmt.Errorf("--smtp: %w", err)
	}
	d.config = config.Config{
		DatabaseURL: "sqlite:" + d.path("todoke.db"), TemporalNamespace: "default", DrainEvery: 5 * time.Second,
		TemporalAddress: fmt.Sprintf("127.0.0.1:%d", d.command.TemporalPort),
		TemporalUIURL:   fmt.Sprintf("http://127.0.0.1:%d", d.command.TemporalUI),
		SMTPHost:        host, SMTPPort: smtpPort, SMTPTLS: "none", SMTPPool: 8,
		BounceSMTP: d.command.BounceSMTP,
		FilesURL:   "file://" + filepath.ToSlash(d.path("files")), Keys: ring, LicenseKeys: licenseKeys, PublicURL: "http://" + browsable(d.command.HTTP),
		HTTPAddr: d.command.HTTP, WorkerConcurrency: 20, LogLevel: "info",
	}
	return d.config.Check()
}

const devMark = ".todoke-dev"

// forget deletes a data folder that dev made, but keeps the Temporal CLI built into it.
func forget(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) || len(entries) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(folder, devMark)); err != nil {
		return fmt.Errorf("%s was not made by todoke dev, so --fresh does not delete it", folder)
	}
	for _, e := range entries {
		if e.Name() == "bin" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// devKeys makes a key at the first start and keeps it for the next.
func devKeys(path string, generate func(number int) (string, error)) (string, error) {
	kept, err := os.ReadFile(path)
	if err == nil {
		return string(kept), nil
	}
	made, err := generate(1)
	if err != nil {
		return "", err
	}
	return made, os.WriteFile(path, []byte(made), 0o600)
}

func portFree(flag, address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("address %s is in use or cannot be had; give another with %s HOST:PORT", address, flag)
	}
	return l.Close()
}

// browsable gives the address that a browser on this machine uses.
func browsable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || (host != "" && host != "0.0.0.0" && host != "::") {
		return address
	}
	return net.JoinHostPort("127.0.0.1", port)
}

func (d *dev) startMailbox() error {
	box, err := mailbox.New(mailbox.Options{Dir: d.path("mailbox"), Keep: 5000, Behaviour: sampleAddresses})
	if err != nil {
		return err
	}
	d.mailbox = box
	listener, err := net.Listen("tcp", d.command.SMTP)
	if err != nil {
		return err
	}
	go func() { _ = box.ServeSMTP(listener) }() // ends with Close, which reports
	pages := &http.Server{Addr: d.command.MailboxHTTP, Handler: box.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = pages.ListenAndServe() }()
	d.closers = append(d.closers, box.Close, pages.Close)
	return nil
}

func (d *dev) startTemporal(ctx context.Context) error {
	cli, err := temporalcli.Build(ctx, d.path("bin"), os.Stderr)
	if err != nil {
		return err
	}
	server, err := temporalcli.Start(ctx, temporalcli.Options{
		Path: cli, FrontendPort: d.command.TemporalPort, UIPort: d.command.TemporalUI,
		DBFile: d.path("temporal.db"), LogFile: d.path("temporal.log"),
	})
	if err != nil {
		return err
	}
	d.closers = append(d.closers, server.Stop)
	return nil
}

// serve runs server and worker in this process until it is told to stop.
func (d *dev) serve(ctx context.Context) error {
	logFile, err := os.OpenFile(d.path("todoke.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, logFile.Close)
	if d.app, err = openApp(ctx, appOptions{config: d.config, dev: true, log: fileLog(logFile)}); err != nil {
		return err
	}
	d.closers = append(d.closers, d.app.close)
	d.app.devPlaces = []public.Place{
		{Kind: "mailbox", URL: "http://" + browsable(d.command.MailboxHTTP)}, {Kind: "temporal", URL: d.config.TemporalUIURL},
	}
	if _, err := d.app.store.Migrate(ctx); err != nil {
		return err
	}
	if err := errors.Join(d.app.loadHashKey(ctx), d.app.publishLicenseKeys(ctx)); err != nil {
		return err
	}
	m := metrics.New(d.app.store, d.app.profile.Calendar().CoveredUntil())
	_, stopWorker, err := d.app.startWorker(ctx, m)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, func() error { stopWorker(); return nil })
	teller := outbox.New(d.app.store, d.app.temporal, d.app.log, 4)
	d.closers = append(d.closers, func() error { teller.Close(); return nil })
	handler, err := d.app.handler(m, teller)
	if err != nil {
		return err
	}
	if err := d.receiveInDev(m, teller); err != nil {
		return err
	}
	credentials, err := d.credentials(ctx, teller)
	if err != nil {
		return err
	}
	credentials.banner(os.Stdout, d.command.Data)
	site := api.NewServer(handler, d.app.log)
	site.Addr = d.command.HTTP
	return listenUntil(ctx, site)
}

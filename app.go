package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/licensefile"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/public"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// app holds what serve and worker have in common.
type app struct {
	config   config.Config
	profile  *profile.Profile
	ring     *keys.Ring
	signer   *licensefile.Signer // nil where no license files are issued
	store    *store.Store
	files    *files.Store
	temporal client.Client
	log      *slog.Logger
	// devPlaces are what the front page leads to besides, where dev runs.
	devPlaces []public.Place
}

// appOptions are the differences between the real thing and dev.
type appOptions struct {
	config config.Config
	dev    bool
	log    *slog.Logger
}

// openApp opens all that the processes share. Temporal is dialled lazily:
// intake goes on while it is down.
func openApp(ctx context.Context, o appOptions) (*app, error) {
	a := &app{config: o.config, log: o.log}
	var err error
	if a.profile, err = profile.Load(o.config.Profile); err != nil {
		return nil, err
	}
	if o.dev {
		a.profile = a.profile.WithDev()
	}
	if a.ring, err = keys.Parse(o.config.Keys); err != nil {
		return nil, fmt.Errorf("%sKEYS: %w", config.Prefix, err)
	}
	if a.signer, err = licensefile.ParseSigner(o.config.LicenseKeys, a.profile.Brand.LegalName.JA); err != nil {
		return nil, fmt.Errorf("%sLICENSE_KEYS: %w", config.Prefix, err)
	}
	a.store, err = store.Open(ctx, store.Options{
		URL: o.config.DatabaseURL, Rules: a.profile.Rules(), Installation: o.config.PublicURL, MaxConnections: o.config.MaxConnections,
		Key: a.ring.CurrentKey(),
	})
	if err != nil {
		return nil, err
	}
	if err := a.loadHashKey(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	if a.files, err = files.Open(ctx, o.config.FilesURL); err != nil {
		return nil, errors.Join(err, a.close())
	}
	a.temporal, err = client.NewLazyClient(client.Options{
		HostPort: o.config.TemporalAddress, Namespace: o.config.TemporalNamespace,
		Logger: log.NewStructuredLogger(o.log.With("part", "temporal")),
	})
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// loadHashKey has codes looked up by the key that the database keeps since keys were
// rotated. Without it new codes would get hashes that nothing finds.
func (a *app) loadHashKey(ctx context.Context) error {
	if a.schemaCurrent(ctx) != nil {
		return nil // whoever needs the schema says so, or migrates and asks again
	}
	kept, err := a.store.CodeHashKey(ctx)
	if err != nil || kept == nil {
		return err
	}
	if err := a.ring.UseHashKey(*kept); err != nil {
		return fmt.Errorf("%w %d, which is not in %sKEYS", errHashKey, kept.Key, config.Prefix)
	}
	return nil
}

var errHashKey = errors.New("the look-up hashes of activation codes need server key")

func (a *app) close() error {
	var errs []error
	if a.temporal != nil {
		a.temporal.Close()
	}
	if a.files != nil {
		errs = append(errs, a.files.Close())
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	return errors.Join(errs...)
}

// newLog writes JSON lines; what is logged names rows, codes and times, never people.
func newLog(level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: l}))
}

// explain words an error for whoever started the command.
func explain(err error) string {
	var domain *models.Error
	if !errors.As(err, &domain) {
		return err.Error()
	}
	if cause := errors.Unwrap(domain); cause != nil {
		return domain.Error() + ": " + cause.Error()
	}
	return domain.Error()
}

// shutdownTimeout is how long requests under way may take to end.
const shutdownTimeout = 15 * time.Second

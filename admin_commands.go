package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console"
)

// withApp runs an administration command on the configured installation.
func withApp(ctx context.Context, do func(*app) error) error {
	c, err := config.Load()
	if err != nil {
		return err
	}
	a, err := openApp(ctx, appOptions{config: c, log: newLog("warn")})
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.close())
}

type migrateCommand struct{}

// Run migrates the database.
func (migrateCommand) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		steps, err := a.store.Migrate(ctx)
		if err == nil {
			fmt.Printf("%d migrations run; the schema is up to date\n", steps)
		}
		return err
	})
}

type seedCommand struct {
	Orders int   `help:"How many orders to load." default:"1000"`
	Random int64 `help:"Start of the random numbers; the same gives the same data." default:"1"`
}

// Run loads made-up orders.
func (s seedCommand) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		return a.store.Seed(ctx, store.SeedOptions{
			Orders: s.Orders, RandSeed: s.Random, Sealer: a.ring,
			Progress: func(n int) { fmt.Fprintf(os.Stderr, "\r%d of %d orders", n, s.Orders) },
		})
	})
}

// operator is who acts on the command line.
var operator = models.Actor{Kind: models.ActorProcess, Name: "command line"}

type staffCommand struct {
	Add staffAdd `cmd:"" help:"Add a member of staff; the password is read from the standard input."`
}

type staffAdd struct {
	Email    string          `arg:"" help:"Address to sign in with."`
	Name     string          `help:"Name shown to colleagues." required:""`
	Role     models.Role     `help:"viewer, clerk or lead." default:"clerk" enum:"viewer,clerk,lead"`
	Language models.Language `help:"ja or en." default:"ja" enum:"ja,en"`
}

// Run adds a member of staff.
func (s staffAdd) Run(ctx context.Context) error {
	typed, err := io.ReadAll(io.LimitReader(os.Stdin, 1024))
	if err != nil {
		return err
	}
	hash, err := hashPassword(strings.TrimRight(string(typed), "\r\n"))
	if err != nil {
		return err
	}
	return withApp(ctx, func(a *app) error {
		return a.store.CreateStaff(ctx, operator, &models.Staff{
			Email: s.Email, Name: s.Name, Role: s.Role, Language: s.Language, PasswordHash: hash,
		})
	})
}

// shortestPassword is the least length of staff's passwords, in characters.
const shortestPassword = 12

func hashPassword(password string) (string, error) {
	if len([]rune(password)) < shortestPassword {
		return "", fmt.Errorf("a password needs %d characters or more", shortestPassword)
	}
	return console.HashPassword(password)
}

type partnerCommand struct {
	Add partnerAdd `cmd:"" help:"Add a reseller."`
	Key partnerKey `cmd:"" help:"Make an API key; it is shown once."`
}

type partnerAdd struct {
	PartnerCode string          `arg:"" help:"The reseller's 8 characters."`
	Name        string          `help:"The reseller's name." required:""`
	Email       string          `help:"Address that send-backs go to." required:""`
	Language    models.Language `help:"ja or en." default:"ja" enum:"ja,en"`
}

// Run adds a reseller.
func (p partnerAdd) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		return a.store.CreateReseller(ctx, operator, &models.Reseller{
			PartnerCode: p.PartnerCode, Name: p.Name, Email: p.Email, Language: p.Language,
		})
	})
}

type partnerKey struct {
	PartnerCode string `arg:"" help:"The reseller's 8 characters."`
	Owner       string `help:"Address that receipt numbers are mailed to." required:""`
	Name        string `help:"What the key is for." default:"API"`
}

// Run makes a key.
func (p partnerKey) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		r, err := a.store.ResellerByPartnerCode(ctx, p.PartnerCode)
		if err != nil {
			return err
		}
		key, err := a.newAPIKey(ctx, operator, r, p.Name, p.Owner)
		if err == nil {
			fmt.Println(key)
		}
		return err
	})
}

// newAPIKey makes a key with every scope and gives the key itself.
func (a *app) newAPIKey(ctx context.Context, actor models.Actor, r models.Reseller, name, owner string) (string, error) {
	key, prefix, hash, err := models.NewAPIKeySecret(rand.Reader)
	if err != nil {
		return "", err
	}
	scopes := make([]string, 0, len(models.Scopes))
	for _, s := range models.Scopes {
		scopes = append(scopes, string(s))
	}
	return key, a.store.CreateAPIKey(ctx, actor, &models.APIKey{
		ResellerID: r.ID, Name: name, Prefix: prefix, Hash: hash, Scopes: strings.Join(scopes, " "), OwnerEmail: owner, Language: r.Language,
	})
}

type healthCommand struct {
	URL string `help:"Address to ask." default:"http://127.0.0.1:9090/readyz" env:"TODOKE_HEALTH_URL"`
}

// Run asks and fails when the answer is not good.
func (h healthCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", h.URL, answer.Status)
	}
	return nil
}

type versionCommand struct{}

// version is set by the build.
var version = "dev"

// Run prints the version.
func (versionCommand) Run() error {
	goVersion := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
	}
	_, err := fmt.Println("todoke", version, goVersion)
	return err
}

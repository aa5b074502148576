package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"crypto/rand"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
)

// credentials is dev-credentials.json: where everything is and how to sign in.
type credentials struct {
	URLs      map[string]string    `json:"urls"`
	Staff     []staffCredential    `json:"staff"`
	Resellers []resellerCredential `json:"resellers"`
	Portal    []portalCredential   `json:"portal"`
}

type staffCredential struct {
	Email    string      `json:"email"`
	Password string      `json:"password"`
	Role     models.Role `json:"role"`
}

type resellerCredential struct {
	PartnerCode string `json:"partner_code"`
	Name        string `json:"name"`
	APIKey      string `json:"api_key"`
}

// portalCredential signs in to the contract portal.
type portalCredential struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Note     string `json:"note,omitempty"`
}

const credentialsFile = "dev-credentials.json"

// credentials gives those of an earlier start, or makes people, keys and sample
// data at the first.
func (d *dev) credentials(ctx context.Context, teller *outbox.Outbox) (*credentials, error) {
	c := &credentials{}
	kept, err := os.ReadFile(d.path(credentialsFile))
	switch {
	case err == nil:
		if err := json.Unmarshal(kept, c); err != nil {
			return nil, fmt.Errorf("%s: %w", credentialsFile, err)
		}
	case errors.Is(err, os.ErrNotExist):
		if err := d.makePeople(ctx, c); err != nil {
			if models.IsKind(err, models.KindConflict) {
				err = errors.New("the first start was cut short; start again with --fresh")
			}
			return nil, err
		}
	default:
		return nil, err
	}
	if len(c.Portal) == 0 && !d.command.NoSample {
		if c.Portal, err = d.app.makeSampleAccounts(ctx); err != nil {
			return nil, err
		}
	}
	c.URLs = map[string]string{
		"home": d.config.PublicURL + "/", "api": d.config.PublicURL, "api_docs": d.config.PublicURL + "/v1/docs",
		"console": d.config.PublicURL + "/console", "mailbox": "http://" + browsable(d.command.MailboxHTTP),
		"delivery": d.config.PublicURL + "/delivery", "portal": d.config.PublicURL + "/portal", "temporal_ui": d.config.TemporalUIURL, "metrics": d.config.PublicURL + "/metrics",
	}
	if err := c.write(d.path(credentialsFile)); err != nil {
		return nil, err
	}
	if d.command.NoSample {
		return c, nil
	}
	if err := d.importRegisters(ctx); err != nil {
		return nil, err
	}
	return c, d.app.makeSamples(ctx, teller, d.path(".samples-made"))
}

func (c *credentials) write(path string) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

// makePeople makes one member of staff per role and the sample resellers with their keys.
func (d *dev) makePeople(ctx context.Context, c *credentials) error {
	for i, role := range models.Roles {
		password, hash, err := newSamplePassword()
		if err != nil {
			return err
		}
		person := models.Staff{
			Email: string(role) + "@todoke.example", Name: []string{"佐伯 遼", "山本 彩", "森田 千尋"}[i],
			Role: role, Language: models.Japanese, PasswordHash: hash,
		}
		if err := d.app.store.CreateStaff(ctx, operator, &person); err != nil {
			return err
		}
		c.Staff = append(c.Staff, staffCredential{Email: person.Email, Password: password, Role: role})
	}
	for _, r := range sampleResellers() {
		if err := d.app.store.CreateReseller(ctx, operator, &r); err != nil {
			return err
		}
		key, err := d.app.newAPIKey(ctx, operator, r, "sample", "api-owner+"+r.PartnerCode+"@todoke.example")
		if err != nil {
			return err
		}
		c.Resellers = append(c.Resellers, resellerCredential{PartnerCode: r.PartnerCode, Name: r.Name, APIKey: key})
	}
	return nil
}

// newSamplePassword makes a password and its hash.
func newSamplePassword() (password, hash string, err error) {
	if password, err = models.NewToken(rand.Reader); err != nil {
		return "", "", err
	}
	password = password[:16]
	hash, err = hashPassword(password)
	return password, hash, err
}

// banner prints what somebody who starts needs.
func (c *credentials) banner(w io.Writer, data string) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) } // a closed terminal is no reason to stop
	line("\ntodoke is ready.\n")
	for _, site := range []struct{ name, key string }{
		{"Start here", "home"}, {"Console", "console"}, {"Delivery site", "delivery"}, {"Contract portal", "portal"}, {"API", "api"}, {"API documentation", "api_docs"},
		{"Mailbox", "mailbox"}, {"Temporal UI", "temporal_ui"},
	} {
		line("  %-18s %s", site.name, c.URLs[site.key])
	}
	line("")
	for _, s := range c.Staff {
		line("  %-18s %s / %s", "Staff ("+string(s.Role)+")", s.Email, s.Password)
	}
	for _, p := range c.Portal {
		line("  %-18s %s / %s  %s", "Portal", p.Email, p.Password, p.Note)
	}
	for _, r := range c.Resellers {
		line("  %-18s %s  %s", "Reseller "+r.PartnerCode, r.APIKey, r.Name)
	}
	line("\n  The same stands in %s/%s. Ctrl-C stops everything.\n", data, credentialsFile)
}

func fileLog(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) }

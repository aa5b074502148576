package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/licensefile"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/public"
)

type verifyCommand struct {
	File string `arg:"" optional:"" help:"A license file to check; without one, the invariants of the database are checked." type:"existingfile"`
	Keys string `help:"The published keys: a file, or the address they are published at. Without it, those of TODOKE_LICENSE_KEYS." placeholder:"FILE|URL"`
	On   string `help:"The day to check for, as 2026-11-21; today where it is left out."`
}

// Run checks a license file, or the invariants, and fails when something is wrong.
func (v verifyCommand) Run(ctx context.Context) error {
	if v.File != "" {
		return v.checkFile(ctx, os.Stdout)
	}
	return withApp(ctx, func(a *app) error {
		violations, err := a.store.Invariants(ctx)
		for _, v := range violations {
			fmt.Printf("%s: %d, such as %s\n", v.Name, v.Count, v.Example)
		}
		if err == nil && len(violations) > 0 {
			err = fmt.Errorf("%d invariants are broken", len(violations))
		}
		if err == nil {
			fmt.Println("all invariants hold")
		}
		if err != nil {
			return err
		}
		if f := a.checkProcesses(ctx); f.state != fine {
			fmt.Printf("%s: %s\n→ %s\n", f.subject, f.detail, f.advice)
		}
		return nil
	})
}

// unproven says why a license file proves nothing; each reason has an exit code.
type unproven struct {
	code int
	text string
}

func (u unproven) Error() string { return u.text }

// ExitCode is what the command ends with.
func (u unproven) ExitCode() int { return u.code }

var unprovenAs = map[licensefile.State]unproven{
	licensefile.NotYet:     {2, "NOT VALID YET: the period begins later"},
	licensefile.Ended:      {3, "ENDED: the period is over"},
	licensefile.Forged:     {4, "FORGED: this is no license file, or it was changed, or somebody else signed it"},
	licensefile.UnknownKey: {5, "UNKNOWN KEY: it names a key that is not among the published ones; fetch the newest list and try again"},
	licensefile.Withdrawn:  {6, "KEY WITHDRAWN: the vendor withdrew the key it was signed with; ask for a new file"},
}

func (v verifyCommand) checkFile(ctx context.Context, out io.Writer) error {
	on := models.DateOf(time.Now())
	if v.On != "" {
		var err error
		if on, err = models.ParseDate(v.On); err != nil {
			return fmt.Errorf("--on: %w", err)
		}
	}
	published, err := publishedKeys(ctx, v.Keys)
	if err != nil {
		return err
	}
	file, err := readBounded(v.File, licensefile.MaxSize)
	if err != nil {
		return err
	}
	license, state, err := licensefile.Verify(file, published, on)
	if err != nil && state == "" {
		return err
	}
	if license.LicenseID != "" {
		_, err := fmt.Fprintf(out, "license   %s\nholder    %s\nproduct   %s %s\nquantity  %d\nperiod    %s to %s\ncode      …-%s\nissued    %s by %s\n",
			license.LicenseID, printable(license.Holder), license.Product.Code, printable(license.Product.NameEN), license.Quantity,
			license.StartsOn, license.EndsOn, printable(license.CodeEnd), license.IssuedAt.UTC().Format(time.RFC3339), printable(license.Issuer))
		if err != nil {
			return err
		}
	}
	if reason, bad := unprovenAs[state]; bad {
		return reason
	}
	_, err = fmt.Fprintf(out, "VALID on %s\n", on)
	return err
}

// printable leaves out what would move a terminal's cursor about.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}

// publishedKeys reads the list of keys that is named, or takes the public halves of
// this installation's own.
func publishedKeys(ctx context.Context, from string) (licensefile.Published, error) {
	switch {
	case strings.HasPrefix(from, "https://"), strings.HasPrefix(from, "http://"):
		text, err := fetched(ctx, from)
		if err != nil {
			return licensefile.Published{}, err
		}
		return licensefile.ReadKeys(text)
	case from != "":
		text, err := readBounded(from, licensefile.MaxKeysSize)
		if err != nil {
			return licensefile.Published{}, err
		}
		return licensefile.ReadKeys(text)
	}
	signer, err := licensefile.ParseSigner(os.Getenv(config.Prefix+"LICENSE_KEYS"), "")
	if err != nil {
		return licensefile.Published{}, fmt.Errorf("%sLICENSE_KEYS: %w", config.Prefix, err)
	}
	if signer == nil {
		return licensefile.Published{}, errors.New("say with --keys where the published keys are: a file, or the vendor's site with " + public.LicenseKeysAt)
	}
	text, err := licensefile.Publish(signer.Keys())
	if err != nil {
		return licensefile.Published{}, err
	}
	published, err := licensefile.ReadKeys(text)
	for i := range published.Keys {
		published.Keys[i].SignsUntil = nil // when each of them signed stands in the database only
	}
	return published, err
}

// readBounded reads a file up to one byte more than it may have.
func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	return text, errors.Join(err, f.Close())
}

func fetched(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, licensefile.MaxKeysSize+1))
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return text, nil
}

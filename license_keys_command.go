package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/todoke/todoke/licensefile"
	"github.com/todoke/todoke/models"
)

type licenseKeyCommand struct {
	Generate licenseKeyGenerate `cmd:"" help:"Print a new signing key for TODOKE_LICENSE_KEYS."`
	List     licenseKeyList     `cmd:"" help:"List the keys that are published."`
	Withdraw licenseKeyWithdraw `cmd:"" help:"Say for good that files signed with a key prove nothing any more."`
}

type licenseKeyGenerate struct {
	Number int `help:"The key's number; one more than the newest." default:"1"`
}

// Run prints a new key.
func (k licenseKeyGenerate) Run() error {
	key, err := licensefile.Generate(k.Number)
	if err == nil {
		fmt.Println(key)
	}
	return err
}

type licenseKeyList struct{}

// Run lists the published keys.
func (licenseKeyList) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		keys, err := a.store.LicenseKeys(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		if _, err := fmt.Fprintln(table, "number\tkey\tpublished\tstate"); err != nil {
			return err
		}
		for _, k := range keys {
			if _, err := fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", k.Number, k.ID, k.PublishedAt.UTC().Format(time.RFC3339), a.licenseKeyState(k)); err != nil {
				return err
			}
		}
		return table.Flush()
	})
}

func (a *app) licenseKeyState(k models.LicenseKey) string {
	switch {
	case k.WithdrawnAt != nil:
		return "withdrawn: " + k.WithdrawReason
	case a.signer != nil && k.ID == a.signer.Current().ID:
		return "signs"
	}
	return "retired, checks"
}

type licenseKeyWithdraw struct {
	Key    string `arg:"" help:"The key, as license-key list shows it."`
	Reason string `help:"Why; it is kept." required:""`
}

// Run withdraws a key.
func (k licenseKeyWithdraw) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error { return a.store.WithdrawLicenseKey(ctx, operator, k.Key, k.Reason) })
}

// publishLicenseKeys has the public halves of the signing keys published.
func (a *app) publishLicenseKeys(ctx context.Context) error {
	return a.store.PublishLicenseKeys(ctx, a.signer.Keys())
}

// publishedLicenseKeys is the list as it is published.
func (a *app) publishedLicenseKeys(ctx context.Context) ([]byte, error) {
	keys, err := a.store.LicenseKeys(ctx)
	if err != nil {
		return nil, err
	}
	return licensefile.Publish(keys)
}

// signLicense signs a license file, unless the key that would sign was withdrawn.
func (a *app) signLicense(ctx context.Context, f models.LicenseFileFacts) ([]byte, error) {
	signs, err := a.store.LicenseKeySigns(ctx, a.signer.Current().ID)
	if err != nil {
		return nil, err
	}
	if !signs {
		return nil, models.NewError(models.KindUnavailable, "license_key_withdrawn")
	}
	return a.signer.Sign(f)
}

// licenseFiles makes license files, or nothing where no key signs them.
func (a *app) licenseFiles() func(ctx context.Context, f models.LicenseFileFacts, code models.IssuedCode) ([]byte, error) {
	if a.signer == nil {
		return nil
	}
	return func(ctx context.Context, f models.LicenseFileFacts, code models.IssuedCode) ([]byte, error) {
		open, err := a.ring.OpenIssued(code)
		if err != nil {
			return nil, err
		}
		f.CodeEnd = open[strings.LastIndex(open, "-")+1:]
		return a.signLicense(ctx, f)
	}
}

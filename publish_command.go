package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

type publishCommand struct {
	Add      publishAdd      `cmd:"" help:"Offer a program or manual to the recipients of a product."`
	Withdraw publishWithdraw `cmd:"" help:"End the offer of a file."`
	List     publishList     `cmd:"" help:"List files, with how often they were fetched."`
}

type publishAdd struct {
	File     string          `arg:"" help:"The file; - reads the standard input." type:"existingfile"`
	Product  string          `help:"The product's code." required:""`
	Kind     models.FileKind `help:"program, manual or notes." default:"program" enum:"program,manual,notes"`
	NameJA   string          `name:"name-ja" help:"What recipients read, in Japanese." required:""`
	NameEN   string          `name:"name-en" help:"What recipients read, in English." required:""`
	Version  string          `name:"release" help:"The file's version." required:""`
	Date     string          `help:"The day of its release, as 2026-11-21; today where it is left out."`
	FileName string          `help:"The name to save it under; the file's own where it is left out."`
}

// Run publishes a file.
func (p publishAdd) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		file := models.ProductFile{
			ProductCode: p.Product, Kind: p.Kind, Names: models.Text{JA: p.NameJA, EN: p.NameEN}, FileName: p.FileName, Version: p.Version,
			ReleasedOn: a.store.Today(),
		}
		if file.FileName == "" {
			file.FileName = filepath.Base(p.File)
		}
		if p.Date != "" {
			var err error
			if file.ReleasedOn, err = models.ParseDate(p.Date); err != nil {
				return fmt.Errorf("--date: %w", err)
			}
		}
		content, err := opened(p.File)
		if err != nil {
			return err
		}
		if err := errors.Join(a.publish(ctx, operator, &file, content), content.Close()); err != nil {
			return err
		}
		_, err = fmt.Printf("published as %d: %s, %d bytes, SHA-256 %s\n", file.ID, file.FileName, file.Size, file.SHA256)
		return err
	})
}

func opened(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(path)
}

// publish streams a file into the storage and offers it. What is wrong with it is said before its bytes are moved, and
// bytes that no row names are taken out again.
func (a *app) publish(ctx context.Context, actor models.Actor, file *models.ProductFile, content io.Reader) error {
	file.Size = 1 // known when it was read
	if errs := file.Check(a.profile.Catalogue()); errs != nil {
		return models.Invalid(errs...)
	}
	token, err := models.NewToken(rand.Reader)
	if err != nil {
		return err
	}
	file.BlobKey = models.FileBlobKey(file.ProductCode, token)
	if file.SHA256, file.Size, err = a.files.Put(ctx, file.BlobKey, content, "application/octet-stream"); err != nil {
		return err
	}
	if err = a.store.PublishFile(ctx, actor, file); err != nil {
		return errors.Join(err, a.files.Delete(context.WithoutCancel(ctx), file.BlobKey))
	}
	return nil
}

type publishWithdraw struct {
	ID     int64  `arg:"" help:"The file's number, as publish list shows it."`
	Reason string `help:"Why; it is kept." required:""`
}

// Run withdraws a file.
func (p publishWithdraw) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		return a.store.WithdrawFile(ctx, operator, p.ID, p.Reason)
	})
}

type publishList struct {
	Product string `help:"Only this product's."`
}

// Run lists files.
func (p publishList) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		if _, err := fmt.Fprintln(out, "ID\tproduct\tkind\tfile\tversion\treleased\tbytes\tstarted\tfinished\t"); err != nil {
			return err
		}
		page := store.Page{}
		for {
			rows, next, err := a.store.ProductFiles(ctx, p.Product, page)
			if err != nil {
				return err
			}
			for _, f := range rows {
				state := ""
				if f.WithdrawnAt != nil {
					state = "withdrawn: " + f.WithdrawReason
				}
				_, err := fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", f.ID, f.ProductCode, f.Kind, f.FileName, f.Version,
					f.ReleasedOn, f.Size, f.Started, f.Finished, state)
				if err != nil {
					return err
				}
			}
			if page.Cursor = next; next == "" {
				return out.Flush()
			}
		}
	})
}

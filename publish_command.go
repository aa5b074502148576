package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

type publishCommand struct {
	Add      publishAdd      `cmd:"" help:"Offer a file to those who hold a product."`
	Withdraw publishWithdraw `cmd:"" help:"End the offer of a file."`
	List     publishList     `cmd:"" help:"List files, with how often they were fetched."`
	Sweep    publishSweep    `cmd:"" help:"Delete bytes in the file storage that no file names; workers do so every hour."`
}

type publishAdd struct {
	File     string            `arg:"" help:"The file; - reads the standard input." type:"existingfile"`
	Product  string            `help:"The product's code." required:""`
	Kind     models.FileKind   `help:"program, module, pattern, manual, document or notes." default:"program" enum:"program,module,pattern,manual,document,notes"`
	NameJA   string            `name:"name-ja" help:"What recipients read, in Japanese." required:""`
	NameEN   string            `name:"name-en" help:"What recipients read, in English." required:""`
	Access   models.FileAccess `help:"holders, or code: license ID and code are asked for." default:"holders" enum:"holders,code"`
	NotesJA  string            `name:"notes-ja" help:"What people are told about it, in Japanese."`
	NotesEN  string            `name:"notes-en" help:"What people are told about it, in English."`
	Version  string            `name:"release" help:"The file's version." required:""`
	Date     string            `help:"The day of its release, as 2026-11-21; today where it is left out."`
	FileName string            `help:"The name to save it under; the file's own where it is left out."`
}

// Run publishes a file.
func (p publishAdd) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		file := models.ProductFile{
			ProductCode: p.Product, Kind: p.Kind, Names: models.Text{JA: p.NameJA, EN: p.NameEN}, FileName: p.FileName, Version: p.Version,
			ReleasedOn: a.store.Today(), Access: p.Access, Notes: models.Text{JA: p.NotesJA, EN: p.NotesEN},
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
	if err := a.store.FileThere(ctx, file); err != nil {
		return err
	}
	if err := a.files.KeepProductFile(ctx, file, content); err != nil {
		return err
	}
	err := a.store.PublishFile(ctx, actor, file)
	if err != nil {
		a.files.DropProductFile(ctx, *file)
	}
	return err
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
			rows, next, err := a.store.ProductFiles(ctx, store.FileFilter{ProductCode: p.Product}, page)
			if err != nil {
				return err
			}
			for _, f := range rows {
				state := ""
				switch f.State() {
				case models.FileWithdrawn:
					state = "withdrawn: " + f.WithdrawReason
				case models.FileDraft:
					state = "not published yet"
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

type publishSweep struct{}

// Run deletes what no file names.
func (publishSweep) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		swept, err := a.sweepFiles(ctx)
		fmt.Printf("%d deleted\n", swept)
		return err
	})
}

// sweepAfter is how long bytes may lie without a row: an upload's row is written right after its last byte.
const sweepAfter = 24 * time.Hour

// sweepFiles deletes blobs below downloads that no row names: what is left of uploads whose process was killed.
func (a *app) sweepFiles(ctx context.Context) (swept int, err error) {
	keys, err := a.files.ListBefore(ctx, models.FileBlobs, time.Now().Add(-sweepAfter))
	if err != nil {
		return 0, err
	}
	unnamed, err := a.store.UnnamedFileBlobs(ctx, keys)
	if err != nil {
		return 0, err
	}
	for _, key := range unnamed {
		if err := a.files.Delete(ctx, key); err != nil {
			return swept, err
		}
		swept++
	}
	return swept, nil
}

// sweepEvery is how often a worker sweeps.
const sweepEvery = time.Hour

// keepSwept sweeps again and again until the context ends. Several workers do it without harm.
func (a *app) keepSwept(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		swept, err := a.sweepFiles(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Warn("file storage not swept", "error", err.Error())
		} else if swept > 0 {
			a.log.Info("file storage swept", "deleted", swept)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

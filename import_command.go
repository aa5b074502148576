package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/store"
)

type importCommand struct {
	Corporations importCorporations `cmd:"" help:"Read Corporate Number files of the National Tax Agency: whole ones or daily differences."`
	PostalCodes  importPostalCodes  `cmd:"" name:"postal-codes" help:"Read the post's list of postal codes (KEN_ALL, UTF-8), in the place of the one that is there."`
}

type importCorporations struct {
	Files    []string           `arg:"" name:"file" help:".csv files, or the .zip files that they come in; oldest first." type:"existingfile"`
	Encoding directory.Encoding `help:"auto, utf-8 or shift-jis." default:"auto" enum:"auto,utf-8,shift-jis"`
}

// Run reads the files one after the other. What was read stays when a later one fails.
func (i importCorporations) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		for _, path := range i.Files {
			files, err := directory.Open(path)
			if err != nil {
				return err
			}
			for _, f := range files {
				if err := a.importCorporations(ctx, f, i.Encoding); err != nil {
					return fmt.Errorf("%s: %w", f.Name, err)
				}
			}
		}
		return nil
	})
}

func (a *app) importCorporations(ctx context.Context, f directory.File, encoding directory.Encoding) error {
	r := newImportReport(f, os.Stderr)
	done, err := a.store.ImportCorporations(ctx, store.CorporationImport{
		Lines: corporateLines(f, r.reading(encoding)), Size: f.Size,
		Progress: func(step store.ImportStep) { r.say("%s: %s", f.Name, step) },
	})
	r.end()
	if err != nil {
		return err
	}
	if done.Read == 0 && r.bad > 0 {
		return fmt.Errorf("none of its %d lines is a line of a Corporate Number file", r.bad)
	}
	fmt.Printf("%s: %d lines in %s: %d corporations added, %d changed, %d records known already, %d of what is past; %d bad lines left out\n",
		f.Name, done.Read+int64(r.bad), r.took(), done.Added, done.Changed, done.Unchanged, done.Past, r.bad)
	return nil
}

func corporateLines(f directory.File, how directory.Reading) iter.Seq2[store.CorporateLine, error] {
	return func(yield func(store.CorporateLine, error) bool) {
		for line, err := range directory.Corporations(f, how) {
			if !yield(store.CorporateLine(line), err) {
				return
			}
		}
	}
}

type importPostalCodes struct {
	File     string             `arg:"" help:"The .csv file, or the .zip file that it comes in." type:"existingfile"`
	Encoding directory.Encoding `help:"auto, utf-8 or shift-jis." default:"auto" enum:"auto,utf-8,shift-jis"`
}

// Run reads the list.
func (i importPostalCodes) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		files, err := directory.Open(i.File)
		if err != nil {
			return err
		}
		if len(files) != 1 {
			return fmt.Errorf("%s packs %d lists; one is needed", i.File, len(files))
		}
		return a.importPostalCodes(ctx, files[0], i.Encoding)
	})
}

func (a *app) importPostalCodes(ctx context.Context, f directory.File, encoding directory.Encoding) error {
	r := newImportReport(f, os.Stderr)
	count, err := a.store.ImportPostalCodes(ctx, directory.PostalCodes(f, r.reading(encoding)))
	r.end()
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	fmt.Printf("%s: %d places in %s; %d bad lines left out\n", f.Name, count, r.took(), r.bad)
	return nil
}

// importReport tells whoever waits how far an import is, and what was left out.
type importReport struct {
	to      io.Writer
	file    directory.File
	started time.Time
	bad     int
	shown   bool // a line of progress stands there
}

// badShown is how many bad lines are named one by one.
const badShown = 100

func newImportReport(f directory.File, to io.Writer) *importReport {
	return &importReport{to: to, file: f, started: time.Now()}
}

func (r *importReport) reading(encoding directory.Encoding) directory.Reading {
	return directory.Reading{
		Encoding: encoding,
		Lines: func(n int) {
			_, _ = fmt.Fprintf(r.to, "\r%s: %d lines", r.file.Name, n) // a closed terminal is no reason to stop
			r.shown = true
		},
		Bad: func(b directory.Bad) {
			r.bad++
			switch {
			case r.bad <= badShown:
				r.say("%s, line %d is left out: %v", b.File, b.Line, b.Why)
			case r.bad == badShown+1:
				r.say("further bad lines are counted and not named")
			}
		},
	}
}

// say writes a line of its own.
func (r *importReport) say(format string, args ...any) {
	r.end()
	_, _ = fmt.Fprintf(r.to, format+"\n", args...)
}

// end leaves the line of progress.
func (r *importReport) end() {
	if r.shown {
		_, _ = fmt.Fprintln(r.to)
		r.shown = false
	}
}

func (r *importReport) took() time.Duration {
	return time.Since(r.started).Round(100 * time.Millisecond)
}

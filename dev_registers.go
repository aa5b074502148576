package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
)

// sampleCorporations is how many corporations dev makes up.
const sampleCorporations = 2000

// importRegisters makes up register files, keeps them in the data folder, and imports
// them as real ones are imported, once.
func (d *dev) importRegisters(ctx context.Context) error {
	there, err := d.app.store.Directory(ctx)
	if err != nil || there.Corporations && there.PostalCodes {
		return err
	}
	folder := d.path("registers")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	named, places := sampleRegister()
	corporations, codes := filepath.Join(folder, "corporations.csv"), filepath.Join(folder, "postal_codes.csv")
	err = writeFile(corporations, func(f *os.File) error {
		return directory.WriteCorporations(f, directory.SampleOptions{Corporations: sampleCorporations, Seed: 1, Named: named})
	})
	if err != nil {
		return err
	}
	if err := writeFile(codes, func(f *os.File) error { return directory.WritePostalCodes(f, places) }); err != nil {
		return err
	}
	files, err := directory.Open(corporations)
	if err != nil {
		return err
	}
	if err := d.app.importCorporations(ctx, files[0], directory.UTF8); err != nil {
		return err
	}
	if files, err = directory.Open(codes); err != nil {
		return err
	}
	return d.app.importPostalCodes(ctx, files[0], directory.UTF8)
}

func writeFile(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close() // the first error is the one to tell
		return err
	}
	return f.Close()
}

// sampleRegister gives the companies and places of the sample orders.
func sampleRegister() (named []models.CorporateRecord, places []models.PostalCode) {
	known, companies := map[string]bool{}, map[string]bool{}
	for _, o := range sampleOrders() {
		if companies[o.company] {
			continue
		}
		companies[o.company] = true
		code := strings.ReplaceAll(o.place[0], "-", "")
		named = append(named, models.CorporateRecord{
			Name: o.company, Kana: o.kana, PrefectureCode: models.PrefectureCode(o.place[1]), PostalCode: code, City: o.place[2], Street: o.place[3],
		})
		if !known[code] {
			known[code] = true
			places = append(places, models.PostalCode{
				Code: code, PrefectureCode: models.PrefectureCode(o.place[1]), City: o.place[2], Town: strings.TrimRight(o.place[3], "0123456789-"),
			})
		}
	}
	return named, places
}

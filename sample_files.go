package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/todoke/todoke/models"
)

// sampleRelease is the version of all sample files.
const sampleRelease = "1.0"

// sampleProgramBytes is about how large a sample program is: large enough to see a transfer, small enough to have many.
const sampleProgramBytes = 2 << 20

// makeSampleFiles offers a made-up program and manual for each product of the sample orders. What an earlier start got
// to is left as it is.
func (a *app) makeSampleFiles(ctx context.Context) error {
	var codes []string
	for _, o := range sampleOrders() {
		codes = append(codes, o.product)
	}
	slices.Sort(codes)
	for _, code := range slices.Compact(codes) {
		product, _ := a.profile.Product(code)
		if !product.ElectronicDelivery {
			continue
		}
		program, err := sampleProgram(product)
		if err != nil {
			return err
		}
		for _, sample := range []struct {
			kind    models.FileKind
			names   models.Text
			name    string
			content io.Reader
		}{
			{models.FileProgram, models.Text{JA: product.Names.JA + " インストーラー（見本）", EN: product.Names.EN + " installer (sample)"}, code + "-" + sampleRelease + ".zip", program},
			{models.FileManual, models.Text{JA: product.Names.JA + " 導入ガイド（見本）", EN: product.Names.EN + " installation guide (sample)"}, code + "-導入ガイド-" + sampleRelease + ".txt", sampleManual(product)},
		} {
			file := models.ProductFile{
				ProductCode: code, Kind: sample.kind, Names: sample.names, FileName: sample.name, Version: sampleRelease, ReleasedOn: a.store.Today(),
			}
			err := a.publish(ctx, models.Process, &file, sample.content)
			if err != nil && !models.IsKind(err, models.KindConflict) {
				return fmt.Errorf("sample file of %s: %w", code, err)
			}
		}
	}
	return a.makeMoreSampleFiles(ctx)
}

// makeMoreSampleFiles offers what the contract portal has beyond deliveries: pattern files, of which the newest counts,
// a document, and modules that license ID and code are asked for. One module waits to be published.
func (a *app) makeMoreSampleFiles(ctx context.Context) error {
	today := a.store.Today()
	for _, f := range []models.ProductFile{
		sampleFile("CSSP", models.FilePattern, "20.117", today.AddDays(-2), "パターンファイル", "pattern file"),
		sampleFile("CSSP", models.FilePattern, "20.119", today, "パターンファイル", "pattern file"),
		sampleFile("DS", models.FilePattern, "18.402", today.AddDays(-1), "パターンファイル", "pattern file"),
		sampleFile("CSSP", models.FileDocument, "2026-11", today.AddDays(-20), "システム要件", "system requirements"),
		withSampleCode(sampleFile("CSSP", models.FileModule, "1.2", today.AddDays(-9), "移行ツール", "migration tool")),
		withSampleCode(sampleFile("TXSL", models.FileModule, "3.1", today.AddDays(-9), "制御モジュール", "control module")),
	} {
		err := a.publish(ctx, models.Process, &f, bytes.NewReader([]byte(f.Names.JA+"\n"+f.Names.EN+"\n")))
		if err != nil && !models.IsKind(err, models.KindConflict) {
			return fmt.Errorf("sample file %s: %w", f.FileName, err)
		}
	}
	draft := sampleFile("CSSP", models.FileModule, "1.3", today, "移行ツール", "migration tool")
	if err := a.store.FileThere(ctx, &draft); err != nil {
		return nil // an earlier start made it
	}
	if err := a.files.KeepProductFile(ctx, &draft, bytes.NewReader([]byte(draft.Names.JA+"\n"))); err != nil {
		return err
	}
	return a.store.PrepareFile(ctx, models.Process, &draft)
}

func sampleFile(product string, kind models.FileKind, version string, day models.Date, ja, en string) models.ProductFile {
	return models.ProductFile{
		ProductCode: product, Kind: kind, Version: version, ReleasedOn: day, FileName: fmt.Sprintf("%s-%s-%s.zip", product, kind, version),
		Names: models.Text{JA: product + " " + ja + "（見本）", EN: product + " " + en + " (sample)"},
		Notes: models.Text{JA: "todoke dev が作成した見本です。", EN: "A sample made by todoke dev."},
	}
}

func withSampleCode(f models.ProductFile) models.ProductFile {
	f.Access = models.FileForCode
	return f
}

// sampleProgram is an archive that installs nothing.
func sampleProgram(p models.Product) (io.Reader, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	readme, err := archive.Create("README.txt")
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(readme, "%s %s\r\n\r\ntodoke dev が作成した見本です。インストールするものはありません。\r\nA sample made by todoke dev. There is nothing to install.\r\n", p.Names.JA, sampleRelease); err != nil {
		return nil, err
	}
	payload, err := archive.CreateHeader(&zip.FileHeader{Name: "setup.bin", Method: zip.Store})
	if err != nil {
		return nil, err
	}
	var seed [32]byte
	copy(seed[:], p.Code)
	if _, err := io.CopyN(payload, rand.NewChaCha8(seed), sampleProgramBytes); err != nil {
		return nil, err
	}
	return &out, archive.Close()
}

func sampleManual(p models.Product) io.Reader {
	const mark = "\ufeff" // or editors of old would guess another encoding
	return bytes.NewReader([]byte(mark + fmt.Sprintf(`%[1]s 導入ガイド（見本）

1. 納品サイトでライセンス証書の内容を確認します。
2. プログラムをダウンロードし、SHA-256が納品サイトの値と一致することを確認します。
3. インストールの途中で、納品サイトのコードを入力します。

%[2]s installation guide (sample)

1. Check the license certificate on the delivery site.
2. Download the program, and see that its SHA-256 is the one on the delivery site.
3. Install it, and enter the code of the delivery site where you are asked to.
`, p.Names.JA, p.Names.EN)))
}

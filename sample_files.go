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
	return nil
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

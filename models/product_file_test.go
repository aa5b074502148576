package models_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func fileCatalogue(t *testing.T) *models.Catalogue {
	t.Helper()
	c, err := models.NewCatalogue([]models.Family{{Code: "F"}}, []models.Product{
		{Code: "CSSP", Family: "F", ElectronicDelivery: true}, {Code: "DDI", Family: "F"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func aFile(changes ...func(*models.ProductFile)) models.ProductFile {
	f := models.ProductFile{
		ProductCode: "CSSP", Kind: models.FileProgram, Names: models.Text{JA: "サーバ", EN: "Server"}, FileName: "cssp-8.0.zip",
		Version: "8.0", ReleasedOn: models.NewDate(2026, 6, 1), Size: 1,
	}
	for _, change := range changes {
		change(&f)
	}
	return f
}

func TestWhatAPublishedFileNeeds(t *testing.T) {
	c := fileCatalogue(t)
	named := func(name string) func(*models.ProductFile) { return func(f *models.ProductFile) { f.FileName = name } }
	for _, test := range []struct {
		change func(*models.ProductFile)
		want   string
	}{
		{func(*models.ProductFile) {}, ""},
		{func(f *models.ProductFile) { f.ProductCode = "X" }, "product_code product_unknown"},
		{func(f *models.ProductFile) { f.ProductCode = "DDI" }, "product_code product_not_electronic"},
		{func(f *models.ProductFile) { f.Kind = "virus" }, "kind file_kind_unknown"},
		{func(f *models.ProductFile) { f.Names.EN = " " }, "name_en required"},
		{func(f *models.ProductFile) { f.Names.JA = "a\nb" }, "name_ja control_characters"},
		{func(f *models.ProductFile) { f.Version = "" }, "version required"},
		{func(f *models.ProductFile) { f.Version = strings.Repeat("1", 51) }, "version too_long"},
		{func(f *models.ProductFile) { f.ReleasedOn = models.Date{} }, "released_on required"},
		{func(f *models.ProductFile) { f.Size = 0 }, "file file_empty"},
		{named("導入ガイド（第2版）.pdf"), ""},
		{named("a b-c_d'e(1).tar.gz"), ""},
		{named(""), "file_name required"},
		{named("../etc/passwd"), "file_name file_name_unsafe"},
		{named(`..\x`), "file_name file_name_unsafe"},
		{named(".hidden"), "file_name file_name_unsafe"},
		{named("x."), "file_name file_name_unsafe"},
		{named(" x"), "file_name file_name_unsafe"},
		{named("a:b"), "file_name file_name_unsafe"},
		{named(`a"b`), "file_name file_name_unsafe"},
		{named("a\r\nSet-Cookie: x"), "file_name control_characters"},
		{named("a\u202egpj.exe"), "file_name control_characters"},
		{named(strings.Repeat("あ", 67)), "file_name file_name_unsafe"},
	} {
		f := aFile(test.change)
		var got []string
		for _, e := range f.Check(c) {
			got = append(got, e.Field+" "+e.Code)
		}
		want := []string{test.want}
		if test.want == "" {
			want = nil
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

func TestPlainFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"cssp-8.0.zip": "cssp-8.0.zip", "read me.txt": "read me.txt", "導入ガイド.pdf": "CSSP-program-8.0.pdf", "ガイド": "CSSP-program-8.0",
		"100%.zip": "CSSP-program-8.0.zip", "ガイド.ファイル": "CSSP-program-8.0.____",
	} {
		if got := aFile(func(f *models.ProductFile) { f.FileName = name }).PlainFileName(); got != want {
			t.Errorf("%q is plainly %q, want %q", name, got, want)
		}
	}
	f := aFile(func(f *models.ProductFile) { f.FileName, f.Version = "ガイド.pdf", `8.0 "β"/x` })
	if got := f.PlainFileName(); got != "CSSP-program-8.0 ____x.pdf" {
		t.Errorf("an odd version makes %q", got)
	}
}

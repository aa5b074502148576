package models_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

func fileCatalogue(t *testing.T) *models.Catalogue {
	t.Helper()
	c, err := models.NewCatalogue([]models.Family{{Code: "F"}}, []models.Product{
		{Code: "CSSP", Family: "F", ElectronicDelivery: true, CodeKind: models.CodeActivation, CodePrefix: "OS"}, {Code: "DDI", Family: "F"},
		{Code: "DOC", Family: "F", ElectronicDelivery: true, CodeKind: models.CodeNone},
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
		{func(f *models.ProductFile) { f.ProductCode = "" }, "product_code required"},
		{func(f *models.ProductFile) { f.Kind = models.FilePattern }, ""},
		{func(f *models.ProductFile) { f.Access = models.FileForCode }, ""},
		{func(f *models.ProductFile) { f.Access = "nobody" }, "access file_access_unknown"},
		{func(f *models.ProductFile) { f.Access, f.ProductCode = models.FileForCode, "DOC" }, "access product_without_code"},
		{func(f *models.ProductFile) { f.Access, f.Kind = models.FileForCode, models.FilePattern }, "access pattern_with_code"},
		{func(f *models.ProductFile) { f.Notes = models.Text{JA: "1行目\n2行目", EN: "one\ntwo"} }, ""},
		{func(f *models.ProductFile) { f.Notes.JA = "日本語だけ" }, "notes_en other_language_missing"},
		{func(f *models.ProductFile) { f.Notes.EN = "English only" }, "notes_ja other_language_missing"},
		{func(f *models.ProductFile) { f.Notes = models.Text{JA: "a\u202eb", EN: "x"} }, "notes_ja control_characters"},
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

func TestHowFarAFilesOfferHasCome(t *testing.T) {
	now := time.Date(2026, 6, 10, 3, 0, 0, 0, time.UTC)
	for want, f := range map[models.FileState]models.ProductFile{
		models.FileDraft: {}, models.FilePublished: {PublishedAt: &now}, models.FileWithdrawn: {PublishedAt: &now, WithdrawnAt: &now},
	} {
		if got := f.State(); got != want {
			t.Errorf("%+v is %s, want %s", f, got, want)
		}
	}
	for want, f := range map[bool]models.ProductFile{
		true:  aFile(func(f *models.ProductFile) { f.Access = models.FileForHolders }),
		false: aFile(func(f *models.ProductFile) { f.Access = models.FileForCode }),
	} {
		if f.Delivered() != want {
			t.Errorf("%s comes with a delivery: %v", f.Access, f.Delivered())
		}
	}
	if aFile(func(f *models.ProductFile) { f.Kind, f.Access = models.FilePattern, models.FileForHolders }).Delivered() {
		t.Error("pattern files come with a delivery")
	}
}

func TestTypedSums(t *testing.T) {
	sum := strings.Repeat("0123456789abcdef", 4)
	for typed, want := range map[string]string{
		"": "", " ": "", sum: sum, " " + strings.ToUpper(sum) + "\n": sum, sum[:32] + " " + sum[32:]: sum,
		sum[:63]: "wrong", sum + "0": "wrong", "g" + sum[1:]: "wrong", "ａ" + sum[1:]: "a" + sum[1:],
	} {
		got, wrong := models.ReadSHA256("sha256", typed)
		if wrong != nil {
			got = "wrong"
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}

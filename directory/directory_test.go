package directory_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"golang.org/x/text/encoding/japanese"
	"pgregory.net/rapid"
)

const line = `1,7000012050002,01,0,2018-04-02,2015-10-05,"国税庁",,101,"東京都","千代田区","霞が関３丁目１－１",,13,101,1000013,,,,,,,2015-10-05,1,"National ""Tax"", Agency","Tokyo","",,"コクゼイチョウ",0`

func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read gives what a file holds and the lines that were left out.
func read(t testing.TB, path string, encoding directory.Encoding) (all []directory.CorporateLine, bad []int) {
	t.Helper()
	files, err := directory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		how := directory.Reading{Encoding: encoding, Bad: func(b directory.Bad) { bad = append(bad, b.Line) }}
		for l, err := range directory.Corporations(f, how) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, l)
		}
	}
	return all, bad
}

func TestEncodingsAndArchives(t *testing.T) {
	t.Parallel()
	sjis, err := japanese.ShiftJIS.NewEncoder().String(line + "\r\n" + line + "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for name, content := range map[string]string{"00_zenkoku_all.csv": line + "\n" + line, "00_zenkoku_all.csv.asc": "signature"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content  []byte
		encoding directory.Encoding
	}{
		"utf-8": {[]byte(line + "\n" + line + "\n"), directory.Detect}, "byte order mark": {[]byte("\uFEFF" + line + "\r\n" + line), directory.Detect},
		"shift-jis": {[]byte(sjis), directory.Detect}, "shift-jis named": {[]byte(sjis), directory.ShiftJIS}, "zip": {packed.Bytes(), directory.Detect},
		"end mark": {[]byte(line + "\r\n" + line + "\r\n\x1a"), directory.UTF8},
	} {
		all, bad := read(t, write(t, "file", c.content), c.encoding)
		if len(all) != 2 || len(bad) != 0 {
			t.Errorf("%s: %d lines, bad %v", name, len(all), bad)
			continue
		}
		if r := all[1].Record; r.Name != "国税庁" || r.EnglishName != `National "Tax", Agency` || r.Street != "霞が関３丁目１－１" || !all[1].Latest {
			t.Errorf("%s: read %+v", name, r)
		}
	}
	if _, err := directory.Open(t.TempDir()); err == nil {
		t.Error("a folder was opened")
	}
}

func TestBadLinesSpoilOnlyThemselves(t *testing.T) {
	t.Parallel()
	lines := []string{
		line,
		strings.Replace(line, "7000012050002", "7000012050003", 1), // check digit
		strings.Replace(line, `"国税庁"`, `"国税庁`, 1),                  // quotation mark
		strings.Replace(line, "国税庁", "国\xff庁", 1),                  // encoding
		strings.Replace(line, "国税庁", "国\x01庁", 1),                  // control character
		strings.Replace(line, "国税庁", "国\u202e庁", 1),                // turns the writing
		"", // nothing is no line of a register
		"a,b",
		line + strings.Repeat("x", 40_000),
		strings.Repeat("x", 2_000_000),
		line,
	}
	all, bad := read(t, write(t, "bad.csv", []byte(strings.Join(lines, "\n"))), directory.UTF8)
	if len(all) != 2 || !slices.Equal(bad, []int{2, 3, 4, 5, 6, 8, 9, 10}) {
		t.Errorf("%d lines, bad %v", len(all), bad)
	}
}

// What the generator writes is read again as it was.
func TestSamplesAreRead(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	if err := directory.WriteCorporations(&file, directory.SampleOptions{Corporations: 2000, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	path := write(t, "sample.csv", file.Bytes())
	all, bad := read(t, path, directory.Detect)
	if len(all) != 2000 || len(bad) != 0 {
		t.Fatalf("%d lines, bad %v", len(all), bad)
	}
	seen := map[models.CorporateNumber]bool{}
	names := map[string]int{}
	for _, l := range all {
		seen[l.Record.Number] = true
		names[models.NameKey(l.Record.Name)]++
	}
	if len(seen) != 2000 || len(names) < 1000 || len(names) > 1990 {
		t.Errorf("%d numbers, %d names", len(seen), len(names))
	}
	var again bytes.Buffer
	if err := directory.WriteChanges(&again, all); err != nil {
		t.Fatal(err)
	}
	back, _ := read(t, write(t, "again.csv", again.Bytes()), directory.Detect)
	if !slices.Equal(all, back) {
		t.Error("lines change on the way through a file")
	}
}

func TestTextsSurviveAFile(t *testing.T) {
	t.Parallel()
	base, _ := read(t, write(t, "one.csv", []byte(line)), directory.UTF8)
	folder := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		l := base[0]
		l.Record.Name = "名" + rapid.StringOfN(rapid.SampledFrom([]rune(`",\' あ髙𠮷A;`+"　")), 0, 20, -1).Draw(rt, "name")
		var out bytes.Buffer
		if err := directory.WriteChanges(&out, []directory.CorporateLine{l}); err != nil {
			rt.Fatal(err)
		}
		path := filepath.Join(folder, "one.csv")
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			rt.Fatal(err)
		}
		if all, bad := read(t, path, directory.UTF8); len(all) != 1 || all[0] != l {
			rt.Fatalf("%q became %+v, bad %v", l.Record.Name, all, bad)
		}
	})
}

func TestPostalCodeFiles(t *testing.T) {
	t.Parallel()
	places := []models.PostalCode{
		{Code: "1000001", PrefectureCode: 13, City: "千代田区", Town: "千代田", CityKana: "チヨダク", TownKana: "チヨダ"},
		{Code: "0600000", PrefectureCode: 1, City: "札幌市中央区", CityKana: "サッポロシチュウオウク"},
	}
	var out bytes.Buffer
	if err := directory.WritePostalCodes(&out, places); err != nil {
		t.Fatal(err)
	}
	files, err := directory.Open(write(t, "utf_ken_all.csv", append(out.Bytes(), "01,x\n"...)))
	if err != nil {
		t.Fatal(err)
	}
	var got []models.PostalCode
	bad := 0
	for p, err := range directory.PostalCodes(files[0], directory.Reading{Bad: func(directory.Bad) { bad++ }}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p)
	}
	if !slices.Equal(got, places) || bad != 1 {
		t.Errorf("read %+v, %d bad", got, bad)
	}
}

// Whatever a file holds, it is read to its end, and what is read can be kept.
func FuzzCorporations(f *testing.F) {
	f.Add([]byte(line))
	f.Add([]byte(line + "\n\"\n,,,\n" + line))
	f.Add([]byte("\uFEFF" + line))
	f.Add([]byte("PK\x03\x04 no archive"))
	f.Add([]byte("\x8d\x91\x90\xc5\x92\xa1," + line))
	path := filepath.Join(f.TempDir(), "fuzzed.csv")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		files, err := directory.Open(path)
		if err != nil {
			return
		}
		for _, file := range files {
			for l, err := range directory.Corporations(file, directory.Reading{}) {
				if err != nil {
					return
				}
				if !l.Record.Number.Valid() || l.Record.Name == "" || strings.ContainsAny(l.Record.Name, "\x00\n\t\r") {
					t.Fatalf("%+v was read", l)
				}
				c := models.NewCorporation(l.Record)
				if len([]rune(c.NameKey)) > 200 {
					t.Fatalf("a key of %d bytes", len(c.NameKey))
				}
			}
			for p, err := range directory.PostalCodes(file, directory.Reading{}) {
				if err == nil && (len(p.Code) != 7 || p.Prefecture() == "") {
					t.Fatalf("%+v was read", p)
				}
			}
		}
	})
}

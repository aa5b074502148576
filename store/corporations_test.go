package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
)

// lines gives records as a file has them, all in force.
func lines(records ...models.CorporateRecord) iter.Seq2[store.CorporateLine, error] {
	return func(yield func(store.CorporateLine, error) bool) {
		for _, r := range records {
			if !yield(store.CorporateLine{Record: r, Latest: true}, nil) {
				return
			}
		}
	}
}

// record gives a corporation of Tokyo; n tells its number.
func record(n int, name string, changes ...func(*models.CorporateRecord)) models.CorporateRecord {
	r := models.CorporateRecord{
		Number: directory.SampleNumber(n), Name: name, Kind: "301", Process: models.ProcessRegistered, PrefectureCode: 13,
		PostalCode: "1000001", City: "千代田区", Street: "千代田１丁目", ChangedOn: models.NewDate(2020, 1, 1), UpdatedOn: models.NewDate(2020, 1, 5),
		AssignedOn: models.NewDate(2015, 10, 5),
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func event(process models.CorporateProcess, on models.Date) func(*models.CorporateRecord) {
	return func(r *models.CorporateRecord) { r.Process, r.ChangedOn, r.UpdatedOn = process, on, on.AddDays(3) }
}

func closed(r *models.CorporateRecord) {
	r.Process, r.ClosedOn, r.CloseCause = models.ProcessClosed, models.NewDate(2021, 2, 3), models.CloseLiquidated
}

func at(prefecture string, postalCode string) func(*models.CorporateRecord) {
	return func(r *models.CorporateRecord) {
		r.PrefectureCode, r.PostalCode = models.PrefectureCode(prefecture), postalCode
	}
}

// importers are the ways in: batch by batch, and as a long file.
var importers = map[string]func(*store.Store, context.Context, store.CorporationImport) (store.ImportSummary, error){
	"batches": (*store.Store).ImportCorporations,
	"long":    (*store.Store).LoadCorporations,
}

// eachImporter runs a test on both databases with both ways in.
func eachImporter(t *testing.T, test func(t *testing.T, h *house, in func(records ...models.CorporateRecord) store.ImportSummary)) {
	t.Helper()
	t.Parallel()
	for name, importer := range importers {
		for _, dialect := range []string{store.SQLite, store.Postgres} {
			t.Run(name+"/"+dialect, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, migrated.Database(t, dialect), rules(t))
				test(t, h, func(records ...models.CorporateRecord) store.ImportSummary {
					t.Helper()
					done, err := importer(h.Store, t.Context(), store.CorporationImport{Lines: lines(records...)})
					must(t, err)
					return done
				})
			})
		}
	}
}

func (h *house) named(query string, changes ...func(*store.CorporationQuery)) []string {
	h.t.Helper()
	q := store.CorporationQuery{Name: query}
	for _, change := range changes {
		change(&q)
	}
	list, err := h.SearchCorporations(h.t.Context(), q)
	must(h.t, err)
	names := []string{}
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

func in(prefecture string) func(*store.CorporationQuery) {
	return func(q *store.CorporationQuery) { q.PrefectureCode = models.PrefectureCode(prefecture) }
}

func TestSearchingCorporationsBestFirst(t *testing.T) {
	eachImporter(t, func(t *testing.T, h *house, importing func(...models.CorporateRecord) store.ImportSummary) {
		importing(
			record(1, "東京見本商事株式会社"), record(2, "見本商事大阪支店", at("大阪府", "5300001")), record(3, "株式会社見本商事"),
			record(4, "見本商事ホールディングス株式会社"), record(5, "有限会社見本商事", closed), record(6, "見本工業株式会社"),
			record(7, "株式会社髙﨑製作所", at("群馬県", "3700001")), record(8, "ＡＢＣ　Ｊａｐａｎ合同会社"), record(9, "医療法人光"),
			record(10, "株式会社見本商事", func(r *models.CorporateRecord) { r.Hidden = true }),
			record(11, "株式会社見本商事", event(models.ProcessDeleted, models.NewDate(2022, 1, 1))),
		)
		sameList(t, "by name", h.named("見本商事"), []string{
			"株式会社見本商事", "有限会社見本商事", "見本商事ホールディングス株式会社", "見本商事大阪支店", "東京見本商事株式会社",
		})
		sameList(t, "by the middle", h.named("本商"), []string{
			"株式会社見本商事", "東京見本商事株式会社", "見本商事ホールディングス株式会社", "見本商事大阪支店", "有限会社見本商事",
		})
		sameList(t, "in Osaka", h.named("見本", in("大阪府")), []string{"見本商事大阪支店"})
		sameList(t, "the middle in Osaka", h.named("商事大", in("大阪府")), []string{"見本商事大阪支店"})
		sameList(t, "at a postal code", h.named("商事", func(q *store.CorporationQuery) { q.PostalCode = "〒５３０－０００１" }), []string{"見本商事大阪支店"})
		sameList(t, "old forms", h.named("㈱高崎"), []string{"株式会社髙﨑製作所"})
		sameList(t, "width, case and spaces", h.named("abcｊａｐａｎ"), []string{"ＡＢＣ　Ｊａｐａｎ合同会社"})
		sameList(t, "one character", h.named("光"), []string{"医療法人光"})
		sameList(t, "one character of a name", h.named("見"), []string{})
		sameList(t, "nothing like it", h.named("事本"), []string{})
		sameList(t, "by number", h.named(directory.SampleNumber(7).String()), []string{"株式会社髙﨑製作所"})
		sameList(t, "only signs", h.named("・・"), []string{})
		_, err := h.SearchCorporations(t.Context(), store.CorporationQuery{Name: "見本", PostalCode: "530"})
		wantField(t, err, "postal_code", "postal_code_malformed")
	})
}

func TestTheDirectoryKeepsWhatHappened(t *testing.T) {
	eachImporter(t, func(t *testing.T, h *house, importing func(...models.CorporateRecord) store.ImportSummary) {
		first := record(1, "見本商会株式会社")
		taker := record(2, "大手見本株式会社")
		renamed := record(1, "株式会社ミホン", event(models.ProcessNameChanged, models.NewDate(2023, 4, 1)))
		merged := record(1, "株式会社ミホン", event(models.ProcessMerged, models.NewDate(2024, 4, 1)), func(r *models.CorporateRecord) {
			r.ClosedOn, r.CloseCause, r.Successor, r.ChangeCause = r.ChangedOn, models.CloseMerged, taker.Number, "合併により解散"
		})
		equal(t, "first", importing(first, taker), store.ImportSummary{Read: 2, Added: 2})
		equal(t, "again", importing(first, taker), store.ImportSummary{Read: 2, Unchanged: 2})
		equal(t, "name", importing(renamed), store.ImportSummary{Read: 1, Changed: 1})
		equal(t, "merger", importing(merged), store.ImportSummary{Read: 1, Changed: 1})
		importing(first, taker) // an old file once more changes nothing

		d, err := h.Corporation(t.Context(), first.Number)
		must(t, err)
		equal(t, "in force", d.Corporation.CorporateRecord, merged)
		equal(t, "state", d.Corporation.State(), models.CorporationClosed)
		var past []string
		for _, p := range d.Past {
			past = append(past, p.Name)
		}
		sameList(t, "past", past, []string{"株式会社ミホン", "見本商会株式会社"})
		equal(t, "successor", d.Successor.Name, taker.Name)
		d, err = h.Corporation(t.Context(), taker.Number)
		must(t, err)
		equal(t, "taken over", len(d.TakenOver), 1)

		list, err := h.CorporationsNamed(t.Context(), "㈱見本商会")
		must(t, err)
		equal(t, "found by the former name", len(list), 1)
		sameList(t, "found under the name in force only", h.named("見本商会"), []string{})
		_, err = h.Corporation(t.Context(), models.NewCorporateNumber(123))
		wantCode(t, err, models.KindNotFound, "corporation_not_found")
	})
}

func TestACorrectionTakesThePlaceOfWhatItCorrects(t *testing.T) {
	eachImporter(t, func(t *testing.T, h *house, importing func(...models.CorporateRecord) store.ImportSummary) {
		slip := record(1, "株式会社見木")
		right := record(1, "株式会社見本", func(r *models.CorporateRecord) { r.Correction, r.UpdatedOn = true, r.UpdatedOn.AddDays(10) })
		importing(slip)
		importing(right)
		importing(slip)
		d, err := h.Corporation(t.Context(), slip.Number)
		must(t, err)
		equal(t, "name", d.Corporation.Name, "株式会社見本")
		equal(t, "past records", len(d.Past), 0)
	})
}

func TestContractsOfACorporation(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(endUser("㈱見本商会")), h.sheet())
		_, err := h.ImportCorporations(t.Context(), store.CorporationImport{Lines: lines(
			record(1, "見本商会株式会社"), record(1, "株式会社ミホン", event(models.ProcessNameChanged, models.NewDate(2023, 4, 1))))})
		must(t, err)
		d, err := h.Corporation(t.Context(), directory.SampleNumber(1))
		must(t, err)
		if len(d.Contracts) != 1 || d.Contracts[0].LicenseID != license {
			t.Errorf("contracts are %v, want %s", d.Contracts, license)
		}
	})
}

func TestAnImportThatBreaksOffIsStartedAgain(t *testing.T) {
	eachImporter(t, func(t *testing.T, h *house, importing func(...models.CorporateRecord) store.ImportSummary) {
		var all []models.CorporateRecord
		for i := range 2500 {
			all = append(all, record(i, fmt.Sprintf("株式会社中断見本%d", i)))
		}
		importing(all[:10]...)
		lost := errors.New("the disk is gone")
		breaking := func(yield func(store.CorporateLine, error) bool) {
			for line := range lines(all[:2200]...) {
				if !yield(line, nil) {
					return
				}
			}
			yield(store.CorporateLine{}, lost)
		}
		for name, importer := range importers {
			if !strings.Contains(t.Name(), name) {
				continue
			}
			if _, err := importer(h.Store, t.Context(), store.CorporationImport{Lines: breaking}); !errors.Is(err, lost) {
				t.Fatalf("broken import gives %v", err)
			}
		}
		equal(t, "what was there before", h.named("中断見本3")[0], "株式会社中断見本3")
		done := importing(all...)
		equal(t, "there in the end", done.Added+done.Unchanged, int64(len(all)))
		equal(t, "last", len(h.named("中断見本2499")), 1)
		equal(t, "again", importing(all...).Unchanged, int64(len(all)))
	})
}

func TestOneImportAtATime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, migrated.Database(t, store.Postgres), rules(t))
	slow := func(yield func(store.CorporateLine, error) bool) {
		_, err := h.ImportCorporations(t.Context(), store.CorporationImport{Lines: lines(record(2, "二番目"))})
		wantCode(t, err, models.KindConflict, "import_running")
		yield(store.CorporateLine{Record: record(1, "一番目"), Latest: true}, nil)
	}
	_, err := h.ImportCorporations(t.Context(), store.CorporationImport{Lines: slow})
	must(t, err)
	_, err = h.ImportCorporations(t.Context(), store.CorporationImport{Lines: lines(record(2, "二番目"))})
	must(t, err)
}

func TestPostalCodes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		rows := func(list ...models.PostalCode) iter.Seq2[models.PostalCode, error] {
			return func(yield func(models.PostalCode, error) bool) {
				for _, p := range list {
					if !yield(p, nil) {
						return
					}
				}
			}
		}
		tokyo := models.PostalCode{Code: "1000001", PrefectureCode: 13, City: "千代田区", Town: "千代田"}
		two := []models.PostalCode{{Code: "4980000", PrefectureCode: 23, City: "弥富市"}, {Code: "4980000", PrefectureCode: 24, City: "桑名郡木曽岬町"}}
		for range 2 {
			count, err := h.ImportPostalCodes(t.Context(), rows(append(two, tokyo)...))
			must(t, err)
			equal(t, "lines", count, 3)
		}
		places, err := h.PostalCode(t.Context(), "４９８-００００")
		must(t, err)
		equal(t, "places", len(places), 2)
		equal(t, "prefecture", places[1].Prefecture(), "三重県")
		_, err = h.ImportPostalCodes(t.Context(), rows())
		wantCode(t, err, models.KindInvalid, "import_empty")
		broken := errors.New("unreadable")
		_, err = h.ImportPostalCodes(t.Context(), func(yield func(models.PostalCode, error) bool) { yield(models.PostalCode{}, broken) })
		if !errors.Is(err, broken) {
			t.Errorf("broken list gives %v", err)
		}
		places, err = h.PostalCode(t.Context(), "1000001")
		must(t, err)
		equal(t, "town after imports that failed", places[0].Town, "千代田")
		_, err = h.PostalCode(t.Context(), "9999999")
		wantCode(t, err, models.KindNotFound, "postal_code_not_found")
		there, err := h.Directory(t.Context())
		must(t, err)
		equal(t, "directory", there, store.Directory{PostalCodes: true})
	})
}

// Both databases give the same answers, however they find them.
func TestBothDatabasesFindTheSameCorporations(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	must(t, directory.WriteCorporations(&file, directory.SampleOptions{Corporations: 1000, Seed: 7}))
	path := filepath.Join(t.TempDir(), "all.csv")
	must(t, os.WriteFile(path, file.Bytes(), 0o600))
	files, err := directory.Open(path)
	must(t, err)
	houses := map[string]*house{}
	for dialect, way := range map[string]string{store.SQLite: "batches", store.Postgres: "long"} {
		h := newHouse(t, migrated.Database(t, dialect), rules(t))
		read := func(yield func(store.CorporateLine, error) bool) {
			for line, err := range directory.Corporations(files[0], directory.Reading{}) {
				if !yield(store.CorporateLine(line), err) {
					return
				}
			}
		}
		done, err := importers[way](h.Store, t.Context(), store.CorporationImport{Lines: read})
		must(t, err)
		equal(t, "imported", done.Added, 1000)
		houses[dialect] = h
	}
	for _, text := range []string{"日本", "商事", "コンサル", "ン", "八幡神社", "業所", "Ａ", "設計事", "ハウ", "山田", "の", "労働組合"} {
		for _, prefecture := range []string{"", "東京都", "鳥取県"} {
			want := houses[store.SQLite].named(text, in(prefecture))
			got := houses[store.Postgres].named(text, in(prefecture))
			if !slices.Equal(got, want) {
				t.Errorf("%s in %q: PostgreSQL finds %v, SQLite %v", text, prefecture, got, want)
			}
		}
	}
}

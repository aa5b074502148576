package models_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func TestCorporateNumbers(t *testing.T) {
	t.Parallel()
	// Numbers that stand in the open: the agency itself, and the Diet's library.
	for _, known := range []string{"7000012050002", "1000011000005"} {
		n, err := models.ParseCorporateNumber(known)
		if err != nil || n.String() != known {
			t.Errorf("%s is read as %s, %v", known, n, err)
		}
	}
	for typed, good := range map[string]bool{
		"7-0000-1205-0002": true, "７０００ ０１２０ ５０００２": true, " 7000012050002 ": true,
		"8000012050002": false, "700001205000": false, "70000120500021": false, "70000120500０x": false, "": false, "0000000000000": false,
	} {
		if _, err := models.ParseCorporateNumber(typed); (err == nil) != good {
			t.Errorf("%q: %v", typed, err)
		}
	}
	if models.CorporateNumber(0).String() != "" || models.CorporateNumber(0).Valid() {
		t.Error("no number looks like one")
	}
}

func TestCheckDigitsFindEverySlip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := models.NewCorporateNumber(rapid.Int64Range(0, 999_999_999_999).Draw(t, "base"))
		if !n.Valid() || len(n.String()) != 13 {
			t.Fatalf("%s is not valid", n)
		}
		digits := []byte(n.String())
		place := rapid.IntRange(0, 12).Draw(t, "place")
		other := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		// 0 and 9 weigh the same in a sum that is taken by nine: that is the register's rule.
		if other == digits[place] || place > 0 && (int(other)-int(digits[place]))%9 == 0 {
			return
		}
		digits[place] = other
		if _, err := models.ParseCorporateNumber(string(digits)); err == nil {
			t.Fatalf("%s with a slip, %s, passes", n, digits)
		}
	})
}

// Records may come in any order and more than once.
func TestRecordsComeInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 6).Draw(t, "records")
		records := make([]models.CorporateRecord, count)
		for i := range records {
			day := models.NewDate(2020, 1, 1).AddDays(i * 10)
			records[i] = models.CorporateRecord{
				Number: models.NewCorporateNumber(1), Name: strings.Repeat("名", i+1), Process: models.ProcessNameChanged,
				ChangedOn: day, UpdatedOn: day.AddDays(3),
			}
		}
		order := rapid.Permutation(append(slices.Clone(records), records[rapid.IntRange(0, count-1).Draw(t, "twice")])).Draw(t, "order")
		current := order[0]
		past := map[models.CorporateRecord]bool{}
		for _, r := range order[1:] {
			after, before := current.Follow(r)
			if before != nil {
				past[*before] = true
			}
			current = after
		}
		if current != records[count-1] {
			t.Fatalf("in force is %v", current)
		}
		if len(past) != count-1 || past[current] {
			t.Fatalf("%d records are past, of %d", len(past), count)
		}
	})
}

func TestStandings(t *testing.T) {
	t.Parallel()
	day := models.NewDate(2021, 1, 1)
	for want, r := range []models.CorporateRecord{
		models.StandingHead:         {Name: "見本商事株式会社"},
		models.StandingBranch:       {Name: "見本労働組合東京支部"},
		models.StandingClosedHead:   {Name: "見本商事株式会社", ClosedOn: day},
		models.StandingClosedBranch: {Name: "見本商事日本支店", ClosedOn: day},
		models.StandingHidden:       {Name: "見本商事株式会社", Hidden: true},
	} {
		if got := r.Standing(); got != want {
			t.Errorf("%+v stands at %d, want %d", r, got, want)
		}
	}
	if got := (models.CorporateRecord{Process: models.ProcessDeleted}).Standing(); got != models.StandingHidden {
		t.Errorf("a deleted number stands at %d", got)
	}
}

func columns(changes ...func([]string)) []string {
	c := make([]string, models.CorporationColumns)
	for i, value := range map[int]string{
		0: "1", 1: "7000012050002", 2: "01", 3: "0", 4: "2018-04-02", 5: "2015-10-05", 6: "国税庁", 8: "101", 9: "東京都", 10: "千代田区",
		11: "霞が関３丁目１－１", 13: "13", 14: "101", 15: "1000013", 22: "2015-10-05", 23: "1", 24: "National Tax Agency", 28: "コクゼイチョウ", 29: "0",
	} {
		c[i] = value
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

func TestReadingRecords(t *testing.T) {
	t.Parallel()
	r, latest, err := models.ParseCorporateRecord(columns())
	if err != nil || !latest {
		t.Fatalf("latest %v, %v", latest, err)
	}
	want := models.CorporateRecord{
		Number: 7000012050002, Name: "国税庁", Kana: "コクゼイチョウ", EnglishName: "National Tax Agency", Kind: "101", Process: "01",
		ChangedOn: models.NewDate(2015, 10, 5), UpdatedOn: models.NewDate(2018, 4, 2), PrefectureCode: 13, PostalCode: "1000013",
		City: "千代田区", Street: "霞が関３丁目１－１", AssignedOn: models.NewDate(2015, 10, 5),
	}
	if r != want {
		t.Errorf("read %+v", r)
	}
	set := func(column int, value string) func([]string) { return func(c []string) { c[column] = value } }
	for _, c := range []struct {
		change func([]string)
		want   error
	}{
		{set(1, "8000012050002"), models.ErrNumber}, {set(1, "+700001205000"), models.ErrNumber}, {set(2, "1"), models.ErrProcess},
		{set(3, "2"), models.ErrSwitch}, {set(4, "2018-02-30"), models.ErrDay}, {set(4, ""), models.ErrDay}, {set(5, "20151005"), models.ErrDay},
		{set(6, ""), models.ErrName}, {set(6, strings.Repeat("長", 301)), models.ErrName}, {set(8, "30"), models.ErrKind},
		{set(11, strings.Repeat("長", 1001)), models.ErrAddress}, {set(13, "48"), models.ErrPrefecture}, {set(15, "100-001"), models.ErrPostalCode},
		{set(18, "yesterday"), models.ErrDay}, {set(19, "x"), models.ErrCloseCause}, {set(20, "123"), models.ErrSuccessor}, {set(29, "y"), models.ErrSwitch},
	} {
		if _, _, err := models.ParseCorporateRecord(columns(c.change)); !errors.Is(err, c.want) {
			t.Errorf("%v where %v was expected", err, c.want)
		}
	}
	if _, _, err := models.ParseCorporateRecord(columns()[:29]); !errors.Is(err, models.ErrColumns) {
		t.Errorf("29 columns: %v", err)
	}
	r, _, err = models.ParseCorporateRecord(columns(set(4, "2020-02-29"), set(13, "99"), set(23, "0")))
	if err != nil || r.UpdatedOn != models.NewDate(2020, 2, 29) || r.Prefecture() != "" {
		t.Errorf("leap day abroad: %+v, %v", r, err)
	}
}

// names draws keys of few characters, so that they hold one another.
func names() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.SampledFrom([]rune("見本商事ア")), 1, 7, -1)
}

func TestGramsHoldWhatNamesHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name, part := names().Draw(t, "name"), names().Draw(t, "part")
		if len([]rune(part)) < 2 {
			return
		}
		grams := models.NameGrams(name)
		all := !slices.ContainsFunc(models.NameGrams(part), func(g string) bool { return !slices.Contains(grams, g) })
		if strings.Contains(name, part) && !all {
			t.Fatalf("%s holds %s, but not its pairs", name, part)
		}
		if len([]rune(part)) == 2 && all != strings.Contains(name, part) {
			t.Fatalf("two characters are one pair: %s, %s", name, part)
		}
	})
}

func TestOrderOfSearch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wanted := names().Draw(t, "wanted")
		var list []models.NameCandidate
		for i := range rapid.IntRange(0, 12).Draw(t, "candidates") {
			list = append(list, models.NameCandidate{
				Number: models.CorporateNumber(i + 1), NameKey: names().Draw(t, "name"), Standing: rapid.IntRange(0, models.StandingHidden).Draw(t, "standing"),
			})
		}
		fitting := 0
		for _, c := range list {
			if c.Standing < models.StandingHidden && strings.Contains(c.NameKey, wanted) {
				fitting++
			}
		}
		shuffled := rapid.Permutation(append(slices.Clone(list), list...)).Draw(t, "order")
		ranked := models.RankNames(list, wanted)
		if !slices.Equal(ranked, models.RankNames(shuffled, wanted)) {
			t.Fatal("the order depends on where candidates come from")
		}
		if len(ranked) != fitting {
			t.Fatalf("%d are ranked of %d that fit", len(ranked), fitting)
		}
		for i := 1; i < len(ranked); i++ {
			a, b := ranked[i-1], ranked[i]
			fitA, fitB := models.FitName(a.NameKey, wanted), models.FitName(b.NameKey, wanted)
			if fitA > fitB || fitA == fitB && a.Standing > b.Standing {
				t.Fatalf("%+v stands before %+v", a, b)
			}
		}
	})
}

func TestPostalCodesAsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"〒100-0001": "1000001", "１００−０００１": "1000001", "1000001": "1000001", "100-001": "", "abc-defg": "", "": ""} {
		if code, ok := models.NormalisePostalCode(typed); ok != (want != "") || ok && code != want {
			t.Errorf("%q is %q, %v", typed, code, ok)
		}
	}
}

func TestReadingPostalCodes(t *testing.T) {
	t.Parallel()
	line := func(town, kana string) []string {
		return []string{"13101", "100  ", "1000001", "トウキョウト", "チヨダク", kana, "東京都", "千代田区", town, "0", "0", "0", "0", "0", "0"}
	}
	for town, want := range map[string]string{
		"千代田": "千代田", "以下に掲載がない場合": "", "大手町（ＪＡビル）（１階）": "大手町", "利島村一円": "", "一円": "一円", "外町の次に番地がくる場合": "",
	} {
		row, err := models.ParsePostalCode(line(town, "ヨミ（ビル）"))
		if err != nil || row.Town != want || row.Prefecture() != "東京都" || row.Code != "1000001" {
			t.Errorf("%s is read as %+v, %v", town, row, err)
		}
	}
	bad := line("千代田", "")
	bad[6] = "江戸"
	if _, err := models.ParsePostalCode(bad); !errors.Is(err, models.ErrPrefecture) {
		t.Errorf("a prefecture that is none: %v", err)
	}
	if _, err := models.ParsePostalCode(bad[1:]); !errors.Is(err, models.ErrColumns) {
		t.Errorf("14 columns: %v", err)
	}
}

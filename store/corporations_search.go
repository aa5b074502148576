package store

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// CorporationQuery says which corporations are wanted.
type CorporationQuery struct {
	Name           string // part of a name, or a corporate number
	PrefectureCode int    // 0: anywhere
	PostalCode     string // as typed; empty: any
	Limit          int    // 0 means 20
}

// Bounds of a search. What is beyond them is so common that better hits are in reach.
const (
	corporationHits = 20
	// directHits is how many exact names and beginnings are ranked.
	directHits = 200
	// directScan is how many of those are gone through for ones in the prefecture wanted.
	directScan = 5_000
	// postalScan is how many corporations of a postal code are looked at.
	postalScan = 20_000
	// sampleScan is how many corporations are looked at one by one before the index on
	// pairs is asked: a part of a name that is common is among them, and that index
	// would bring up hundreds of thousands.
	sampleScan = 4_000
	// sampleHits says that a part of a name is common.
	sampleHits = 20
	// innerHits is how many names holding the text are ranked.
	innerHits = 500
)

// SearchCorporations finds corporations by a part of their name, best first: the
// same name, names that begin so, and names that hold it, the latter from a
// bounded number of candidates. A search of one character finds that name only.
func (s *Store) SearchCorporations(ctx context.Context, q CorporationQuery) ([]models.Corporation, error) {
	if q.Limit <= 0 || q.Limit > MaxPage {
		q.Limit = corporationHits
	}
	if number, err := models.ParseCorporateNumber(q.Name); err == nil {
		var list []models.Corporation
		err := s.reader(ctx).Where("number = ?", number).Find(&list).Error
		return list, translate(err)
	}
	if q.PostalCode != "" {
		code, ok := models.NormalisePostalCode(q.PostalCode)
		if !ok {
			return nil, models.Invalid(models.Field("postal_code", "postal_code_malformed"))
		}
		q.PostalCode = code
	}
	f := corporateFinding{store: s, query: q, key: models.CorporationKey(q.Name)}
	if f.key == "" {
		return nil, nil
	}
	var list []models.Corporation
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		f.tx, f.found = tx, nil
		if err := f.gather(); err != nil {
			return err
		}
		list, err = f.rows()
		return err
	})
	return list, err
}

// corporateFinding gathers candidates, in steps from the best to the costliest.
type corporateFinding struct {
	store *Store
	query CorporationQuery
	key   string
	tx    *gorm.DB
	found []models.NameCandidate
}

const candidateColumns = "number, name_key, standing, prefecture_code"

func (f *corporateFinding) gather() error {
	if utf8.RuneCountInString(f.key) == 1 {
		return f.add(f.narrowed(f.tx.Table("corporations").Where("name_key = ?", f.key)).Order("standing, number").Limit(directHits))
	}
	if f.query.PostalCode != "" {
		return f.add(f.atPlace(f.tx.Table("corporations")).Order("prefecture_code, number").Limit(postalScan))
	}
	if err := f.direct(); err != nil || f.enough() {
		return err
	}
	enough, err := f.sample()
	if err != nil || enough {
		return err
	}
	return f.inner()
}

// add takes candidates over; those that do not fit are dropped here, once and
// alike for both databases.
func (f *corporateFinding) add(q *gorm.DB) error {
	var more []models.NameCandidate
	if err := q.Select(candidateColumns).Scan(&more).Error; err != nil {
		return err
	}
	f.found = models.RankNames(append(f.found, more...), f.key)
	return nil
}

func (f *corporateFinding) enough() bool { return len(f.found) >= f.query.Limit }

// narrowed leaves those at the place that is wanted.
func (f *corporateFinding) narrowed(q *gorm.DB) *gorm.DB {
	if f.query.PrefectureCode != 0 {
		q = q.Where("prefecture_code = ?", f.query.PrefectureCode)
	}
	if f.query.PostalCode != "" {
		q = q.Where("postal_code = ?", f.query.PostalCode)
	}
	return q
}

// atPlace is narrowed in the form that the index on places answers: it begins with the prefecture.
func (f *corporateFinding) atPlace(q *gorm.DB) *gorm.DB {
	if f.query.PrefectureCode == 0 {
		every := make([]int, len(models.Prefectures)+1)
		for i := range every {
			every[i] = i
		}
		q = q.Where("prefecture_code IN ?", every)
	}
	return f.narrowed(q)
}

// direct finds the name itself and names that begin with it, in the order of the index.
func (f *corporateFinding) direct() error {
	begins := f.tx.Table("corporations").Select(candidateColumns).
		Where("name_key >= ? AND name_key < ?", f.key, f.key+"\U0010FFFF").Where("standing < ?", models.StandingHidden).
		Order("name_key, standing, number")
	if f.query.PrefectureCode == 0 {
		return f.add(begins.Limit(directHits))
	}
	return f.add(f.narrowed(f.tx.Table("(?) AS begins", begins.Limit(directScan))).Limit(directHits))
}

// sample looks through some corporations and says whether that will do: the text
// is so common that there are enough to choose from. SQLite needs no sample, for
// its index stops by itself when it has enough.
func (f *corporateFinding) sample() (enough bool, err error) {
	if f.store.dialect == SQLite {
		return false, nil
	}
	some := f.tx.Table("corporations").Select(candidateColumns).Limit(sampleScan)
	if f.query.PrefectureCode != 0 {
		some = f.narrowed(some).Order("prefecture_code, postal_code, number")
	} else if err := f.tx.Exec("SET LOCAL synchronize_seqscans = off").Error; err != nil {
		return false, err // with it, a scan may begin where another one is, and the same search finds something else
	}
	before := len(f.found)
	err = f.add(f.tx.Table("(?) AS sample", some).Where("name_key LIKE ? ESCAPE '\\'", containing(f.key)))
	return len(f.found)-before >= sampleHits || f.enough(), err
}

// inner finds names that hold the text by its pairs of characters.
func (f *corporateFinding) inner() error {
	grams := models.NameGrams(f.key)
	if f.query.PrefectureCode != 0 {
		grams = append(grams, models.PlaceGram(f.query.PrefectureCode))
	}
	if f.store.dialect == SQLite {
		for i, g := range grams {
			grams[i] = `"` + g + `"`
		}
		held := f.tx.Table("corporations_grams").Select("rowid").Where("corporations_grams MATCH ?", strings.Join(grams, " AND ")).Limit(innerHits)
		return f.add(f.tx.Table("corporations").Where("number IN (?)", held))
	}
	// The index on pairs is the one way that has a bound, whatever the planner thinks of it.
	err := f.tx.Exec("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true), " +
		"set_config('enable_indexonlyscan', 'off', true)").Error
	if err != nil {
		return err
	}
	return f.add(f.tx.Table("corporations").Limit(innerHits).
		Where("string_to_array(grams, ' ') @> string_to_array(?, ' ')", strings.Join(grams, " ")))
}

// rows reads the best candidates in full.
func (f *corporateFinding) rows() ([]models.Corporation, error) {
	best := f.found[:min(len(f.found), f.query.Limit)]
	numbers := make([]models.CorporateNumber, len(best))
	place := map[models.CorporateNumber]int{}
	for i, c := range best {
		numbers[i], place[c.Number] = c.Number, i
	}
	var list []models.Corporation
	if err := f.tx.Where("number IN ?", numbers).Find(&list).Error; err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b models.Corporation) int { return place[a.Number] - place[b.Number] })
	return list, nil
}

package directory

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
)

// SampleOptions say what register to make up. The same give the same.
type SampleOptions struct {
	Corporations int
	Seed         uint64
	// Named are corporations that stand first, with the names and places given.
	Named []models.CorporateRecord
}

// WriteCorporations makes up a Corporate Number file: corporations that do not
// exist, under names as unevenly spread as real ones are, in prefectures by their
// size. Numbers of the range used are not given out by the register.
func WriteCorporations(w io.Writer, o SampleOptions) error {
	out := bufio.NewWriterSize(w, 1<<20)
	g := newSampler(o.Seed)
	for i := range o.Corporations {
		var r models.CorporateRecord
		if i < len(o.Named) {
			r = o.Named[i]
		} else {
			r = g.corporation()
		}
		if r.Number == 0 {
			r.Number = SampleNumber(i)
		}
		g.line = appendLine(g.line[:0], i+1, g.dated(r), true)
		if _, err := out.Write(g.line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// SampleNumber is the number of the i-th corporation made up.
func SampleNumber(i int) models.CorporateNumber {
	return models.NewCorporateNumber(990_000_000_000 + int64(i))
}

// sampler makes up corporations.
type sampler struct {
	random  *rand.Rand
	stems   *rand.Zipf
	trades  *rand.Zipf
	shrines *rand.Zipf
	from    time.Time
	sizes   int // sum of the prefectures' sizes
	line    []byte
}

func newSampler(seed uint64) *sampler {
	random := rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15)) //nolint:gosec // made-up data
	g := &sampler{
		random: random, from: time.Date(2015, time.October, 5, 0, 0, 0, 0, time.UTC),
		stems:   rand.NewZipf(random, 1.25, 6, uint64(len(sampleStems)-1)),  //nolint:gosec // some dozens
		trades:  rand.NewZipf(random, 1.2, 4, uint64(len(sampleTrades)-1)),  //nolint:gosec // likewise
		shrines: rand.NewZipf(random, 1.4, 2, uint64(len(sampleShrines)-1)), //nolint:gosec // likewise
	}
	for _, size := range prefectureSizes {
		g.sizes += size
	}
	return g
}

func one(g *sampler, list []string) string { return list[g.random.IntN(len(list))] }

// corporation makes one up: some ninety in a hundred are companies, the others
// shrines, unions and the like, whose names repeat a thousand times.
func (g *sampler) corporation() models.CorporateRecord {
	r := models.CorporateRecord{PrefectureCode: g.prefecture()}
	switch n := g.random.IntN(100); {
	case n < 5:
		r.Name, r.Kind = sampleShrines[g.shrines.Uint64()], "399"
	case n < 9:
		r.Name, r.Kind = one(g, []string{"医療法人社団", "学校法人", "社会福祉法人", "一般社団法人", "特定非営利活動法人"})+g.name(), "399"
	case n < 10:
		r.Name, r.Kind = sampleStems[g.stems.Uint64()]+"労働組合"+one(g, sampleTowns)+"支部", "499"
	case n < 45:
		r.Name, r.Kind = "有限会社"+g.name(), "302"
	case n < 53:
		r.Name, r.Kind = "合同会社"+g.name(), "305"
	case n < 80:
		r.Name, r.Kind = "株式会社"+g.name(), "301"
	default:
		r.Name, r.Kind = g.name()+"株式会社", "301"
	}
	r.Kana = "ミホンホウジン"
	r.PostalCode = fmt.Sprintf("%02d%05d", r.PrefectureCode+10, g.random.IntN(4000))
	r.City, r.Street = one(g, sampleTowns)+"市", one(g, sampleTowns)+"町"+wide(g.random.IntN(9)+1)+"丁目"+wide(g.random.IntN(30)+1)+"番"+wide(g.random.IntN(20)+1)+"号"
	if g.random.IntN(7) == 0 {
		r.ClosedOn = g.day(1000, 3000)
		r.Process, r.CloseCause = models.ProcessClosed, models.CloseLiquidated
	}
	return r
}

// name makes up the part of a name that is not its type.
func (g *sampler) name() string {
	var b strings.Builder
	switch n := g.random.IntN(100); {
	case n < 46:
		b.WriteString(sampleStems[g.stems.Uint64()])
		if g.random.IntN(8) == 0 {
			b.WriteString(one(g, sampleTowns))
		}
		b.WriteString(sampleTrades[g.trades.Uint64()])
	case n < 60:
		b.WriteString(one(g, sampleKanji) + one(g, sampleKanji))
		b.WriteString(sampleTrades[g.trades.Uint64()])
	case n < 66:
		b.WriteString(one(g, sampleKanji) + one(g, sampleKanji) + one(g, sampleKanji))
	case n < 84:
		for range 2 + g.random.IntN(4) {
			b.WriteString(one(g, sampleSyllables))
		}
		if g.random.IntN(3) == 0 {
			b.WriteString(sampleTrades[g.trades.Uint64()])
		}
	case n < 92:
		for range 2 + g.random.IntN(3) {
			b.WriteRune('Ａ' + g.random.Int32N(26))
		}
		if g.random.IntN(2) == 0 {
			b.WriteString(sampleTrades[g.trades.Uint64()])
		}
	default:
		b.WriteString(sampleStems[g.stems.Uint64()])
	}
	return b.String()
}

// prefecture draws one by its size.
func (g *sampler) prefecture() int {
	n := g.random.IntN(g.sizes)
	for i, size := range prefectureSizes {
		if n -= size; n < 0 {
			return i + 1
		}
	}
	return 13
}

func (g *sampler) day(first, last int) models.Date {
	d := g.from.AddDate(0, 0, first+g.random.IntN(last-first))
	return models.NewDate(d.Date())
}

// dated fills in what no name depends on.
func (g *sampler) dated(r models.CorporateRecord) models.CorporateRecord {
	if r.Kind == "" {
		r.Kind = "301"
	}
	if r.Process == "" {
		r.Process = models.ProcessRegistered
	}
	if r.AssignedOn.IsZero() {
		r.AssignedOn = models.NewDate(g.from.Date())
	}
	if r.ChangedOn.IsZero() {
		r.ChangedOn = r.AssignedOn
		if !r.ClosedOn.IsZero() {
			r.ChangedOn = r.ClosedOn
		}
	}
	if r.UpdatedOn.IsZero() {
		r.UpdatedOn = r.ChangedOn.AddDays(3)
	}
	return r
}

func wide(n int) string {
	var b strings.Builder
	for _, digit := range strconv.Itoa(n) {
		b.WriteRune(digit - '0' + '０')
	}
	return b.String()
}

// WriteChanges writes records as a file of differences does.
func WriteChanges(w io.Writer, lines []CorporateLine) error {
	var text []byte
	for i, l := range lines {
		text = appendLine(text, i+1, l.Record, l.Latest)
	}
	_, err := w.Write(text)
	return err
}

// appendLine writes a record in the form of the register's files.
func appendLine(to []byte, sequence int, r models.CorporateRecord, latest bool) []byte {
	quote := func(text string) string {
		if text == "" {
			return ""
		}
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	flag := func(on bool) string {
		if on {
			return "1"
		}
		return "0"
	}
	code := ""
	if r.PrefectureCode != 0 {
		code = fmt.Sprintf("%02d", r.PrefectureCode)
	}
	columns := [models.CorporationColumns]string{
		strconv.Itoa(sequence), r.Number.String(), string(r.Process), flag(r.Correction), r.UpdatedOn.String(), r.ChangedOn.String(),
		quote(r.Name), "", r.Kind, quote(r.Prefecture()), quote(r.City), quote(r.Street), "", code, "", r.PostalCode, quote(r.Abroad), "",
		r.ClosedOn.String(), r.CloseCause, r.Successor.String(), quote(r.ChangeCause), r.AssignedOn.String(), flag(latest),
		quote(r.EnglishName), "", "", "", quote(r.Kana), flag(r.Hidden),
	}
	for i, column := range columns {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, column...)
	}
	return append(to, '\n')
}

// WritePostalCodes makes up a list of postal codes: one for every place, in the form of the post's file.
func WritePostalCodes(w io.Writer, places []models.PostalCode) error {
	out := bufio.NewWriter(w)
	for _, p := range places {
		_, err := fmt.Fprintf(out, "%02d101,\"%s  \",\"%s\",\"\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",0,0,0,0,0,0\n",
			p.PrefectureCode, p.Code[:3], p.Code, p.CityKana, p.TownKana, p.Prefecture(), p.City, p.Town)
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

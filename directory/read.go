package directory

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/todoke/todoke/models"
)

// Bad is a line that was left out.
type Bad struct {
	File string
	Line int
	Why  error
}

// Reading says how a file is read and hears of what is left out.
type Reading struct {
	Encoding Encoding
	Bad      func(Bad)        // may be nil
	Lines    func(number int) // the line being read, now and then; may be nil
}

// CorporateLine is a line of a Corporate Number file.
type CorporateLine struct {
	Record models.CorporateRecord
	Latest bool // the state in force; else one that is past
}

// Corporations reads a Corporate Number file, full or of a day's differences. An error ends it.
func Corporations(f File, how Reading) iter.Seq2[CorporateLine, error] {
	return read(f, how, func(columns []string) (CorporateLine, error) {
		record, latest, err := models.ParseCorporateRecord(columns)
		return CorporateLine{record, latest}, err
	})
}

// PostalCodes reads the post's list of postal codes.
func PostalCodes(f File, how Reading) iter.Seq2[models.PostalCode, error] {
	return read(f, how, models.ParsePostalCode)
}

// tellEvery is how many lines go by between two words about them.
const tellEvery = 10_000

// read gives what parse makes of each line and leaves out the lines that it refuses.
func read[T any](f File, how Reading, parse func([]string) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		raw, err := f.open()
		if err != nil {
			yield(none, err)
			return
		}
		defer raw.Close() //nolint:errcheck // only read
		text, err := decoded(raw, how.Encoding)
		if err != nil {
			yield(none, fmt.Errorf("%s: %w", f.Name, err))
			return
		}
		l := &lines{r: text}
		var columns []string
		for {
			line, wrong, err := l.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(none, fmt.Errorf("%s, line %d: %w", f.Name, l.number, err))
				return
			}
			if how.Lines != nil && l.number%tellEvery == 0 {
				how.Lines(l.number)
			}
			row := none
			if wrong == nil {
				if columns, wrong = split(line, columns); wrong == nil {
					row, wrong = parse(columns)
				}
			}
			if wrong != nil {
				if how.Bad != nil {
					how.Bad(Bad{File: f.Name, Line: l.number, Why: wrong})
				}
				continue
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

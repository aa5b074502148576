package models

import (
	"errors"
	"strconv"
	"time"
	"unicode/utf8"
)

// What may be wrong with a line of a register's file.
var (
	ErrColumns     = errors.New("the number of columns is not that of the file's kind")
	ErrNumber      = errors.New("the corporate number is none, or its check digit does not fit")
	ErrProcess     = errors.New("the kind of event is no two digits")
	ErrKind        = errors.New("the kind of corporation is no three digits")
	ErrDay         = errors.New("a date is none, or the one that is needed is missing")
	ErrName        = errors.New("the name is missing or too long")
	ErrAddress     = errors.New("a part of the address is too long")
	ErrPrefecture  = errors.New("the prefecture is none")
	ErrPostalCode  = errors.New("the postal code is no seven digits")
	ErrCloseCause  = errors.New("the cause of closing is no two digits")
	ErrSwitch      = errors.New("a column that is 0 or 1 is neither")
	ErrSuccessor   = errors.New("the successor's corporate number is none, or its check digit does not fit")
	ErrDescription = errors.New("the description of the change is too long")
)

// CorporationColumns is the number of columns of a Corporate Number file.
const CorporationColumns = 30

// Lengths beyond which a column cannot be meant; the register's own bounds are half of them.
const (
	longestCorporateName = 300
	longestCorporateText = 1000
)

// ParseCorporateRecord reads the columns of a line of the register's files. It
// also says whether the line is about the state in force or one that is past.
func ParseCorporateRecord(columns []string) (r CorporateRecord, latest bool, err error) {
	if len(columns) != CorporationColumns {
		return r, false, ErrColumns
	}
	p := lineParser{columns: columns}
	r = CorporateRecord{
		Number: p.number(1, ErrNumber), Process: CorporateProcess(p.digits(2, 2, ErrProcess)), Correction: p.flag(3),
		UpdatedOn: p.date(4), ChangedOn: p.date(5), Name: p.text(6, longestCorporateName, ErrName), Kind: p.digits(8, 3, ErrKind),
		City: p.text(10, longestCorporateText, ErrAddress), Street: p.text(11, longestCorporateText, ErrAddress),
		PrefectureCode: p.prefecture(13), PostalCode: p.optionalDigits(15, 7, ErrPostalCode),
		Abroad: p.text(16, longestCorporateText, ErrAddress), ClosedOn: p.date(18), CloseCause: p.optionalDigits(19, 2, ErrCloseCause),
		ChangeCause: p.text(21, longestCorporateText, ErrDescription), AssignedOn: p.date(22),
		EnglishName: p.text(24, longestCorporateName*4, ErrName), Kana: p.text(28, longestCorporateName*2, ErrName), Hidden: p.flag(29),
	}
	if columns[20] != "" {
		r.Successor = p.number(20, ErrSuccessor)
	}
	latest = p.flag(23)
	if r.Name == "" {
		p.fail(ErrName)
	}
	if r.UpdatedOn.IsZero() || r.ChangedOn.IsZero() {
		p.fail(ErrDay)
	}
	return r, latest, p.err
}

// lineParser reads columns and keeps the first thing that is wrong.
type lineParser struct {
	columns []string
	err     error
}

func (p *lineParser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *lineParser) number(column int, wrong error) CorporateNumber {
	text := p.columns[column]
	value, err := strconv.ParseInt(text, 10, 64)
	if n := CorporateNumber(value); err == nil && len(text) == 13 && n.Valid() {
		return n
	}
	p.fail(wrong)
	return 0
}

func (p *lineParser) digits(column, length int, wrong error) string {
	text := p.columns[column]
	if len(text) != length || !allDigits(text) {
		p.fail(wrong)
	}
	return text
}

func (p *lineParser) optionalDigits(column, length int, wrong error) string {
	if p.columns[column] == "" {
		return ""
	}
	return p.digits(column, length, wrong)
}

func (p *lineParser) flag(column int) bool {
	switch p.columns[column] {
	case "1":
		return true
	case "", "0":
	default:
		p.fail(ErrSwitch)
	}
	return false
}

// date reads YYYY-MM-DD without the way over a time, which millions of lines would feel.
func (p *lineParser) date(column int) Date {
	text := p.columns[column]
	if text == "" {
		return Date{}
	}
	if len(text) != 10 || text[4] != '-' || text[7] != '-' || !allDigits(text[:4]) || !allDigits(text[5:7]) || !allDigits(text[8:]) {
		p.fail(ErrDay)
		return Date{}
	}
	year, month, day := number(text[:4]), number(text[5:7]), number(text[8:])
	if month >= 1 && month <= 12 && day >= 1 && day <= 28 && year > 0 {
		return Date{year: year, month: time.Month(month), day: day}
	}
	parsed, err := ParseDate(text)
	if err != nil || parsed.year == 0 {
		p.fail(ErrDay)
	}
	return parsed
}

func (p *lineParser) text(column, longest int, wrong error) string {
	text := p.columns[column]
	if len(text) > longest && utf8.RuneCountInString(text) > longest {
		p.fail(wrong)
	}
	return text
}

// prefecture reads the code of one; nothing and 99 are abroad.
func (p *lineParser) prefecture(column int) int {
	text := p.columns[column]
	if text == "" || text == "99" {
		return 0
	}
	if len(text) > 2 || !allDigits(text) || number(text) < 1 || number(text) > len(Prefectures) {
		p.fail(ErrPrefecture)
		return 0
	}
	return number(text)
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// number reads digits that are known to be few.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

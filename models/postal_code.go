package models

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// PostalCode is one line of the post's list: a place and its seven digits. A
// code may stand for several places, and a place has one line for each code.
type PostalCode struct {
	ID             int64
	Code           string // 7 digits
	PrefectureCode int
	City           string
	Town           string // empty where the code is the whole city's
	CityKana       string
	TownKana       string
}

// Prefecture names it.
func (p PostalCode) Prefecture() string { return PrefectureName(p.PrefectureCode) }

// PostalCodeColumns is the number of columns of the post's file.
const PostalCodeColumns = 15

// ParsePostalCode reads the columns of a line of the post's file.
func ParsePostalCode(columns []string) (PostalCode, error) {
	if len(columns) != PostalCodeColumns {
		return PostalCode{}, ErrColumns
	}
	p := lineParser{columns: columns}
	row := PostalCode{
		Code: p.digits(2, 7, ErrPostalCode), CityKana: p.text(4, longestCorporateName, ErrAddress), TownKana: p.text(5, longestCorporateText, ErrAddress),
		City: p.text(7, longestCorporateName, ErrAddress), Town: p.text(8, longestCorporateText, ErrAddress),
	}
	row.PrefectureCode = PrefectureCode(columns[6])
	if row.PrefectureCode == 0 {
		p.fail(ErrPrefecture)
	}
	if row.City == "" {
		p.fail(ErrAddress)
	}
	if p.err != nil {
		return PostalCode{}, p.err
	}
	row.Town, row.TownKana = placeName(row.Town, row.TownKana)
	return row, nil
}

// placeName leaves out what is no part of a place's name: the post's remarks
// instead of one, and those in parentheses behind it.
func placeName(town, kana string) (name, read string) {
	if town == "以下に掲載がない場合" || strings.HasSuffix(town, "の次に番地がくる場合") || strings.HasSuffix(town, "一円") && town != "一円" {
		return "", ""
	}
	return beforeRemark(town), beforeRemark(kana)
}

func beforeRemark(text string) string {
	for _, open := range []string{"（", "("} {
		text, _, _ = strings.Cut(text, open)
	}
	return text
}

// NormalisePostalCode gives the seven digits of a postal code as people type it: in
// any width, with or without hyphen and postal mark.
func NormalisePostalCode(typed string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '〒', '‐', '−', 'ー', '–':
			return -1
		}
		return r
	}, norm.NFKC.String(strings.TrimSpace(typed)))
	return digits, len(digits) == 7 && allDigits(digits)
}

// WrittenPostalCode gives seven digits as they are written, with a hyphen.
func WrittenPostalCode(code string) string {
	if len(code) != 7 {
		return code
	}
	return code[:3] + "-" + code[3:]
}

package models

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// NameGrams gives the pairs of neighbouring characters of a key, each once, in
// the order of the key; a key of one character gives that. Names written
// without spaces are found by pairs: whoever holds a text holds all its pairs.
func NameGrams(key string) []string {
	if utf8.RuneCountInString(key) == 1 {
		return []string{key}
	}
	var grams []string
	first, previous := true, 0
	for i, r := range key {
		if !first {
			if gram := key[previous : i+utf8.RuneLen(r)]; !slices.Contains(grams, gram) {
				grams = append(grams, gram)
			}
		}
		first, previous = false, i
	}
	return grams
}

// PlaceGram marks a prefecture among the pairs, so that one index finds parts of
// names in a prefecture. It is longer than any pair.
func PlaceGram(prefectureCode int) string { return fmt.Sprintf("p%02d", prefectureCode) }

// NameFit says how well a name's key answers a search.
type NameFit int

// The fits, best first.
const (
	FitExact NameFit = iota
	FitPrefix
	FitContains
	FitNone
)

// FitName compares a name's key with the key searched for.
func FitName(key, wanted string) NameFit {
	switch {
	case wanted == "":
		return FitNone
	case key == wanted:
		return FitExact
	case strings.HasPrefix(key, wanted):
		return FitPrefix
	case strings.Contains(key, wanted):
		return FitContains
	}
	return FitNone
}

// NameCandidate is a corporation that may answer a search.
type NameCandidate struct {
	Number         CorporateNumber
	NameKey        string
	Standing       int
	PrefectureCode int
}

// RankNames puts candidates in the order that people want them in and drops what
// does not fit: exact before prefix before contains, the living before the
// closed, head offices before branches, short names before long ones.
func RankNames(candidates []NameCandidate, wanted string) []NameCandidate {
	candidates = slices.DeleteFunc(candidates, func(c NameCandidate) bool {
		return c.Standing >= StandingHidden || FitName(c.NameKey, wanted) == FitNone
	})
	slices.SortFunc(candidates, func(a, b NameCandidate) int {
		return cmp.Or(
			cmp.Compare(FitName(a.NameKey, wanted), FitName(b.NameKey, wanted)),
			cmp.Compare(a.Standing, b.Standing),
			cmp.Compare(utf8.RuneCountInString(a.NameKey), utf8.RuneCountInString(b.NameKey)),
			cmp.Compare(a.NameKey, b.NameKey),
			cmp.Compare(a.Number, b.Number),
		)
	})
	return slices.CompactFunc(candidates, func(a, b NameCandidate) bool { return a.Number == b.Number })
}

package models

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// companyTypes are the words that say what kind of corporation a name belongs
// to. They come and go in daily use, so comparison leaves them out.
var companyTypes = strings.NewReplacer(without([]string{
	"株式会社", "有限会社", "合同会社", "合名会社", "合資会社", "相互会社",
	"一般社団法人", "一般財団法人", "公益社団法人", "公益財団法人", "社団法人", "財団法人",
	"学校法人", "医療法人社団", "医療法人財団", "医療法人", "社会福祉法人", "宗教法人", "特定非営利活動法人",
	"独立行政法人", "地方独立行政法人", "国立大学法人",
	"特定目的会社", "農事組合法人",
	"(株)", "(有)", "(同)", "(名)", "(資)", "(社)", "(財)", "(学)", "(医)", "(福)", "(独)",
	"(一社)", "(公社)", "(一財)", "(公財)", "(特非)", "(宗)", "(農)",
	"カブシキガイシャ", "ユウゲンガイシャ", "ゴウドウガイシャ",
})...)

// without gives the pairs of a replacer that leaves the words out, longer ones
// before their beginnings.
func without(words []string) []string {
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(words))
	for _, word := range words {
		pairs = append(pairs, word, "")
	}
	return pairs
}

var englishCompanyTypes = regexp.MustCompile(`(?:[ ,.]|^)(?:CO\.? ?,? ?LTD|COMPANY|CORPORATION|CORP|INC|LTD|LLC|K\.K|KK|G\.K|GK)\.?$`)

// NameKey gives the key that names are searched and compared by: width, kana,
// case, company-type words, old forms, punctuation and spaces make no difference.
// The name itself is always kept as typed. The key of a key is the key itself.
func NameKey(name string) string {
	key := nameKeyOnce(name)
	if settled(key) {
		return key
	}
	// What was left out may have stood between two halves of a word; few rounds
	// find them all, because a key only gets shorter.
	for range 8 {
		again := nameKeyOnce(key)
		if again == key {
			break
		}
		key = again
	}
	return key
}

func nameKeyOnce(name string) string {
	s := withoutEnglishType(strings.TrimSpace(strings.ToUpper(norm.NFKC.String(name))))
	kept := s
	if mayNameType(s) {
		s = companyTypes.Replace(s)
	}
	if letters(s) == "" {
		s = kept // a name of nothing but company words is still a name
	}
	return letters(s)
}

// mayNameType says whether one of the company-type words can be in it, at a
// fraction of what looking for them all costs: registers have millions of names.
func mayNameType(s string) bool {
	return strings.Contains(s, "会社") || strings.Contains(s, "法人") || strings.Contains(s, "(") || strings.Contains(s, "ガイシャ")
}

// settled says of most keys, without working them out again, that they are their own keys.
func settled(key string) bool {
	last := 'A'
	for _, r := range key {
		if !ideograph(r) && (r < 'ァ' || r > 'ヺ') && r != 'ー' && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
		last = r
	}
	return (last < 'A' || last > 'Z') && !mayNameType(key)
}

func ideograph(r rune) bool { return r >= firstIdeograph && r <= lastIdeograph }

// withoutEnglishType takes Co., Ltd. and the like from the end, but never all there is.
func withoutEnglishType(s string) string {
	for {
		end := strings.TrimSuffix(s, ".")
		if end == "" || end[len(end)-1] < 'A' || end[len(end)-1] > 'Z' {
			return s // most names: spare them the expression
		}
		shorter := strings.TrimSpace(englishCompanyTypes.ReplaceAllString(s, ""))
		if shorter == s || shorter == "" {
			return s
		}
		s = shorter
	}
}

// letters keeps letters and digits in their new forms, with hiragana as katakana
// and long-vowel marks.
func letters(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r >= 'ぁ' && r <= 'ゖ' {
			r += 'ァ' - 'ぁ'
		}
		if !ideograph(r) && r != 'ー' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		b = utf8.AppendRune(b, newForm(r))
	}
	return string(b)
}

// SameName says whether two names mean the same under NameKey.
func SameName(a, b string) bool { return NameKey(a) == NameKey(b) }

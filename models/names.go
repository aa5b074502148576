package models

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// companyTypes are the words that say what kind of corporation a name belongs
// to. They come and go in daily use, so comparison leaves them out.
var companyTypes = strings.NewReplacer(without([]string{
	"株式会社", "有限会社", "合同会社", "合名会社", "合資会社", "相互会社",
	"一般社団法人", "一般財団法人", "公益社団法人", "公益財団法人", "社団法人", "財団法人",
	"学校法人", "医療法人社団", "医療法人財団", "医療法人", "社会福祉法人", "宗教法人", "特定非営利活動法人",
	"独立行政法人", "地方独立行政法人", "国立大学法人",
	"(株)", "(有)", "(同)", "(名)", "(資)", "(社)", "(財)", "(学)", "(医)", "(福)", "(独)",
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

// oldForms maps character variants that people use for one another in names.
var oldForms = strings.NewReplacer(
	"髙", "高", "﨑", "崎", "碕", "崎", "嵜", "崎", "濵", "浜", "濱", "浜", "德", "徳", "邊", "辺", "邉", "辺",
	"澤", "沢", "齋", "斎", "齊", "斎", "斉", "斎", "廣", "広", "國", "国", "瀨", "瀬", "眞", "真", "惠", "恵",
	"櫻", "桜", "龍", "竜", "澁", "渋", "嶋", "島", "嶌", "島", "𠮷", "吉", "會", "会", "學", "学", "榮", "栄",
	"藏", "蔵", "實", "実", "壽", "寿", "條", "条", "淨", "浄", "眞", "真", "靜", "静", "聲", "声", "總", "総",
	"ヱ", "エ", "ヰ", "イ", "ヴ", "ブ", "ヶ", "ケ", "ヵ", "カ",
)

// NameKey gives the key that names are searched and compared by: width, kana,
// case, company-type words, old forms, punctuation and spaces make no difference.
// The name itself is always kept as typed. The key of a key is the key itself.
func NameKey(name string) string {
	key := nameKeyOnce(name)
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
	s = companyTypes.Replace(s)
	if letters(s) == "" {
		s = kept // a name of nothing but company words is still a name
	}
	return oldForms.Replace(letters(s))
}

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

// letters keeps letters and digits, with hiragana as katakana and long-vowel marks.
func letters(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'ぁ' && r <= 'ゖ':
			b.WriteRune(r + 'ァ' - 'ぁ')
		case r == 'ー' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// SameName says whether two names mean the same under NameKey.
func SameName(a, b string) bool { return NameKey(a) == NameKey(b) }

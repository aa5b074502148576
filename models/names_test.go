package models_test

import (
	"regexp"
	"testing"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func TestNamesThatMeanTheSame(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"株式会社見本商事", "見本商事株式会社", "㈱見本商事", "(株) 見本商事", "（株）見本商事", "見本商事"},
		{"髙﨑製作所", "高崎製作所", "㈱髙崎製作所"},
		{"𠮷野家", "吉野家"},
		{"ｱｲｳ商事", "アイウ商事", "あいう商事"},
		{"Ａ＆Ｂ　Ｃｏ．，Ｌｔｄ．", "A&B Co., Ltd.", "a & b"},
		{"渡邊工業", "渡辺工業"},
		{"ゑびす商会", "ヱビス商会", "エビス商会"},
		{"ラゔぃ", "ラヴィ"},
		{"SB C&S株式会社", "ＳＢ Ｃ＆Ｓ", "(株)sb c&s"},
	} {
		for _, name := range same[1:] {
			if !models.SameName(same[0], name) {
				t.Errorf("%s (%s) and %s (%s) differ", same[0], models.NameKey(same[0]), name, models.NameKey(name))
			}
		}
	}
	for _, different := range [][2]string{{"見本商事", "見本商会"}, {"株式会社", "有限会社"}, {"一見本", "二見本"}, {"コンピュータ", "コンピューター"}} {
		if models.SameName(different[0], different[1]) {
			t.Errorf("%s and %s are the same", different[0], different[1])
		}
	}
}

// nameish draws texts made of what names are made of, which plain random texts hardly ever hit.
func nameish() *rapid.Generator[string] {
	parts := rapid.SampledFrom([]string{
		"株式会社", "株式", "会社", "㈱", "(株)", "（", "）", "有限会社", "医療法人", "社団", "Co.", ",", "Ltd", " ", "　", ".", "K", "KK", "K.K.",
		"髙", "﨑", "𠮷", "邉", "ヴ", "ｶﾞ", "ﾞ", "゛", "が", "ガ", "ー", "ｰ", "見本", "商事", "㌔", "①", "İ", "ß", "ﬁ", "ǅ", "́", "カブシキガイシャ", "かぶしき",
	})
	return rapid.Custom(func(t *rapid.T) string {
		s := ""
		for range rapid.IntRange(0, 8).Draw(t, "parts") {
			s += parts.Draw(t, "part")
		}
		return s + rapid.StringN(0, 3, -1).Draw(t, "tail")
	})
}

func TestNameKeyOfAKeyIsTheKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := nameish().Draw(t, "name")
		key := models.NameKey(name)
		if again := models.NameKey(key); again != key {
			t.Fatalf("%q has key %q, which has key %q", name, key, again)
		}
	})
}

func TestNameRules(t *testing.T) {
	t.Parallel()
	rules := models.NameRules{
		Excluded: []string{"株式会社除外"},
		Patterns: []models.NamePattern{
			{Code: "branch", Pattern: regexp.MustCompile("支店$"), Verdict: models.NameDoubtful},
			{Code: "honorific", Pattern: regexp.MustCompile("様"), Verdict: models.NameInvalid},
		},
	}
	for name, want := range map[string][2]string{
		"見本商事":    {"", ""},
		"㈱除外":     {"invalid", "excluded"},
		"見本 東京支店": {"doubtful", "branch"},
		"様 東京支店":  {"invalid", "honorific"},
	} {
		if verdict, code := rules.Judge(name); string(verdict) != want[0] || code != want[1] {
			t.Errorf("%s is judged %s by %s", name, verdict, code)
		}
	}
}

package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
)

// Problem is one thing that is wrong with a profile. Line counts from 1; Field is
// the path of the key (catalogue.products[3].price_bands[0].from), empty for the
// file as a whole.
type Problem struct {
	Line    int
	Field   string
	Code    string
	Message models.Text
}

// Problems is the error that lists everything wrong with a profile, by line.
type Problems struct {
	File string
	List []Problem
}

// Error lists all problems in English, one on a line.
func (p *Problems) Error() string { return p.In(models.English) }

// In lists all problems in that language, one on a line.
func (p *Problems) In(lang models.Language) string {
	lines := make([]string, 0, len(p.List))
	for _, problem := range p.List {
		lines = append(lines, p.File+":"+problem.In(lang))
	}
	return strings.Join(lines, "\n")
}

// In gives line, field and message in that language.
func (p Problem) In(lang models.Language) string {
	if p.Field == "" {
		return fmt.Sprintf("%d: %s", p.Line, p.Message.In(lang))
	}
	return fmt.Sprintf("%d: %s: %s", p.Line, p.Field, p.Message.In(lang))
}

func newProblems(file string, list []Problem) *Problems {
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(a.Line-b.Line, cmp.Compare(a.Field, b.Field), cmp.Compare(a.Code, b.Code))
	})
	return &Problems{File: file, List: list}
}

func newProblem(line int, field, code string, params ...string) Problem {
	var pairs []string
	for i := 0; i+1 < len(params); i += 2 {
		pairs = append(pairs, "{"+params[i]+"}", params[i+1])
	}
	fill, text := strings.NewReplacer(pairs...), problemTexts[code]
	return Problem{Line: line, Field: field, Code: code, Message: models.Text{JA: fill.Replace(text.JA), EN: fill.Replace(text.EN)}}
}

// problemTexts words every problem for whoever writes the file.
var problemTexts = map[string]models.Text{
	"too_large":             {JA: "ファイルが大きすぎます（上限{max}バイト）。", EN: "the file is too large (at most {max} bytes)"},
	"not_utf8":              {JA: "UTF-8ではありません。", EN: "this is not UTF-8"},
	"too_deep":              {JA: "括弧や「- 」の入れ子が深すぎます（上限{max}）。", EN: "brackets or dashes are nested too deep (at most {max})"},
	"one_document":          {JA: "YAML文書は1つだけ書いてください。", EN: "there must be only one YAML document"},
	"syntax":                {JA: "YAMLとして読めません: {detail}", EN: "this is not YAML: {detail}"},
	"empty":                 {JA: "値がありません。", EN: "there is no value"},
	"missing":               {JA: "このキーが必要です。", EN: "this key is needed"},
	"unknown_key":           {JA: "知らないキーです。使えるキー: {known}", EN: "there is no such key; known ones: {known}"},
	"given_twice":           {JA: "同じものが2回書かれています。", EN: "this is given twice"},
	"not_a_key":             {JA: "キーは普通の文字列で書いてください。", EN: "a key must be plain text"},
	"not_a_mapping":         {JA: "「キー: 値」の並びを書いてください。", EN: "this must be a mapping of keys to values"},
	"not_a_list":            {JA: "リスト（「- 」または [ ]）を書いてください。", EN: "this must be a list"},
	"not_a_value":           {JA: "単独の値を書いてください。", EN: "this must be a single value"},
	"no_anchors_or_tags":    {JA: "アンカー、別名、タグは使えません。", EN: "anchors, aliases and tags are not taken"},
	"not_a_bool":            {JA: "true か false を書いてください。", EN: "this must be true or false"},
	"not_a_number":          {JA: "整数を書いてください。", EN: "this must be a whole number"},
	"not_a_date":            {JA: "実在する日付を YYYY-MM-DD で書いてください。", EN: "this must be a day that exists, as YYYY-MM-DD"},
	"malformed":             {JA: "この書き方では読めません: {detail}", EN: "this cannot be read: {detail}"},
	"control_characters":    {JA: "改行などの制御文字や文字の向きを変える記号は使えません。", EN: "line breaks, other control characters and direction marks are not taken"},
	"unknown_value":         {JA: "「{value}」は使えません。使える値: {known}", EN: "\"{value}\" is not known; known ones: {known}"},
	"out_of_range":          {JA: "{min}から{max}までの値を書いてください。", EN: "this must be from {min} to {max}"},
	"out_of_span":           {JA: "{min}から{max}までの長さを書いてください。", EN: "this must be a time from {min} to {max}"},
	"lacks":                 {JA: "「{value}」がありません。", EN: "\"{value}\" is not in it"},
	"not_a_domain":          {JA: "ドメイン名を書いてください。", EN: "this must be a domain name"},
	"not_an_address":        {JA: "メールアドレスだけを書いてください。", EN: "this must be a bare mail address"},
	"not_a_url":             {JA: "https:// または http:// で始まるURLを書いてください。", EN: "this must be a URL that begins with https:// or http://"},
	"unknown_placeholder":   {JA: "{value} は使えません。使えるもの: {known}", EN: "{value} is no placeholder; known ones: {known}"},
	"subject_needs":         {JA: "件名に「{value}」が必要です（受信者の振り分けの手がかり）。", EN: "the subject must hold \"{value}\", by which recipients sort their mail"},
	"block_not_asked":       {JA: "注文タイプ「{value}」の申請にこの欄はありません。", EN: "applications of type {value} do not have this block"},
	"not_a_code":            {JA: "小文字の英字で始まる英数字と _ で書いてください（excluded は予約語）。", EN: "this must be lower-case letters, digits and _, beginning with a letter, and not \"excluded\""},
	"fits_everything":       {JA: "どの名前にも当てはまる式です。", EN: "this expression fits every name"},
	"after_covered":         {JA: "covered_until（{value}）より後の日です。", EN: "this is after covered_until ({value})"},
	"year_without_holidays": {JA: "{value}年の祝日がありません。", EN: "there are no holidays for {value}"},
	"never_open":            {JA: "休業日が一年中になっています。", EN: "the closing days cover the whole year"},
	"not_rising":            {JA: "小さい順に、重ならないように書いてください。", EN: "these must rise and not overlap"},
	"not_falling":           {JA: "大きい順に書いてください。", EN: "these must fall"},
	"gap":                   {JA: "前の価格表との間が空いています。{value}から始めてください。", EN: "there is a gap behind the list before; begin on {value}"},
	"after_first_list":      {JA: "最初の価格表（{value}から）より後に始まります。", EN: "this begins after the first price list ({value})"},
	"cheaper_with_years":    {JA: "{value}年分が{less}年分より安くなります。", EN: "{value} years would cost less than {less}"},
	"prices_end_soon":       {JA: "{value}に有効な価格表がありません。", EN: "no price list is valid on {value}"},
	"not_a_catalogue_code":  {JA: "英大文字・数字をハイフンでつないで書いてください（32文字まで）。", EN: "this must be capitals and digits joined by hyphens, at most 32 characters"},
	"not_a_prefix":          {JA: "英大文字2字を書いてください（コードがない商品は code_kind: none）。", EN: "this must be two capitals (code_kind: none for products without a code)"},
	"no_code_has_no_prefix": {JA: "コードがない商品に code_prefix、new_code_on_renewal、offline_code、prefix_optional は書けません。", EN: "a product without a code has no code_prefix, new_code_on_renewal, offline_code or prefix_optional"},
	"product_without_code":  {JA: "商品「{value}」にはコードがありません。", EN: "product {value} has no code"},
	"prefix_not_asked":      {JA: "code_asked が false のとき、asked_prefix は書けません。", EN: "with code_asked: false there is no asked_prefix"},
	"prefix_differs":        {JA: "この商品のコードは「{value}」で始まるため、asked_prefix と合いません。", EN: "codes of this product begin with {value}, and not with asked_prefix"},
	"consent_needs_terms":   {JA: "confirmed_by: consent には、日本語と英語の terms が必要です。", EN: "confirmed_by: consent needs terms in both languages"},
	"consent_has_no_link":   {JA: "confirmed_by: consent に link_mail は書けません。", EN: "with confirmed_by: consent there is no link_mail"},
	"link_needs_mail":       {JA: "confirmed_by: link には link_mail が必要です。", EN: "confirmed_by: link needs a link_mail"},
	"mail_taken":            {JA: "「{value}」は別の用途のメールです。", EN: "{value} is a mail for something else"},
	"above_minimum":         {JA: "最初の価格帯は最小数量（{value}）以下から始めてください。", EN: "the first band must begin at the minimum quantity ({value}) or below"},
	"product_unknown":       {JA: "商品「{value}」はありません。", EN: "there is no product {value}"},
	"not_a_number_prefix":   {JA: "英大文字2字から6字を書いてください。", EN: "this must be two to six capitals"},
	"same_inquiry_prefix":   {JA: "お問い合わせ番号の接頭辞は、注文番号・納品番号と違うものにしてください。", EN: "inquiry numbers must have a prefix that order and delivery numbers do not have"},
	"same_prefix":           {JA: "注文番号と納品番号の接頭辞は違うものにしてください。", EN: "order and delivery numbers must have different prefixes"},
	"prefix_taken":          {JA: "この接頭辞は別の番号で使われています。", EN: "another kind of number has this prefix"},
	"same_subject":          {JA: "ID通知とPW通知の件名は違うものにしてください。", EN: "the ID mail and the PW mail must have different subjects"},
	"holidays_end_soon":     {JA: "祝日が{until}までしかありません。{needed}まで足してください。", EN: "holidays are known until {until} only; add those until {needed}"},
}

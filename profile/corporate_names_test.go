package profile_test

import (
	"testing"

	"github.com/todoke/todoke/models"
)

func TestCorporateNames(t *testing.T) {
	rules := defaultProfile(t).NameRules()
	tests := []struct {
		name    string
		verdict models.NameVerdict
		code    string
	}{
		{"株式会社みなと精機", models.NameFine, ""},
		{"髙﨑電機工業株式会社", models.NameFine, ""},
		{"株式会社𠮷野家", models.NameFine, ""},
		{"有限会社ひかり会計", models.NameFine, ""},
		{"学校法人みどり学園", models.NameFine, ""},
		{"㈱エデュパートナーズ", models.NameFine, ""},
		{"東京都", models.NameFine, ""},
		{"独立行政法人国立高等専門学校機構", models.NameFine, ""},
		{"服部株式会社", models.NameFine, ""},
		{"株式会社 服部", models.NameFine, ""},
		{"株式会社テスト工業", models.NameFine, ""},
		{"Acme Co., Ltd.", models.NameFine, ""},
		{"ＮＴＴデータ", models.NameFine, ""},
		{"みどり学園学校法人", models.NameInvalid, "school_type_behind"},
		{"株式会社", models.NameInvalid, "only_company_type"},
		{"（株）", models.NameInvalid, "only_company_type"},
		{"未定", models.NameInvalid, "no_name"},
		{"N/A", models.NameInvalid, "no_name"},
		{"株式会社みなと精機株式会社", models.NameInvalid, "company_type_twice"},
		{"㈱みなと精機株式会社", models.NameInvalid, "company_type_twice"},
		{"株式会杜みなと精機", models.NameInvalid, "company_type_misspelt"},
		{"株式会社みなと精機御中", models.NameInvalid, "honorific"},
		{"株式会社みなと精機 様", models.NameInvalid, "honorific"},
		{"info@minato.example", models.NameInvalid, "address_or_url"},
		{"トレンドマイクロ（株）", models.NameInvalid, "excluded"},
		{"販売対象外見本㈱", models.NameInvalid, "excluded"},
		{"ひかり医療法人", models.NameDoubtful, "corporation_type_behind"},
		{"株式会社みなと精機 情報システム部", models.NameDoubtful, "department_at_end"},
		{"株式会社みなと精機営業本部", models.NameDoubtful, "department_at_end"},
		{"株式会社みなと精機大阪支店", models.NameDoubtful, "department_at_end"},
		{"山本 彩", models.NameDoubtful, "looks_like_a_person"},
		{"中村　遥", models.NameDoubtful, "looks_like_a_person"},
		{"株式会社A／株式会社B", models.NameDoubtful, "several_names"},
		{"みなと精機／みなと商事", models.NameDoubtful, "several_names"},
	}
	for _, tt := range tests {
		if verdict, code := rules.Judge(tt.name); verdict != tt.verdict || code != tt.code {
			t.Errorf("%s: %q %q, want %q %q", tt.name, verdict, code, tt.verdict, tt.code)
		}
	}
}

package models

import "slices"

// Prefectures are the 47, from north to south, as addresses write them.
var Prefectures = []string{
	"北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県",
	"東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県",
	"滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
	"香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
}

// IsPrefecture says whether s is one of them.
func IsPrefecture(s string) bool { return slices.Contains(Prefectures, s) }

// PrefectureName gives the prefecture of a code from 1 to 47, or nothing.
func PrefectureName(code int) string {
	if code < 1 || code > len(Prefectures) {
		return ""
	}
	return Prefectures[code-1]
}

// PrefectureCode gives the code of a prefecture's name, or 0.
func PrefectureCode(name string) int { return slices.Index(Prefectures, name) + 1 }

package models

// oldForms maps characters to the form that names are compared in: the forms of
// before 1946, variants that family and company names keep alive, and kana that
// are read alike. Which of two forms is the target does not matter to anybody.
var oldForms = pairsOf(
	// Variants in names.
	"髙高﨑崎碕崎嵜崎濵浜濱浜德徳邊辺邉辺澤沢齋斎齊斎斉斎廣広國国瀨瀬眞真惠恵櫻桜龍竜澁渋嶋島嶌島𠮷吉" +
		"槇槙曾曽檜桧淵渕舘館冨富薗園嶽岳躰体裵裴柗松栁柳埜野梼檮礒磯籔薮藪薮裏裡韮韭兎兔桒桑塲場" +
		// Forms of before 1946.
		"會会學学榮栄藏蔵實実壽寿條条淨浄靜静聲声總総萬万圓円與与豐豊兒児應応樂楽氣気寶宝鐵鉄當当縣県醫医藥薬處処" +
		"繩縄關関顯顕驛駅號号發発來来兩両傳伝假仮價価佛仏拂払變変雙双收収敍叙臺台單単嚴厳圍囲圖図團団壓圧增増壯壮" +
		"奧奥孃嬢寫写將将專専對対屆届屬属峽峡巖巌帶帯廳庁彈弾從従徵徴恆恒戰戦戲戯拜拝擇択擔担據拠擴拡攝摂數数斷断" +
		"曉暁曆暦棧桟樓楼橫横檢検權権歐欧歡歓步歩歷歴歸帰殘残每毎淺浅淸清溫温滿満潛潜濕湿瀧滝灣湾燈灯營営爐炉爭争" +
		"狹狭獨独獸獣甁瓶畫画疊畳盡尽硏研碎砕祕秘禪禅禮礼稻稲穗穂稱称粹粋絲糸經経綠緑緖緒緣縁繪絵繼継續続纖繊聰聡" +
		"聽聴肅粛膽胆臟臓舊旧莊荘莖茎蠶蚕蟲虫裝装覺覚覽覧觀観觸触譯訳證証譽誉讀読讓譲貳弐賣売賴頼贊賛輕軽轉転辨弁" +
		"辯弁遲遅郞郎鄕郷醉酔釀醸釋釈鑄鋳鑛鉱錢銭險険隨随隱隠雜雑靈霊靑青顏顔餘余驅駆騷騒驗験髮髪鬪闘鷄鶏鹽塩麥麦" +
		"黃黄黑黒默黙點点黨党齒歯齡齢龜亀" +
		// Kana.
		"ヱエヰイヴブヶケヵカ",
)

// pairsOf reads a text as pairs of a character and what it becomes.
func pairsOf(text string) map[rune]rune {
	pairs := map[rune]rune{}
	runes := []rune(text)
	for i := 0; i+1 < len(runes); i += 2 {
		pairs[runes[i]] = runes[i+1]
	}
	return pairs
}

// The ideographs that names are written with but for a few.
const (
	firstIdeograph = '\u4E00'
	lastIdeograph  = '\u9FFF'
)

// ideographForms is the part of oldForms that almost every character is looked up in.
var ideographForms = func() (table [lastIdeograph - firstIdeograph + 1]rune) {
	for old, form := range oldForms {
		if ideograph(old) {
			table[old-firstIdeograph] = form
		}
	}
	return table
}()

// newForm gives the form that a character is compared in.
func newForm(r rune) rune {
	if ideograph(r) {
		if form := ideographForms[r-firstIdeograph]; form != 0 {
			return form
		}
		return r
	}
	if form, old := oldForms[r]; old {
		return form
	}
	return r
}

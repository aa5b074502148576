package store

import (
	"fmt"
	"strings"

	"math/rand/v2"

	"github.com/todoke/todoke/models"
)

// Words that made-up companies and people are named from.
var (
	seedPlaces = strings.Fields(`東都 関東 北関東 信越 中部 東海 北陸 近畿 関西 山陽 瀬戸内 四国 九州 北海 道央 奥羽 三陸 常磐 武蔵野 多摩
		湘南 横浜 川崎 千葉 大宮 埼玉 名古屋 尾張 三河 京都 大阪 堺 神戸 播磨 岡山 広島 福岡 博多 熊本 薩摩`)
	seedFamilies = strings.Fields(`佐藤 鈴木 高橋 田中 伊藤 渡邊 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水
		山﨑 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 髙田 𠮷岡 濱田 德永`)
	seedGiven    = strings.Fields("太郎 花子 一郎 美咲 健一 陽子 大輔 直美 翔太 由美子 拓也 恵 誠 裕子 隆 真由美 浩 智子 修 明美")
	seedGivenKey = strings.Fields("タロウ ハナコ イチロウ ミサキ ケンイチ ヨウコ ダイスケ ナオミ ショウタ ユミコ タクヤ メグミ マコト ユウコ タカシ マユミ ヒロシ トモコ オサム アケミ")
	seedTrades   = strings.Fields(`製作所 工業 商事 電機 建設 運輸 物流 システムズ 情報サービス 食品 化学 薬品 印刷 不動産 設備 精機 鉄工 紡績 水産 商店
		ホールディングス テクノロジー デザイン 技研 産業 金属 電子 通信 倉庫 観光 信用金庫 農業協同組合 測量 自動車 エンジニアリング`)
	seedDepartments = strings.Fields("総務部 情報システム部 経営企画室 管理部 技術部 購買部")
	seedMessages    = []string{"納品は月初にお願いします。", "見積番号のとおりお願いします。", "前回と同じ窓口宛てです。", "至急でお願いします。"}
)

// seedCompany is an end user, with its block ready to be written.
type seedCompany struct {
	party models.Party
	key   string
	block *seedBlock
}

// seedReseller is a reseller with its key and its block.
type seedReseller struct {
	models.Reseller
	keyID int64
	party models.Party
	block *seedBlock
}

// makePeople makes up end users and resellers, and staff where there is none to decide.
func (g *seedGenerator) makePeople() {
	companies := min(max(g.options.Orders/6, 30), 120_000)
	g.companies = make([]seedCompany, companies)
	for i := range g.companies {
		p := g.party(g.companyName(), i)
		g.companies[i] = seedCompany{party: p, key: models.NameKey(p.CompanyName), block: newSeedBlock(p)}
	}
	if g.known.lastID[seedAccounts] == 0 { // an address has one account
		g.makeAccounts()
	}
	resellers := min(max(g.options.Orders/500, 5), 300)
	for i := range resellers {
		g.resellers = append(g.resellers, g.makeReseller(i))
	}
	g.pickOften = rand.NewZipf(g.random, 1.2, 20, uint64(companies-1))
	g.pickMaker = rand.NewZipf(g.random, 1.3, 3, uint64(resellers-1))
	if len(g.known.staffIDs) > 0 {
		return
	}
	for i := range 3 {
		id := g.id(seedStaff)
		// Disabled and without a password: nobody can sign in as somebody made up.
		g.rows.add(seedStaff, id, fmt.Sprintf("seed%d.%d@example.jp", i+1, id), g.person(), string(models.RoleClerk), "!", "ja", g.from, g.now)
		g.known.staffIDs = append(g.known.staffIDs, id)
	}
}

// makeAccounts makes accounts of the contract portal for every other company.
// They have no password yet, so nobody can sign in as somebody made up.
func (g *seedGenerator) makeAccounts() {
	for i := 0; i < len(g.companies); i += 2 {
		email := models.AddressKey(g.companies[i].party.Email)
		g.rows.add(seedAccounts, g.id(seedAccounts), email, "ja", "", 0, nil, "", 0, 0, 0, 0, g.from)
	}
}

// companyName makes up a name, the kind of company before or behind it, as people write it.
func (g *seedGenerator) companyName() string {
	stem := pick(g, seedFamilies) + pick(g, seedTrades)
	switch g.random.IntN(4) {
	case 0:
		stem = pick(g, seedPlaces) + stem
	case 1:
		stem = pick(g, seedPlaces) + pick(g, seedTrades)
	}
	switch n := g.random.IntN(100); {
	case n < 55:
		return "株式会社" + stem
	case n < 82:
		return stem + "株式会社"
	case n < 88:
		return "㈱" + stem
	case n < 93:
		return "有限会社" + stem
	case n < 97:
		return "合同会社" + stem
	default:
		return "医療法人社団" + stem + "会"
	}
}

func (g *seedGenerator) person() string { return pick(g, seedFamilies) + " " + pick(g, seedGiven) }

func (g *seedGenerator) party(company string, i int) models.Party {
	given := g.random.IntN(len(seedGiven))
	return models.Party{
		CompanyName: company, CompanyKana: "ミホンガイシャ", Department: pick(g, seedDepartments),
		PostalCode: fmt.Sprintf("%03d-%04d", 100+g.random.IntN(890), g.random.IntN(10_000)),
		Prefecture: pick(g, models.Prefectures), City: "見本市", Street: fmt.Sprintf("%d-%d-%d", 1+g.random.IntN(9), 1+g.random.IntN(30), 1+g.random.IntN(30)),
		Phone:      fmt.Sprintf("0%d-%04d-%04d", 1+g.random.IntN(9), g.random.IntN(10_000), g.random.IntN(10_000)),
		PersonName: pick(g, seedFamilies) + " " + seedGiven[given], PersonKana: seedGivenKey[given],
		Email: fmt.Sprintf("contact%d@customer%d.example.jp", i, i%5000),
	}
}

func (g *seedGenerator) makeReseller(i int) seedReseller {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	prefix := string([]byte{'S', letters[g.random.IntN(len(letters))]})
	code := g.draw(g.known.partnerCodes, prefix, 6)
	name := pick(g, seedPlaces) + pick(g, seedFamilies) + "システム販売株式会社"
	r := models.Reseller{ID: g.id(seedResellers), PartnerCode: code, Name: name, NameKey: models.NameKey(name), Language: models.Japanese}
	r.Email = "orders@" + strings.ToLower(code) + ".example.jp"
	g.rows.add(seedResellers, r.ID, code, name, r.NameKey, r.Email, "ja", g.from)
	keyID := g.id(seedAPIKeys)
	// No key has this hash: nobody can use it.
	hash := fmt.Sprintf("seed-%d-%s", keyID, code)
	g.rows.add(seedAPIKeys, keyID, r.ID, "made up", "tdk_seed", hash, "applications orders read", r.Email, "ja", g.from, g.now)
	p := g.party(name, i)
	p.PartnerCode, p.Email = code, r.Email
	return seedReseller{Reseller: r, keyID: keyID, party: p, block: newSeedBlock(p)}
}

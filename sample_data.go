package main

import (
	"strconv"
	"strings"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
)

// Addresses of the sample data that the mailbox of dev treats as mail servers do
// in bad times; anything else arrives.
const (
	noSuchUser    = "no-such-user@"    // refused for good
	cutConnection = "cut-connection@"  // nobody knows whether it arrived
	busyServer    = "try-again-later@" // refused for the time being
)

func sampleAddresses(stage mailbox.Stage, _, to string) mailbox.Behaviour {
	switch {
	case stage == mailbox.StageRcpt && strings.HasPrefix(to, noSuchUser):
		return mailbox.Behaviour{Fault: mailbox.Refuse}
	case stage == mailbox.StageRcpt && strings.HasPrefix(to, busyServer):
		return mailbox.Behaviour{Fault: mailbox.Defer}
	case stage == mailbox.StageEnd && strings.HasPrefix(to, cutConnection):
		return mailbox.Behaviour{Fault: mailbox.CutAfter}
	}
	return mailbox.Behaviour{}
}

func sampleResellers() []models.Reseller {
	return []models.Reseller{
		{PartnerCode: "HK20815A", Name: "北斗システム販売株式会社", Email: "orders@hokuto.example", Language: models.Japanese},
		{PartnerCode: "ED11002C", Name: "株式会社エデュパートナーズ", Email: "license@edu-partners.example", Language: models.Japanese},
		{PartnerCode: "KN30441B", Name: "Kansai Net Trading K.K.", Email: "orders@kansai-net.example", Language: models.English},
	}
}

// sampleOrder is one order to make through the same code as real ones.
type sampleOrder struct {
	reseller int
	company  string
	kana     string
	place    [4]string // postal code, prefecture, city, street
	person   string
	product  string
	quantity int
	months   int // of the application
	ordered  int // of the order, when they differ
	credits  bool
	delivery string // local part of the delivery address
	note     string // communication
	daysAgo  int
	cancel   string
	renew    bool // a renewal of the company's first contract follows
	english  bool
}

// domain is what the company's addresses end in.
func (o sampleOrder) domain() string {
	return "customer" + strconv.Itoa(len(o.company)*7+o.quantity) + ".example"
}

// contact is the address that signs in to the contract portal.
func (o sampleOrder) contact() string { return "contact@" + o.domain() }

func sampleOrders() []sampleOrder {
	tokyo := [4]string{"108-0023", "東京都", "港区", "芝浦3-4-1"}
	osaka := [4]string{"530-0001", "大阪府", "大阪市北区", "梅田2-5-10"}
	nagoya := [4]string{"460-0008", "愛知県", "名古屋市中区", "栄3-15-33"}
	sapporo := [4]string{"060-0042", "北海道", "札幌市中央区", "大通西8-2"}
	fukuoka := [4]string{"812-0011", "福岡県", "福岡市博多区", "博多駅前3-2-1"}
	sendai := [4]string{"980-0811", "宮城県", "仙台市青葉区", "一番町1-9-1"}
	return []sampleOrder{
		{reseller: 0, company: "株式会社みなと精機", kana: "ミナトセイキ", place: tokyo, person: "中村 遥", product: "V1ES-STD", quantity: 250, months: 12, ordered: 36, credits: true, delivery: "license", daysAgo: 12},
		{reseller: 1, company: "みどり学園学校法人", kana: "ミドリガクエン", place: nagoya, person: "大野 健", product: "APX1", quantity: 480, months: 12, delivery: "it", daysAgo: 7},
		{reseller: 2, company: "髙﨑電機工業株式会社", kana: "タカサキデンキコウギョウ", place: osaka, person: "髙﨑 美咲", product: "V1CREM", quantity: 60, months: 24, delivery: "no-such-user", daysAgo: 2},
		{reseller: 0, company: "有限会社ひかり会計", kana: "ヒカリカイケイ", place: sendai, person: "小林 直樹", product: "APX1", quantity: 15, months: 12, delivery: "office"},
		{reseller: 0, company: "株式会社𠮷野家具製作所", kana: "ヨシノカグセイサクショ", place: fukuoka, person: "𠮷野 誠", product: "CSSP", quantity: 120, months: 36, delivery: "soft"},
		{reseller: 1, company: "医療法人社団あおば会", kana: "アオバカイ", place: sapporo, person: "藤田 さくら", product: "CSSP", quantity: 85, months: 12, delivery: "system", renew: true, daysAgo: 3},
		{reseller: 2, company: "Maple Logistics K.K.", kana: "メイプルロジスティクス", place: osaka, person: "Emma Tanaka", product: "V1ES-PRO", quantity: 40, months: 12, delivery: "licenses", english: true},
		{reseller: 0, company: "株式会社ｱｲｳ商会", kana: "アイウショウカイ", place: tokyo, person: "相川 優", product: "V1ES-STD", quantity: 30, months: 12, delivery: "admin", note: "納品は来月1日以降でお願いします。"},
		{reseller: 0, company: "㈱つばめ運輸", kana: "ツバメウンユ", place: nagoya, person: "石井 剛", product: "APX1-SAAS", quantity: 210, months: 24, delivery: "info", cancel: "エンドユーザー様の都合により"},
		{reseller: 2, company: "東北みらい食品株式会社", kana: "トウホクミライショクヒン", place: sendai, person: "佐々木 葵", product: "V1XDR-NET", quantity: 300, months: 12, delivery: "cut-connection"},
		{reseller: 1, company: "社会福祉法人ひまわり会", kana: "ヒマワリカイ", place: fukuoka, person: "原 由美", product: "DS", quantity: 12, months: 12, delivery: "jimu"},
		{reseller: 0, company: "株式会社オリオン設計 営業部", kana: "オリオンセッケイ", place: tokyo, person: "上田 翔", product: "V1MS", quantity: 75, months: 12, delivery: "sales"},
		{reseller: 1, company: "札幌ゆき酒造株式会社", kana: "サッポロユキシュゾウ", place: sapporo, person: "森 大輔", product: "V1-CREDITS", quantity: 500, months: 12, credits: true, delivery: "it-support"},
		{reseller: 2, company: "株式会社なにわ印刷", kana: "ナニワインサツ", place: osaka, person: "岡本 涼", product: "APX1", quantity: 64, months: 12, ordered: 24, delivery: "license", daysAgo: 5},
		{reseller: 0, company: "合同会社そらいろデザイン", kana: "ソライロデザイン", place: fukuoka, person: "井上 結衣", product: "APX1", quantity: 10, months: 12, delivery: "hello", renew: true},
		// Further contracts of a company that has one: what its contact sees in the portal, and what is not shown there.
		{reseller: 1, company: "医療法人社団あおば会", kana: "アオバカイ", place: sapporo, person: "藤田 さくら", product: "DS", quantity: 85, months: 36, delivery: "system"},
		{reseller: 1, company: "医療法人社団あおば会", kana: "アオバカイ", place: sapporo, person: "藤田 さくら", product: "TP-SMS", quantity: 85, months: 12, delivery: "system"},
	}
}

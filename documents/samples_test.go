package documents

import (
	"fmt"
	"time"

	"github.com/todoke/todoke/models"
)

var brand = models.Text{JA: "サンプルソフトウェア株式会社", EN: "Sample Software Inc."}

// renderer is shared by tests, as a process shares one.
var renderer = New(Options{MaxAtOnce: 2, Brand: brand})

// sampleCertificate has the lines of an everyday order.
func sampleCertificate(lang models.Language) Certificate {
	return Certificate{
		Language:       lang,
		Number:         "SHPC7654321-1",
		OrderNumber:    "ORDC1234567",
		DeliveryNumber: "SHPC7654321",
		LicenseID:      "4820193755",
		Holder: Holder{
			Name: "株式会社みどり台商事", Kana: "カブシキガイシャミドリダイショウジ", Department: "情報システム部",
			PostalCode: "151-0053", Address: "東京都渋谷区代々木二丁目1番1号",
		},
		Lines: []CertificateLine{
			{
				ProductName: models.Text{JA: "Trend Vision One Endpoint Security - Pro", EN: "Trend Vision One Endpoint Security - Pro"},
				ProductCode: "TV1-EPS-PRO", Kind: models.LineNew, Quantity: 1250, Months: 12,
				Start: models.NewDate(2026, time.December, 1), End: models.NewDate(2027, time.November, 30),
			},
			{
				ProductName: models.Text{JA: "ウイルスバスター コーポレートエディション Plus", EN: "VirusBuster Corporate Edition Plus"},
				ProductCode: "VBC-PLUS", Kind: models.LineRenewal, Quantity: 30, Months: 36, ReducedFrom: 50,
				Start: models.NewDate(2027, time.January, 1), End: models.NewDate(2029, time.December, 31),
			},
			{
				ProductName: models.Text{JA: "Cloud App Security", EN: "Cloud App Security"},
				ProductCode: "CAS-STD", Kind: models.LineAddition, Quantity: 11, Months: 7,
				Start: models.NewDate(2026, time.December, 1), End: models.NewDate(2027, time.June, 30),
			},
		},
		IssuedOn:  models.NewDate(2026, time.November, 20),
		Seller:    "あおば情報システム株式会社",
		VerifyURL: "https://license.example.jp/verify/4f7Qk2xZp8mN1c6RtYw3",
		Terms: models.Text{
			JA: "本証書は、使用許諾契約に基づく使用権の内容を証するものです。使用権を第三者に譲渡または貸与することはできません。\n" +
				"契約期間の満了後も使用を続けるには、期間内に更新の手続きが必要です。",
			EN: "This certificate records the rights granted under the license agreement. They may not be transferred or lent to anybody else.\n" +
				"To go on using the products after the period ends, renew before its last day.",
		},
	}
}

// longCertificate has many lines.
func longCertificate(lang models.Language, lines int) Certificate {
	c := sampleCertificate(lang)
	c.Lines = nil
	for i := range lines {
		l := sampleCertificate(lang).Lines[i%3]
		l.ProductCode = fmt.Sprintf("ITEM-%03d", i+1)
		c.Lines = append(c.Lines, l)
	}
	return c
}

// oddCertificate holds what no font has, and very long names.
func oddCertificate(lang models.Language) Certificate {
	c := sampleCertificate(lang)
	c.Holder.Name = "株式会社𠮷野家髙﨑㈱ｱｲｳ 辻\U000E0100本☎\uFE0F😀ホールディングスアンドインターナショナルトレーディングコーポレーション東日本支社"
	c.Holder.Kana = "カ\u3099フ\u3099 ﾖｼﾉﾔ"
	c.Holder.Address = "東京都千代田区霞が関三丁目二番五号霞が関ビルディング三十六階西側区画情報システム企画推進本部気付第二別館地下一階受付横（郵便物は総務課まで）"
	c.Lines[0].ProductName.JA = "ウイルスバスター コーポレートエディション Plus アドバンスト・エンドポイント・プロテクション・スイート（官公庁・教育機関向け特別版）👨‍👩‍👧"
	c.Lines[0].Note = "旧製品からの移行に伴い、数量と期間を引き継いでいます。"
	c.Seller = "あおば情報システム・ソリューションズ・アンド・テクノロジーズ株式会社 東日本営業本部"
	return c
}

func samplePartyOf(company, kana, mail string) models.Party {
	return models.Party{
		CompanyName: company, CompanyKana: kana, Department: "本社 情報システム部",
		PostalCode: "151-0053", Prefecture: "東京都", City: "渋谷区", Street: "代々木二丁目1番1号",
		Phone: "03-0000-0001", Fax: "03-0000-0002", PersonName: "緑川 さくら", PersonKana: "ミドリカワ サクラ", Email: mail,
	}
}

// sampleApplication has four parties that all differ.
func sampleApplication(lang models.Language) Application {
	reseller := samplePartyOf("あおば情報システム株式会社", "アオバジョウホウシステム", "sales@aoba.example")
	reseller.PartnerCode = "AB12CD34"
	dealer := samplePartyOf("しらかば商会株式会社", "シラカバショウカイ", "order@shirakaba.example")
	dealer.Fax, dealer.Department = "", ""
	return Application{
		Language: lang, ReceiptNumber: "7K2M9QX4T1B8ZC5R3W6YH0DN", OrderType: models.OrderTypeNew,
		CreatedAt:      time.Date(2026, time.November, 20, 15, 30, 0, 0, time.UTC),
		EndUser:        samplePartyOf("株式会社みどり台商事", "ミドリダイショウジ", "sakura@midoridai.example"),
		SupportContact: samplePartyOf("みどり台ITサービス株式会社", "ミドリダイアイティーサービス", "support@midoridai.example"),
		Reseller:       reseller, Dealer: dealer,
		StartMonth: models.NewDate(2026, time.December, 1), Months: 12,
		DeliveryEmail: "delivery@midoridai.example", Consent: true,
	}
}

// shortApplication is for a contract held already, with everything the same.
func shortApplication(lang models.Language) Application {
	a := sampleApplication(lang)
	a.OrderType, a.LicenseID, a.StartMonth, a.Credits = models.OrderTypeRenewal, "4820193755", models.Date{}, true
	a.SupportSame, a.SupportContact, a.DealerSame, a.Dealer = true, models.Party{}, true, models.Party{}
	return a
}

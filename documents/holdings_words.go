package documents

import "github.com/todoke/todoke/models"

// holdingWords is what the list of holdings says besides what all documents say.
type holdingWords struct {
	title, sub, statement          string
	asOf, endsOn, contacts, holder string
	support, products, count       string
	activationCode, serialNumber   string
	ended, daysLeft, lastDay       string
	begins, unlisted               string
}

var japaneseHoldings = &holdingWords{
	title: "保有製品一覧", sub: "LICENSE HOLDINGS",
	statement: "%s現在、契約ポータルに登録されている内容です。",
	asOf:      "作成日", endsOn: "サポート終了日", contacts: "契約情報", holder: "契約窓口", support: "サポート窓口", products: "保有製品", count: "全%s件",
	activationCode: "アクティベーションコード", serialNumber: "シリアル番号",
	ended: "終了", daysLeft: "残り%s日", lastDay: "本日まで", begins: "開始前",
	unlisted: "このほかに、契約ポータルに掲載していない製品があります。お問い合わせ窓口でご確認ください。",
}

var englishHoldings = &holdingWords{
	title: "License Holdings", sub: "保有製品一覧",
	statement: "As registered in the contract portal on %s.",
	asOf:      "Made on", endsOn: "End of support", contacts: "Contract", holder: "Contract contact", support: "Support contact", products: "Holdings", count: "%s in all",
	activationCode: "Activation code", serialNumber: "Serial number",
	ended: "Ended", daysLeft: "%s days left", lastDay: "Ends today", begins: "Not begun yet",
	unlisted: "There are further products that the contract portal does not show. Please ask the desk about them.",
}

func holdingWordsIn(lang models.Language) *holdingWords {
	if lang == models.English {
		return englishHoldings
	}
	return japaneseHoldings
}

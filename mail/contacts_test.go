package mail

import "github.com/todoke/todoke/models"

// contactSamples are the mails about changes of a contract's contacts.
func contactSamples() []Data {
	return []Data{
		ContactChange{
			LicenseID: "1234567890", Done: []models.Text{{JA: "契約窓口：電話番号", EN: "Contract contact: Phone"}, {JA: "契約窓口：メールアドレス", EN: "Contract contact: Mail address"}},
			SignInFrom: models.NewDate(2026, 12, 2), Link: "https://example.jp/portal/contracts/1234567890",
		},
		ContactChange{
			LicenseID: "1234567890", Done: []models.Text{{JA: "サポート窓口：電話番号", EN: "Support contact: Phone"}},
			Waiting: []models.Text{{JA: "契約窓口：会社名", EN: "Contract contact: Company"}}, RequestNumber: "NC4830217", Days: 5,
			SignInFrom: models.NewDate(2026, 12, 2), Link: "https://example.jp/portal/contracts/1234567890",
		},
		ContactAddressReplaced{
			LicenseID: "1234567890", Contact: models.Text{JA: "契約窓口", EN: "Contract contact"}, Until: models.NewDate(2026, 12, 1),
		},
		ContactAddressNew{
			LicenseID: "1234567890", Contact: models.Text{JA: "サポート窓口", EN: "Support contact"}, From: models.NewDate(2026, 12, 2),
			Link: "https://example.jp/portal",
		},
	}
}

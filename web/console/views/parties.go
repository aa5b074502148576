package views

import "github.com/todoke/todoke/models"

// partyFacts gives a party's facts: text ID of the label, then the value.
func partyFacts(p models.Party) [][2]string {
	return [][2]string{
		{"console.party.company", p.CompanyName}, {"console.party.kana", p.CompanyKana},
		{"console.party.partner_code", p.PartnerCode}, {"console.party.department", p.Department},
		{"console.party.address", postal(p) + " " + p.Address()},
		{"console.party.phone", p.Phone}, {"console.party.fax", p.Fax},
		{"console.party.person", p.PersonName}, {"console.party.person_kana", p.PersonKana}, {"console.party.email", p.Email},
	}
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

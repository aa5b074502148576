package mail

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func renewalSamples() []Data {
	return []Data{RenewalNotice{
		Contracts: []RenewalContract{
			{
				LicenseID: "10000001", HolderName: oddName, EndsOn: models.NewDate(2027, 2, 28), Days: 90,
				Products: []RenewalProduct{{Name: same("Apex One"), Quantity: 1250}, {Name: same("InterScan WebManager"), Quantity: 30}},
				Link:     "https://example.jp/portal/contracts/10000001/renewal",
			},
			{LicenseID: "10000002", HolderName: "株式会社みなと精機", EndsOn: models.NewDate(2027, 1, 31), Days: 60, Products: []RenewalProduct{{Name: same("Deep Security"), Quantity: 2}}},
		},
		More: 1234, Unsubscribe: "https://example.jp/unsubscribe/7/abcdefghijklmnopqrstuvwx",
	}}
}

// Sellers cannot open the price, so they are told that the holder can.
func TestRenewalNoticeToSellers(t *testing.T) {
	d := renewalSamples()[0].(RenewalNotice)
	d.Contracts, d.More = d.Contracts[1:], 0
	for lang, want := range map[models.Language]string{models.Japanese: "ご契約者様が契約ポータルで", models.English: "contract holder can see"} {
		c, err := newTestRenderer(t).Render(lang, d)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(c.Text, want) || !strings.Contains(c.HTML, want) || strings.Contains(c.Text, "/portal/") || strings.Contains(c.Text, "1,234") {
			t.Errorf("it says\n%s", c.Text)
		}
	}
}

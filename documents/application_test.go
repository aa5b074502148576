package documents

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func application(t *testing.T, a Application) (PDF, string) {
	t.Helper()
	pdf, err := renderer.Application(t.Context(), a)
	if err != nil {
		t.Fatal(err, models.AsError(err).Unwrap())
	}
	return pdf, strings.Join(textOf(t, pdf), "")
}

func partyTexts(p models.Party) []string {
	texts := []string{p.CompanyName, p.CompanyKana, p.PostalCode, p.Prefecture + p.City + p.Street, p.Phone, p.PersonName, p.PersonKana, p.Email}
	return append(texts, p.Department, p.Fax, p.PartnerCode)
}

func TestApplicationShowsEveryFieldThatWasFiled(t *testing.T) {
	for lang, own := range map[models.Language][]string{
		models.Japanese: {"申請内容控え", "新規または新規優待", "2026年11月21日 00:30", "2026年12月", "12か月", "該当しない", "同意を得ています", "サポート窓口"},
		models.English:  {"Application Record", "New or new preferential", "2026-11-21 00:30 JST", "2026-12", "12 months", "No", "have consented", "Support contact"},
	} {
		a := sampleApplication(lang)
		_, text := application(t, a)
		wantAll(t, text, own...)
		wantAll(t, text, a.ReceiptNumber, a.DeliveryEmail)
		for _, p := range []models.Party{a.EndUser, a.SupportContact, a.Reseller, a.Dealer} {
			wantAll(t, text, partyTexts(p)...)
		}
	}
}

func TestApplicationForAContractHeldAlready(t *testing.T) {
	for lang, own := range map[models.Language][]string{
		models.Japanese: {"更新または追加", "販売店と同じ", "登録済みのサポート窓口のまま", "ライセンスID", "該当する"},
		models.English:  {"Renewal or addition", "Same as reseller", "Stays as registered", "License ID", "Yes"},
	} {
		a := shortApplication(lang)
		_, text := application(t, a)
		wantAll(t, text, own...)
		wantAll(t, text, a.ReceiptNumber, a.LicenseID, a.EndUser.CompanyName, a.EndUser.PostalCode)
		if strings.Contains(text, a.EndUser.Email) {
			t.Error("the end user's mail address is not asked for here")
		}
	}
}

func TestApplicationSameAsEndUserAndNoStartMonth(t *testing.T) {
	a := sampleApplication(models.Japanese)
	a.SupportSame, a.SupportContact, a.StartMonth = true, models.Party{}, models.Date{}
	_, text := application(t, a)
	wantAll(t, text, "エンドユーザーと同じ", "指定なし")
}

func TestApplicationMarksSubstitutesAndStaysTheSame(t *testing.T) {
	a := sampleApplication(models.Japanese)
	a.EndUser.PersonName = "𠮷野 さくら"
	first, text := application(t, a)
	wantAll(t, text, "〓野 さくら", "書体にない文字")
	second, _ := application(t, a)
	if first.SHA256 != second.SHA256 || len(first.Substituted) != 1 {
		t.Errorf("%s, %s, %q", first.SHA256, second.SHA256, first.Substituted)
	}
}

package activities_test

import (
	"context"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
)

// fifthKind is a row that a vendor may add, with its two mails.
const fifthKind = `activation_kinds:
  - code: deep_security_offline
    names: {ja: Deep Security（オフライン）, en: Deep Security (offline)}
    environment: offline
    products: [{held: CSSP, gives: DS}]
    asked_prefix: OS
    code_kind: serial_number
    code_prefix: ZZ
    link_mail: issue_url_deep_security
    issued_mail: issued_deep_security
`

const fifthMails = `  kinds:
    issue_url_deep_security:
      sender: sales
      subject: {ja: "{brand} Deep Security 発行URL", en: "{brand} Deep Security link"}
    issued_deep_security:
      sender: sales
      subject: {ja: "{brand} Deep Security 発行完了", en: "{brand} Deep Security issued"}
`

// TestAFifthKindIsARow adds a kind of further codes to the profile alone, and has one
// asked for, confirmed and mailed.
func TestAFifthKindIsARow(t *testing.T) {
	t.Parallel()
	text := strings.Replace(string(profile.DefaultYAML()), "activation_kinds:\n", fifthKind, 1)
	p, err := profile.Parse("own.yaml", []byte(strings.Replace(text, "  kinds:\n", fifthMails, 1)))
	house.Must(t, err)
	h := house.New(t, house.Options{Dialect: store.SQLite, Rules: func(r *models.Rules) { r.Activation, r.ValidAfterDays = p.ActivationRules(), 0 }})
	h.Activities.Mails.Profile = p
	ctx := context.Background()
	r := h.RequestCode(h.ActivationOf(h.Delivered(), "deep_security_offline")).Request
	done, err := h.ConfirmActivation(ctx, house.Confirmation(r, models.MailboxContact), h.Ring)
	house.Must(t, err)
	code, err := h.Ring.OpenIssued(*done.Code)
	house.Must(t, err)
	if !strings.HasPrefix(code, "ZZ-") || !done.Code.Offline || done.Code.ProductCode != "DS" {
		t.Errorf("%s for %+v", code, done.Code)
	}
	var arrived []string
	for _, m := range h.Activation(r.Number).Mails {
		_, err := h.Activities.Mails.SendMail(ctx, protocol.MailRef{MailID: m.ID})
		house.Must(t, err)
	}
	for _, m := range h.Mailbox.Messages() {
		body, err := m.Body()
		house.Must(t, err)
		arrived = append(arrived, m.Subject)
		if !strings.Contains(body.Text, code) || !strings.Contains(body.Text, "シリアル番号を発行いたしました。") || !strings.Contains(body.Text, "Deep Security（オフライン）") {
			t.Errorf("%s reads\n%s", m.Subject, body.Text)
		}
	}
	// The links were used before they went out: nobody is sent a dead one.
	if strings.Join(arrived, ", ") != "Trend Micro Deep Security 発行完了, Trend Micro Deep Security 発行完了" {
		t.Errorf("arrived: %v", arrived)
	}
	h.Sound()
}

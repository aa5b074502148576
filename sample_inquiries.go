package main

import (
	"context"
	"crypto/rand"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/store"
)

// makeSampleInquiry asks something as the public form does, a business day ago, so
// that the queue of inquiries has what it is for.
func (a *app) makeSampleInquiry(ctx context.Context, teller *outbox.Outbox) error {
	then, err := a.daysAgo(ctx, 1)
	if err != nil {
		return err
	}
	defer then.Close() //nolint:errcheck // a second pool on the same database
	token, err := models.NewToken(rand.Reader)
	if err != nil {
		return err
	}
	id, err := then.AskInquiry(ctx, models.Process, store.Asking{
		Form: models.InquiryForm{
			Asker: models.Asker{
				CompanyName: "株式会社みなと精機", Department: "総務部 情報システム課", PersonName: "小林 菜々", Phone: "03-5555-0350",
				Email: "kobayashi@minato-seiki.example", Prefecture: "東京都", City: "港区",
			},
			ContractCompany: "(株)みなと精機", ContractPerson: "中村 遥", Identifier: models.FormatLicenseID(a.profile.Numbers.FirstLicenseID),
			Text: "担当の中村が異動いたしました。\n納品のご連絡先を変更したいのですが、どのような手続きが必要でしょうか。", Language: models.Japanese,
		},
		Token: token, Key: a.ring.CurrentKey(),
	})
	if err == nil {
		teller.Tell(id)
	}
	return err
}

// changeSampleContacts changes contacts of a contract as staff do for a customer,
// so that its history has something to show.
func (a *app) changeSampleContacts(ctx context.Context, teller *outbox.Outbox, license string) error {
	clerk, err := a.store.StaffByEmail(ctx, string(models.RoleClerk)+"@todoke.example")
	if err != nil {
		return err
	}
	actor := models.Actor{Kind: models.ActorStaff, ID: clerk.ID, Name: clerk.Name, Language: models.Japanese}
	d, err := a.store.ContractByLicense(ctx, actor, license)
	if err != nil {
		return err
	}
	contacts := d.Contract.Contacts()
	contacts.Support.PersonName, contacts.Support.PersonKana, contacts.Support.Phone = "髙橋 恵", "タカハシ メグミ", "011-555-0142"
	done, err := a.store.ChangeContacts(ctx, actor, store.ContactsWish{
		LicenseID: license, Version: d.Contract.Version, Contacts: contacts, Reason: "お電話で依頼。折り返して、ご本人の異動を確認しました。",
	})
	for _, id := range done.Outbox {
		teller.Tell(id)
	}
	return err
}

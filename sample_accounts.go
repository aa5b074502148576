package main

import (
	"context"

	"github.com/todoke/todoke/models"
)

// makeSampleAccounts makes accounts of the contract portal for contacts of sample
// orders. They sign in as soon as the orders are delivered.
func (a *app) makeSampleAccounts(ctx context.Context) ([]portalCredential, error) {
	orders := append(sampleOrders(), sampleDue()...)
	var made []portalCredential
	for _, s := range []struct {
		order    int
		language models.Language
		daysAgo  int // business days since the password was set
		note     string
	}{
		{order: 5, language: models.Japanese, note: "医療法人社団あおば会"},
		{order: 4, language: models.Japanese, note: "株式会社𠮷野家具製作所"},
		{order: 6, language: models.English, note: "Maple Logistics K.K."},
		{order: len(sampleOrders()), language: models.Japanese, note: "株式会社はやて物流 (further activation codes)"},
		{order: 14, language: models.Japanese, daysAgo: 140, note: "合同会社そらいろデザイン (password expired)"},
	} {
		account := models.Account{Email: orders[s.order].contact(), Language: s.language}
		password, err := a.makeSampleAccount(ctx, &account, s.daysAgo)
		if err != nil {
			return nil, err
		}
		made = append(made, portalCredential{Email: account.Email, Password: password, Note: s.note})
	}
	return made, nil
}

// makeSampleAccount makes an account that set its password some business days ago, and gives it.
func (a *app) makeSampleAccount(ctx context.Context, account *models.Account, daysAgo int) (password string, err error) {
	then, err := a.daysAgo(ctx, daysAgo)
	if err != nil {
		return "", err
	}
	defer then.Close() //nolint:errcheck // a second pool on the same database
	if password, account.PasswordHash, err = newSamplePassword(); err != nil {
		return "", err
	}
	return password, then.CreateAccount(ctx, operator, account)
}

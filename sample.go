package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/store"
)

// makeSamples files and enters the sample orders, once, through the same code
// that the API and the console use. Old ones are entered with the clock set
// back, so that there is something that has waited for days.
func (a *app) makeSamples(ctx context.Context, teller *outbox.Outbox, mark string) error {
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := a.makeSampleFiles(ctx); err != nil {
		return err
	}
	resellers, err := a.store.Resellers(ctx)
	if err != nil {
		return err
	}
	byCode := map[string]models.Reseller{}
	for _, r := range resellers {
		byCode[r.PartnerCode] = r
	}
	for i, s := range sampleOrders() {
		reseller := byCode[sampleResellers()[s.reseller].PartnerCode]
		if err := a.makeSample(ctx, teller, reseller, s, fmt.Sprintf("PO-2026-%05d", 11870+i)); err != nil {
			return fmt.Errorf("sample order for %s: %w", s.company, err)
		}
	}
	if err := a.makeSampleInquiry(ctx, teller); err != nil {
		return err
	}
	if err := a.makeSampleNameChanges(ctx, teller); err != nil {
		return err
	}
	if err := a.makeSamplesDue(ctx, teller, byCode); err != nil {
		return err
	}
	if err := a.makeSampleNews(ctx, teller); err != nil {
		return fmt.Errorf("sample news: %w", err)
	}
	return os.WriteFile(mark, []byte("the sample data is made once\n"), 0o600)
}

func (a *app) makeSample(ctx context.Context, teller *outbox.Outbox, r models.Reseller, s sampleOrder, po string) error {
	then, err := a.daysAgo(ctx, s.daysAgo)
	if err != nil {
		return err
	}
	defer then.Close() //nolint:errcheck // a second pool on the same database
	actor, err := a.keyActor(ctx, r)
	if err != nil {
		return err
	}
	application := sampleApplication(then, r, s)
	application.ApplicantEmail = "api-owner+" + r.PartnerCode + "@todoke.example"
	receipt, err := then.FileApplication(ctx, actor, &application)
	if err != nil {
		return err
	}
	teller.Tell(receipt)
	entered, err := then.EnterOrder(ctx, actor, store.Entry{Order: sampleSheet(then, s, po), ReceiptNumber: application.ReceiptNumber})
	if err != nil {
		return err
	}
	if s.daysAgo > 0 { // let it be checked on the day it came in
		if _, err := then.Advance(ctx, entered.Order.ID); err != nil {
			return err
		}
	}
	if s.cancel != "" {
		if _, err := then.CancelOrder(ctx, actor, store.Decide{OrderNumber: entered.Order.OrderNumber}, s.cancel); err != nil {
			return err
		}
	}
	teller.Tell(entered.OutboxID)
	if s.renew {
		return a.renewSample(ctx, teller, actor, r, s, entered.Order)
	}
	return nil
}

// daysAgo opens the store with the clock set back by business days.
func (a *app) daysAgo(ctx context.Context, days int) (*store.Store, error) {
	back := time.Duration(0)
	for date, left := a.store.Today(), days; left > 0; {
		date = date.AddDays(-1)
		back += 24 * time.Hour
		if a.profile.Calendar().IsBusinessDay(date) {
			left--
		}
	}
	return store.Open(ctx, store.Options{
		URL: a.config.DatabaseURL, Rules: a.profile.Rules(), Installation: a.config.PublicURL,
		Clock: func() time.Time { return time.Now().Add(-back) },
	})
}

func (a *app) keyActor(ctx context.Context, r models.Reseller) (models.Actor, error) {
	apiKeys, err := a.store.APIKeys(ctx, r.ID)
	if err != nil || len(apiKeys) == 0 {
		return models.Actor{}, fmt.Errorf("reseller %s has no API key: %w", r.PartnerCode, err)
	}
	return models.Actor{Kind: models.ActorAPIKey, ID: apiKeys[0].ID, Name: r.Name, ResellerID: r.ID, Language: r.Language}, nil
}

// renewSample waits for the first order to be registered and renews it with fewer.
func (a *app) renewSample(ctx context.Context, teller *outbox.Outbox, actor models.Actor, r models.Reseller, s sampleOrder, first models.Order) error {
	license, err := a.licenseOf(ctx, actor, first.OrderNumber)
	if err != nil {
		return err
	}
	if err := a.changeSampleContacts(ctx, teller, license); err != nil {
		return err
	}
	application := sampleApplication(a.store, r, s)
	application.ApplicantEmail = "api-owner+" + r.PartnerCode + "@todoke.example"
	application.OrderType, application.LicenseID = models.OrderTypeRenewal, license
	receipt, err := a.store.FileApplication(ctx, actor, &application)
	if err != nil {
		return err
	}
	teller.Tell(receipt)
	sheet := sampleSheet(a.store, s, first.PONumber+"-R")
	sheet.OrderType = models.OrderTypeRenewal
	sheet.Lines[0].Kind, sheet.Lines[0].Quantity = models.LineRenewal, max(s.quantity/2, 10)
	entered, err := a.store.EnterOrder(ctx, actor, store.Entry{Order: sheet, ReceiptNumber: application.ReceiptNumber})
	if err == nil {
		teller.Tell(entered.OutboxID)
	}
	return err
}

// licenseOf waits until an order is registered and gives its license ID.
func (a *app) licenseOf(ctx context.Context, actor models.Actor, number string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		detail, err := a.store.OrderDetail(ctx, actor, number)
		if err != nil {
			return "", err
		}
		if len(detail.Licenses) > 0 {
			return detail.Licenses[0], nil
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("%s was not registered in time: %w", number, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func sampleApplication(s *store.Store, r models.Reseller, o sampleOrder) models.Application {
	domain := o.domain()
	end := models.Party{
		CompanyName: o.company, CompanyKana: o.kana, PostalCode: o.place[0], Prefecture: o.place[1], City: o.place[2], Street: o.place[3],
		Phone: "03-5555-0" + fmt.Sprint(100+o.quantity%900), PersonName: o.person, PersonKana: "タントウシャ",
		Department: "情報システム部", Email: o.contact(),
	}
	seller := models.Party{
		PartnerCode: r.PartnerCode, CompanyName: r.Name, CompanyKana: "ハンバイテン", PostalCode: "101-0021", Prefecture: "東京都",
		City: "千代田区", Street: "外神田1-1-1", Phone: "03-5555-0001", PersonName: "営業担当", PersonKana: "エイギョウタントウ", Email: r.Email,
	}
	a := models.Application{
		OrderType: models.OrderTypeNew, ApplicantLanguage: models.Japanese, EndUser: end, SupportSame: true,
		Reseller: seller, DealerSame: true, Credits: o.credits, Months: o.months,
		StartMonth: s.Today().AddMonths(1).FirstOfMonth(), DeliveryEmail: o.delivery + "@" + domain,
	}
	if o.english {
		a.ApplicantLanguage = models.English
	}
	return a
}

func sampleSheet(s *store.Store, o sampleOrder, po string) models.Order {
	price, ok := s.Rules().RenewalPrice.Prices.UnitPrice(o.product, o.quantity, s.Today())
	if !ok {
		price = 4800
	}
	months := o.ordered
	if months == 0 {
		months = o.months
	}
	return models.Order{
		PONumber: po, OrderDate: s.Today(), OrderType: models.OrderTypeNew, Communication: strings.TrimSpace(o.note),
		Lines: []models.OrderLine{{ProductCode: o.product, Quantity: o.quantity, Months: months, UnitPrice: price}},
	}
}

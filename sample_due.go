package main

import (
	"context"
	"fmt"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/worker"
)

// sampleDue are contracts of last year that are due for renewal by now: ordered so
// many business days ago, they end within one, two and three months.
func sampleDue() []sampleOrder {
	osaka := [4]string{"530-0001", "大阪府", "大阪市北区", "梅田2-5-10"}
	return []sampleOrder{
		{reseller: 0, company: "株式会社はやて物流", kana: "ハヤテブツリュウ", place: osaka, person: "三浦 翼", product: "CSSP", quantity: 320, months: 12, delivery: "it", daysAgo: 198},
		{reseller: 1, company: "学校法人わかば学園", kana: "ワカバガクエン", place: osaka, person: "久保 真央", product: "IWM", quantity: 45, months: 12, delivery: "jimu", daysAgo: 222},
		{reseller: 2, company: "Harbor Trading K.K.", kana: "ハーバートレーディング", place: osaka, person: "Ken Mori", product: "APX1-SAAS", quantity: 60, months: 12, delivery: "licenses", daysAgo: 238, english: true},
	}
}

// makeSamplesDue enters those orders, waits until their contracts are in force, and
// has the day's renewal notices sent, so that there are some in the mailbox.
func (a *app) makeSamplesDue(ctx context.Context, teller *outbox.Outbox, resellers map[string]models.Reseller) error {
	for i, s := range sampleDue() {
		reseller := resellers[sampleResellers()[s.reseller].PartnerCode]
		po := fmt.Sprintf("PO-2025-%05d", 8120+i)
		if err := a.makeSample(ctx, teller, reseller, s, po); err != nil {
			return fmt.Errorf("sample order for %s: %w", s.company, err)
		}
		if err := a.inForce(ctx, s.company); err != nil {
			return err
		}
	}
	if err := a.makeSampleActivations(ctx, teller, sampleDue()[0]); err != nil {
		return fmt.Errorf("sample activation codes: %w", err)
	}
	return worker.RunRenewalNotices(ctx, a.temporal)
}

// inForce waits until the contract of a company is valid. What takes too long has its notice on another day.
func (a *app) inForce(ctx context.Context, company string) error {
	for range 150 {
		list, _, err := a.store.Contracts(ctx, store.ContractFilter{Query: company}, store.Page{Limit: 1})
		if err != nil || len(list) > 0 && list[0].StatusAt(a.store.Now()) == models.ContractValid {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/store"
)

// makeSampleNews writes two issues of Support Information that went out before anybody
// subscribed, has the sample contacts subscribe, sends a third to them, and leaves a draft.
func (a *app) makeSampleNews(ctx context.Context, teller *outbox.Outbox) error {
	all := sampleNews()
	for i, daysAgo := range []int{40, 12} {
		if err := a.sendSampleNews(ctx, teller, all[i], daysAgo); err != nil {
			return err
		}
	}
	for _, order := range []int{4, 5, 6} {
		contact := sampleOrders()[order].contact()
		if err := a.store.SubscribeNews(ctx, sampleContact(ctx, a.store, contact), contact, true, a.ring.CurrentKey()); err != nil {
			return err
		}
	}
	third, err := a.store.WriteNews(ctx, operator, all[2])
	if err != nil {
		return err
	}
	done, err := a.store.ScheduleNews(ctx, operator, store.DecideNews{Number: third.Number, Version: third.Version}, time.Time{})
	if err != nil {
		return err
	}
	teller.Tell(done.OutboxID)
	_, err = a.store.WriteNews(ctx, operator, all[3])
	return err
}

// sendSampleNews has an issue go out some business days ago.
func (a *app) sendSampleNews(ctx context.Context, teller *outbox.Outbox, text models.NewsText, daysAgo int) error {
	then, err := a.daysAgo(ctx, daysAgo)
	if err != nil {
		return err
	}
	defer then.Close() //nolint:errcheck // a second pool on the same database
	issue, err := then.WriteNews(ctx, operator, text)
	if err != nil {
		return err
	}
	done, err := then.ScheduleNews(ctx, operator, store.DecideNews{Number: issue.Number, Version: issue.Version}, time.Time{})
	if err != nil {
		return err
	}
	for range 10 {
		p, err := then.AdvanceNews(ctx, issue.ID, time.Minute)
		if err != nil {
			return err
		}
		if p.Next == models.NextDone {
			teller.Tell(done.OutboxID) // its process finds it done
			return nil
		}
	}
	return errors.New("an issue to nobody has no end")
}

func sampleNews() []models.NewsText {
	return []models.NewsText{
		{
			Title: models.Text{JA: "サポートサービス時間変更のお知らせ", EN: "Change of our support hours"},
			Body: models.Text{
				JA: "平素より製品をご利用いただき、誠にありがとうございます。\n\n来月より、電話でのお問い合わせの受付時間を次のとおり変更いたします。\n\n- 変更前：9:00～18:00\n- 変更後：9:00～12:00、13:00～18:00\n\nご不便をおかけいたしますが、何とぞご理解くださいますようお願い申し上げます。",
				EN: "Thank you for using our products.\n\nFrom next month on we answer the telephone at these hours (Japan time):\n\n- until now: 9:00 to 18:00\n- from then on: 9:00 to 12:00 and 13:00 to 18:00\n\nWe ask for your understanding.",
			},
		},
		{
			Title: models.Text{JA: "Apex One 最新版の公開について", EN: "A new version of Apex One"},
			Body: models.Text{
				JA: "## 公開日\n\n本日より、ダウンロードページで公開しています。\n\n## 主な変更点\n\n1. 検出エンジンの更新\n2. 管理画面の応答時間の改善\n3. 既知の不具合の修正\n\n> 適用の前に、必ず設定のバックアップをお取りください。\n\n詳しくは[サポートサイト](https://support.example.jp/apex-one)をご覧ください。",
				EN: "## Available\n\nToday, on the download page.\n\n## What changed\n\n1. A newer detection engine\n2. Faster pages in the console\n3. Known faults mended\n\n> Back up your settings before you install it.\n\nSee the [support site](https://support.example.jp/apex-one) for more.",
			},
		},
		{
			Title: models.Text{JA: "【重要】管理サーバの脆弱性への対応のお願い", EN: "Important: a vulnerability of the management server"},
			Body: models.Text{
				JA: "製品の管理サーバに、脆弱性が見つかりました。**お早めに修正プログラムを適用してください。**\n\n## 対象\n\n- Apex One（オンプレミス）\n- Deep Security\n\n## 対応方法\n\n修正プログラムを入手し、管理サーバで次のとおり実行してください。\n\n```\nsetup.exe /patch\n```\n\n---\n\nご不明な点は、お問い合わせ窓口までご連絡ください。",
				EN: "A vulnerability was found in the management server. **Please install the fix soon.**\n\n## Products\n\n- Apex One (on premises)\n- Deep Security\n\n## What to do\n\nGet the fix and run this on the management server:\n\n```\nsetup.exe /patch\n```\n\n---\n\nOur inquiry desk answers your questions.",
			},
		},
		{
			Title: models.Text{JA: "年末年始の休業について"},
			Body:  models.Text{JA: "年末年始は、次の期間を休業とさせていただきます。\n\n- 12月29日～1月3日"},
		},
	}
}

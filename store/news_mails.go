package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// processEnded stands in place of a server's reply for a mail that a process was
// sending when it died.
const processEnded = "the sending process ended"

// NewsMail is a mail of an issue to one subscriber, claimed for sending.
type NewsMail struct {
	models.Mail
	Subscription models.MailSubscription
}

// NewsToSend reads an issue that its process wants to send. One that is not being sent,
// because somebody paused it, gives false.
func (s *Store) NewsToSend(ctx context.Context, id int64) (models.NewsIssue, bool, error) {
	i, err := take[models.NewsIssue](s.reader(ctx).Where("id = ?", id), "news")
	return i, i.Status == models.NewsSending, err
}

// ClaimNews takes some of an issue's mails that are due for sending, after the one given.
// While the issue is paused or cancelled there are none; a subscription that
// ended meanwhile, and an address marked meanwhile, end their mail here, unsent. Last
// is the last one that was looked at, 0 for none.
func (s *Store) ClaimNews(ctx context.Context, issueID, after int64, limit int) (claimed []NewsMail, last int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		claimed, last = nil, 0
		var status models.NewsStatus
		if err := tx.Model(&models.NewsIssue{}).Select("status").Where("id = ?", issueID).Scan(&status).Error; err != nil || status != models.NewsSending {
			return err
		}
		// Mails first and their subscriptions then, both along an index: right after so many
		// were queued the database knows too little of them to join well.
		var mails []models.Mail
		err := s.dueNews(tx, issueID).Where("id > ?", after).Order("id").Limit(limit).Find(&mails).Error
		if err != nil || len(mails) == 0 {
			return err
		}
		next, err := withSubscriptions(tx, mails)
		if err != nil {
			return err
		}
		last = next[len(next)-1].ID
		claimed, err = s.claimNews(tx, next)
		return err
	})
	return claimed, last, err
}

// withSubscriptions puts each mail's subscription to it.
func withSubscriptions(tx *gorm.DB, mails []models.Mail) ([]NewsMail, error) {
	ids := make([]int64, len(mails))
	for i, m := range mails {
		ids[i] = *m.SubscriptionID
	}
	var subscriptions []models.MailSubscription
	if err := tx.Where("id IN ?", ids).Find(&subscriptions).Error; err != nil {
		return nil, err
	}
	byID := map[int64]models.MailSubscription{}
	for _, s := range subscriptions {
		byID[s.ID] = s
	}
	list := make([]NewsMail, len(mails))
	for i, m := range mails {
		list[i] = NewsMail{Mail: m, Subscription: byID[ids[i]]}
	}
	return list, nil
}

// claimNews claims by conditional update; what somebody else claimed is not given.
func (s *Store) claimNews(tx *gorm.DB, next []NewsMail) ([]NewsMail, error) {
	marked, err := markedOf(tx, next)
	if err != nil {
		return nil, err
	}
	var wanted []NewsMail
	ends := map[string][]int64{}
	for _, m := range next {
		switch {
		case !m.Subscription.Subscribed:
			ends[models.MailWithdrawn] = append(ends[models.MailWithdrawn], m.ID)
		case marked[models.AddressKey(m.Recipient)]:
			ends[addressMarked] = append(ends[addressMarked], m.ID)
		default:
			wanted = append(wanted, m)
		}
	}
	now := s.Now()
	for reply, ids := range ends {
		err := tx.Model(&models.Mail{}).Where("id IN ? AND status = ?", ids, models.MailQueued).
			Updates(map[string]any{"status": models.MailFailed, "finished_at": now, "reply": reply}).Error
		if err != nil {
			return nil, err
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	// Its time to be given up counts from the first try: an issue may have been paused for days.
	won := tx.Model(&models.Mail{}).Where("id IN ? AND status = ?", idsOf(wanted), models.MailQueued).Updates(map[string]any{
		"status": models.MailSending, "claimed_at": now, "attempts": gorm.Expr("attempts + 1"),
		"give_up_at": gorm.Expr("CASE WHEN attempts = 0 THEN ? ELSE give_up_at END", now.Add(s.rules.MailGiveUp)),
	})
	if won.Error != nil {
		return nil, won.Error
	}
	if won.RowsAffected != int64(len(wanted)) {
		return nil, errChanged // somebody else claims too: look again
	}
	return wanted, nil
}

func idsOf(mails []NewsMail) []int64 {
	ids := make([]int64, len(mails))
	for i, m := range mails {
		ids[i] = m.ID
	}
	return ids
}

func markedOf(tx *gorm.DB, mails []NewsMail) (map[string]bool, error) {
	keys := make([]string, len(mails))
	for i, m := range mails {
		keys[i] = models.AddressKey(m.Recipient)
	}
	var dead []string
	err := tx.Model(&models.AddressMark{}).Where("address_key IN ? AND cleared_at IS NULL", keys).Pluck("address_key", &dead).Error
	marked := map[string]bool{}
	for _, key := range dead {
		marked[key] = true
	}
	return marked, err
}

// NewsSent is a mail that a server has taken, with its reply.
type NewsSent struct {
	MailID int64
	Reply  string
}

// FinishNewsSent notes mails that were sent, in one statement. One that counts as
// unknown already stays so.
func (s *Store) FinishNewsSent(ctx context.Context, sent []NewsSent) error {
	if len(sent) == 0 {
		return nil
	}
	ids, args := make([]int64, len(sent)), make([]any, 0, 2*len(sent))
	for i, m := range sent {
		ids[i] = m.MailID
		args = append(args, m.MailID, m.Reply)
	}
	replies := gorm.Expr("CASE id"+strings.Repeat(" WHEN ? THEN ?", len(sent))+" ELSE reply END", args...)
	return translate(s.write.WithContext(ctx).Model(&models.Mail{}).Where("id IN ? AND status = ?", ids, models.MailSending).
		Updates(map[string]any{"status": models.MailSent, "finished_at": s.Now(), "reply": replies}).Error)
}

// GiveBackNews gives up claims on mails of which nothing left: they are as before.
func (s *Store) GiveBackNews(ctx context.Context, mails []NewsMail) error {
	if len(mails) == 0 {
		return nil
	}
	return translate(s.write.WithContext(ctx).Model(&models.Mail{}).Where("id IN ? AND status = ?", idsOf(mails), models.MailSending).
		Updates(map[string]any{"status": models.MailQueued, "claimed_at": nil, "attempts": gorm.Expr("attempts - 1")}).Error)
}

// newsStale says whether an issue's mail must not go any more.
func newsStale(tx *gorm.DB, m models.Mail) (bool, error) {
	subscription, err := needed[models.MailSubscription](tx, *m.SubscriptionID)
	if err != nil || !subscription.Subscribed {
		return true, err
	}
	issue, err := needed[models.NewsIssue](tx, *m.NewsIssueID)
	return err == nil && issue.Status == models.NewsCancelled, err
}

// newsFacts reads what a mail of an issue says.
func newsFacts(tx *gorm.DB, f *MailFacts) (err error) {
	if f.News, err = needed[models.NewsIssue](tx, *f.Mail.NewsIssueID); err != nil {
		return err
	}
	if f.Mail.SubscriptionID != nil {
		f.Subscription, err = needed[models.MailSubscription](tx, *f.Mail.SubscriptionID)
	}
	return err
}

package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// QueueRenewalDigests queues the mails of a bounded number of the digests that are
// due. One that has nothing to say any more is closed without a mail.
func (s *Store) QueueRenewalDigests(ctx context.Context, from RenewalStep, limit int) (next RenewalStep, err error) {
	day := models.DateOf(from.At)
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		next = RenewalStep{At: from.At, After: from.After}
		var digests []models.RenewalDigest
		err := s.locked(tx).Where("queued_at IS NULL AND sent_on <= ? AND id > ?", day, from.After).Order("id").Limit(limit).Find(&digests).Error
		if err != nil {
			return err
		}
		for _, d := range digests {
			queued, err := s.queueDigest(tx, d, day)
			if err != nil {
				return err
			}
			next.After = d.ID
			next.Count += queued
		}
		next.Done = len(digests) < limit
		return nil
	})
	return next, err
}

func (s *Store) queueDigest(tx *gorm.DB, d models.RenewalDigest, day models.Date) (queued int, err error) {
	closed := tx.Model(&models.RenewalDigest{}).Where("id = ? AND queued_at IS NULL", d.ID).Updates(map[string]any{"queued_at": s.Now(), "sent_on": day})
	if closed.Error != nil || closed.RowsAffected == 0 {
		return 0, closed.Error
	}
	due, err := s.renewalsDue(tx, d.ID)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	_, err = s.queueMail(tx, models.Mail{
		Kind: models.MailRenewalNotice, RenewalDigestID: &d.ID, Version: 1, Recipient: d.Recipient, Language: d.Language,
	})
	return 1, err
}

// RenewalDue is a contract with an end of support that a digest tells of.
type RenewalDue struct {
	Notice   models.RenewalNotice
	Contract models.Contract
	Holdings []models.Holding // that end then
}

// renewalsDue gives what a digest has to tell, nearest end first: what was renewed
// meanwhile, void or hidden is left out.
func (s *Store) renewalsDue(tx *gorm.DB, digestID int64) ([]RenewalDue, error) {
	var notices []models.RenewalNotice
	if err := tx.Where("digest_id = ?", digestID).Order("ends_on, contract_id").Find(&notices).Error; err != nil {
		return nil, err
	}
	ofDigest := tx.Model(&models.RenewalNotice{}).Select("contract_id").Where("digest_id = ?", digestID)
	var contracts []models.Contract
	if err := tx.Where("id IN (?) AND void = ? AND hidden = ?", ofDigest, false, false).Find(&contracts).Error; err != nil {
		return nil, err
	}
	var holdings []models.Holding
	if err := tx.Where("contract_id IN (?) AND product_code IN ?", ofDigest, s.rules.Catalogue.RenewableCodes()).Order("id").Find(&holdings).Error; err != nil {
		return nil, err
	}
	byID := map[int64]models.Contract{}
	for _, c := range contracts {
		byID[c.ID] = c
	}
	held := map[int64][]models.Holding{}
	for _, h := range holdings {
		held[h.ContractID] = append(held[h.ContractID], h)
	}
	var due []RenewalDue
	for _, n := range notices {
		d := RenewalDue{Notice: n, Contract: byID[n.ContractID]}
		for _, h := range held[n.ContractID] {
			if h.EndsOn == n.EndsOn {
				d.Holdings = append(d.Holdings, h)
			}
		}
		if d.Contract.ID != 0 && len(d.Holdings) > 0 {
			due = append(due, d)
		}
	}
	return due, nil
}

// UnsentRenewalMails lists a bounded number of the notices that are to be sent and
// were handed to no process of their own.
func (s *Store) UnsentRenewalMails(ctx context.Context, after int64, limit int) ([]int64, error) {
	var ids []int64
	err := s.reader(ctx).Model(&models.Mail{}).
		Where("kind = ? AND status IN ? AND id > ? AND NOT ("+ownProcess+")", models.MailRenewalNotice, unsent, after).
		Order("id").Limit(limit).Pluck("id", &ids).Error
	return ids, translate(err)
}

// HandOverMails gives mails a process of their own each, once: those whose servers
// have them wait would keep all others from being sent.
func (s *Store) HandOverMails(ctx context.Context, ids []int64) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		// The rows are held first and asked about then: a question asked while waiting
		// for them would not see what another one has handed over meanwhile.
		var mails []models.Mail
		if err := s.locked(tx).Select("id").Where("id IN ?", ids).Order("id").Find(&mails).Error; err != nil {
			return err
		}
		var waiting []int64
		err := tx.Model(&models.Mail{}).Where("id IN ? AND status IN ? AND NOT ("+ownProcess+")", ids, unsent).Order("id").Pluck("id", &waiting).Error
		if err != nil {
			return err
		}
		for _, id := range waiting {
			if _, err := s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(id), id, 0}); err != nil {
				return err
			}
		}
		return nil
	})
}

// renewalStale says whether a notice has nothing to say any more, or is not wished.
func (s *Store) renewalStale(tx *gorm.DB, m models.Mail) (bool, error) {
	digest, err := needed[models.RenewalDigest](tx, *m.RenewalDigestID)
	if err != nil {
		return false, err
	}
	subscription, err := needed[models.MailSubscription](tx, digest.SubscriptionID)
	if err != nil || !subscription.Subscribed {
		return true, err
	}
	due, err := s.renewalsDue(tx, digest.ID)
	return len(due) == 0, err
}

// mailRenewals reads what a renewal notice says.
func (s *Store) mailRenewals(tx *gorm.DB, f *MailFacts) (err error) {
	digest, err := needed[models.RenewalDigest](tx, *f.Mail.RenewalDigestID)
	if err != nil {
		return err
	}
	if f.Subscription, err = needed[models.MailSubscription](tx, digest.SubscriptionID); err != nil {
		return err
	}
	f.Renewals, err = s.renewalsDue(tx, digest.ID)
	return err
}

// SentNotice is a notice in the list of a contract's, with its mail if there is one.
type SentNotice struct {
	models.RenewalNotice
	Mail *models.Mail
}

// RenewalNotices lists the notices about a contract, newest first.
func (s *Store) RenewalNotices(ctx context.Context, contractID int64) ([]SentNotice, error) {
	var list []SentNotice
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		list = nil
		var notices []models.RenewalNotice
		if err := tx.Where("contract_id = ?", contractID).Order("id DESC").Find(&notices).Error; err != nil {
			return err
		}
		var digests []int64
		for _, n := range notices {
			digests = append(digests, given(n.DigestID)...)
		}
		var mails []models.Mail
		if err := tx.Where("renewal_digest_id IN ?", digests).Find(&mails).Error; err != nil {
			return err
		}
		byDigest := map[int64]*models.Mail{}
		for i := range mails {
			byDigest[*mails[i].RenewalDigestID] = &mails[i]
		}
		for _, n := range notices {
			sent := SentNotice{RenewalNotice: n}
			if n.DigestID != nil {
				sent.Mail = byDigest[*n.DigestID]
			}
			list = append(list, sent)
		}
		return nil
	})
	return list, err
}

package store

import (
	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// prepareNews queues the mails of the next subscribers. How far it came stands in the
// issue's row, written in the same transaction, and each subscriber's mail has a key:
// nobody is queued twice.
func (s *Store) prepareNews(tx *gorm.DB, i *models.NewsIssue) error {
	var next []models.MailSubscription
	err := s.newsAudience(tx, i.ProductCodes()).Where("mail_subscriptions.id > ?", i.PreparedTo).
		Order("mail_subscriptions.id").Limit(newsPrepared).Find(&next).Error
	if err != nil {
		return err
	}
	changes := map[string]any{}
	if len(next) > 0 {
		mails, err := s.newsMailsTo(tx, *i, next)
		if err != nil {
			return err
		}
		made := int64(0)
		if len(mails) > 0 {
			created := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&mails)
			if made = created.RowsAffected; created.Error != nil {
				return created.Error
			}
		}
		i.PreparedTo = next[len(next)-1].ID
		i.Recipients += int(made)
		i.LeftOut += len(next) - len(mails)
		changes["prepared_to"], changes["recipients"], changes["left_out"] = i.PreparedTo, i.Recipients, i.LeftOut
	}
	if len(next) < newsPrepared {
		now := s.Now()
		i.PreparedAt, changes["prepared_at"] = &now, now
	}
	return tx.Model(&models.NewsIssue{}).Where("id = ?", i.ID).Updates(changes).Error
}

// newsAudience are the subscriptions that an issue goes to. Holders of a product are
// those whose contract has it today.
func (s *Store) newsAudience(tx *gorm.DB, products []string) *gorm.DB {
	q := tx.Model(&models.MailSubscription{}).Where("mail_subscriptions.topic = ? AND mail_subscriptions.subscribed", models.TopicNews)
	if len(products) == 0 {
		return q
	}
	now := s.Now()
	holders := tx.Model(&models.ContractAddress{}).Select("1").
		Joins("JOIN holdings ON holdings.contract_id = contract_addresses.contract_id").
		Joins("JOIN contracts ON contracts.id = contract_addresses.contract_id").
		Where("contract_addresses.email = mail_subscriptions.address AND contract_addresses.good_from <= ? AND (contract_addresses.good_until IS NULL OR contract_addresses.good_until > ?)", now, now).
		Where("holdings.product_code IN ? AND holdings.ends_on >= ? AND contracts.void = ? AND contracts.valid_at <= ?", products, s.Today(), false, now)
	return q.Where("EXISTS (?)", holders)
}

// newsMailsTo gives the mails to some subscribers, each in their language; who has an
// address that is marked as dead is left out.
func (s *Store) newsMailsTo(tx *gorm.DB, i models.NewsIssue, to []models.MailSubscription) ([]models.Mail, error) {
	addresses, keys := make([]string, len(to)), make([]string, len(to))
	for n, sub := range to {
		addresses[n], keys[n] = sub.Address, models.AddressKey(sub.Address)
	}
	var dead []string
	if err := tx.Model(&models.AddressMark{}).Where("address_key IN ? AND cleared_at IS NULL", keys).Pluck("address_key", &dead).Error; err != nil {
		return nil, err
	}
	var accounts []models.Account
	if err := tx.Select("email", "language").Where("email IN ?", addresses).Find(&accounts).Error; err != nil {
		return nil, err
	}
	marked, languages := map[string]bool{}, map[string]models.Language{}
	for _, key := range dead {
		marked[key] = true
	}
	for _, a := range accounts {
		languages[a.Email] = a.Language
	}
	now := s.Now()
	mails := make([]models.Mail, 0, len(to))
	for n, sub := range to {
		if marked[keys[n]] {
			continue
		}
		m := models.Mail{
			Kind: models.MailNews, NewsIssueID: &i.ID, SubscriptionID: &to[n].ID, Version: 1, Recipient: sub.Address, Language: languages[sub.Address],
			Status: models.MailQueued, QueuedAt: now, GiveUpAt: now.Add(s.rules.MailGiveUp),
		}
		if m.Language == "" {
			m.Language = models.Japanese
		}
		m.Key = mailKey(m)
		m.MessageID = s.messageID(m.Key)
		mails = append(mails, m)
	}
	return mails, nil
}

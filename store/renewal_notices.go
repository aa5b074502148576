package store

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// RenewalStep is a bounded part of a day's notices, and where the next part begins.
type RenewalStep struct {
	At     time.Time // the moment whose day it is about
	Notice int       // which of the profile's days before the end
	After  int64     // the last row seen
	Count  int       // rows written
	Done   bool
}

// GatherRenewals puts a bounded number of the contracts that are due into the
// digests of those who are to be told. Gathering a contract again writes nothing.
func (s *Store) GatherRenewals(ctx context.Context, from RenewalStep, key, limit int) (next RenewalStep, err error) {
	if from.At.IsZero() {
		from.At = s.Now()
	}
	if from.Notice >= len(s.rules.RenewalNoticeDays) {
		return RenewalStep{At: from.At, Done: true}, nil
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		g := gathering{store: s, tx: tx, step: from, key: key, day: models.DateOf(from.At)}
		ids, err := g.due(limit)
		if err == nil {
			err = g.contracts(ids)
		}
		if err != nil {
			return err
		}
		next = RenewalStep{At: from.At, Notice: from.Notice, Count: g.count}
		if len(ids) == limit {
			next.After = ids[len(ids)-1]
			return nil
		}
		next.Notice++
		next.Done = next.Notice == len(s.rules.RenewalNoticeDays)
		return nil
	})
	return next, err
}

// gathering is one part in its transaction.
type gathering struct {
	store   *Store
	tx      *gorm.DB
	step    RenewalStep
	key     int
	day     models.Date
	count   int
	digests map[string]*int64 // by recipient; nil where nothing is wished
}

func (g *gathering) days() int { return g.store.rules.RenewalNoticeDays[g.step.Notice] }

// dueHoldings narrows holdings to those that can be renewed and end in the notice's window.
func (g *gathering) dueHoldings() *gorm.DB {
	from, to := models.RenewalWindow(g.store.rules.RenewalNoticeDays, g.step.Notice, g.day)
	return g.tx.Model(&models.Holding{}).
		Where("holdings.ends_on >= ? AND holdings.ends_on <= ? AND holdings.product_code IN ?", from, to, g.store.rules.Catalogue.RenewableCodes())
}

// due gives the next contracts that nobody was told of yet.
func (g *gathering) due(limit int) (ids []int64, err error) {
	err = g.dueHoldings().Distinct("holdings.contract_id").
		Joins("JOIN contracts ON contracts.id = holdings.contract_id").
		Where("holdings.contract_id > ? AND contracts.void = ? AND contracts.hidden = ? AND contracts.valid_at <= ?", g.step.After, false, false, g.step.At).
		Where("NOT EXISTS (SELECT 1 FROM renewal_notices n WHERE n.contract_id = holdings.contract_id AND n.ends_on = holdings.ends_on AND n.days = ?)", g.days()).
		Order("holdings.contract_id").Limit(limit).Pluck("holdings.contract_id", &ids).Error
	return ids, err
}

func (g *gathering) contracts(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	var contracts []models.Contract
	if err := g.tx.Where("id IN ?", ids).Order("id").Find(&contracts).Error; err != nil {
		return err
	}
	var resellers []models.Reseller
	if err := g.tx.Where("id IN (?)", g.tx.Model(&models.Contract{}).Select("reseller_id").Where("id IN ?", ids)).Find(&resellers).Error; err != nil {
		return err
	}
	byID := map[int64]models.Reseller{}
	for _, r := range resellers {
		byID[r.ID] = r
	}
	var ends []models.Holding
	if err := g.dueHoldings().Distinct("contract_id", "ends_on").Where("contract_id IN ?", ids).Order("contract_id, ends_on").Find(&ends).Error; err != nil {
		return err
	}
	g.digests = map[string]*int64{}
	for _, c := range contracts {
		for _, h := range ends {
			if h.ContractID != c.ID {
				continue
			}
			if err := g.tell(c, byID[c.ResellerID], h.EndsOn); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell notes who is told of one end of support of a contract.
func (g *gathering) tell(c models.Contract, reseller models.Reseller, ends models.Date) error {
	known, err := optional[models.RenewalNotice](g.tx.Where("contract_id = ? AND ends_on = ? AND days = ?", c.ID, ends, g.days()))
	if err != nil || known != nil {
		return err
	}
	for _, r := range c.RenewalRecipients(reseller) {
		language := reseller.Language
		if r.Role == models.RenewalToSupport {
			if language, err = contactLanguage(g.tx, r.Address); err != nil {
				return err
			}
		}
		digest, err := g.digest(r.Address, language)
		if err != nil {
			return err
		}
		notice := models.RenewalNotice{
			ContractID: c.ID, EndsOn: ends, Days: g.days(), Role: r.Role, Recipient: r.Address, DigestID: digest, CreatedAt: g.store.Now(),
		}
		if err := g.tx.Create(&notice).Error; err != nil {
			return err
		}
		g.count++
	}
	return nil
}

// contactLanguage is the language that a contract's contact is written to in: the
// account's, if there is one.
func contactLanguage(tx *gorm.DB, address string) (models.Language, error) {
	account, err := optional[models.Account](tx.Select("language").Where("email = ?", address))
	if err != nil || account == nil {
		return models.Japanese, err
	}
	return account.Language, nil
}

// digest gives the open digest of a recipient, or nothing for whoever wishes none.
func (g *gathering) digest(recipient string, language models.Language) (*int64, error) {
	if id, known := g.digests[recipient]; known {
		return id, nil
	}
	subscription, err := g.store.subscription(g.tx, recipient, models.TopicRenewal, g.key)
	if err != nil {
		return nil, err
	}
	if !subscription.Subscribed {
		g.digests[recipient] = nil
		return nil, nil
	}
	open, err := optional[models.RenewalDigest](g.tx.Where("recipient = ? AND queued_at IS NULL", recipient))
	if err != nil {
		return nil, err
	}
	if open == nil {
		if open, err = g.newDigest(recipient, language, subscription.ID); err != nil {
			return nil, err
		}
	}
	g.digests[recipient] = &open.ID
	return &open.ID, nil
}

// newDigest begins a digest: of today, or of tomorrow where today's is queued already.
func (g *gathering) newDigest(recipient string, language models.Language, subscription int64) (*models.RenewalDigest, error) {
	today, err := optional[models.RenewalDigest](g.tx.Where("recipient = ? AND sent_on = ?", recipient, g.day))
	if err != nil {
		return nil, err
	}
	d := &models.RenewalDigest{Recipient: recipient, Language: language, SubscriptionID: subscription, SentOn: g.day, CreatedAt: g.store.Now()}
	if today != nil {
		d.SentOn = g.day.AddDays(1)
	}
	return d, g.tx.Create(d).Error
}

// subscription gives the row of an address and topic, or makes one: mails of a
// topic are wished until somebody says otherwise.
func (s *Store) subscription(tx *gorm.DB, address string, topic models.MailTopic, key int) (models.MailSubscription, error) {
	kept, err := optional[models.MailSubscription](tx.Where("address = ? AND topic = ?", address, topic))
	if err != nil {
		return models.MailSubscription{}, err
	}
	if kept != nil {
		return *kept, nil
	}
	salt, err := models.NewToken(rand.Reader)
	if err != nil {
		return models.MailSubscription{}, err
	}
	made := models.MailSubscription{Address: address, Topic: topic, Subscribed: true, LinkSalt: salt, LinkKey: key, CreatedAt: s.Now()}
	return made, tx.Create(&made).Error
}

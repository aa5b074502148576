package models

import (
	"slices"
	"strings"
	"time"
)

// MailTopic is what a subscription is about.
type MailTopic string

// TopicRenewal are the notices that contracts are due for renewal.
const TopicRenewal MailTopic = "renewal"

// MailTopics lists them.
var MailTopics = []MailTopic{TopicRenewal, TopicNews}

// MailSubscription says whether an address wishes to receive mails of a topic. There
// is a row as soon as one was to be sent; it names the link that ends it.
type MailSubscription struct {
	ID         int64
	Address    string // lower case
	Topic      MailTopic
	Subscribed bool
	LinkSalt   string
	LinkKey    int // number of the server key that the link's token derives from
	CreatedAt  time.Time
	ChangedAt  *time.Time
}

// RenewalRole says as whom somebody is told that a contract is due.
type RenewalRole string

// The support contact and the dealer are told; the reseller where that is the dealer
// (renewal.md). The values name texts ("renewal.role.…").
const (
	RenewalToSupport  RenewalRole = "support"
	RenewalToDealer   RenewalRole = "dealer"
	RenewalToReseller RenewalRole = "reseller"
)

// RenewalRoles lists them.
var RenewalRoles = []RenewalRole{RenewalToSupport, RenewalToDealer, RenewalToReseller}

// RenewalDigest is one recipient's mail of one day. It is open until the mail is queued.
type RenewalDigest struct {
	ID             int64
	Recipient      string
	Language       Language
	SubscriptionID int64
	SentOn         Date
	QueuedAt       *time.Time
	CreatedAt      time.Time
}

// RenewalNotice says that a recipient was told of a contract so many days before an
// end of support. Without a digest nothing was sent: the recipient does not wish it.
type RenewalNotice struct {
	ID         int64
	ContractID int64
	EndsOn     Date
	Days       int // of the profile's list
	Role       RenewalRole
	Recipient  string
	DigestID   *int64
	CreatedAt  time.Time
}

// RenewalRecipient is somebody to be told.
type RenewalRecipient struct {
	Role    RenewalRole
	Address string
}

// RenewalRecipients gives whom a contract's notices go to, each address once. The
// reseller's own address stands in where the contract has none.
func (c Contract) RenewalRecipients(reseller Reseller) []RenewalRecipient {
	seller := RenewalRecipient{RenewalToDealer, c.Dealer.Email}
	if c.Dealer.CompanyName == "" || NameKey(c.Dealer.CompanyName) == NameKey(c.Reseller.CompanyName) {
		seller = RenewalRecipient{RenewalToReseller, c.Reseller.Email}
		if seller.Address == "" {
			seller.Address = reseller.Email
		}
	}
	var list []RenewalRecipient
	for _, r := range []RenewalRecipient{{RenewalToSupport, c.Support.Email}, seller} {
		r.Address = strings.ToLower(strings.TrimSpace(r.Address))
		known := slices.ContainsFunc(list, func(other RenewalRecipient) bool { return other.Address == r.Address })
		if r.Address != "" && !known {
			list = append(list, r)
		}
	}
	return list
}

// RenewalWindow gives the ends of support for which the n-th notice of the list is
// the nearest: from the day after the next notice's, or today, to its own. So a day
// that was missed is made up for, with one notice only.
func RenewalWindow(days []int, n int, today Date) (from, to Date) {
	from = today
	if n+1 < len(days) {
		from = today.AddDays(days[n+1] + 1)
	}
	return from, today.AddDays(days[n])
}

// RenewableCodes lists the products whose holdings can be renewed.
func (c *Catalogue) RenewableCodes() []string {
	var codes []string
	for _, p := range c.products {
		if len(p.RenewsTo) > 0 {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

package models

import "time"

// Rules is what the vendor profile says about order intake, in the form that
// the rules of this package take.
type Rules struct {
	Catalogue    *Catalogue
	Calendar     *Calendar
	Names        NameRules
	Applications ApplicationRules
	Numbers      NumberFormats
	// ReceiptLifetime is how long a receipt number can be quoted; 0 means for ever.
	ReceiptLifetime time.Duration
	// Grace is how long a bounce of the order-accepted mail still sends the order back.
	Grace time.Duration
	// ReminderDays are the business days after which a waiting reseller is reminded.
	ReminderDays []int
	// ValidAfterDays are the business days from delivery until a contract turns valid.
	ValidAfterDays int
	// PasswordDays is how long a delivery password works, counted from the PW mail.
	PasswordDays int
	// PasswordRequests is how often a day the password of one delivery is mailed again.
	PasswordRequests int
	// Resends says when resends are due and how often they go by themselves.
	Resends ResendRules
	// NameChanges says when reviews of a changed name are due, and what may come with them.
	NameChanges NameChangeRules
	// Activation says which further codes there are and how they are confirmed.
	Activation ActivationRules
	// News says how fast news by mail goes out.
	News NewsRules
	// ProductFileBytes is the size of the largest file for download that staff may upload.
	ProductFileBytes int64
	// InquiryDays are the business days within which an inquiry is to be answered.
	InquiryDays int
	// ContractShownYears is how long an ended contract is still shown to its contacts.
	ContractShownYears int
	// RenewalPrice is what reference renewal prices are reckoned by.
	RenewalPrice RenewalPriceRules
	// RenewalNoticeDays are the days before the end of support on which notices go out, falling.
	RenewalNoticeDays []int
	// TemporaryPassword is how long a portal account's temporary password can set a real one.
	TemporaryPassword time.Duration
	// PortalPasswordDays is how long a portal account's password signs in; 0 is for ever.
	PortalPasswordDays int
	// MailGiveUp is how long a temporarily refused mail is tried again.
	MailGiveUp time.Duration
	// MailDomain is what Message-IDs end in.
	MailDomain string
}

// Entry gives the part that order sheets are checked against.
func (r Rules) Entry() EntryRules {
	return EntryRules{Catalogue: r.Catalogue, Months: r.Applications.Months}
}

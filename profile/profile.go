// Package profile reads the vendor profile: one YAML file with everything that
// is the vendor's and not the product's (brand, senders, catalogue, calendar,
// rules, times). The file embedded here describes the default vendor; its
// comments are the manual.
package profile

import (
	"time"

	"github.com/todoke/todoke/models"
)

// Profile is a checked vendor profile. It never changes after it was loaded, so
// any number of goroutines may read it; nobody may write to it.
type Profile struct {
	Brand            Brand                   `yaml:"brand"`
	Mail             Mail                    `yaml:"mail"`
	Numbers          Numbers                 `yaml:"numbers"`
	Applications     Applications            `yaml:"applications"`
	CorporateNames   CorporateNames          `yaml:"corporate_names"`
	Lifetimes        Lifetimes               `yaml:"lifetimes"`
	Process          Process                 `yaml:"process"`
	Limits           Limits                  `yaml:"limits"`
	Dev              Dev                     `yaml:"dev"`
	CalendarSection  CalendarSection         `yaml:"calendar"`
	CatalogueSection CatalogueSection        `yaml:"catalogue"`
	ActivationKinds  []models.ActivationKind `yaml:"activation_kinds"`
	Taxes            []models.Tax            `yaml:"taxes"`
	PriceLists       []models.PriceList      `yaml:"price_lists"`

	calendar  *models.Calendar
	catalogue *models.Catalogue
	prices    models.PriceBook
	lines     map[string]int
}

// Numbers says how the numbers that the vendor gives out look.
type Numbers struct {
	OrderPrefix    string `yaml:"order_prefix"`
	OrderDigits    int    `yaml:"order_digits"`
	DeliveryPrefix string `yaml:"delivery_prefix"`
	DeliveryDigits int    `yaml:"delivery_digits"`
	ResendPrefix   string `yaml:"resend_prefix"`
	ResendDigits   int    `yaml:"resend_digits"`
	InquiryPrefix  string `yaml:"inquiry_prefix"`
	InquiryDigits  int    `yaml:"inquiry_digits"`
	// Of changes of a holder's corporate or branch name.
	NameChangePrefix string `yaml:"name_change_prefix"`
	NameChangeDigits int    `yaml:"name_change_digits"`
	// Of requests for further activation codes.
	ActivationPrefix string `yaml:"activation_prefix"`
	ActivationDigits int    `yaml:"activation_digits"`
	// Of issues of news by mail.
	NewsPrefix string `yaml:"news_prefix"`
	NewsDigits int    `yaml:"news_digits"`
	// FirstLicenseID is the first license ID given out; later ones count up.
	FirstLicenseID int64 `yaml:"first_license_id"`
}

// Lifetimes says how long things stay usable. Days end at 24:00 Japan time.
type Lifetimes struct {
	DeliveryPasswordDays           int `yaml:"delivery_password_days"`
	DeliveryPasswordRequestsPerDay int `yaml:"delivery_password_requests_per_day"`
	// ResendsAutomaticPerDay is how often a day one delivery is mailed again without staff.
	ResendsAutomaticPerDay int      `yaml:"resends_automatic_per_day"`
	ConfirmationLink       Duration `yaml:"confirmation_link"`
	// ActivationRequestsPerDay bounds the further codes that one address may ask for in 24 hours.
	ActivationRequestsPerDay int      `yaml:"activation_requests_per_day"`
	TemporaryPassword        Duration `yaml:"temporary_password"`
	// PortalPasswordDays 0 means that portal passwords do not expire.
	PortalPasswordDays int `yaml:"portal_password_days"`
	// DeliverySessionIdle is short: a delivery is looked at once, often on somebody else's machine.
	DeliverySessionIdle Duration `yaml:"delivery_session_idle"`
	PortalSessionIdle   Duration `yaml:"portal_session_idle"`
	ConsoleSessionIdle  Duration `yaml:"console_session_idle"`
	// ContractShownYears is how long an ended contract is still shown to its holder.
	ContractShownYears int `yaml:"contract_shown_years"`
}

// Process says when processes wait, remind and give up.
type Process struct {
	// BounceGrace is how long a bounce of the order-accepted mail still sends the order back.
	BounceGrace Duration `yaml:"bounce_grace"`
	// ContractValidAfterBusinessDays counts from delivery.
	ContractValidAfterBusinessDays int `yaml:"contract_valid_after_business_days"`
	// SendBackReminderBusinessDays count from the send-back, rising.
	SendBackReminderBusinessDays []int `yaml:"send_back_reminder_business_days"`
	// MailGiveUp is how long a temporarily refused mail is tried again.
	MailGiveUp         Duration `yaml:"mail_give_up"`
	ResendBusinessDays int      `yaml:"resend_business_days"`
	// ResendWarningBusinessDays is how long before that day staff are warned.
	ResendWarningBusinessDays int `yaml:"resend_warning_business_days"`
	// InquiryBusinessDays is how long an inquiry may wait before it is overdue.
	InquiryBusinessDays int `yaml:"inquiry_business_days"`
	// RenewalNoticeDays count back from the end of support, falling; none send no notices.
	RenewalNoticeDays []int `yaml:"renewal_notice_days"`
	// RenewalNoticeTime is when they go out, Japan time.
	RenewalNoticeTime      Clock `yaml:"renewal_notice_time"`
	NameChangeBusinessDays int   `yaml:"name_change_business_days"`
	// NameChangeWarningBusinessDays is how long before that day staff are warned.
	NameChangeWarningBusinessDays int `yaml:"name_change_warning_business_days"`
	// NewsPerSecond is how many mails of an issue of news go out in a second, over
	// NewsConnections at once.
	NewsPerSecond   int `yaml:"news_per_second"`
	NewsConnections int `yaml:"news_connections"`
	// NewsRetry is how long a mail of an issue waits that was refused for the moment.
	NewsRetry Duration `yaml:"news_retry"`
}

// Limits bounds what people may send in.
type Limits struct {
	// NameChangeAttachmentMB is how large one attachment of a name change may be, in megabytes of 2^20 bytes.
	NameChangeAttachmentMB int `yaml:"name_change_attachment_mb"`
	// NameChangeAttachments is how many a name change may have in all.
	NameChangeAttachments int `yaml:"name_change_attachments"`
	// ProductFileMB is how large a file for download may be that staff upload, in megabytes of 2^20 bytes.
	ProductFileMB int `yaml:"product_file_mb"`
}

// Dev is what the dev command puts in place of Process, so that an order goes
// through in seconds.
type Dev struct {
	BounceGrace                    Duration `yaml:"bounce_grace"`
	ContractValidAfterBusinessDays int      `yaml:"contract_valid_after_business_days"`
}

// WithDev gives a copy of the profile with its dev values in force.
func (p *Profile) WithDev() *Profile {
	dev := *p
	dev.Process.BounceGrace = p.Dev.BounceGrace
	dev.Process.ContractValidAfterBusinessDays = p.Dev.ContractValidAfterBusinessDays
	return &dev
}

// Calendar gives the vendor's business days.
func (p *Profile) Calendar() *models.Calendar { return p.calendar }

// Catalogue gives what the vendor sells.
func (p *Profile) Catalogue() *models.Catalogue { return p.catalogue }

// Product gives the product of that code, and whether there is one.
func (p *Profile) Product(code string) (models.Product, bool) { return p.catalogue.Product(code) }

// NumberFormats gives the forms of order and delivery numbers as models takes them.
func (p *Profile) NumberFormats() models.NumberFormats {
	return models.NumberFormats{
		OrderPrefix: p.Numbers.OrderPrefix, OrderDigits: p.Numbers.OrderDigits,
		DeliveryPrefix: p.Numbers.DeliveryPrefix, DeliveryDigits: p.Numbers.DeliveryDigits,
		ResendPrefix: p.Numbers.ResendPrefix, ResendDigits: p.Numbers.ResendDigits,
		InquiryPrefix: p.Numbers.InquiryPrefix, InquiryDigits: p.Numbers.InquiryDigits,
		NameChangePrefix: p.Numbers.NameChangePrefix, NameChangeDigits: p.Numbers.NameChangeDigits,
		ActivationPrefix: p.Numbers.ActivationPrefix, ActivationDigits: p.Numbers.ActivationDigits,
		NewsPrefix: p.Numbers.NewsPrefix, NewsDigits: p.Numbers.NewsDigits,
		FirstLicenseID: p.Numbers.FirstLicenseID,
	}
}

// Rules gives all that the rules of order intake in models need.
func (p *Profile) Rules() models.Rules {
	return models.Rules{
		Catalogue:        p.catalogue,
		Calendar:         p.calendar,
		Names:            p.NameRules(),
		Applications:     p.ApplicationRules(),
		Numbers:          p.NumberFormats(),
		ReceiptLifetime:  time.Duration(p.Applications.ReceiptExpiryDays) * 24 * time.Hour,
		Grace:            p.Process.BounceGrace.Duration,
		ReminderDays:     p.Process.SendBackReminderBusinessDays,
		ValidAfterDays:   p.Process.ContractValidAfterBusinessDays,
		PasswordDays:     p.Lifetimes.DeliveryPasswordDays,
		PasswordRequests: p.Lifetimes.DeliveryPasswordRequestsPerDay,
		Resends: models.ResendRules{
			Deadline:        models.Deadline{DueDays: p.Process.ResendBusinessDays, WarningDays: p.Process.ResendWarningBusinessDays},
			AutomaticPerDay: p.Lifetimes.ResendsAutomaticPerDay,
		},
		NameChanges: models.NameChangeRules{
			Deadline:        models.Deadline{DueDays: p.Process.NameChangeBusinessDays, WarningDays: p.Process.NameChangeWarningBusinessDays},
			AttachmentBytes: int64(p.Limits.NameChangeAttachmentMB) << 20, Attachments: p.Limits.NameChangeAttachments,
		},
		Activation:         p.ActivationRules(),
		News:               models.NewsRules{PerSecond: p.Process.NewsPerSecond, Connections: p.Process.NewsConnections, Retry: p.Process.NewsRetry.Duration},
		ProductFileBytes:   int64(p.Limits.ProductFileMB) << 20,
		InquiryDays:        p.Process.InquiryBusinessDays,
		ContractShownYears: p.Lifetimes.ContractShownYears,
		TemporaryPassword:  p.Lifetimes.TemporaryPassword.Duration,
		PortalPasswordDays: p.Lifetimes.PortalPasswordDays,
		MailGiveUp:         p.Process.MailGiveUp.Duration,
		MailDomain:         p.Mail.MessageIDDomain,
		RenewalPrice:       p.RenewalPriceRules(),
		RenewalNoticeDays:  p.Process.RenewalNoticeDays,
	}
}

// Warnings lists what is right today but will soon not be: holidays that do not
// reach the end of next year (law and predictions change each February), and
// price lists that end.
func (p *Profile) Warnings(today models.Date) []Problem {
	var list []Problem
	needed := models.NewDate(today.Year()+1, time.December, 31)
	if until := p.calendar.CoveredUntil(); until.Before(needed) {
		list = append(list, p.warning("calendar.covered_until", "holidays_end_soon", "until", until.String(), "needed", needed.String()))
	}
	if soon := today.AddDays(pricesWarnedDays); !p.pricedOn(soon) {
		field := at("price_lists", len(p.PriceLists)-1)
		list = append(list, p.warning(field, "prices_end_soon", "value", soon.String()))
	}
	return list
}

// pricesWarnedDays is how long before prices end that is warned of.
const pricesWarnedDays = 60

func (p *Profile) pricedOn(day models.Date) bool {
	_, ok := p.prices.On(day)
	return ok
}

func (p *Profile) warning(field, code string, params ...string) Problem {
	return newProblem(p.lines[field], field, code, params...)
}

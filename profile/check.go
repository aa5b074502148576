package profile

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checker applies the rules that a well-formed file can still break. found holds
// the decoder's problems: what hangs on those fields is not reported again.
type checker struct {
	found    []Problem
	lines    map[string]int
	problems []Problem
}

func (c *checker) check(p *Profile) {
	c.brand(p.Brand)
	c.mail(p.Mail, activationMails(p.ActivationKinds))
	c.numbers(p.Numbers)
	c.applications(p.Applications)
	c.corporateNames(p.CorporateNames)
	c.lifetimes(p.Lifetimes)
	c.process(p.Process, p.Dev)
	c.limits(p.Limits)
	c.calendar(p.CalendarSection)
	c.catalogue(p.CatalogueSection, p.Taxes)
	c.activationKinds(p.ActivationKinds, p.CatalogueSection.Products)
	c.taxes(p.Taxes, p.PriceLists)
	c.priceLists(p.PriceLists, p.CatalogueSection.Products)
}

// add reports a problem at the line of its field, or of the nearest key around it.
func (c *checker) add(field, code string, params ...string) {
	for _, f := range c.found {
		if f.Field != "" && (within(f.Field, field) || within(field, f.Field)) {
			return
		}
	}
	around := field
	for {
		if line, ok := c.lines[around]; ok {
			c.problems = append(c.problems, newProblem(line, field, code, params...))
			return
		}
		around = around[:max(0, strings.LastIndexAny(around, ".["))]
	}
}

// within says whether a field is another one or lies below it.
func within(inner, outer string) bool {
	rest, ok := strings.CutPrefix(inner, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func (c *checker) between(field string, value, least, most int) {
	if value < least || value > most {
		c.add(field, "out_of_range", "min", itoa(least), "max", itoa(most))
	}
}

func (c *checker) span(field string, value Duration, least, most time.Duration) {
	if value.Duration < least || value.Duration > most {
		c.add(field, "out_of_span", "min", least.String(), "max", most.String())
	}
}

// unique reports values that come twice in a list; suffix leads from the list's
// item to the value, key (when given) brings values to what they are compared by.
func (c *checker) unique(list, suffix string, values []string, key func(string) string) {
	seen := make(map[string]bool, len(values))
	for i, value := range values {
		if key != nil {
			value = key(value)
		}
		if seen[value] {
			c.add(at(list, i)+suffix, "given_twice")
		}
		seen[value] = true
	}
}

func (c *checker) brand(b Brand) {
	u, err := url.Parse(b.Support.URL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		c.add("brand.support.url", "not_a_url")
	}
}

var numberPrefix = regexp.MustCompile(`^[A-Z]{2,6}$`)

func (c *checker) numbers(n Numbers) {
	for field, prefix := range map[string]string{"order_prefix": n.OrderPrefix, "delivery_prefix": n.DeliveryPrefix, "resend_prefix": n.ResendPrefix, "inquiry_prefix": n.InquiryPrefix, "name_change_prefix": n.NameChangePrefix, "activation_prefix": n.ActivationPrefix,
		"news_prefix": n.NewsPrefix} {
		if !numberPrefix.MatchString(prefix) {
			c.add("numbers."+field, "not_a_number_prefix")
		}
	}
	if n.OrderPrefix == n.DeliveryPrefix {
		c.add("numbers.delivery_prefix", "same_prefix")
	}
	if n.ResendPrefix == n.OrderPrefix || n.ResendPrefix == n.DeliveryPrefix {
		c.add("numbers.resend_prefix", "prefix_taken")
	}
	c.between("numbers.resend_digits", n.ResendDigits, minDigits, maxDigits)
	if n.InquiryPrefix == n.OrderPrefix || n.InquiryPrefix == n.DeliveryPrefix || n.InquiryPrefix == n.ResendPrefix {
		c.add("numbers.inquiry_prefix", "same_inquiry_prefix")
	}
	c.between("numbers.inquiry_digits", n.InquiryDigits, minDigits, maxDigits)
	if slices.Contains([]string{n.OrderPrefix, n.DeliveryPrefix, n.ResendPrefix, n.InquiryPrefix}, n.NameChangePrefix) {
		c.add("numbers.name_change_prefix", "prefix_taken")
	}
	if slices.Contains([]string{n.OrderPrefix, n.DeliveryPrefix, n.ResendPrefix, n.InquiryPrefix, n.NameChangePrefix}, n.ActivationPrefix) {
		c.add("numbers.activation_prefix", "prefix_taken")
	}
	c.between("numbers.activation_digits", n.ActivationDigits, minDigits, maxDigits)
	c.between("numbers.name_change_digits", n.NameChangeDigits, minDigits, maxDigits)
	if slices.Contains([]string{n.OrderPrefix, n.DeliveryPrefix, n.ResendPrefix, n.InquiryPrefix, n.NameChangePrefix, n.ActivationPrefix}, n.NewsPrefix) {
		c.add("numbers.news_prefix", "prefix_taken")
	}
	c.between("numbers.news_digits", n.NewsDigits, minDigits, maxDigits)
	c.between("numbers.order_digits", n.OrderDigits, minDigits, maxDigits)
	c.between("numbers.delivery_digits", n.DeliveryDigits, minDigits, maxDigits)
	if n.FirstLicenseID < 1 || n.FirstLicenseID > maxLicenseID {
		c.add("numbers.first_license_id", "out_of_range", "min", "1", "max", itoa(maxLicenseID))
	}
}

// Fewer digits would collide all the time, more would fit no form. License IDs
// leave room for counting up.
const (
	minDigits    = 5
	maxDigits    = 12
	maxLicenseID = 1_000_000_000_000_000
)

func (c *checker) lifetimes(l Lifetimes) {
	c.between("lifetimes.delivery_password_days", l.DeliveryPasswordDays, 1, 3650)
	c.between("lifetimes.delivery_password_requests_per_day", l.DeliveryPasswordRequestsPerDay, 1, 100)
	c.between("lifetimes.resends_automatic_per_day", l.ResendsAutomaticPerDay, 0, 100)
	c.between("lifetimes.portal_password_days", l.PortalPasswordDays, 0, 3650)
	c.between("lifetimes.contract_shown_years", l.ContractShownYears, 1, 100)
	c.between("lifetimes.activation_requests_per_day", l.ActivationRequestsPerDay, 1, 1000)
	c.span("lifetimes.confirmation_link", l.ConfirmationLink, time.Second, 720*time.Hour)
	c.span("lifetimes.temporary_password", l.TemporaryPassword, 10*time.Minute, 720*time.Hour)
	c.span("lifetimes.delivery_session_idle", l.DeliverySessionIdle, time.Minute, 24*time.Hour)
	c.span("lifetimes.portal_session_idle", l.PortalSessionIdle, time.Minute, 24*time.Hour)
	c.span("lifetimes.console_session_idle", l.ConsoleSessionIdle, time.Minute, 24*time.Hour)
}

func (c *checker) process(p Process, dev Dev) {
	c.span("process.bounce_grace", p.BounceGrace, 0, 72*time.Hour)
	c.span("process.mail_give_up", p.MailGiveUp, time.Minute, 720*time.Hour)
	c.between("process.contract_valid_after_business_days", p.ContractValidAfterBusinessDays, 0, 60)
	c.between("process.resend_business_days", p.ResendBusinessDays, 1, 60)
	c.between("process.resend_warning_business_days", p.ResendWarningBusinessDays, 0, max(0, p.ResendBusinessDays-1))
	c.between("process.inquiry_business_days", p.InquiryBusinessDays, 1, 60)
	c.between("process.name_change_business_days", p.NameChangeBusinessDays, 1, 60)
	c.between("process.name_change_warning_business_days", p.NameChangeWarningBusinessDays, 0, max(0, p.NameChangeBusinessDays-1))
	c.between("process.news_per_second", p.NewsPerSecond, 1, 2000)
	c.between("process.news_connections", p.NewsConnections, 1, 16)
	c.span("process.news_retry", p.NewsRetry, 10*time.Second, 24*time.Hour)
	const reminders = "process.send_back_reminder_business_days"
	for i, days := range p.SendBackReminderBusinessDays {
		c.between(at(reminders, i), days, 1, 250)
		if i > 0 && days <= p.SendBackReminderBusinessDays[i-1] {
			c.add(at(reminders, i), "not_rising")
		}
	}
	const notices = "process.renewal_notice_days"
	for i, days := range p.RenewalNoticeDays {
		c.between(at(notices, i), days, 1, 365)
		if i > 0 && days >= p.RenewalNoticeDays[i-1] {
			c.add(at(notices, i), "not_falling")
		}
	}
	c.span("dev.bounce_grace", dev.BounceGrace, 0, 72*time.Hour)
	c.between("dev.contract_valid_after_business_days", dev.ContractValidAfterBusinessDays, 0, 60)
}

func (c *checker) limits(l Limits) {
	c.between("limits.name_change_attachment_mb", l.NameChangeAttachmentMB, 1, 20)
	c.between("limits.name_change_attachments", l.NameChangeAttachments, 1, 10)
	c.between("limits.product_file_mb", l.ProductFileMB, 1, 100_000)
}

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func stringsOf[S ~string](list []S) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

func joinStrings[S ~string](list []S) string { return strings.Join(stringsOf(list), ", ") }

func joinKeys[V any](m map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}

package profile

import (
	"regexp"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
)

// Mail says who mails come from and what their subjects are (mails.md).
type Mail struct {
	// MessageIDDomain is what Message-IDs end in.
	MessageIDDomain string `yaml:"message_id_domain"`
	// ResendPrefix stands before the subject of a mail that is sent again.
	ResendPrefix models.Text                  `yaml:"resend_prefix"`
	Senders      map[string]Sender            `yaml:"senders"`
	Kinds        map[models.MailKind]MailRule `yaml:"kinds"`
}

// Sender is a From address with the name shown for it.
type Sender struct {
	Name    models.Text `yaml:"name"`
	Address string      `yaml:"address"`
}

// MailRule says for one kind of mail which sender and subject it has.
type MailRule struct {
	// Sender is a key of senders.
	Sender  string      `yaml:"sender"`
	Subject models.Text `yaml:"subject"`
}

// The mails beyond order intake that the profile words already.
const (
	MailDeliveryFailedStaff models.MailKind = "delivery_failed_staff"
	MailSupportAccount      models.MailKind = "support_account_made"
	MailInvitation          models.MailKind = "invitation"
	MailVerificationCode    models.MailKind = "verification_code"
)

// MailKinds lists every mail that a profile must give sender and subject for,
// besides those that its table of further codes names.
func MailKinds() []models.MailKind {
	return []models.MailKind{
		models.MailReceiptNumber, models.MailOrderAccepted, models.MailDeliveryID, models.MailDeliveryPassword,
		models.MailSendBack, models.MailSendBackApplicant, models.MailSendBackReminder, models.MailOrderCancelled,
		models.MailResendReceived, models.MailResendQuestion, models.MailResendRefused,
		MailDeliveryFailedStaff, models.MailTemporaryPassword, models.MailPasswordChanged,
		models.MailContactChangeDone, models.MailContactChangePartly,
		models.MailNameChangeReceived, models.MailNameChangeQuestion, models.MailNameChangeWithdrawn, models.MailReviewResult,
		models.MailContactAddressReplaced, models.MailContactAddressNew,
		MailSupportAccount, models.MailRenewalNotice,
		models.MailNews, models.MailNewsTest,
		MailInvitation, MailVerificationCode,
		models.MailInquiryReceived, models.MailInquiryAnswer,
	}
}

// subjectNeeds says what a subject must hold in both languages: recipients match
// the mails of one order, and sort them by filters, through these.
var subjectNeeds = map[models.MailKind][]string{
	models.MailOrderAccepted:    {"{order}", "{partner}"},
	models.MailDeliveryID:       {"{order}", "{partner}", "ID"},
	models.MailDeliveryPassword: {"{order}", "{partner}", "PW"},
	models.MailSendBack:         {"{order}"},
	models.MailSendBackReminder: {"{order}"},
	models.MailOrderCancelled:   {"{order}"},
	models.MailInquiryReceived:  {"{inquiry}"},
	models.MailInquiryAnswer:    {"{inquiry}"},
	models.MailNews:             {"{title}"},
	models.MailNewsTest:         {"{title}"},
}

// subjectWords are the placeholders a subject may have.
var subjectWords = []string{"{brand}", "{company}", "{order}", "{partner}", "{inquiry}", "{title}"}

var subjectWord = regexp.MustCompile(`\{[^{}]*\}?`)

// Sender gives the sender of that kind of mail, and whether the kind is known.
func (p *Profile) Sender(kind models.MailKind) (Sender, bool) {
	rule, ok := p.Mail.Kinds[kind]
	if !ok {
		return Sender{}, false
	}
	sender, ok := p.Mail.Senders[rule.Sender]
	return sender, ok
}

// SubjectPattern gives the subject with its placeholders, and whether the kind is known.
func (p *Profile) SubjectPattern(kind models.MailKind) (models.Text, bool) {
	rule, ok := p.Mail.Kinds[kind]
	return rule.Subject, ok
}

// ResentPattern gives the subject, with its placeholders, of a mail that is sent
// again, and whether the kind is known.
func (p *Profile) ResentPattern(kind models.MailKind) (models.Text, bool) {
	subject, ok := p.SubjectPattern(kind)
	return models.Text{JA: p.Mail.ResendPrefix.JA + subject.JA, EN: p.Mail.ResendPrefix.EN + subject.EN}, ok
}

func (c *checker) mail(m Mail, further []models.MailKind) {
	all := slices.Concat(MailKinds(), further)
	if !models.ValidEmail("postmaster@" + m.MessageIDDomain) {
		c.add("mail.message_id_domain", "not_a_domain")
	}
	for key, sender := range m.Senders {
		if !models.ValidEmail(sender.Address) {
			c.add("mail.senders."+key+".address", "not_an_address")
		}
	}
	for _, kind := range all {
		field := "mail.kinds." + string(kind)
		rule, ok := m.Kinds[kind]
		if !ok {
			c.add(field, "missing")
			continue
		}
		if _, ok := m.Senders[rule.Sender]; !ok {
			c.add(field+".sender", "unknown_value", "value", rule.Sender, "known", joinKeys(m.Senders))
		}
		c.subject(field+".subject.ja", rule.Subject.JA, kind)
		c.subject(field+".subject.en", rule.Subject.EN, kind)
	}
	id, pw := m.Kinds[models.MailDeliveryID].Subject, m.Kinds[models.MailDeliveryPassword].Subject
	for lang, same := range map[string]bool{"ja": id.JA == pw.JA, "en": id.EN == pw.EN} {
		if same {
			c.add("mail.kinds.delivery_password.subject."+lang, "same_subject")
		}
	}
	for kind := range m.Kinds {
		if !slices.Contains(all, kind) {
			c.add("mail.kinds."+string(kind), "unknown_key", "known", joinStrings(all))
		}
	}
}

func (c *checker) subject(field, subject string, kind models.MailKind) {
	for _, word := range subjectWord.FindAllString(subject, -1) {
		if !slices.Contains(subjectWords, word) {
			c.add(field, "unknown_placeholder", "value", word, "known", strings.Join(subjectWords, ", "))
		}
	}
	for _, need := range subjectNeeds[kind] {
		if !strings.Contains(subject, need) {
			c.add(field, "subject_needs", "value", need)
		}
	}
}

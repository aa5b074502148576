package activities

import (
	"strings"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// inquiry gives the mails of an inquiry's thread.
func (a *Mails) inquiry(f store.MailFacts) mail.Data {
	if f.Mail.Kind == models.MailInquiryReceived {
		return mail.InquiryReceived{InquiryNumber: f.Inquiry.Number, Days: a.Store.Rules().InquiryDays}
	}
	d := mail.InquiryAnswer{InquiryNumber: f.Inquiry.Number, CompanyName: f.Inquiry.Asker.CompanyName, PersonName: f.Inquiry.Asker.PersonName}
	for _, m := range f.Thread {
		if m.Kind.FromOutside() {
			d.Asked = m.Text
		}
	}
	d.Answer = f.Thread[len(f.Thread)-1].Text
	return d
}

// longestReferences keeps the header within one line.
const longestReferences = 850

// thread has a mail stand in the thread of its inquiry: replies go to the signed
// address, and the headers name the messages before it.
func (a *Mails) thread(f store.MailFacts, m *mail.Message) error {
	signature, err := a.Secrets.InquirySignature(*f.Inquiry)
	if err != nil {
		return err
	}
	if a.ReplyDomain != "" {
		m.ReplyTo = models.InquiryAddress(f.Inquiry.Number, signature) + "@" + a.ReplyDomain
	}
	ids := earlierMessages(f)
	if len(ids) == 0 {
		return nil
	}
	m.Headers = map[string]string{"In-Reply-To": ids[len(ids)-1], "References": references(ids)}
	return nil
}

// earlierMessages gives the Message-IDs of the thread before the mail, oldest
// first: our mails and the person's replies. IDs that would not stand in a
// header are left out.
func earlierMessages(f store.MailFacts) []string {
	var ids []string
	for _, message := range f.Thread {
		if message.ID == *f.Mail.InquiryMessageID {
			break
		}
		id := message.MessageID
		for _, sent := range f.ThreadMails {
			if *sent.InquiryMessageID == message.ID {
				id = sent.MessageID
			}
		}
		if id = "<" + id + ">"; mail.PlainMessageID(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// references keeps the first message and as many of the newest as there is room for.
func references(ids []string) string {
	line := ids[0]
	for i := 1; i < len(ids); i++ {
		if rest := strings.Join(append([]string{ids[0]}, ids[i:]...), " "); len(rest) <= longestReferences {
			return rest
		}
	}
	return line
}

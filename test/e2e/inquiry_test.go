//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/smtp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestInquiry has something asked on the public form, answered by staff, replied to by mail and closed, with a real
// browser and real SMTP in both directions.
func TestInquiry(t *testing.T) {
	d := newDev(t)
	d.start(t, "--no-sample")
	b := newBrowser(t, strings.TrimSuffix(d.URLs["home"], "/"))
	for _, language := range []string{"ja", "en"} {
		t.Run(language, func(t *testing.T) {
			email := fmt.Sprintf("asker-%d@customer.example", next())
			v := b.newTab(t, language)
			number := askInquiry(t, d, v, email, language)
			answerInquiry(t, d, b, number, email, language)
		})
	}
}

var inquiryNumber = regexp.MustCompile(`IQ\d{7}`)

// askInquiry fills in the public form and gives the number that is mailed.
func askInquiry(t *testing.T, d *dev, v *tab, email, language string) (number string) {
	t.Helper()
	v.open("/inquiries")
	v.picture("inquiry-form." + language)
	for name, text := range map[string]string{
		"company_name": "株式会社みなと精機", "department": "総務部", "person_name": "小林 菜々", "phone": "03-5555-0350", "email": email,
		"city": "港区", "contract_company": "(株)みなと精機", "contract_person": "中村 遥", "identifier": "99999999",
		"text": "納品のご連絡先を変更したいです。",
	} {
		v.fill("#"+name, text)
	}
	v.choose("#prefecture", "東京都")
	v.press("form[action='/inquiries'] button.go")
	if v.path() != "/inquiries/sent" {
		t.Fatalf("after asking the browser is at %s: %s", v.path(), v.shown())
	}
	v.picture("inquiry-sent." + language)
	d.arrived(t, email, func(text string) bool {
		number = inquiryNumber.FindString(text)
		return number != ""
	})
	return number
}

// answerInquiry has staff answer, the person reply to that mail, and staff close the inquiry.
func answerInquiry(t *testing.T, d *dev, b *browser, number, email, language string) {
	t.Helper()
	v := b.newTab(t, language)
	staff, password := d.person(t, "clerk")
	v.signIn(staff, password, language)
	v.open("/console/inquiries")
	v.wants("main", number, "みなと精機")
	v.picture("inquiries." + language)
	v.open("/console/inquiries/" + number)
	v.picture("inquiry." + language)
	answer := "変更の手続きをご案内いたします。" + number
	v.fill("#answer textarea", answer)
	v.press("#answer button.go")
	v.wants(".thread", answer)
	d.arrived(t, email, func(text string) bool { return strings.Contains(text, answer) })

	reply := "ありがとうございます。手続きを進めます。" + number
	to := d.replyTo(t, email)
	message := strings.Join([]string{
		"From: " + email, "To: " + to, "Subject: Re: inquiry", "Message-ID: <reply-" + number + "@customer.example>", "MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8", "", reply, "", "> " + answer, "",
	}, "\r\n")
	if err := smtp.SendMail(d.address(2), nil, email, []string{to}, []byte(message)); err != nil {
		t.Fatalf("reply: %v", err)
	}
	until(t, "the reply on the page", func() (bool, string) {
		v.open("/console/inquiries/" + number)
		text := v.text(".thread")
		return strings.Contains(text, reply), text
	})
	if n := strings.Count(v.text(".thread .message.reply"), answer); n != 0 {
		t.Errorf("what the reply quotes is shown %d times, unfolded", n)
	}
	v.picture("inquiry-replied." + language)
	v.click("#act-close > summary")
	v.fill("#act-close textarea", "手続きをご案内し、了承いただいた。")
	v.press("#act-close button.go")
	v.wants("main h1", map[string]string{"ja": "完了", "en": "Closed"}[language])
	v.picture("inquiry-closed." + language)
}

// replyTo gives the address that replies to a mail in the mailbox go to.
func (d *dev) replyTo(t *testing.T, address string) string {
	t.Helper()
	kept, err := filepath.Glob(d.data("mailbox", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range kept {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			To  []string `json:"to"`
			Raw []byte   `json:"raw"`
		}
		if err := json.Unmarshal(content, &m); err != nil || !strings.Contains(strings.Join(m.To, " "), address) {
			continue
		}
		found := replyToHeader.FindSubmatch(m.Raw)
		if found != nil && strings.Contains(string(m.Raw), "In-Reply-To:") {
			return string(found[1])
		}
	}
	t.Fatalf("no mail to %s says where replies go, of %d", address, len(kept))
	return ""
}

var replyToHeader = regexp.MustCompile(`(?im)^Reply-To:\s*(?:\r?\n\s+)?<?([^\s<>]+@[^\s<>]+)>?`)

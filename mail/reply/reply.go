// Package reply reads what people answer to the mails of an inquiry: whose it is,
// what they wrote, what they quoted. Everything in a mail is its sender's word.
package reply

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // ISO-2022-JP and the like
	gomail "github.com/emersion/go-message/mail"

	"github.com/todoke/todoke/models"
)

// ErrAutomatic is a mail that no person wrote: an answer to it would go round in circles.
var ErrAutomatic = errors.New("reply: automatic")

// ErrUnreadable is a mail that has no structure at all.
var ErrUnreadable = errors.New("reply: unreadable")

// Parse reads a mail. Text, quotation and names are clean: valid UTF-8 without
// control characters, bounded in length.
func Parse(data []byte, formats models.NumberFormats) (models.InquiryReply, error) {
	entity, err := gomessage.Read(bytes.NewReader(data))
	if entity == nil || err != nil && !gomessage.IsUnknownCharset(err) && !gomessage.IsUnknownEncoding(err) {
		return models.InquiryReply{}, ErrUnreadable
	}
	header := gomail.Header{Header: entity.Header}
	if automatic(header) {
		return models.InquiryReply{}, ErrAutomatic
	}
	found := contents{}
	found.read(entity, 0)
	subject, err := header.Subject()
	if err != nil {
		subject = header.Get("Subject")
	}
	body, cut := clean(found.body())
	r := models.InquiryReply{
		Reference: formats.InquiryNumberIn(subject), Sender: sender(header), MessageID: messageID(header),
		Attachments: found.attachments, Cut: cut || found.cut, List: header.Get("List-Id") != "",
	}
	r.Text, r.Quoted = split(body)
	sum := sha256.Sum256([]byte(strings.Join(append([]string{
		header.Get("Message-Id"), header.Get("From"), header.Get("Date"), subject, body,
	}, found.attachments...), "\x00")))
	r.ArrivalKey = hex.EncodeToString(sum[:])
	return r, nil
}

// automatic says whether a program wrote the mail: absence notices, reports,
// newsletters. What a mailing list passes on is a person's.
func automatic(h gomail.Header) bool {
	submitted, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted"))), ";")
	if submitted = strings.TrimSpace(submitted); submitted != "" && submitted != "no" {
		return true
	}
	precedence := strings.ToLower(strings.TrimSpace(h.Get("Precedence")))
	if slices.Contains([]string{"bulk", "junk", "auto_reply", "auto-reply"}, precedence) {
		return true
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Failed-Recipients"} {
		if h.Has(name) && !strings.EqualFold(strings.TrimSpace(h.Get(name)), "no") {
			return true
		}
	}
	kind, _, err := h.ContentType()
	if err == nil && kind == "multipart/report" || h.Has("Return-Path") && strings.TrimSpace(h.Get("Return-Path")) == "<>" {
		return true
	}
	local, _, _ := strings.Cut(strings.ToLower(sender(h)), "@")
	return local == "mailer-daemon" || local == "postmaster"
}

// sender is the bare address that the mail says it is from, or nothing where it is none.
func sender(h gomail.Header) string {
	list, err := h.AddressList("From")
	if err != nil && len(list) == 0 || len(list) == 0 {
		return ""
	}
	address := list[0].Address
	if len(address) > models.MaxEmailLength || models.CheckLine("from", address, models.MaxEmailLength) != nil {
		return ""
	}
	return address
}

// longestID is as long as a Message-ID of ours may be, and more than any real one.
const longestID = 250

// messageID gives the ID without brackets, or nothing where it is none that could be quoted.
func messageID(h gomail.Header) string {
	id, err := h.MessageID()
	if err != nil || len(id) > longestID || models.CheckLine("id", id, longestID) != nil {
		return ""
	}
	return id
}

package house

import (
	"context"
	"fmt"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Inquire asks as the public form does, and gives the inquiry with its thread.
func (h *House) Inquire(changes ...func(*models.InquiryForm)) store.InquiryDetail {
	h.t.Helper()
	ctx := context.Background()
	form := models.InquiryForm{
		Asker: models.Asker{
			CompanyName: "見本商事株式会社", Department: "総務部", PersonName: "見本 太郎", Phone: "03-1234-5678", Email: AskerAddress,
			Prefecture: "東京都", City: "千代田区",
		},
		ContractCompany: "見本商事（株）", ContractPerson: "見本 太郎", Identifier: "99999999", Text: "納品先を変更したい。", Language: models.Japanese,
	}
	for _, change := range changes {
		change(&form)
	}
	outbox, err := h.AskInquiry(ctx, models.Process, store.Asking{
		Form: form, Token: fmt.Sprint("form ", h.numbers.Add(1)), Key: h.Ring.CurrentKey(),
	})
	Must(h.t, err)
	entry, err := h.OutboxEntry(ctx, outbox)
	Must(h.t, err)
	facts, err := h.MailFacts(ctx, entry.SubjectID)
	Must(h.t, err)
	return h.Inquiry(facts.Inquiry.Number)
}

// Inquiry gives all about an inquiry as it is now.
func (h *House) Inquiry(number string) store.InquiryDetail {
	h.t.Helper()
	d, err := h.InquiryDetail(context.Background(), number)
	Must(h.t, err)
	return d
}

// Answer has staff answer an inquiry; the mail is the newest of those given.
func (h *House) Answer(d store.InquiryDetail, text string) store.InquiryDetail {
	h.t.Helper()
	_, err := h.AnswerInquiry(context.Background(), h.Staff, store.DecideInquiry{Number: d.Inquiry.Number, Version: d.Inquiry.Version, Text: text})
	Must(h.t, err)
	return h.Inquiry(d.Inquiry.Number)
}

package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func inquiryForm() models.InquiryForm {
	return models.InquiryForm{
		Asker: models.Asker{
			CompanyName: "見本商事株式会社", Department: "総務部", PersonName: "見本 太郎", Phone: "03-1234-5678",
			Email: "taro@customer.example.jp", Prefecture: "東京都", City: "千代田区",
		},
		ContractCompany: "見本商事(株)", ContractPerson: "見本 太郎", Identifier: "99999999", Text: "納品先を変更したい。", Language: models.Japanese,
	}
}

// inquire asks, and gives the inquiry with its thread.
func (h *house) inquire(changes ...func(*store.Asking)) store.InquiryDetail {
	h.t.Helper()
	a := store.Asking{Form: inquiryForm(), Token: string(rune('a' + h.numbers.Add(1))), Key: h.ring.CurrentKey()}
	for _, change := range changes {
		change(&a)
	}
	outbox, err := h.AskInquiry(h.t.Context(), models.Process, a)
	must(h.t, err)
	if outbox == 0 {
		h.t.Fatal("nothing is to be told")
	}
	list, _, err := h.Inquiries(h.t.Context(), store.InquiryFilter{}, store.Page{Limit: 1})
	must(h.t, err)
	return h.inquiry(list[0].Number)
}

func (h *house) inquiry(number string) store.InquiryDetail {
	h.t.Helper()
	d, err := h.InquiryDetail(h.t.Context(), number)
	must(h.t, err)
	return d
}

func (h *house) answer(d store.InquiryDetail, text string) store.InquiryDetail {
	h.t.Helper()
	_, err := h.AnswerInquiry(h.t.Context(), h.staff, decideOn(d, text))
	must(h.t, err)
	return h.inquiry(d.Inquiry.Number)
}

func decideOn(d store.InquiryDetail, text string) store.DecideInquiry {
	return store.DecideInquiry{Number: d.Inquiry.Number, Version: d.Inquiry.Version, Text: text}
}

func identifier(s string) func(*store.Asking) {
	return func(a *store.Asking) { a.Form.Identifier = s }
}

func TestAnInquiryIsMatchedWithContractAndOrder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, license := h.delivered(h.application(), h.sheet())
		d := h.inquire(identifier(license), func(a *store.Asking) { a.Form.QuotedNumber = "Re: 納品 " + o.OrderNumber + " ID" })
		equal(t, "matched", d.Contract != nil && d.Contract.LicenseID == license && d.Order != nil && d.OrderFits, true)
		equal(t, "delivered to", d.Delivery, "delivery@customer.example.jp")
		equal(t, "status", d.Inquiry.Status, models.InquiryOpen)
		equal(t, "acknowledged", len(d.Mails) == 1 && d.Mails[0].Kind == models.MailInquiryReceived && d.Mails[0].Recipient == "taro@customer.example.jp", true)
		none := h.inquire(func(a *store.Asking) { a.Form.QuotedNumber = "SHPC0000000" })
		equal(t, "matched with nothing", none.Contract == nil && none.Order == nil, true)
		equal(t, "acknowledged alike", len(none.Mails), 1)
		about, err := h.InquiriesAbout(t.Context(), o.ID, d.Contract.ID)
		must(t, err)
		equal(t, "about the order", len(about), 1)
		for _, query := range []string{d.Inquiry.Number, license, o.OrderNumber, d.Inquiry.Asker.Email, "みほん", "見本商事"} {
			n, err := h.CountInquiries(t.Context(), store.InquiryFilter{Query: query})
			must(t, err)
			if want := map[bool]int64{true: 2, false: 1}[query == "見本商事" || query == d.Inquiry.Asker.Email]; query != "みほん" && n != want {
				t.Errorf("%s finds %d, want %d", query, n, want)
			}
		}
		h.sound()
	})
}

func TestAnActivationCodeIsNotKept(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		contract, err := h.ContractByLicense(t.Context(), h.staff, license)
		must(t, err)
		code, err := h.ring.OpenCode(contract.Holdings[0])
		must(t, err)
		d := h.inquire(identifier(code), func(a *store.Asking) {
			a.CodeHash, a.Form.Text = h.ring.CodeHash(code), "コードは"+code+"です。"
		})
		equal(t, "matched by its hash", d.Contract != nil && d.Contract.LicenseID == license, true)
		db, err := h.DB()
		must(t, err)
		var text, form string
		must(t, db.QueryRowContext(t.Context(), "SELECT text FROM inquiry_messages").Scan(&text))
		must(t, db.QueryRowContext(t.Context(), "SELECT license_id || quoted_number || form_key FROM inquiries").Scan(&form))
		equal(t, "text", text, "コードは"+code[:2]+"-••••-•••••-•••••-•••••-•••••-•••••です。")
		equal(t, "license", len(form), 64)
	})
}

func TestAFormSentTwiceAsksOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		asking := store.Asking{Form: inquiryForm(), Token: "one", Key: 1}
		var told sync.Map
		var wg sync.WaitGroup
		for n := range 8 {
			wg.Go(func() {
				outbox, err := h.AskInquiry(t.Context(), models.Process, asking)
				if err != nil {
					t.Error(err)
				}
				if outbox != 0 {
					told.Store(n, outbox)
				}
			})
		}
		wg.Wait()
		n := 0
		told.Range(func(any, any) bool { n++; return true })
		equal(t, "told", n, 1)
		count, err := h.CountInquiries(t.Context(), store.InquiryFilter{})
		must(t, err)
		equal(t, "inquiries", count, 1)
		h.sound()
	})
}

func TestOfTwoAnswersAtOnceOneIsTaken(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		d := h.inquire()
		var wg sync.WaitGroup
		var mu sync.Mutex
		taken, refused := 0, 0
		for range 6 {
			wg.Go(func() {
				outbox, err := h.AnswerInquiry(t.Context(), h.staff, decideOn(d, "お答えします。"))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && outbox != 0:
					taken++
				case models.AsError(err).Code == "inquiry_changed":
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, "taken", taken, 1)
		equal(t, "refused", refused, 5)
		d = h.inquiry(d.Inquiry.Number)
		equal(t, "messages", len(d.Messages), 2)
		equal(t, "mails", len(d.Mails), 2)
		equal(t, "waits", d.Inquiry.WaitingSince == nil && d.Inquiry.Status == models.InquiryAnswered, true)
		h.sound()
	})
}

func TestAThreadFromQuestionToEnd(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		d := h.inquire()
		must(t, h.NoteInquiry(ctx, h.staff, d.Inquiry.Number, "電話済み"))
		must(t, h.AssignInquiry(ctx, h.staff, d.Inquiry.Number, h.staff.ID))
		equal(t, "a note is no decision", h.inquiry(d.Inquiry.Number).Inquiry.Version, 1)
		d = h.answer(d, "お答えします。")
		wantCode(t, h.ReopenInquiry(ctx, h.staff, decideOn(d, "")), models.KindConflict, "inquiry_state")
		wantField(t, h.CloseInquiry(ctx, h.staff, decideOn(d, " ")), "text", "required")
		wantCode(t, h.CloseInquiry(ctx, h.api, decideOn(d, "x")), models.KindForbidden, "staff_only")
		must(t, h.CloseInquiry(ctx, h.staff, decideOn(d, "解決済み")))
		d = h.inquiry(d.Inquiry.Number)
		_, err := h.AnswerInquiry(ctx, h.staff, decideOn(d, "もう一度"))
		wantCode(t, err, models.KindConflict, "inquiry_state")
		must(t, h.ReopenInquiry(ctx, h.staff, decideOn(d, "")))
		d = h.inquiry(d.Inquiry.Number)
		var kinds []models.InquiryMessageKind
		for _, m := range d.Messages {
			kinds = append(kinds, m.Kind)
			equal(t, "named", m.StaffName != "", !m.Kind.FromOutside())
		}
		sameList(t, "thread", kinds, []models.InquiryMessageKind{
			models.MessageAsked, models.MessageNote, models.MessageAnswer, models.MessageClosed, models.MessageReopened,
		})
		equal(t, "waits again", d.Inquiry.WaitingSince != nil && d.Inquiry.ClosedAt == nil, true)
		log, _, err := h.Audit(ctx, store.AuditFilter{Subject: "inquiry", SubjectID: d.Inquiry.ID}, store.Page{})
		must(t, err)
		equal(t, "audit entries", len(log), 6)
		h.sound()
	})
}

func TestAnAnswerThatDidNotArriveWaitsAgain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for _, outcome := range []models.MailStatus{models.MailSent, models.MailFailed, models.MailUnknown} {
			d := h.answer(h.inquire(), "お答えします。")
			h.send(d.Mails[1].ID, outcome)
			d = h.inquiry(d.Inquiry.Number)
			equal(t, string(outcome)+": answered", d.Inquiry.Status == models.InquiryAnswered, outcome == models.MailSent)
		}
		first := h.answer(h.inquire(), "一通目")
		second := h.answer(first, "二通目")
		h.send(first.Mails[1].ID, models.MailFailed)
		equal(t, "a newer answer is under way", h.inquiry(second.Inquiry.Number).Inquiry.Status, models.InquiryAnswered)
		h.sound()
	})
}

func TestOverdueInquiriesComeFirst(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		early := h.inquire()
		h.clock.pass(2 * day) // Friday: the second business day
		late := store.InquiryFilter{Overdue: true}
		n, err := h.CountInquiries(ctx, late)
		must(t, err)
		equal(t, "overdue on the last day", n, 0)
		h.clock.pass(day) // Saturday
		middle, third := h.inquire(), h.inquire()
		h.clock.pass(2 * day) // Monday
		n, err = h.CountInquiries(ctx, late)
		must(t, err)
		equal(t, "overdue", n, 1)
		// The middle one is answered and replied to: it waits since then.
		middle = h.answer(middle, "お答えします。")
		h.clock.pass(time.Minute)
		h.reply(middle, models.InquiryReply{Reference: middle.Inquiry.Number, Sender: middle.Inquiry.Asker.Email, ArrivalKey: "x"})
		var numbers []string
		page := store.Page{Limit: 1}
		for {
			list, next, err := h.Inquiries(ctx, store.InquiryFilter{Statuses: []models.InquiryStatus{models.InquiryOpen}}, page)
			must(t, err)
			numbers = append(numbers, list[0].Number)
			if page.Cursor = next; next == "" {
				break
			}
		}
		sameList(t, "order", numbers, []string{early.Inquiry.Number, third.Inquiry.Number, middle.Inquiry.Number})
		_, _, err = h.Inquiries(ctx, late, store.Page{Cursor: "?"})
		wantField(t, err, "cursor", "cursor_malformed")
	})
}

// reply receives a reply, with the ring deciding about signatures.
func (h *house) reply(d store.InquiryDetail, r models.InquiryReply) store.Landing {
	h.t.Helper()
	landed, err := h.ReceiveInquiryReply(h.t.Context(), r, h.ring.InquirySigned)
	must(h.t, err)
	return landed
}

func TestRepliesReachTheirThread(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		d := h.answer(h.inquire(), "お答えします。")
		signature, err := h.ring.InquirySignature(d.Inquiry)
		must(t, err)
		number, asker := d.Inquiry.Number, d.Inquiry.Asker.Email
		for _, try := range []struct {
			name string
			r    models.InquiryReply
			want store.Landing
		}{
			{"signed, from a colleague", models.InquiryReply{Address: number, Signature: signature, Sender: "other@customer.example.jp", ArrivalKey: "1", MessageID: "m1@x"}, store.LandingKept},
			{"the same again", models.InquiryReply{Address: number, Signature: signature, Sender: "other@customer.example.jp", ArrivalKey: "1", MessageID: "m1@x"}, store.LandingTwice},
			{"by way of a list", models.InquiryReply{Address: number, Signature: signature, ArrivalKey: "1b", MessageID: "m1@x", List: true}, store.LandingTwice},
			{"a mail program that gives one ID twice", models.InquiryReply{Address: number, Signature: signature, ArrivalKey: "2", MessageID: "m1@x"}, store.LandingKept},
			{"forged signature", models.InquiryReply{Address: number, Signature: "aaaaaaaaaaaaaaaa", Sender: asker, ArrivalKey: "3"}, store.LandingUnmatched},
			{"forged signature, subject and sender fit", models.InquiryReply{Address: number, Signature: "a", Reference: number, Sender: "TARO@customer.example.jp", ArrivalKey: "4"}, store.LandingKept},
			{"subject fits, sender does not", models.InquiryReply{Reference: number, Sender: "stranger@else.example", ArrivalKey: "5"}, store.LandingUnmatched},
			{"no such number", models.InquiryReply{Address: "IQ0000000", Signature: signature, Reference: "IQ0000000", Sender: asker, ArrivalKey: "6"}, store.LandingUnmatched},
			{"our own mail", models.InquiryReply{Address: number, Signature: signature, ArrivalKey: "7", MessageID: d.Mails[1].MessageID}, store.LandingOwn},
		} {
			equal(t, try.name, h.reply(d, try.r), try.want)
		}
		d = h.inquiry(number)
		equal(t, "messages", len(d.Messages), 5)
		equal(t, "mails", len(d.Mails), 2)
		equal(t, "waits", d.Inquiry.Status, models.InquiryOpen)
		must(t, h.CloseInquiry(t.Context(), h.staff, decideOn(d, "解決")))
		h.reply(d, models.InquiryReply{Reference: number, Sender: asker, ArrivalKey: "8", Text: "まだです。", Attachments: []string{"a.png", "b.pdf"}})
		d = h.inquiry(number)
		equal(t, "reopened", d.Inquiry.Status, models.InquiryOpen)
		last := d.Messages[len(d.Messages)-1]
		equal(t, "kept", last.Text+last.Attachments+string(last.MatchedBy), "まだです。a.png\nb.pdfsubject")
		h.sound()
	})
}

// The same mail delivered by several connections at once lands once.
func TestRepliesAtOnceLandOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		d := h.inquire()
		r := models.InquiryReply{Reference: d.Inquiry.Number, Sender: d.Inquiry.Asker.Email, ArrivalKey: "same"}
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if _, err := h.ReceiveInquiryReply(t.Context(), r, h.ring.InquirySigned); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, "messages", len(h.inquiry(d.Inquiry.Number).Messages), 2)
		h.sound()
	})
}

// A report that the newest answer did not arrive has the inquiry wait again; one
// about an earlier answer, a repeated one, a delay or the acknowledgement do not.
func TestAnAnswerThatBouncedWaitsAgain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		d := h.answer(h.inquire(), "お答えします。")
		number, answer := d.Inquiry.Number, d.Mails[1].ID
		for _, m := range d.Mails {
			h.send(m.ID, models.MailSent)
		}
		waits := func(when string, want bool) {
			t.Helper()
			i := h.inquiry(number).Inquiry
			equal(t, when+": waits", i.Status == models.InquiryOpen && i.WaitingSince != nil, want)
		}
		h.bounce(d.Mails[0].ID, models.BounceSoft, "5.2.2")
		waits("the acknowledgement bounced", false)
		h.bounce(answer, models.BounceDelayed, "4.4.1")
		waits("the answer is delayed", false)
		equal(t, "outbox", h.bounce(answer, models.BounceHard, "5.1.1").OutboxID, 0)
		waits("the answer bounced", true)
		d = h.inquiry(number)
		equal(t, "mail", string(d.Mails[1].Status)+" "+d.Mails[1].Reply, "failed bounced 5.1.1")
		log, _, err := h.Audit(t.Context(), store.AuditFilter{Subject: "inquiry", SubjectID: d.Inquiry.ID}, store.Page{Limit: 1})
		must(t, err)
		equal(t, "noted", log[0].Action, "inquiry_unsent")
		marks, _, err := h.AddressMarks(t.Context(), "taro@customer", store.Page{})
		must(t, err)
		equal(t, "address marked", len(marks), 1)
		equal(t, "of no order", marks[0].OrderNumber, "")
		must(t, h.CloseInquiry(t.Context(), h.staff, decideOn(d, "電話で回答")))
		h.bounce(answer, models.BounceHard, "5.1.1")
		equal(t, "reported again after it was closed", h.inquiry(number).Inquiry.Status, models.InquiryClosed)

		closed := h.answer(h.inquire(func(a *store.Asking) { a.Form.Asker.Email = "other@customer.example.jp" }), "お答えします。")
		h.send(closed.Mails[1].ID, models.MailSent)
		must(t, h.CloseInquiry(t.Context(), h.staff, decideOn(closed, "完了")))
		h.bounce(closed.Mails[1].ID, models.BounceSoft, "5.2.2")
		number = closed.Inquiry.Number
		waits("the last answer of a closed one bounced", true)
		second := h.answer(h.answer(h.inquiry(number), "二通目"), "三通目")
		h.send(second.Mails[2].ID, models.MailSent)
		h.bounce(second.Mails[2].ID, models.BounceSoft, "5.2.2")
		waits("an earlier answer bounced", false)
		h.sound()
	})
}

// A report and staff's next answer in the same moment: the inquiry never waits
// for what has been done, and never counts as answered by what did not arrive.
func TestABounceWhileStaffAnswerAgain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for range 5 {
			d := h.answer(h.inquire(), "一通目")
			first := d.Mails[1].ID
			h.send(first, models.MailSent)
			var refused error
			race(2, func(n int) {
				if n == 0 {
					h.bounce(first, models.BounceSoft, "5.2.2")
					return
				}
				_, refused = h.AnswerInquiry(t.Context(), h.staff, decideOn(d, "二通目"))
			})
			after := h.inquiry(d.Inquiry.Number).Inquiry.Status
			if refused == nil != (after == models.InquiryAnswered) {
				t.Errorf("the answer is refused with %v, and the inquiry is %s", refused, after)
			}
		}
		h.sound()
	})
}

package delivery_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// wish is a form for a resend that is filled in right.
func wish(reference string, changes ...string) url.Values {
	form := url.Values{
		"reference": {reference}, "end_user_name": {"見本商事株式会社"}, "asker.company_name": {"見本商事株式会社"},
		"asker.department": {"情報システム部"}, "asker.person_name": {"小林 菜々"}, "asker.phone": {"03-1234-5678"},
		"asker.email": {"kobayashi@customer.example.jp"}, "asker.prefecture": {"東京都"}, "asker.city": {"渋谷区"}, "resend_to": {""},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

func (v *visitor) askForResend(form url.Values) answer {
	v.t.Helper()
	return v.post("/delivery/resend", form)
}

func (h *house) resends() []models.Resend {
	h.t.Helper()
	list, _, err := h.store.Resends(h.t.Context(), store.ResendFilter{}, store.Page{Oldest: true})
	must(h.t, err)
	return list
}

// check does what the process does with a resend, and says what came of it.
func (h *house) check(r models.Resend) models.ResendStatus {
	h.t.Helper()
	progress, err := h.store.AdvanceResend(h.t.Context(), r.ID)
	must(h.t, err)
	return progress.Status
}

// link is the address that the mails about a resend hold.
func (h *house) link(r models.Resend) string {
	h.t.Helper()
	token, err := h.ring.ResendToken(r)
	must(h.t, err)
	return "/delivery/resend/" + r.ResendNumber + "/" + token
}

func TestResendIsTakenInAsTyped(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", newLine())
		v := h.visitor()
		for _, from := range []string{"/delivery/sign-in", "/delivery/password"} {
			equal(t, "links at "+from, v.get(from).doc.Find(`a[href="/delivery/resend"]`).Length(), 1)
		}
		told := h.told.Load()
		v.askForResend(wish(" "+p.number+" ", "resend_to", "delivery@customer.example.jp")).leadsTo("/delivery/resend/sent")
		equal(t, "told at once", h.told.Load()-told, 1)
		list := h.resends()
		equal(t, "resends", len(list), 1)
		r := list[0]
		equal(t, "source", r.Source, models.ResendByForm)
		equal(t, "reference", r.Reference, p.number)
		equal(t, "asker", r.Asker, models.Asker{
			CompanyName: "見本商事株式会社", Department: "情報システム部", PersonName: "小林 菜々", Phone: "03-1234-5678",
			Email: "kobayashi@customer.example.jp", Prefecture: "東京都", City: "渋谷区",
		})
		equal(t, "what comes of it", h.check(r), models.ResendApproved)
		equal(t, "password", h.shipment(p.number).PasswordVersion, 2)
		page := v.get("/delivery/resend/sent").want(http.StatusOK)
		contains(t, "the page", page.text("main"), "3営業日", "お問い合わせフォーム", "迷惑メール", "メーリングリスト")
	})
}

// Known and unknown numbers, names that fit and that do not: the same answer, and
// nothing is looked up before it is given.
func TestAskingForResendsIsAnsweredAlike(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	want := likeness(h.visitor().askForResend(wish("SHPC0000000")), "SHPC0000000")
	for i, form := range []url.Values{
		wish(p.number, "asker.email", "a@customer.example.jp"), wish(p.number, "end_user_name", "別の株式会社", "asker.email", "b@customer.example.jp"),
		wish("PO-1", "asker.email", "c@customer.example.jp"),
	} {
		if got := likeness(h.visitor().askForResend(form), p.number); got != want {
			t.Errorf("request %d is answered differently:\n%s\n--- instead of\n%s", i+1, got, want)
		}
	}
	equal(t, "password", h.shipment(p.number).PasswordVersion, 1)
	for _, r := range h.resends() {
		equal(t, "status", r.Status, models.ResendReceived)
	}
}

func TestWhatIsWrongWithAResendStandsAtItsFields(t *testing.T) {
	h := newHouse(t)
	v := h.visitor()
	empty := v.askForResend(url.Values{}).want(http.StatusUnprocessableEntity)
	equal(t, "wrong fields", empty.doc.Find(".field .wrong").Length(), 9) // all but the address to send to
	focused, _ := empty.doc.Find("[autofocus]").Attr("name")
	equal(t, "focus", focused, "reference")
	long := strings.Repeat("長", 3000)
	a := v.askForResend(wish("PO-1", "asker.email", "no address", "asker.phone", "電話", "asker.city", long, "asker.department", "<b>部</b>")).
		want(http.StatusUnprocessableEntity)
	var wrong []string
	a.doc.Find("[aria-invalid]").Each(func(_ int, s *goquery.Selection) { wrong = append(wrong, s.AttrOr("name", "")) })
	sameList(t, "wrong fields", wrong, []string{"asker.phone", "asker.email", "asker.city"})
	for field, typed := range map[string]string{
		"reference": "PO-1", "asker.email": "no address", "asker.department": "<b>部</b>", "asker.city": "", "asker.person_name": "小林 菜々",
	} {
		got, _ := a.doc.Find(`[name="` + field + `"]`).Attr("value")
		equal(t, field, got, typed)
	}
	chosen, _ := a.doc.Find(`[name="asker.prefecture"] option[selected]`).Attr("value")
	equal(t, "prefecture", chosen, "東京都")
	focused, _ = a.doc.Find("[autofocus]").Attr("name")
	equal(t, "focus", focused, "asker.phone")
	equal(t, "resends", len(h.resends()), 0)
	equal(t, "in English", v.get("/delivery/resend", "Accept-Language", "en").want(http.StatusOK).text("h1"), "Have the delivery mails sent again")
	v.post("/delivery/resend", wish("PO-1"), "Sec-Fetch-Site", "cross-site").want(http.StatusForbidden)
}

func TestResendsAreLimitedByClientAndByAsker(t *testing.T) {
	h := newHouse(t)
	v := h.visitor("203.0.113.9")
	for i := range 10 {
		v.askForResend(wish("PO-1", "asker.email", fmt.Sprintf("a%d@customer.example.jp", i))).leadsTo("/delivery/resend/sent")
	}
	a := v.askForResend(wish("PO-1", "asker.email", "new@customer.example.jp")).want(http.StatusTooManyRequests)
	typed, _ := a.doc.Find("#reference").Attr("value")
	equal(t, "reference kept", typed, "PO-1")
	for i := range 5 {
		h.visitor(fmt.Sprintf("203.0.113.%d", 20+i)).askForResend(wish("PO-1", "asker.email", "Same@customer.example.jp")).leadsTo("/delivery/resend/sent")
	}
	h.visitor("203.0.113.30").askForResend(wish("PO-1", "asker.email", "same@customer.example.jp")).want(http.StatusTooManyRequests)
	equal(t, "resends", len(h.resends()), 15)
	h.clock.pass(time.Hour + time.Second)
	v.askForResend(wish("PO-1", "asker.email", "same@customer.example.jp")).leadsTo("/delivery/resend/sent")
}

func TestFollowingAResend(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", newLine())
		v := h.visitor()
		v.askForResend(wish(p.number, "end_user_name", "別の名前株式会社")).leadsTo("/delivery/resend/sent")
		r := h.resends()[0]
		link := h.link(r)
		page := v.get(link).want(http.StatusOK)
		contains(t, "the page", page.text("main"), r.ResendNumber, "受付済み")
		equal(t, "referrer", page.header.Get("Referrer-Policy"), "no-referrer")
		contains(t, "robots", page.header.Get("X-Robots-Tag"), "noindex")
		equal(t, "what comes of it", h.check(r), models.ResendReviewing)
		page = v.get(link).want(http.StatusOK)
		contains(t, "the page", page.text("main"), "確認中")
		for _, secret := range []string{p.number, "見本商事", "delivery@customer.example.jp"} {
			if strings.Contains(page.text("main"), secret) {
				t.Errorf("the page shows %q", secret)
			}
		}
		v.post(link, url.Values{"answer": {"早く"}}).want(http.StatusConflict) // nobody asked

		staff := models.Actor{Kind: models.ActorStaff, ID: 1, Name: "山本 彩"}
		_, err := h.store.AskBackResend(t.Context(), staff, store.DecideResend{ResendNumber: r.ResendNumber, Note: "ご契約時の法人名をお知らせください。"})
		must(t, err)
		page = v.get(link).want(http.StatusOK)
		contains(t, "the page", page.text("main"), "ご回答をお待ちしています", "ご契約時の法人名をお知らせください。")
		if strings.Contains(page.text("main"), "山本") {
			t.Error("the page names staff")
		}
		equal(t, "at the answer", v.post(link, url.Values{"answer": {" "}}).want(http.StatusUnprocessableEntity).text("#answer-wrong"), "入力してください。")
		told := h.told.Load()
		v.post(link, url.Values{"answer": {"見本商事株式会社です。"}}).leadsTo(link + "?answered=1")
		equal(t, "told at once", h.told.Load()-told, 1)
		contains(t, "the page", v.get(link+"?answered=1").text("main"), "ご回答を受け付けました", "確認中")
		late := v.post(link, url.Values{"answer": {"もう一つ"}}).want(http.StatusConflict)
		contains(t, "the page", late.text("main"), "もう一つ", "送信されませんでした")

		_, err = h.store.RefuseResend(t.Context(), staff, store.DecideResend{ResendNumber: r.ResendNumber, Note: "ご契約を確認できませんでした。"})
		must(t, err)
		contains(t, "the page", v.get(link).text("main"), "再送できませんでした", "ご契約を確認できませんでした。")
	})
}

// Whatever is wrong with a link: one plain page.
func TestWrongLinksLookAlike(t *testing.T) {
	h := newHouse(t)
	v := h.visitor()
	v.askForResend(wish("PO-1")).leadsTo("/delivery/resend/sent")
	r := h.resends()[0]
	right := h.link(r)
	other := r
	other.LinkSalt += "x"
	var want string
	for i, link := range []string{
		right + "x", right[:len(right)-1], h.link(other), strings.Replace(right, r.ResendNumber, "RS0000000", 1), "/delivery/resend/RS0000000/x",
	} {
		got := v.get(link).want(http.StatusNotFound).text("main")
		if i == 0 {
			want = got
		}
		equal(t, link, got, want)
		equal(t, "answering "+link, v.post(link, url.Values{"answer": {"x"}}).want(http.StatusNotFound).text("main"), want)
	}
	v.get(strings.Replace(right, r.ResendNumber, strings.ToLower(r.ResendNumber), 1)).want(http.StatusOK)
}

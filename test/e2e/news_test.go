//go:build e2e

package e2e

import (
	"bytes"
	"net/http"
	netmail "net/mail"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// TestNews is an issue of Support Information in a real browser and both languages: subscribed in the portal, written,
// previewed and scheduled in the console, read in the mailbox, ended by one click, and found among the back numbers.
func TestNews(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		b := newBrowser(t, h.PublicURL)
		for _, language := range []string{"ja", "en"} {
			t.Run(language, func(t *testing.T) {
				r := &reader{member: &member{house: h, language: language, address: "reader+" + language + "@customer.example", password: "四角い窓 and a river " + language}}
				r.withAccount(t)
				r.tab = b.newTab(t, language)
				r.tab.open("/portal")
				r.signIn(r.password)
				r.subscribe()
				lead := b.newTab(t, language)
				lead.signIn(leadEmail, staffPassword, language)
				r.write(lead)
				r.send(t, lead)
				link := r.readMail(t)
				r.backNumber(t)
				r.unsubscribe(t, b, link)
			})
		}
	})
}

// reader is a contract's contact who wants to read Support Information.
type reader struct {
	*member
	number string
}

// newsTitles are what issues are called.
var newsTitles = map[string]string{"ja": "【重要】修正プログラムの公開について", "en": "Important: a fix is available"}

func (r *reader) subscribe() {
	r.tab.open("/portal/news")
	r.tab.twice("news-portal-empty", r.language)
	r.tab.press("#subscription button.go")
	r.tab.wants("#subscription", r.address)
}

// write writes an issue as staff do: half of it first, a link that cannot be one, the preview, and saves it.
func (r *reader) write(v *tab) {
	v.open("/console/news")
	v.press(".head a.go")
	v.fill("#title_ja", newsTitles["ja"])
	v.fill("#body_ja", "## 対象製品\n\n- Apex One\n- Deep Security\n\n[内部](/console)")
	v.press("button[value=preview]")
	v.wants(".newspreview", "Apex One")
	v.wants("#body_ja-wrong", "/console")
	v.picture("news-form-wrong." + r.language)
	v.fill("#body_ja", "## 対象製品\n\n- Apex One\n- Deep Security\n\n**お早めに**適用してください。詳しくは[サポートサイト](https://support.example.jp/kb/1)をご覧ください。")
	v.fill("#title_en", newsTitles["en"])
	v.fill("#body_en", "## Products\n\n- Apex One\n- Deep Security\n\nPlease install it **soon**. See the [support site](https://support.example.jp/kb/1).")
	v.press("button[value=preview]")
	v.wants(".newspreview", "お早めに", "Please install it")
	v.picture("news-preview." + r.language)
	v.press("button[value=save]")
	r.number = v.path()[strings.LastIndex(v.path(), "/")+1:]
}

// send has it go out: in Japanese at the next full minute, in English at once.
func (r *reader) send(t *testing.T, v *tab) {
	v.click("#act-test summary")
	v.press("#act-test button")
	r.awaitMail(t, leadEmail, "", newsTitles[r.language])
	if r.language == "ja" {
		at := time.Now().Add(65 * time.Second).In(models.Tokyo)
		v.click("#act-schedule summary")
		v.picture("news-schedule." + r.language)
		v.choose("#schedule-day", at.Format("2006-01-02"))
		v.choose("#schedule-time", at.Format("15:04"))
		v.press("#act-schedule button")
		v.wants("#about", at.Format("15:04"))
	} else {
		v.click("#act-now summary")
		v.press("#act-now button")
	}
	for deadline := time.Now().Add(2*time.Minute + stepDeadline); ; time.Sleep(200 * time.Millisecond) {
		d, err := r.store.NewsDetail(r.context(t), r.number)
		if err != nil {
			t.Fatal(err)
		}
		if d.Issue.Status == models.NewsSent {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the issue is %s", d.Issue.Status)
		}
	}
	v.open("/console/news/" + r.number)
	v.wants("#mails", r.address)
	v.picture("news-sent." + r.language)
	v.open("/console/news")
	v.picture("news-list." + r.language)
}

// readMail gives the link that ends the subscription.
func (r *reader) readMail(t *testing.T) string {
	t.Helper()
	m := r.awaitMail(t, r.address, "", newsTitles[r.language])
	if !strings.Contains(m.body.Text, "https://support.example.jp/kb/1") || !strings.Contains(m.body.Text, "/portal/news/"+r.number) {
		t.Errorf("the mail reads\n%s", m.body.Text)
	}
	head, err := netmail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatal(err)
	}
	if head.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("the mail's head is %v", head.Header)
	}
	return strings.Trim(head.Header.Get("List-Unsubscribe"), "<>")
}

// backNumber finds the issue by a word of its title and by its day, and reads it in both languages.
func (r *reader) backNumber(t *testing.T) {
	t.Helper()
	v := r.tab
	v.open("/portal/news")
	v.fill("#q", map[string]string{"ja": "修正プログラム", "en": "a FIX"}[r.language])
	v.press("form.filters button")
	v.twice("news-portal", r.language)
	v.press("#back-numbers a[href$='" + r.number + "']")
	v.wants("#issue", newsTitles[r.language], "Deep Security")
	v.twice("news-issue", r.language)
	other := map[string]string{"ja": "en", "en": "ja"}[r.language]
	v.press("a.switch")
	v.wants("#issue", newsTitles[other])
	v.press("a.switch")
}

// unsubscribe opens the link as a scanner does, which changes nothing, and posts as a mail program does.
func (r *reader) unsubscribe(t *testing.T, b *browser, link string) {
	t.Helper()
	wished := func() bool {
		s, err := r.store.SubscriptionTo(r.context(t), r.address, models.TopicNews)
		if err != nil {
			t.Fatal(err)
		}
		return s.Subscribed
	}
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	stranger := b.newTab(t, r.language)
	stranger.open(at.Path)
	stranger.twice("news-unsubscribe", r.language)
	if !wished() || strings.Contains(stranger.shown(), r.address) {
		t.Error("opening the link changed something, or names the address")
	}
	answer, err := http.PostForm(link, url.Values{"List-Unsubscribe": {"One-Click"}}) //nolint:noctx // the mail's own link
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // not read
	if answer.StatusCode != http.StatusOK || wished() {
		t.Errorf("one click is answered with %d", answer.StatusCode)
	}
	r.tab.open("/portal/news")
	if !r.tab.has("#subscription button.go") {
		t.Errorf("the portal says %s", r.tab.text("#subscription"))
	}
}

// TestNewsAfterAKill sends an issue to 2,000 while the worker is killed: everybody gets it once, but for those marked
// unknown, who may have got it or not.
func TestNewsAfterAKill(t *testing.T) {
	const readers = 2000
	shipped := profile.DefaultYAML()
	quick := bytes.Replace(shipped, []byte("news_per_second: 20\n"), []byte("news_per_second: 400\n"), 1)
	if bytes.Equal(quick, shipped) {
		t.Fatal("the profile that ships has no rate of news to change")
	}
	h := open(t, harness.Options{Profile: quick})
	db, err := h.store.DB()
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $1)
		INSERT INTO mail_subscriptions (address, topic, subscribed, link_salt, link_key, created_at)
		SELECT 'reader' || n || '@customer.example', 'news', true, 'salt' || n, 1, $2 FROM c`, readers, time.Now().UTC())
	if err != nil {
		t.Fatal(err)
	}
	issue, err := h.store.WriteNews(h.context(t), models.Process, models.NewsText{
		Title: models.Text{JA: "お知らせ", EN: "News"}, Body: models.Text{JA: "本文", EN: "Text"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.ScheduleNews(h.context(t), models.Process, store.DecideNews{Number: issue.Number}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	arrived := func() int { return len(h.Sink.Mailbox.Messages()) }
	until(t, "a third of the mails", func() (bool, string) { return arrived() > readers/3, "not yet" })
	if err := h.Worker.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := h.Worker.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var d store.NewsDetail
	for deadline := time.Now().Add(4 * time.Minute); d.Issue.Status != models.NewsSent; time.Sleep(300 * time.Millisecond) {
		if d, err = h.store.NewsDetail(h.context(t), issue.Number); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the issue is %s with %+v", d.Issue.Status, d.Counts)
		}
	}
	h.onceEach(t, d, readers)
}

// onceEach sets what the ledger says beside what arrived.
func (h *house) onceEach(t *testing.T, d store.NewsDetail, readers int) {
	t.Helper()
	got := map[string]int{}
	for _, m := range h.Sink.Mailbox.Messages() {
		got[m.To[0]]++
	}
	unknown, seen := 0, 0
	for page := (store.Page{Limit: store.MaxPage}); ; {
		list, next, err := h.store.NewsMails(h.context(t), d.Issue.ID, nil, "", page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			n := got[m.Recipient]
			if m.Status == models.MailUnknown {
				unknown++
			} else if m.Status != models.MailSent || n != 1 {
				t.Errorf("a mail that is %s arrived %d times", m.Status, n)
			}
			if n > 1 {
				t.Errorf("somebody got it %d times", n)
			}
		}
		if seen += len(list); next == "" {
			break
		}
		page.Cursor = next
	}
	if seen != readers || unknown == 0 || unknown > 120 {
		t.Errorf("of %d mails %d are unknown", seen, unknown)
	}
	broken, err := h.store.Invariants(h.context(t))
	if err != nil || len(broken) > 0 {
		t.Errorf("broken are %+v (%v)", broken, err)
	}
}

//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// TestNameChange is the way of a holder with a new name, in a real browser and both languages: from no password to a
// request with a document, through staff's question and decision, to the mail after it.
func TestNameChange(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		b := newBrowser(t, h.PublicURL)
		proof := filepath.Join(t.TempDir(), "登記.pdf")
		if err := os.WriteFile(proof, []byte("%PDF-1.7\nextract"), 0o600); err != nil {
			t.Fatal(err)
		}
		for i, language := range []string{"ja", "en"} {
			t.Run(language, func(t *testing.T) {
				n := &renamed{member: &member{house: h, language: language, address: "name+" + language + "@customer.example", password: "四角い窓 and a river " + language}}
				n.contract(t)
				n.license, n.holder = n.held(t)
				n.record(t, i)
				n.tab = b.newTab(t, language)
				n.getPassword(t)
				number := n.ask(t, proof)
				clerk := b.newTab(t, language)
				clerk.signIn(clerkEmail, staffPassword, language)
				n.review(t, clerk, number)
				n.answer(t)
				n.approve(t, clerk, number)
				n.told(t)
			})
		}
	})
}

// renamed is a contract's contact whose corporation has another name now.
type renamed struct {
	*member
	license, holder, name string
	number                models.CorporateNumber
}

// held gives the member's contract and what it calls its holder.
func (n *renamed) held(t *testing.T) (license, holder string) {
	t.Helper()
	list, _, err := n.store.Contracts(n.context(t), store.ContractFilter{Query: n.address}, store.Page{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d contracts of %s: %v", len(list), n.address, err)
	}
	return list[0].LicenseID, list[0].Holder.CompanyName
}

// record has the directory know that the holder's corporation changed its name.
func (n *renamed) record(t *testing.T, i int) {
	t.Helper()
	n.number, n.name = directory.SampleNumber(i), "株式会社みらい"+[]string{"検証", "見本"}[i]
	before := models.CorporateRecord{
		Number: n.number, Name: n.holder, Kana: "ケンショウ", Kind: "301", Process: models.ProcessRegistered, PrefectureCode: 13, PostalCode: "1500001",
		City: "渋谷区", Street: "神宮前1-1", ChangedOn: models.NewDate(2020, 4, 1), UpdatedOn: models.NewDate(2020, 4, 2), AssignedOn: models.NewDate(2015, 10, 5),
	}
	after := before
	after.Name, after.Kana, after.Process = n.name, "ミライケンショウ", models.ProcessNameChanged
	after.ChangedOn, after.UpdatedOn = models.NewDate(2026, 4, 1), models.NewDate(2026, 4, 3)
	_, err := n.store.ImportCorporations(n.context(t), store.CorporationImport{Lines: func(yield func(store.CorporateLine, error) bool) {
		_ = yield(store.CorporateLine{Record: before, Latest: true}, nil) && yield(store.CorporateLine{Record: after, Latest: true}, nil)
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func (n *renamed) picture(name string) { n.tab.twice("name-change-"+name, n.language) }

// ask searches for the new name, chooses it, sees what was forgotten, checks and sends.
func (n *renamed) ask(t *testing.T, proof string) (number string) {
	v, at := n.tab, "/portal/contracts/"+n.license+"/name-change"
	v.open(at)
	n.picture("none")
	v.press("main a.btn.go")
	n.picture("form")
	v.fill(field("name.find.name"), "みらい")
	v.press("button[value='name.find']")
	v.wants("ul.found", n.name, "渋谷区")
	n.picture("found")
	v.press("button[value='name.choose." + n.number.String() + "']")
	if got := v.value(field("name.company_name")); got != n.name {
		t.Errorf("the name chosen comes as %q", got)
	}
	v.press("button.go[value='check']")
	v.await("#name\\.reason-wrong")
	n.picture("wrong")
	v.choose(field("name.reason"), "rename")
	v.click(field("name.understood"))
	v.press("button.go[value='check']")
	v.wants("table.compare", n.holder, n.name)
	v.do("attach the extract", chromedp.SetUploadFiles(chromedp.CSS(field("name.attachments")), []string{proof}))
	n.picture("check")
	v.press("button[value='do']")
	n.at(t, at)
	v.wants("main", n.name, "登記.pdf")
	n.picture("received")
	words := map[string]string{"ja": "契約者名変更のお申し込みを受け付けました", "en": "Your name change was received"}[n.language]
	n.awaitMail(t, n.address, "", words)
	for _, text := range v.list("dl.facts dd.num") {
		if strings.HasPrefix(text, "NC") {
			return text
		}
	}
	t.Fatalf("the page shows no number: %s", v.text("main"))
	return ""
}

// review finds the request in the queue, with the evidence, and asks a question.
func (n *renamed) review(t *testing.T, clerk *tab, number string) {
	until(t, number+" in the queue", func() (bool, string) {
		clerk.open("/console/name-changes?status=accepted&status=reviewing&oldest=1")
		return strings.Contains(clerk.text("table[data-rows]"), number), clerk.text("main")
	})
	clerk.picture("name-changes." + n.language)
	clerk.open("/console")
	clerk.picture("today-name-changes." + n.language)
	clerk.open("/console/name-changes/" + number)
	clerk.wants("#names", n.holder, n.name, n.number.String(), "東京都渋谷区神宮前1-1")
	clerk.wants("#hints", n.number.String(), n.holder)
	clerk.wants("#files", "登記.pdf")
	clerk.picture("name-change." + n.language)
	clerk.click("#act-ask > summary")
	clerk.fill("#ask-note", "変更日をお知らせください。")
	clerk.picture("name-change-asking." + n.language)
	clerk.press("#act-ask form button")
	clerk.wants("#said", "変更日をお知らせください。")
}

// answer answers the question from its mail.
func (n *renamed) answer(t *testing.T) {
	letter := n.awaitMail(t, n.address, "変更日をお知らせください。", "")
	at := "/portal/contracts/" + n.license + "/name-change"
	if !strings.Contains(letter.body.Text, n.PublicURL+at) {
		t.Errorf("the question's mail leads nowhere:\n%s", letter.body.Text)
	}
	n.tab.open(at)
	n.tab.wants("blockquote", "変更日をお知らせください。")
	n.picture("question")
	n.tab.fill("#answer", "4月1日です。")
	n.tab.press("form[action='" + at + "/answer'] button")
	n.tab.wants("[role=status]", map[string]string{"ja": "ご回答を受け付けました", "en": "Your answer was received"}[n.language])
}

// approve changes the name.
func (n *renamed) approve(t *testing.T, clerk *tab, number string) {
	clerk.open("/console/name-changes/" + number)
	clerk.wants("#said", "4月1日です。")
	clerk.click("#act-approve > summary")
	clerk.press("#act-approve form button")
	until(t, "the name is changed", func() (bool, string) {
		clerk.open("/console/name-changes/" + number)
		return strings.Contains(clerk.text("#mails"), map[string]string{"ja": "審査結果", "en": "Result"}[n.language]), clerk.text("main")
	})
	clerk.picture("name-change-approved." + n.language)
	clerk.open("/console/search?q=" + n.license)
	clerk.wants("h1", n.name)
	clerk.picture("name-change-contract." + n.language)
}

// told reads the mail after the decision, and the portal's page.
func (n *renamed) told(t *testing.T) {
	words := map[string]string{"ja": "契約者名変更の審査結果のお知らせ", "en": "Result of the review of your name change"}[n.language]
	letter := n.awaitMail(t, n.address, "", words)
	for _, want := range []string{n.holder, n.name, n.license} {
		if !strings.Contains(letter.body.Text, want) {
			t.Errorf("the mail lacks %q:\n%s", want, letter.body.Text)
		}
	}
	n.tab.open("/portal/contracts/" + n.license + "/name-change")
	n.tab.wants(".pill.ok", map[string]string{"ja": "変更が完了しました", "en": "The name was changed"}[n.language])
	n.picture("approved")
}

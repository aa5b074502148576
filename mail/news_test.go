package mail

import (
	"html"
	"strings"
	"testing"
)

func newsSamples() []Data {
	d := News{
		Title: "脆弱性への対応について " + oddName, Body: NewsBody{html: "KB-1234", text: "KB-1234"},
		Link: "https://example.jp/portal/news/NW0000001", Unsubscribe: "https://example.jp/unsubscribe/7/abcdefghijklmnopqrstuvwx",
	}
	test := d
	test.Test, test.Unsubscribe = true, ""
	return []Data{d, test}
}

// The title is the subject, and what staff wrote is dressed as mails are.
func TestNewsInBothForms(t *testing.T) {
	body, err := NewNewsBody("## 対象\n\n- Apex One\n- <b>Deep</b> Security\n\n詳しくは[こちら](https://example.jp/kb/1)へ。")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []bool{false, true} {
		d := News{Title: "製品のお知らせ", Body: body, Link: "https://example.jp/portal/news/NW0000001", Test: test}
		for _, lang := range languages {
			c, err := newTestRenderer(t).Render(lang, d)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(c.Subject, "製品のお知らせ") || strings.Contains(c.Subject, "est") != (test && lang == "en") {
				t.Errorf("the subject is %q", c.Subject)
			}
			if !strings.Contains(c.HTML, `<h3 style="margin:`) || !strings.Contains(c.HTML, `<a href="https://example.jp/kb/1" rel="noopener noreferrer" style="color:`) ||
				strings.Contains(c.HTML, "<b>") || !strings.Contains(html.UnescapeString(c.HTML), "<b>Deep</b> Security") {
				t.Errorf("the page is\n%s", c.HTML)
			}
			for _, want := range []string{"■ 対象\n\n- Apex One\n- <b>Deep</b> Security\n\n詳しくはこちら <https://example.jp/kb/1>へ。", "/portal/news/NW0000001"} {
				if !strings.Contains(c.Text, want) {
					t.Errorf("the text lacks %q:\n%s", want, c.Text)
				}
			}
			checkNothingLeftOver(t, d.Kind(), lang, c)
		}
	}
}

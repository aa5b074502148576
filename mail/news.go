package mail

import (
	"html/template"

	"github.com/todoke/todoke/markdown"
)

// The kinds of Support Information: an issue, and a test of it to staff.
const (
	KindNews     Kind = "news"
	KindNewsTest Kind = "news_test"
)

// News is an issue of Support Information to one subscriber, or to staff as a test.
type News struct {
	Title       string
	Body        NewsBody
	Link        string // its page among the back numbers
	Unsubscribe string // empty in a test
	Test        bool
}

// NewsBody is what an issue says in one language, in both forms of a mail. It is made
// once for all of its recipients.
type NewsBody struct {
	html template.HTML
	text string
}

// HTML is the form with headings and links.
func (b NewsBody) HTML() template.HTML { return b.html }

// Text is the plain form.
func (b NewsBody) Text() string { return b.text }

// NewNewsBody makes both forms of a text in Markdown.
func NewNewsBody(text string) (NewsBody, error) {
	html, err := markdown.HTML(text, newsStyle)
	return NewsBody{html: html, text: markdown.Plain(text)}, err
}

// newsStyle dresses an issue as other mails are.
func newsStyle(element string) string { return string(styles[newsStyles[element]]) }

var newsStyles = map[string]string{
	"h2": "newsh2", "h3": "newsh2", "h4": "h2", "p": "p", "ul": "list", "li": "item", "blockquote": "said", "hr": "rule", "a": "link",
}

// Kind names the mail.
func (d News) Kind() Kind {
	if d.Test {
		return KindNewsTest
	}
	return KindNews
}
func (News) subject() subject { return subject{} }

// titled is a mail whose subject is its own title: {title} in the pattern.
type titled interface{ title() string }

func (d News) title() string { return d.Title }

func titleOf(d Data) string {
	if t, ok := d.(titled); ok {
		return t.title()
	}
	return ""
}

// newsSubjects are the patterns that hold where the profile gives none.
func newsSubjects() Subjects {
	return Subjects{
		KindNews:     {JA: "【{company}】{title}", EN: "[{company}] {title}"},
		KindNewsTest: {JA: "【テスト配信】{title}", EN: "[Test] {title}"},
	}
}

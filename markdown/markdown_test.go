package markdown_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/todoke/todoke/markdown"
	"pgregory.net/rapid"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"一行目\n二行目":                                      "<p>一行目<br>\n二行目</p>",
		"# 見出し":                                         "<h2>見出し</h2>",
		"##### 小さい":                                     "<h4>小さい</h4>",
		"区切り\n---\n次":                                   "<p>区切り</p>\n<hr>\n<p>次</p>",
		"    字下げ":                                       "<pre><code>字下げ\n</code></pre>",
		"- 一\n- 二":                                      "<ul>\n<li>一</li>\n<li>二</li>\n</ul>",
		"**重要** と `code`":                               "<p><strong>重要</strong> と <code>code</code></p>",
		"<script>alert(1)</script>":                     "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
		"<div>\n<b>x</b>\n</div>":                       "<p>&lt;div&gt;<br>\n&lt;b&gt;x&lt;/b&gt;<br>\n&lt;/div&gt;</p>",
		"[x](https://a.example/?q=1&r=2)":               `<p><a href="https://a.example/?q=1&amp;r=2" rel="noopener noreferrer">x</a></p>`,
		"https://a.example/kb を参照":                      `<p><a href="https://a.example/kb" rel="noopener noreferrer">https://a.example/kb</a> を参照</p>`,
		"<https://a.example>":                           `<p><a href="https://a.example" rel="noopener noreferrer">https://a.example</a></p>`,
		"[m](mailto:desk@a.example)":                    `<p><a href="mailto:desk@a.example" rel="noopener noreferrer">m</a></p>`,
		"[x](javascript:alert(1))":                      "<p>x</p>",
		"[x](javascript&colon;alert(1))":                "<p>x</p>",
		"[x](/console)":                                 "<p>x</p>",
		"[x](https://a.example@b.example/)":             "<p>x</p>",
		"<javascript:alert(1)>":                         "<p>javascript:alert(1)</p>",
		"[x](data:text/html;base64,PHNjcmlwdD4)":        "<p>x</p>",
		"![代わりの文字](https://a.example/t.png)":            "<p>代わりの文字</p>",
		"[![x](https://a.example/t.png)](javascript:a)": "<p>x</p>",
	} {
		got, err := markdown.HTML(source, nil)
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(string(got)) != want {
			t.Errorf("%q becomes\n%s\nwant\n%s", source, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	source := "# 概要\n\n本日、**新版**を\n公開しました。[こちら](https://a.example/x)、https://a.example/y\n\n" +
		"1. 一\n2. 二\n   続き\n   - 中\n\n> 引用\n> です\n\n---\n\n```\nsetup.exe /q\n```\n\n3 \\* 4 &amp; <b>5</b> [m](mailto:a@b.example)"
	want := "■ 概要\n\n本日、新版を\n公開しました。こちら <https://a.example/x>、https://a.example/y\n\n" +
		"1. 一\n2. 二\n   続き\n   - 中\n\n> 引用\n> です\n\n────────────────────\n\n    setup.exe /q\n\n3 * 4 & <b>5</b> m <a@b.example>"
	if got := markdown.Plain(source); got != want {
		t.Errorf("it reads\n%s\nwant\n%s", got, want)
	}
}

func TestLostLinks(t *testing.T) {
	t.Parallel()
	lost := markdown.LostLinks("[a](https://a.example) [b](/b) ![c](https://a.example/c.png) <javascript:x>")
	if strings.Join(lost, " ") != "/b https://a.example/c.png" {
		t.Errorf("lost are %v", lost)
	}
}

// Whatever is typed, the page has no element and no attribute beyond the few that
// Markdown makes, and no link that leads elsewhere.
func TestNothingDangerousComesThrough(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"[", "](", ")", "!", "<", ">", "script", "javascript:", "javascript&colon;", "https://a.example/", "onclick=", "\"", "'", "&lt;", "&#x3c;", "img src=x onerror=alert(1)",
		"\n", "\n\n", "# ", "- ", "> ", "```", "`", "**", "\\", "data:text/html,", "mailto:a@b.example", "style=", " ", "{.x}", "ア", "\x00", "]: ", "www.a.example",
	}
	allowed := map[string]string{
		"p": "", "h2": "", "h3": "", "h4": "", "ul": "", "ol": "start", "li": "", "blockquote": "", "hr": "", "br": "", "pre": "", "code": "class",
		"strong": "", "em": "", "a": "href rel", "html": "", "head": "", "body": "",
	}
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 30).Draw(t, "source"), "")
		page, err := markdown.HTML(source, nil)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(page)))
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			attributes, known := allowed[goquery.NodeName(s)]
			if !known {
				t.Fatalf("%q makes a %s:\n%s", source, goquery.NodeName(s), page)
			}
			for _, a := range s.Nodes[0].Attr {
				if !strings.Contains(attributes, a.Key) || a.Key == "" {
					t.Fatalf("%q makes the attribute %s:\n%s", source, a.Key, page)
				}
			}
			if href, is := s.Attr("href"); is && !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") && !strings.HasPrefix(href, "mailto:") {
				t.Fatalf("%q leads to %s", source, href)
			}
		})
		markdown.Plain(source)
	})
}

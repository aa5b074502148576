// Package markdown turns what staff write into pages, mails and plain text. What they
// type is Markdown without the parts that surprise or endanger: raw HTML is text like
// any other, images become their description, links lead to http, https and mailto
// only, a line break stays one, and a line of hyphens is a rule and makes no heading.
package markdown

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// engine may be used by many goroutines at once.
var engine = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200), util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400), util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700), util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100), util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300), util.Prioritized(parser.NewEmphasisParser(), 500),
		),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)),
	goldmark.WithExtensions(extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}))),
	goldmark.WithRendererOptions(html.WithHardWraps()),
)

// Style gives the style attribute of an element such as "p" or "h2"; empty for none.
// Mails need it, because mail programs drop style sheets.
type Style func(element string) string

// HTML gives the text as HTML. Headings begin below the title's. Style may be nil.
func HTML(source string, style Style) (template.HTML, error) {
	src := []byte(source)
	doc := read(src)
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			decorate(n, style)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := engine.Renderer().Render(&out, src, doc); err != nil {
		return "", fmt.Errorf("markdown: %w", err)
	}
	return template.HTML(out.String()), nil //nolint:gosec // raw HTML is not parsed, and links are checked
}

// decorate sets what an element carries besides its text.
func decorate(n ast.Node, style Style) {
	element := ""
	switch n := n.(type) {
	case *ast.Heading:
		n.Level = min(n.Level+1, lowestHeading)
		element = fmt.Sprintf("h%d", n.Level)
	case *ast.Paragraph:
		element = "p"
	case *ast.List:
		element = "ul"
	case *ast.ListItem:
		element = "li"
	case *ast.Blockquote:
		element = "blockquote"
	case *ast.ThematicBreak:
		element = "hr"
	case *ast.CodeSpan:
		element = "code"
	case *ast.Link, *ast.AutoLink:
		element = "a"
		n.SetAttributeString("rel", []byte("noopener noreferrer"))
	}
	if style == nil || element == "" {
		return
	}
	if s := style(element); s != "" {
		n.SetAttributeString("style", []byte(s))
	}
}

const lowestHeading = 4

// read parses a text and takes out what is not wanted.
func read(src []byte) ast.Node {
	doc := engine.Parser().Parse(text.NewReader(src))
	var unwanted []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		switch n := n.(type) {
		case *ast.Image:
			if !entering {
				unwanted = append(unwanted, n)
			}
		case *ast.Link:
			if !entering && !leads(string(n.Destination)) {
				unwanted = append(unwanted, n)
			}
		case *ast.AutoLink:
			if !entering && n.AutoLinkType == ast.AutoLinkURL && !leads(string(n.URL(src))) {
				unwanted = append(unwanted, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range unwanted {
		unwrap(n, src)
	}
	return doc
}

// unwrap puts what an element holds in its place.
func unwrap(n ast.Node, src []byte) {
	parent := n.Parent()
	if link, ok := n.(*ast.AutoLink); ok {
		parent.InsertBefore(parent, n, ast.NewString(link.Label(src)))
	}
	for child := n.FirstChild(); child != nil; child = n.FirstChild() {
		parent.InsertBefore(parent, n, child)
	}
	parent.RemoveChild(parent, n)
}

// leads says whether a link may stay one.
func leads(destination string) bool {
	u, err := url.Parse(destination)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != "" && u.User == nil
	case "mailto":
		return u.Opaque != ""
	}
	return false
}

// LostLinks gives the links of a text that will be none, for whoever writes it.
func LostLinks(source string) []string {
	src := []byte(source)
	var lost []string
	_ = ast.Walk(engine.Parser().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			if !leads(string(n.Destination)) {
				lost = append(lost, string(n.Destination))
			}
		case *ast.Image:
			lost = append(lost, string(n.Destination))
		}
		return ast.WalkContinue, nil
	})
	return lost
}

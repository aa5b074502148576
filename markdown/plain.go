package markdown

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// Plain gives the text as people write it in a mail without HTML: headings under a
// mark, lists with dots, links with their address behind.
func Plain(source string) string {
	src := []byte(source)
	p := plain{src: src}
	return strings.TrimSpace(strings.Join(p.blocks(read(src)), "\n\n"))
}

type plain struct{ src []byte }

const rule = "────────────────────"

// blocks gives the text of each block below a node.
func (p plain) blocks(parent ast.Node) []string {
	var list []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			list = append(list, "■ "+p.inline(n))
		case *ast.List:
			list = append(list, p.list(n))
		case *ast.Blockquote:
			list = append(list, indented(strings.Join(p.blocks(n), "\n\n"), "> ", "> "))
		case *ast.ThematicBreak:
			list = append(list, rule)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			list = append(list, indented(strings.TrimRight(p.lines(n), "\n"), "    ", "    "))
		default:
			list = append(list, p.inline(n))
		}
	}
	return list
}

func (p plain) list(l *ast.List) string {
	var items []string
	number := l.Start
	for n := l.FirstChild(); n != nil; n = n.NextSibling() {
		mark := "- "
		if l.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		items = append(items, indented(strings.Join(p.blocks(n), "\n"), mark, strings.Repeat(" ", len(mark))))
	}
	return strings.Join(items, "\n")
}

// indented puts something before the first line of a text, and something before the others.
func indented(s, first, others string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if i == 0 {
			lines[i] = first + line
		} else {
			lines[i] = strings.TrimRight(others+line, " ")
		}
	}
	return strings.Join(lines, "\n")
}

func (p plain) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.Write(segment.Value(p.src))
	}
	return b.String()
}

// said gives a piece of text without the signs that only Markdown reads.
func (p plain) said(n *ast.Text) []byte {
	value := n.Segment.Value(p.src)
	if _, code := n.Parent().(*ast.CodeSpan); code || n.IsRaw() {
		return value
	}
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
}

// inline gives the running text below a node.
func (p plain) inline(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			b.Write(p.said(n))
			if n.HardLineBreak() || n.SoftLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.CodeSpan:
			b.WriteString(p.inline(n))
		case *ast.AutoLink:
			b.Write(n.Label(p.src))
		case *ast.Link:
			label, to := p.inline(n), strings.TrimPrefix(string(n.Destination), "mailto:")
			b.WriteString(label)
			if label != to {
				b.WriteString(" <" + to + ">")
			}
		default:
			b.WriteString(p.inline(n))
		}
	}
	return b.String()
}

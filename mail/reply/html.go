package reply

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// textOf gives a page's text as it would be read aloud: blocks on lines of their
// own, quotations behind >, no markup, and no addresses behind links.
func textOf(page string) string {
	w := &writer{}
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return w.b.String()
		case html.TextToken:
			w.text(string(tokens.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			w.open(atom.Lookup(name))
		case html.EndTagToken:
			name, _ := tokens.TagName()
			w.close(atom.Lookup(name))
		}
	}
}

type writer struct {
	b       strings.Builder
	quotes  int
	unseen  atom.Atom // inside of what is not shown, until it ends
	exact   int       // inside of pre
	started bool      // something stands on this line
	space   bool      // one is due before the next word
}

// deepestQuote bounds how many marks a line gets.
const deepestQuote = 5

func (w *writer) open(a atom.Atom) {
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Template:
		if w.unseen == 0 {
			w.unseen = a
		}
	case atom.Br:
		w.line()
	case atom.Blockquote:
		w.fresh()
		w.quotes++
	case atom.Pre:
		w.fresh()
		w.exact++
	case atom.Td, atom.Th:
		w.space = w.started
	case atom.P, atom.Div, atom.Tr, atom.Li, atom.Ul, atom.Ol, atom.Table, atom.Hr, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.fresh()
	}
}

func (w *writer) close(a atom.Atom) {
	switch a {
	case w.unseen:
		w.unseen = 0
	case atom.Blockquote:
		w.fresh()
		w.quotes = max(0, w.quotes-1)
	case atom.Pre:
		w.fresh()
		w.exact = max(0, w.exact-1)
	case atom.P, atom.Div, atom.Tr, atom.Li, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.fresh()
	}
}

// fresh begins a line unless the present one is empty.
func (w *writer) fresh() {
	if w.started {
		w.line()
	}
}

func (w *writer) line() {
	w.b.WriteByte('\n')
	w.started, w.space = false, false
}

func (w *writer) text(s string) {
	if w.unseen != 0 {
		return
	}
	if w.exact > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				w.line()
			}
			w.word(line)
		}
		return
	}
	w.space = w.space || w.started && startsWithSpace(s)
	for i, word := range strings.Fields(s) {
		w.space = w.space || i > 0
		w.word(word)
	}
	w.space = w.space || w.started && s != "" && startsWithSpace(s[len(s)-1:])
}

func startsWithSpace(s string) bool { return strings.TrimLeft(s, " \t\r\n") != s }

func (w *writer) word(s string) {
	if s == "" {
		return
	}
	if !w.started && w.quotes > 0 {
		w.b.WriteString(strings.Repeat(">", min(w.quotes, deepestQuote)) + " ")
	}
	if w.started && w.space {
		w.b.WriteByte(' ')
	}
	w.started, w.space = true, false
	w.b.WriteString(s)
}

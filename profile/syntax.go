package profile

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// node is a piece of YAML with its line: all that the decoder wants to know.
type node struct {
	kind    nodeKind
	line    int
	text    string // of a scalar, as written
	entries []entry
	items   []*node
}

// entry is a key of a mapping with its value. A key that is no plain text has no name.
type entry struct {
	name  string
	line  int
	value *node
}

type nodeKind int

const (
	scalarNode nodeKind = iota
	nullNode
	mappingNode
	listNode
	oddNode // an anchor, alias or tag
)

// maxDepth bounds how deep brackets and dashes may be nested: a profile needs
// five, and the parser recurses. Brackets in texts count too, which are balanced
// but for a few.
const maxDepth = 100

// root parses the text and gives its one document's node, or nil with a problem.
func (d *decoder) root(content []byte) *node {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !d.readable(content) {
		return nil
	}
	file, err := parser.ParseBytes(content, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		line, detail := 1, "unreadable"
		if syntax, ok := errors.AsType[*yaml.SyntaxError](err); ok {
			line, detail = lineOf(syntax.Token), syntax.Message
		}
		d.add(line, "", "syntax", "detail", detail)
		return nil
	}
	var bodies []ast.Node
	for _, document := range file.Docs {
		if document.Body != nil {
			bodies = append(bodies, document.Body)
		}
	}
	switch len(bodies) {
	case 0:
		d.add(1, "", "empty")
		return nil
	case 1:
		return nodeOf(bodies[0])
	}
	d.add(lineOf(bodies[1].GetToken()), "", "one_document")
	return nil
}

// readable refuses what the parser should not be given. Other line breaks than
// LF and CR LF would also make its lines differ from an editor's.
func (d *decoder) readable(content []byte) bool {
	if len(content) > maxFileSize {
		d.add(1, "", "too_large", "max", strconv.Itoa(maxFileSize))
		return false
	}
	before := len(d.problems)
	line, open := 0, 0
	for text := range strings.SplitSeq(string(content), "\n") {
		line++
		text = strings.TrimSuffix(text, "\r")
		open += strings.Count(text, "[") + strings.Count(text, "{")
		open = max(0, open-strings.Count(text, "]")-strings.Count(text, "}"))
		switch {
		case !utf8.ValidString(text):
			d.add(line, "", "not_utf8")
		case hasControl(strings.ReplaceAll(text, "\t", " ")):
			d.add(line, "", "control_characters")
		case open+strings.Count(text, "- ")+strings.Count(text, "? ") > maxDepth:
			d.add(line, "", "too_deep", "max", strconv.Itoa(maxDepth))
			return false
		}
	}
	return len(d.problems) == before
}

func nodeOf(n ast.Node) *node {
	out := &node{line: lineOf(n.GetToken())}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = mappingNode
		for _, pair := range n.Values {
			out.entries = append(out.entries, entryOf(pair))
		}
	case *ast.MappingValueNode:
		out.kind, out.entries = mappingNode, []entry{entryOf(n)}
	case *ast.SequenceNode:
		out.kind = listNode
		for _, item := range n.Values {
			out.items = append(out.items, nodeOf(item))
		}
	case *ast.NullNode:
		out.kind = nullNode
	case *ast.StringNode:
		out.text = n.Value
	case *ast.LiteralNode:
		out.text = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.text = n.GetToken().Value
	default:
		out.kind = oddNode
	}
	return out
}

func entryOf(pair *ast.MappingValueNode) entry {
	e := entry{line: lineOf(pair.Key.GetToken()), value: nodeOf(pair.Value)}
	if name, ok := pair.Key.(*ast.StringNode); ok {
		e.name = name.Value
	}
	return e
}

func lineOf(t *token.Token) int {
	if t == nil || t.Position == nil {
		return 1
	}
	return max(1, t.Position.Line)
}

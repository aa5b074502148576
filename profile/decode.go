package profile

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/todoke/todoke/models"
	"gopkg.in/yaml.v3"
)

// decoder puts YAML into structs. Unlike the library's own it goes on after a
// problem, refuses unknown and repeated keys, demands every key whose field has
// no default tag, and remembers the line of every field for later checks.
type decoder struct {
	problems []Problem
	lines    map[string]int
}

// fieldRule is what a struct field's tags say about the value under it.
type fieldRule struct {
	emptyAllowed bool
	multiline    bool
}

func (d *decoder) add(line int, field, code string, params ...string) {
	d.problems = append(d.problems, newProblem(line, field, code, params...))
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, path string, rule fieldRule) {
	d.lines[path] = n.Line
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		d.add(n.Line, path, "no_anchors_or_tags")
		return
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		d.add(n.Line, path, "empty")
		return
	}
	if isScalar(v) {
		d.scalar(n, v, path, rule)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v, path, rule)
	case reflect.Map:
		d.dictionary(n, v, path, rule)
	default:
		d.list(n, v, path, rule)
	}
}

func isScalar(v reflect.Value) bool {
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return true
	}
	return v.Kind() != reflect.Struct && v.Kind() != reflect.Map && v.Kind() != reflect.Slice
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string, rule fieldRule) {
	if n.Kind != yaml.MappingNode {
		d.add(n.Line, path, "not_a_mapping")
		return
	}
	given := d.keys(n, path)
	var known []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		key := field.Tag.Get("yaml")
		if key == "" {
			continue
		}
		known = append(known, key)
		below := fieldRule{multiline: rule.multiline || field.Tag.Get("multiline") == "true"}
		fallback, optional := field.Tag.Lookup("default")
		below.emptyAllowed = optional && fallback == ""
		switch child, ok := given[key]; {
		case ok:
			d.value(child, v.Field(i), join(path, key), below)
		case optional:
			d.fallback(n.Line, fallback, v.Field(i), join(path, key), below)
		default:
			d.add(n.Line, join(path, key), "missing")
		}
	}
	for key, child := range given {
		if !slices.Contains(known, key) {
			d.add(child.Line, join(path, key), "unknown_key", "known", strings.Join(known, ", "))
		}
	}
}

// fallback decodes what the default tag says as if it stood in the file.
func (d *decoder) fallback(line int, text string, v reflect.Value, path string, rule fieldRule) {
	if text == "" {
		d.lines[path] = line
		return
	}
	node := func(s string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Line: line}
	}
	if v.Kind() != reflect.Slice {
		d.value(node(text), v, path, rule)
		return
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Line: line}
	for item := range strings.SplitSeq(text, ",") {
		list.Content = append(list.Content, node(item))
	}
	d.value(list, v, path, rule)
}

// keys gives a mapping's values by key and refuses keys that are repeated or no plain text.
func (d *decoder) keys(n *yaml.Node, path string) map[string]*yaml.Node {
	given := make(map[string]*yaml.Node, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, child := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Value == "" || key.Anchor != "" || hasControl(key.Value) {
			d.add(key.Line, path, "not_a_key")
			continue
		}
		if _, twice := given[key.Value]; twice {
			d.add(key.Line, join(path, key.Value), "given_twice")
			continue
		}
		given[key.Value] = child
	}
	return given
}

func (d *decoder) dictionary(n *yaml.Node, v reflect.Value, path string, rule fieldRule) {
	if n.Kind != yaml.MappingNode {
		d.add(n.Line, path, "not_a_mapping")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for key, child := range d.keys(n, path) {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(child, item, join(path, key), rule)
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, path string, rule fieldRule) {
	if n.Kind != yaml.SequenceNode {
		d.add(n.Line, path, "not_a_list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, child := range n.Content {
		d.value(child, v.Index(i), at(path, i), rule)
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string, rule fieldRule) {
	if n.Kind != yaml.ScalarNode {
		d.add(n.Line, path, "not_a_value")
		return
	}
	if code, params := setScalar(v, n.Value, rule); code != "" {
		d.add(n.Line, path, code, params...)
	}
}

// setScalar puts text into v and gives the code of what is wrong with it, or nothing.
func setScalar(v reflect.Value, text string, rule fieldRule) (code string, params []string) {
	switch target := v.Addr().Interface().(type) {
	case *models.Date:
		// Strict where the type's own reading forgives what databases add.
		date, err := models.ParseDate(text)
		*target = date
		return codeIf(err != nil, "not_a_date")
	case encoding.TextUnmarshaler:
		if err := target.UnmarshalText([]byte(text)); err != nil {
			return "malformed", []string{"detail", err.Error()}
		}
		return "", nil
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(text == "true")
		return codeIf(text != "true" && text != "false", "not_a_bool")
	case reflect.Int, reflect.Int64:
		number, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(number)
		return codeIf(err != nil, "not_a_number")
	default:
		v.SetString(text)
		return stringProblem(text, rule), nil
	}
}

func codeIf(wrong bool, code string) (string, []string) {
	if wrong {
		return code, nil
	}
	return "", nil
}

func stringProblem(text string, rule fieldRule) string {
	checked := text
	if rule.multiline {
		checked = strings.ReplaceAll(text, "\n", " ")
	}
	switch {
	case strings.TrimSpace(text) == "" && !rule.emptyAllowed:
		return "empty"
	case hasControl(checked):
		// A line break would reach mail headers, a direction mark would forge what is shown.
		return "control_characters"
	}
	return ""
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') ||
			(r >= '\u2066' && r <= '\u2069') || r == unicode.ReplacementChar
	})
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

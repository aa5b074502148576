package profile

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/todoke/todoke/models"
)

// decoder puts YAML into structs. Unlike the library's own decoder it goes on after a
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

// addAt reports a problem at the line of a field that was met already.
func (d *decoder) addAt(path, code string, params ...string) {
	d.add(d.lines[path], path, code, params...)
}

func (d *decoder) value(n *node, v reflect.Value, path string, rule fieldRule) {
	if _, ok := d.lines[path]; !ok {
		d.lines[path] = n.line
	}
	switch n.kind {
	case oddNode:
		d.addAt(path, "no_anchors_or_tags")
		return
	case nullNode:
		d.addAt(path, "empty")
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

func (d *decoder) structure(n *node, v reflect.Value, path string, rule fieldRule) {
	if n.kind != mappingNode {
		d.addAt(path, "not_a_mapping")
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
			d.fallback(d.lines[path], fallback, v.Field(i), join(path, key), below)
		default:
			d.add(d.lines[path], join(path, key), "missing")
		}
	}
	for key := range given {
		if !slices.Contains(known, key) {
			d.addAt(join(path, key), "unknown_key", "known", strings.Join(known, ", "))
		}
	}
}

// fallback decodes what the default tag says as if it stood in the file.
func (d *decoder) fallback(line int, text string, v reflect.Value, path string, rule fieldRule) {
	if text == "" {
		d.lines[path] = line
		return
	}
	if v.Kind() != reflect.Slice {
		d.value(&node{line: line, text: text}, v, path, rule)
		return
	}
	list := &node{kind: listNode, line: line}
	for item := range strings.SplitSeq(text, ",") {
		list.items = append(list.items, &node{line: line, text: item})
	}
	d.value(list, v, path, rule)
}

// keys gives a mapping's values by key and refuses keys that are repeated or no plain text.
func (d *decoder) keys(n *node, path string) map[string]*node {
	given := make(map[string]*node, len(n.entries))
	for _, e := range n.entries {
		if strings.TrimSpace(e.name) == "" || hasControl(e.name) {
			d.add(e.line, path, "not_a_key")
			continue
		}
		if _, twice := given[e.name]; twice {
			d.add(e.line, join(path, e.name), "given_twice")
			continue
		}
		given[e.name] = e.value
		// The key's line and not its value's, which may stand far below.
		d.lines[join(path, e.name)] = e.line
	}
	return given
}

func (d *decoder) dictionary(n *node, v reflect.Value, path string, rule fieldRule) {
	if n.kind != mappingNode {
		d.addAt(path, "not_a_mapping")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for key, child := range d.keys(n, path) {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(child, item, join(path, key), rule)
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
}

func (d *decoder) list(n *node, v reflect.Value, path string, rule fieldRule) {
	if n.kind != listNode {
		d.addAt(path, "not_a_list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, child := range n.items {
		d.value(child, v.Index(i), at(path, i), rule)
	}
}

func (d *decoder) scalar(n *node, v reflect.Value, path string, rule fieldRule) {
	if n.kind != scalarNode {
		d.addAt(path, "not_a_value")
		return
	}
	if code, params := setScalar(v, n.text, rule); code != "" {
		d.addAt(path, code, params...)
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

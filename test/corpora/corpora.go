// Package corpora is input to try: bad input, which must be refused clearly and leave nothing behind, and input that
// is good but looks odd, which must arrive everywhere as it was typed. The input itself is data; what is too large or
// no text is made here.
package corpora

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed data
var data embed.FS

// Case is one way to spoil a body that is fine. Either Raw is the body as it goes over the wire, or Set and Remove
// change fields of the good one.
type Case struct {
	Name   string         `json:"name"`
	Raw    *string        `json:"raw,omitempty"`
	Set    map[string]any `json:"set,omitempty"`    // by path: lines[0].quantity; a JSON text where it begins with "json:"
	Remove []string       `json:"remove,omitempty"` // by path
	// Status and Code are the problem's; Fields are the wrong fields with their codes, all of them.
	Status int               `json:"status"`
	Code   string            `json:"code"`
	Fields map[string]string `json:"fields,omitempty"`
}

// Bad lists the cases that spoil a body of one kind: "application", "order", "replace" or "cancel". The second list
// is what spoils any body.
func Bad(kind string) (cases []Case, err error) {
	for _, name := range []string{"any", kind} {
		content, err := data.ReadFile("data/bad_" + name + ".json")
		if err != nil {
			return nil, err
		}
		var some []Case
		if err := json.Unmarshal(content, &some); err != nil {
			return nil, fmt.Errorf("bad_%s.json: %w", name, err)
		}
		cases = append(cases, some...)
	}
	return append(cases, made()...), nil
}

// made are the cases that no text file can hold.
func made() []Case {
	raw := func(name, body string, status int, code string) Case {
		return Case{Name: name, Raw: &body, Status: status, Code: code}
	}
	const megabytes10 = 10 << 20
	return []Case{
		raw("invalid UTF-8", "{\"po_number\":\"\xff\xfe\"}", 400, "body_not_utf8"),
		raw("overlong UTF-8", "{\"po_number\":\"\xc0\xaf\"}", 400, "body_not_utf8"),
		raw("a surrogate in UTF-8", "{\"po_number\":\"\xed\xa0\x80\"}", 400, "body_not_utf8"),
		raw("Shift-JIS", "{\"po_number\":\"\x93\xfa\x96\x7b\"}", 400, "body_not_utf8"),
		raw("UTF-16", "\xff\xfe{\x00}\x00", 400, "body_not_utf8"),
		raw("a byte-order mark", "\ufeff{}", 400, "malformed_json"),
		raw("10 MB in one text", `{"po_number":"`+strings.Repeat("あ", megabytes10/3)+`"}`, 413, "body_too_large"),
		raw("10 MB of white space", strings.Repeat(" ", megabytes10), 413, "body_too_large"),
		raw("10 MB of list", `{"lines":[`+strings.Repeat("{},", megabytes10/3)+`{}]}`, 413, "body_too_large"),
		raw("nested lists without end", strings.Repeat("[", 200_000), 400, "malformed_json"),
		raw("nested lists", strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000), 400, "malformed_json"),
		raw("nested objects", strings.Repeat(`{"contract":`, 50_000)+"1"+strings.Repeat("}", 50_000), 400, "malformed_json"),
		raw("a number of 100,000 digits", `{"months":`+strings.Repeat("9", 100_000)+"}", 422, "invalid_input"),
		raw("100,000 unknown fields", manyFields(100_000/2), 422, "invalid_input"),
	}
}

func manyFields(n int) string {
	var b strings.Builder
	b.WriteString("{")
	for i := range n {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `"x%d":0`, i)
	}
	return b.String() + "}"
}

// Spoil gives the body of a case: the good one, given as what encodes to JSON, changed.
func (c Case) Spoil(good any) ([]byte, error) {
	if c.Raw != nil {
		return []byte(*c.Raw), nil
	}
	encoded, err := json.Marshal(good)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		return nil, err
	}
	for path, value := range c.Set {
		if text, ok := value.(string); ok {
			if exact, isJSON := strings.CutPrefix(text, "json:"); isJSON {
				value = json.RawMessage(exact)
			}
		}
		if err := change(tree, path, func(in map[string]any, name string) { in[name] = value }); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	for _, path := range c.Remove {
		if err := change(tree, path, func(in map[string]any, name string) { delete(in, name) }); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return json.Marshal(tree)
}

// change applies a function to the object that holds the last name of a path.
func change(tree any, path string, apply func(in map[string]any, name string)) error {
	steps := strings.Split(strings.ReplaceAll(path, "[", ".["), ".")
	for i, step := range steps {
		object, isObject := tree.(map[string]any)
		if i == len(steps)-1 && isObject {
			apply(object, step)
			return nil
		}
		if index, ok := strings.CutPrefix(step, "["); ok {
			list, isList := tree.([]any)
			n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if !isList || err != nil || n >= len(list) {
				return fmt.Errorf("there is no %s", path)
			}
			tree = list[n]
			continue
		}
		if tree = object[step]; tree == nil {
			return fmt.Errorf("there is no %s", path)
		}
	}
	return fmt.Errorf("there is no %s", path)
}

// Odd is a name that looks odd and is good.
type Odd struct {
	What    string `json:"what"`
	Company string `json:"company"`
	Person  string `json:"person"`
	Street  string `json:"street"`
	Note    string `json:"note"` // a communication with the same characters
}

// OddNames lists them.
func OddNames() ([]Odd, error) {
	content, err := data.ReadFile("data/odd_names.json")
	if err != nil {
		return nil, err
	}
	var names []Odd
	if err := json.Unmarshal(content, &names); err != nil {
		return nil, fmt.Errorf("odd_names.json: %w", err)
	}
	return append(names, Odd{
		What: "300 characters", Company: "株式会社" + strings.Repeat("長", 296), Person: strings.Repeat("名", 300),
		Street: strings.Repeat("番", 300), Note: strings.Repeat("長い文。", 500),
	}), nil
}

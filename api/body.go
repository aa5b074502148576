package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/todoke/todoke/models"
)

// body is a JSON request body, read strictly: what the API does not know is
// refused instead of dropped, and every field of a wrong type is named.
type body struct {
	tree  any
	wrong []models.FieldError
}

// readBody parses raw and fills into, a pointer to a struct of the API's DTOs.
// It fails where there is no JSON object at all. Fields that are unknown or of a
// wrong type are left empty and reported by body.errors, together with what the
// domain's rules say of the rest.
func readBody(raw []byte, into any) (body, error) {
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return body{}, models.NewError(models.KindInvalid, codeBodyMissing)
	case !utf8.Valid(raw):
		return body{}, models.NewError(models.KindInvalid, codeBodyNotUTF8)
	}
	var b body
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&b.tree); err != nil {
		return body{}, malformed(err, decoder.InputOffset())
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return body{}, malformed(nil, decoder.InputOffset())
	}
	if _, ok := b.tree.(map[string]any); !ok {
		return body{}, models.Invalid(models.Field("body", "expected_object"))
	}
	b.fill(reflect.ValueOf(into).Elem(), b.tree, "")
	return b, nil
}

func malformed(err error, offset int64) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	}
	return models.NewError(models.KindInvalid, codeMalformed, "position", strconv.FormatInt(offset, 10))
}

// hash is the SHA-256 of the body in canonical form: members sorted by name, no
// white space, every character and number written in one way. So a client that
// serialises the same order again in another order of members repeats it.
func (b body) hash() (string, error) {
	canonical, err := json.Marshal(b.tree)
	if err != nil {
		return "", models.Internal(fmt.Errorf("canonical body: %w", err))
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

// add reports one more field that cannot be read.
func (b *body) add(field, code string) {
	b.wrong = append(b.wrong, models.Field(field, code))
}

// errors merges what could not be read with what the domain's rules say. A rule
// that speaks of a field that could not be read only saw it empty and is left out.
func (b body) errors(rules []models.FieldError) error {
	all := b.wrong
	for _, f := range rules {
		if !b.unread(f.Field) {
			all = append(all, f)
		}
	}
	if all == nil {
		return nil
	}
	return models.Invalid(all...)
}

func (b body) unread(field string) bool {
	for _, w := range b.wrong {
		rest, under := strings.CutPrefix(field, w.Field)
		if under && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// fill puts a JSON value into a DTO. A null is a field not given.
func (b *body) fill(into reflect.Value, value any, path string) {
	if value == nil {
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		before := len(b.wrong)
		b.fill(into.Elem(), value, path)
		if len(b.wrong) > before && into.Elem().Kind() != reflect.Struct {
			into.SetZero()
		}
	case reflect.Struct:
		b.fillObject(into, value, path)
	case reflect.Slice:
		b.fillList(into, value, path)
	case reflect.String:
		if text, ok := value.(string); ok {
			into.SetString(text)
		} else {
			b.add(path, "expected_text")
		}
	case reflect.Bool:
		if yes, ok := value.(bool); ok {
			into.SetBool(yes)
		} else {
			b.add(path, "expected_true_or_false")
		}
	case reflect.Int, reflect.Int64:
		b.fillInteger(into, value, path)
	default:
		panic("no DTO has fields of kind " + into.Kind().String())
	}
}

func (b *body) fillObject(into reflect.Value, value any, path string) {
	object, ok := value.(map[string]any)
	if !ok {
		b.add(path, "expected_object")
		return
	}
	known := fieldsOf(into.Type())
	for _, name := range sortedNames(object) {
		index, ok := known[name]
		if !ok {
			b.add(join(path, shown(name)), "unknown_field")
			continue
		}
		b.fill(into.FieldByIndex(index), object[name], join(path, name))
	}
}

func (b *body) fillList(into reflect.Value, value any, path string) {
	list, ok := value.([]any)
	if !ok {
		b.add(path, "expected_list")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item == nil {
			b.add(at, "expected_object")
			continue
		}
		b.fill(into.Index(i), item, at)
	}
}

// fillInteger takes whole numbers as JSON writes them. A fraction or an exponent
// is refused even where its value is whole: money and quantities are never
// computed in floating point, on either side.
func (b *body) fillInteger(into reflect.Value, value any, path string) {
	number, ok := value.(json.Number)
	if !ok || strings.ContainsAny(number.String(), ".eE") {
		b.add(path, "expected_integer")
		return
	}
	n, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || into.OverflowInt(n) {
		b.add(path, "number_too_large")
		return
	}
	into.SetInt(n)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// maxShownName bounds how much of an unknown field's name is named back.
const maxShownName = 60

// shown makes a client's field name fit to be read in an error.
func shown(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, name)
	if utf8.RuneCountInString(name) > maxShownName {
		return string([]rune(name)[:maxShownName]) + "…"
	}
	return name
}

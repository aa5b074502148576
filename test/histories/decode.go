// Package histories reads what Temporal keeps of processes down to the last
// payload, and looks in it for what must not be there. Histories hold payloads
// in base64, and failures, memos, heartbeats and summaries beside the events'
// own fields, so searching the JSON text finds nothing: everything is decoded.
package histories

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Text is one text of a history after decoding, with the place it stands in.
type Text struct {
	EventID int64  // 0 for what Temporal tells beside the events
	Place   string // the fields on the way to it, as in "workflow_execution_failed_event_attributes.failure.message"
	Value   string
	Payload bool // it is data of ours, not one of Temporal's own fields
	Opaque  bool // it is in an encoding that cannot be read; Value names that
}

// Texts gives every text of a history: all string and byte fields of all events,
// and all payloads decoded, each JSON string and key by itself.
func Texts(h History) []Text {
	var all []Text
	for _, event := range h.Events {
		w := walker{event: event.GetEventId()}
		w.message(event.ProtoReflect(), nil)
		all = append(all, w.found...)
	}
	if h.Description != nil {
		w := walker{}
		w.message(h.Description.ProtoReflect(), []string{"description"})
		all = append(all, w.found...)
	}
	return all
}

// walker goes through one message. It knows no event types: whatever a newer
// server adds is walked through as well.
type walker struct {
	event int64
	found []Text
}

func (w *walker) add(path []string, value string, payload bool) {
	if value != "" {
		w.found = append(w.found, Text{EventID: w.event, Place: strings.Join(path, "."), Value: value, Payload: payload})
	}
}

func (w *walker) message(m protoreflect.Message, path []string) {
	if payload, ok := m.Interface().(*commonpb.Payload); ok {
		w.payload(payload, path)
		return
	}
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		here := slices.Concat(path, []string{string(field.Name())})
		switch {
		case field.IsList():
			for i := range value.List().Len() {
				w.value(field, value.List().Get(i), append(here, fmt.Sprint(i)))
			}
		case field.IsMap():
			value.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
				w.add(append(here, "key"), key.String(), true)
				w.value(field.MapValue(), value, append(here, key.String()))
				return true
			})
		default:
			w.value(field, value, here)
		}
		return true
	})
	// What this program's API does not know yet still has bytes.
	w.add(append(path[:len(path):len(path)], "unknown"), printable(m.GetUnknown()), true)
}

func (w *walker) value(field protoreflect.FieldDescriptor, value protoreflect.Value, path []string) {
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		w.message(value.Message(), path)
	case protoreflect.StringKind:
		w.add(path, value.String(), false)
	case protoreflect.BytesKind:
		w.add(path, printable(value.Bytes()), false)
	default: // numbers and enums hold no text
	}
}

func (w *walker) payload(p *commonpb.Payload, path []string) {
	for name, value := range p.GetMetadata() {
		w.add(append(path[:len(path):len(path)], "metadata", name), printable(value), true)
	}
	data := slices.Concat(path, []string{"data"})
	switch encoding := string(p.GetMetadata()[converter.MetadataEncoding]); encoding {
	case converter.MetadataEncodingNil:
	case converter.MetadataEncodingJSON, converter.MetadataEncodingProtoJSON:
		w.json(p.GetData(), data)
	case converter.MetadataEncodingBinary, converter.MetadataEncodingProto, "":
		w.add(data, printable(p.GetData()), true)
	default: // compressed or encrypted: nobody can say what is in it
		w.found = append(w.found, Text{
			EventID: w.event, Place: strings.Join(data, "."), Value: encoding, Payload: true, Opaque: true,
		})
	}
}

// json adds every string and key by itself, so that escapes do not hide one, and
// the text as it stands, for what spans several.
func (w *walker) json(data []byte, path []string) {
	w.add(path, printable(data), true)
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err == nil {
		w.jsonValue(value, path)
	}
}

func (w *walker) jsonValue(value any, path []string) {
	switch v := value.(type) {
	case string:
		w.add(path, v, true)
		// Byte slices stand in JSON as base64.
		if raw, err := base64.StdEncoding.DecodeString(v); err == nil {
			w.add(append(path[:len(path):len(path)], "base64"), printable(raw), true)
		}
	case []any:
		for i, element := range v {
			w.jsonValue(element, append(path[:len(path):len(path)], fmt.Sprint(i)))
		}
	case map[string]any:
		for key, element := range v {
			w.add(append(path[:len(path):len(path)], "key"), key, true)
			w.jsonValue(element, append(path[:len(path):len(path)], key))
		}
	}
}

// printable gives bytes as text; what is no UTF-8 is left out, the rest stays findable.
func printable(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

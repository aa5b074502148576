package api

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

var dtoFields sync.Map // reflect.Type → map[string][]int

// fieldsOf gives a DTO's fields by their names in JSON, those of embedded DTOs
// among them. Names are compared exactly, unlike in encoding/json.
func fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := dtoFields.Load(t); ok {
		if fields, ok := known.(map[string][]int); ok {
			return fields
		}
	}
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			fields[name] = f.Index
		}
	}
	dtoFields.Store(t, fields)
	return fields
}

// sortedNames gives an object's members in a fixed order, so that the same body
// makes the same errors.
func sortedNames(object map[string]any) []string {
	return slices.Sorted(maps.Keys(object))
}

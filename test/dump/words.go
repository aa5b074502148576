// Package dump takes apart what an installation leaves behind (the rows and the file of its database, the logs of its
// processes, the histories of its workflows) and looks in it for words that must not stand there in the clear.
package dump

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Words are secrets that a test run has seen, each with what it is. They may be added from any goroutine.
type Words struct {
	mu sync.Mutex
	of map[string]string
}

// shortest is the length of a word, in bytes, that stands nowhere by chance.
const shortest = 8

// Add notes a secret: "password", "link", say. What is too short to be told from other text is left out.
func (w *Words) Add(kind, word string) {
	if word = strings.TrimSpace(word); len(word) < shortest {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.of == nil {
		w.of = map[string]string{}
	}
	if _, known := w.of[word]; !known {
		w.of[word] = kind
	}
}

// AddAll notes what other has.
func (w *Words) AddAll(other *Words) {
	for word, kind := range other.all() {
		w.Add(kind, word)
	}
}

func (w *Words) all() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.of)
}

// List gives the words of the kinds, sorted; all of them without a kind.
func (w *Words) List(kinds ...string) []string {
	var list []string
	for word, kind := range w.all() {
		if len(kinds) == 0 || slices.Contains(kinds, kind) {
			list = append(list, word)
		}
	}
	slices.Sort(list)
	return list
}

// String counts them: "12 codes, 3 links".
func (w *Words) String() string {
	counts := map[string]int{}
	for _, kind := range w.all() {
		counts[kind]++
	}
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d of %s", counts[kind], kind))
	}
	return strings.Join(parts, ", ")
}

// Search finds many words at once, whatever the case of their letters and also as base64, hexadecimal, as part of a
// URL, and without the hyphens that people read codes by.
type Search struct {
	starts map[[start]byte][]needle
}

// start is how many bytes of a word lead to it.
const start = 6

type needle struct{ text, word, kind string }

// Find is a word that stands where it must not.
type Find struct{ Kind, Word string }

// Search prepares for the words as they are now.
func (w *Words) Search() *Search {
	s := &Search{starts: map[[start]byte][]needle{}}
	for word, kind := range w.all() {
		for _, form := range forms(word) {
			text := string(lower([]byte(form)))
			key := [start]byte([]byte(text))
			s.starts[key] = append(s.starts[key], needle{text, word, kind})
		}
	}
	return s
}

// forms are the ways in which a word may stand.
func forms(word string) []string {
	all := []string{
		word, hex.EncodeToString([]byte(word)), url.QueryEscape(word), url.PathEscape(word), strings.ReplaceAll(word, "-", ""),
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		// In the middle of a longer text it begins at another bit, and its last character holds what follows.
		for before := range 3 {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + word))
			encoded = strings.TrimRight(encoded, "=")
			all = append(all, encoded[[]int{0, 2, 3}[before]:len(encoded)-1])
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(form string) bool { return len(form) < shortest })
}

// In gives each word that stands in the content, once.
func (s *Search) In(content []byte) []Find {
	text := lower(content)
	var found []Find
	for at := 0; at+start <= len(text); at++ {
		for _, n := range s.starts[[start]byte(text[at:at+start])] {
			if len(text)-at >= len(n.text) && string(text[at:at+len(n.text)]) == n.text && !slices.Contains(found, Find{n.kind, n.word}) {
				found = append(found, Find{n.kind, n.word})
			}
		}
	}
	return found
}

// lower folds the letters of ASCII and leaves every other byte where it is: the content need not be text.
func lower(content []byte) []byte {
	folded := make([]byte, len(content))
	for i, b := range content {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		folded[i] = b
	}
	return folded
}

package histories

import (
	"fmt"
	"strings"

	"golang.org/x/text/width"
)

// Finding is a forbidden word in a history, or a payload that cannot be read.
type Finding struct {
	WorkflowID string
	RunID      string
	EventID    int64
	Place      string
	Word       string // the forbidden word; empty when the payload cannot be read
}

// String says where it stands without repeating what stands around it.
func (f Finding) String() string {
	what := fmt.Sprintf("holds %q", f.Word)
	if f.Word == "" {
		what = "cannot be read"
	}
	return fmt.Sprintf("%s event %d: %s %s", f.WorkflowID, f.EventID, f.Place, what)
}

// Scan looks for forbidden words in everything that the histories hold. Width and
// case make no difference. A payload in an encoding that cannot be read is a
// finding too: it could hide anything.
func Scan(histories []History, forbidden []string) []Finding {
	words := make(map[string]string, len(forbidden))
	for _, word := range forbidden {
		if folded := fold(word); folded != "" {
			words[folded] = word
		}
	}
	var findings []Finding
	for _, h := range histories {
		find := func(t Text, word string) {
			findings = append(findings, Finding{WorkflowID: h.WorkflowID, RunID: h.RunID, EventID: t.EventID, Place: t.Place, Word: word})
		}
		for _, t := range Texts(h) {
			if t.Opaque {
				find(t, "")
				continue
			}
			text := fold(t.Value)
			for folded, word := range words {
				if strings.Contains(text, folded) {
					find(t, word)
				}
			}
		}
	}
	return findings
}

func fold(s string) string { return strings.ToLower(width.Fold.String(strings.TrimSpace(s))) }

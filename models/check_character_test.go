package models

import (
	"strings"
	"testing"
)

// A published number: the GRid A1-2425G-ABC1234002-M of the recording industry
// ends in the check character of the same standard.
func TestCheckCharacterOfAKnownNumber(t *testing.T) {
	t.Parallel()
	if c := checkCharacter("A12425GABC1234002"); c != 'M' {
		t.Errorf("the check character is %c, want M", c)
	}
}

// Of exchanged neighbours the standard's hybrid systems catch nearly all, not
// all: what has been read so far, together with the two characters, decides.
// Every case there is: 36 of 22,680 slip through.
func TestCheckCharacterCatchesNearlyAllExchanges(t *testing.T) {
	t.Parallel()
	before := map[byte]string{} // a beginning for every state that one can leave
	for _, a := range numberAlphabet {
		for _, b := range numberAlphabet {
			text := string(a) + string(b)
			before[checkCharacter(text)] = text
		}
	}
	if len(before) != len(numberAlphabet) {
		t.Fatalf("%d states were reached", len(before))
	}
	all, missed := 0, 0
	for _, beginning := range before {
		for i, a := range numberAlphabet {
			for _, b := range numberAlphabet[i+1:] {
				all++
				if checkCharacter(beginning+string(a)+string(b)) == checkCharacter(beginning+string(b)+string(a)) {
					missed++
				}
			}
		}
	}
	if all != 36*36*35/2 || missed != 36 {
		t.Errorf("%d of %d exchanges are missed", missed, all)
	}
}

func TestCheckCharacterCatchesEveryWrongCharacter(t *testing.T) {
	t.Parallel()
	body := "7KQ2M9XHT6B1RW8Z3PD5CV0" // 23 characters
	for place := range body {
		for _, other := range numberAlphabet {
			changed := body[:place] + string(other) + body[place+1:]
			if (checkCharacter(changed) == checkCharacter(body)) != strings.EqualFold(changed, body) {
				t.Errorf("%s and %s have one check character", changed, body)
			}
		}
	}
}

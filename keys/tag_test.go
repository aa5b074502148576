package keys

import (
	"strings"
	"testing"
)

// TestTags signs numbers and reads them back, folded, forged, under old keys and other purposes.
func TestTags(t *testing.T) {
	t.Parallel()
	one, err := Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := Generate(2)
	if err != nil {
		t.Fatal(err)
	}
	old, err := Parse(one)
	if err != nil {
		t.Fatal(err)
	}
	both, err := Parse(one + "," + two)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Parse(two)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := old.Tag("bounce", 4711)
	if err != nil {
		t.Fatal(err)
	}
	if len(tag) != len("4711.")+16 {
		t.Errorf("the tag is %s", tag)
	}
	for _, accepted := range []string{tag, strings.ToUpper(tag)} {
		if id, ok := both.TagID("bounce", accepted); !ok || id != 4711 {
			t.Errorf("%s gives %d, %v", accepted, id, ok)
		}
	}
	_, signature, _ := strings.Cut(tag, ".")
	for _, forged := range []string{"4712." + signature, "4711.", "4711", "", ".", "-4711." + signature, "4711." + signature[:15], tag + "a", "x." + signature} {
		if _, ok := both.TagID("bounce", forged); ok {
			t.Errorf("%q is accepted", forged)
		}
	}
	if _, ok := both.TagID("reply", tag); ok {
		t.Error("another purpose accepts the tag")
	}
	if _, ok := other.TagID("bounce", tag); ok {
		t.Error("a ring without the key accepts the tag")
	}
}

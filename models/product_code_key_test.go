package models_test

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"golang.org/x/text/width"
	"pgregory.net/rapid"
)

// However a product's code is typed, with its prefix or without, it is looked up as the same; what is not one of that
// product is never taken for one.
func TestProductCodesWithAndWithoutPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := mathrand.NewChaCha8([32]byte{byte(rapid.Uint16().Draw(t, "seed")), byte(rapid.Uint16().Draw(t, "seed"))})
		code, err := models.NewActivationCode(random, "SO")
		if err != nil {
			t.Fatal(err)
		}
		want, ok := models.ActivationCodeKey(code)
		if !ok {
			t.Fatalf("%s is no code", code)
		}
		typed := code
		if rapid.Bool().Draw(t, "without its prefix") {
			typed = strings.TrimPrefix(typed, "SO-")
		}
		if rapid.Bool().Draw(t, "without hyphens") {
			typed = strings.ReplaceAll(typed, "-", "")
		}
		if rapid.Bool().Draw(t, "lower case") {
			typed = strings.ToLower(typed)
		}
		if rapid.Bool().Draw(t, "full width") {
			typed = width.Widen.String(typed)
		}
		typed = rapid.SampledFrom([]string{"", " ", "　"}).Draw(t, "before") + typed + rapid.SampledFrom([]string{"", " ", "\n"}).Draw(t, "after")
		if got, ok := models.ProductCodeKey(typed, "SO"); !ok || got != want {
			t.Fatalf("%q is looked up as %q (%v), want %q", typed, got, ok, want)
		}
		if got, ok := models.ProductCodeKey(code, "OS"); ok {
			t.Fatalf("%q of another product is taken for %q", code, got)
		}
		at := rapid.IntRange(0, len(want)-1).Draw(t, "slip at")
		slip := rapid.SampledFrom(strings.Split("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "")).Draw(t, "slip")
		if slipped := want[:at] + slip + want[at+1:]; slipped != want {
			if got, ok := models.ProductCodeKey(slipped, "SO"); ok {
				t.Fatalf("%q with a slip is taken for %q", slipped, got)
			}
		}
	})
	for _, typed := range []string{"", "SO", "SO-", strings.Repeat("A", 10_000), "日本語", "SO-1234-12345-12345-12345-12345-12345"} {
		if got, ok := models.ProductCodeKey(typed, "SO"); ok {
			t.Errorf("%.50q is taken for %q", typed, got)
		}
	}
}

func TestPatternTokensAreTakenApart(t *testing.T) {
	handle, err := models.NewPatternHandle(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token := models.PatternToken{Handle: handle}.Token("se-cret_")
	if h, secret, ok := models.SplitPatternToken(token); !ok || h != handle || secret != "se-cret_" {
		t.Errorf("%q is taken apart as %q, %q, %v", token, h, secret, ok)
	}
	for _, bad := range []string{"", "-", handle, handle + "-", "short-secret", "-" + token} {
		if _, _, ok := models.SplitPatternToken(bad); ok {
			t.Errorf("%q is taken for a token", bad)
		}
	}
	for name, want := range map[string]int{"": 1, " ": 1, "a\nb": 1, strings.Repeat("あ", 101): 1, strings.Repeat("あ", 100): 0} {
		if got := models.CheckTokenName("name", name); len(got) != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

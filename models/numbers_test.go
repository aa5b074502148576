package models_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// receipt draws a valid receipt number: any 23 characters and the one that fits.
func receipt(t *rapid.T) string {
	body := rapid.StringMatching(`[0-9A-Z]{23}`).Draw(t, "body")
	for _, check := range alphabet {
		if number, err := models.ParseReceiptNumber(body + string(check)); err == nil {
			return number
		}
	}
	t.Fatalf("no check character fits %s", body)
	return ""
}

func TestReceiptNumbersAreDigitsAndLettersMixed(t *testing.T) {
	t.Parallel()
	for range 50 {
		number, err := models.NewReceiptNumber(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if parsed, err := models.ParseReceiptNumber(number); err != nil || parsed != number {
			t.Errorf("%s does not parse: %v", number, err)
		}
		if !strings.ContainsAny(number, alphabet[:10]) || !strings.ContainsAny(number, alphabet[10:]) {
			t.Errorf("%s is not mixed", number)
		}
	}
}

func TestReceiptNumbersCatchSlips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := receipt(t)
		place := rapid.IntRange(0, len(number)-1).Draw(t, "place")
		other := alphabet[rapid.IntRange(0, 35).Draw(t, "character")]
		if changed := number[:place] + string(other) + number[place+1:]; changed != number {
			wantReceiptError(t, changed, "receipt_mistyped")
		}
		wantReceiptError(t, number[:place], "receipt_malformed")
		wantReceiptError(t, number+"0", "receipt_malformed")
		wantReceiptError(t, number[:place]+"!"+number[place+1:], "receipt_malformed")
	})
}

func wantReceiptError(t *rapid.T, typed, code string) {
	t.Helper()
	if _, err := models.ParseReceiptNumber(typed); err == nil || err.Code != code {
		t.Fatalf("%q gives %v, want %s", typed, err, code)
	}
}

func TestReceiptNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := receipt(t)
		var typed strings.Builder
		for _, r := range number {
			switch rapid.IntRange(0, 3).Draw(t, "way") {
			case 0:
				typed.WriteString(strings.ToLower(string(r)))
			case 1:
				typed.WriteRune(r + 0xfee0) // full width
			default:
				typed.WriteRune(r)
			}
			typed.WriteString(rapid.SampledFrom([]string{"", "", "", "", "-", " ", "　", "－", "ー", "‐", "\t"}).Draw(t, "between"))
		}
		if parsed, err := models.ParseReceiptNumber(typed.String()); err != nil || parsed != number {
			t.Fatalf("%q gives %q, %v", typed.String(), parsed, err)
		}
	})
}

func TestNormalisingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "typed")
		once := models.NormaliseNumber(s)
		if twice := models.NormaliseNumber(once); twice != once {
			t.Fatalf("%q becomes %q and then %q", s, once, twice)
		}
	})
}

func TestActivationCodes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"OS", "SO", "VN", "IW"}).Draw(t, "prefix")
		code, err := models.NewActivationCode(rand.Reader, prefix)
		if err != nil {
			t.Fatal(err)
		}
		groups := strings.Split(code, "-")
		lengths := []int{2, 4, 5, 5, 5, 5, 5}
		if len(groups) != len(lengths) || groups[0] != prefix {
			t.Fatalf("%s has groups %v", code, groups)
		}
		for i, g := range groups {
			if len(g) != lengths[i] || strings.Trim(g, alphabet) != "" {
				t.Fatalf("group %q of %s", g, code)
			}
		}
		key, ok := models.ActivationCodeKey(strings.ToLower(code))
		if !ok || key != strings.Join(groups, "") {
			t.Fatalf("%s has key %s, %v", code, key, ok)
		}
		place := rapid.IntRange(0, len(key)-1).Draw(t, "place")
		other := alphabet[rapid.IntRange(0, 35).Draw(t, "character")]
		if changed := key[:place] + string(other) + key[place+1:]; changed != key {
			if _, ok := models.ActivationCodeKey(changed); ok {
				t.Fatalf("%s passes for %s", changed, code)
			}
		}
	})
}

func TestNumbersOfOrdersAndLicenses(t *testing.T) {
	t.Parallel()
	formats := models.NumberFormats{OrderPrefix: "ORDC", OrderDigits: 7, DeliveryPrefix: "SHPC", DeliveryDigits: 9}
	order, err := formats.NewOrderNumber(rand.Reader)
	if err != nil || len(order) != 11 || !strings.HasPrefix(order, "ORDC") || strings.Trim(order[4:], "0123456789") != "" {
		t.Errorf("order number %s, %v", order, err)
	}
	delivery, err := formats.NewDeliveryNumber(rand.Reader)
	if err != nil || len(delivery) != 13 || !strings.HasPrefix(delivery, "SHPC") {
		t.Errorf("delivery number %s, %v", delivery, err)
	}
	for typed, want := range map[string]string{"10000001": "10000001", "１０00 0001": "10000001", "": "", "1000A": "", "123456789012345678901": "", "１２-３": "123"} {
		if id, ok := models.ParseLicenseID(typed); id != want || ok != (want != "") {
			t.Errorf("license ID %q gives %q, %v", typed, id, ok)
		}
	}
}

func TestRandomThatFails(t *testing.T) {
	t.Parallel()
	empty := strings.NewReader("")
	if _, err := models.NewReceiptNumber(empty); err == nil {
		t.Error("a receipt number was made from nothing")
	}
	if _, err := models.NewActivationCode(empty, "OS"); err == nil {
		t.Error("an activation code was made from nothing")
	}
	if _, _, _, err := models.NewAPIKeySecret(empty); err == nil {
		t.Error("an API key was made from nothing")
	}
}

func FuzzParseReceiptNumber(f *testing.F) {
	for _, seed := range []string{"", "ABC", "0123456789ABCDEFGHIJKLMN", "０１２３-4567-89AB-CDEF-GHIJ-KLMN", "ﬀ", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		number, err := models.ParseReceiptNumber(typed)
		if err != nil {
			return
		}
		if len(number) != models.ReceiptLength || strings.Trim(number, alphabet) != "" {
			t.Fatalf("%q gives %q", typed, number)
		}
		if again, err := models.ParseReceiptNumber(number); err != nil || again != number {
			t.Fatalf("%q does not parse again", number)
		}
	})
}

func FuzzActivationCodeKey(f *testing.F) {
	f.Add("OS-7KQ2-M9XHT-6B1RW-8Z3PD-5CV0J-4N8YA")
	f.Add("")
	f.Add("ＯＳ７")
	f.Fuzz(func(t *testing.T, typed string) {
		key, ok := models.ActivationCodeKey(typed)
		if again, okAgain := models.ActivationCodeKey(key); again != key || okAgain != ok {
			t.Fatalf("%q: %q %v, then %q %v", typed, key, ok, again, okAgain)
		}
	})
}

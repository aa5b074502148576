package keys_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"golang.org/x/text/width"
	"pgregory.net/rapid"
)

// The ring is what registering and mails take it for.
var _ store.Sealer = (*keys.Ring)(nil)

func generated(t rapid.TB, number int) string {
	t.Helper()
	text, err := keys.Generate(number)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func ring(t rapid.TB, texts ...string) *keys.Ring {
	t.Helper()
	r, err := keys.Parse(strings.Join(texts, ","))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var shipments = rapid.Custom(func(t *rapid.T) models.Shipment {
	return models.Shipment{
		ID: rapid.Int64Min(1).Draw(t, "id"), PasswordSalt: rapid.StringN(0, 40, -1).Draw(t, "salt"),
		PasswordVersion: rapid.IntRange(1, 1000).Draw(t, "version"), PasswordKey: 1,
	}
})

func password(t rapid.TB, r *keys.Ring, s models.Shipment) string {
	t.Helper()
	p, err := r.DeliveryPassword(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPasswordHangsOnAllOfItsRow: the same row gives the same password, for ever
// and in every process; whatever changes in the row or in the key gives another.
func TestPasswordHangsOnAllOfItsRow(t *testing.T) {
	t.Parallel()
	first, second := generated(t, 1), generated(t, 2)
	r := ring(t, first, second)
	rapid.Check(t, func(t *rapid.T) {
		s := shipments.Draw(t, "shipment")
		p := password(t, r, s)
		if again := password(t, ring(t, second, first), s); again != p {
			t.Fatalf("another process derives %q, not %q", again, p)
		}
		if len(p) != 14 || strings.Trim(p, "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz") != "" {
			t.Fatalf("the password is %q", p)
		}
		others := map[string]models.Shipment{}
		id, salt, version, key := s, s, s, s
		id.ID++
		salt.PasswordSalt += "x"
		version.PasswordVersion++
		key.PasswordKey = 2
		others["id"], others["salt"], others["version"], others["key"] = id, salt, version, key
		for what, other := range others {
			if password(t, r, other) == p {
				t.Fatalf("another %s gives the same password", what)
			}
		}
		s.DeliveryEmail, s.DeliveryNumber = "other@example.jp", "SHPC0000001"
		if password(t, r, s) != p {
			t.Fatal("what may be corrected later changes the password")
		}
	})
}

// TestPasswordsWithoutBias counts letters over many passwords. With 56 letters and
// 2,000 passwords each comes 500 times, give or take 22; six times that is
// beyond chance, and leaving out the rejection of bytes shows as 16 % too many.
func TestPasswordsWithoutBias(t *testing.T) {
	t.Parallel()
	key := "1:" + base64.StdEncoding.EncodeToString([]byte("a key that never changes, 32 byt"))
	r := ring(t, key)
	counts := map[rune]int{}
	for i := range int64(2000) {
		for _, letter := range password(t, r, models.Shipment{ID: i, PasswordSalt: "salt", PasswordVersion: 1, PasswordKey: 1}) {
			counts[letter]++
		}
	}
	if len(counts) != 56 {
		t.Errorf("%d different letters, want 56", len(counts))
	}
	for letter, n := range counts {
		if n < 430 || n > 570 {
			t.Errorf("%c comes %d times, want about 500", letter, n)
		}
	}
}

// TestPasswordStaysTheSame holds one derivation as it is: passwords that were
// mailed must go on working after an update.
func TestPasswordStaysTheSame(t *testing.T) {
	t.Parallel()
	r := ring(t, "1:"+base64.StdEncoding.EncodeToString([]byte("a key that never changes, 32 byt")))
	got := password(t, r, models.Shipment{ID: 42, PasswordSalt: "salt", PasswordVersion: 3, PasswordKey: 1})
	const want = "apjDrbjS7pgcVw"
	if got != want {
		t.Errorf("the password is %q, mailed was %q", got, want)
	}
}

// codes are activation codes as the register makes them.
var codes = rapid.Custom(func(t *rapid.T) string {
	prefix := rapid.SampledFrom([]string{"OS", "SO", "AX"}).Draw(t, "prefix")
	random := randomBytes(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "random"))
	code, err := models.NewActivationCode(&random, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return code
})

// randomBytes repeats what it was given.
type randomBytes []byte

func (r *randomBytes) Read(p []byte) (int, error) {
	for i := range p {
		// Never high enough to be drawn again, or a run of such bytes would go on for ever.
		p[i] = (*r)[0] & 0x1f
		*r = append((*r)[1:], (*r)[0])
	}
	return len(p), nil
}

func holding(sealed models.SealedCode) models.Holding {
	return models.Holding{ID: 1, CodeCipher: sealed.Cipher, CodeKey: sealed.Key, CodeHash: &sealed.Hash}
}

func TestCodeSealedAndOpened(t *testing.T) {
	t.Parallel()
	own, stranger := ring(t, generated(t, 1)), ring(t, generated(t, 1))
	rapid.Check(t, func(t *rapid.T) {
		code := codes.Draw(t, "code")
		sealed, err := own.SealCode(code)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(sealed.Cipher), code) || strings.Contains(sealed.Hash, models.NormaliseNumber(code)) {
			t.Fatal("the code stands in the clear")
		}
		if opened, err := own.OpenCode(holding(sealed)); err != nil || opened != code {
			t.Fatalf("opened is %q (%v), sealed was %q", opened, err, code)
		}
		if opened, err := stranger.OpenCode(holding(sealed)); err == nil {
			t.Fatalf("another key opens it as %q", opened)
		}
		again, err := own.SealCode(code)
		if err != nil || bytes.Equal(again.Cipher, sealed.Cipher) || again.Hash != sealed.Hash {
			t.Fatalf("sealed again: same cipher %v, same hash %v (%v)", bytes.Equal(again.Cipher, sealed.Cipher), again.Hash == sealed.Hash, err)
		}
		broken := slices.Clone(sealed.Cipher)
		broken[rapid.IntRange(0, len(broken)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if opened, err := own.OpenCode(holding(models.SealedCode{Cipher: broken, Key: 1})); err == nil {
			t.Fatalf("a changed cipher opens as %q", opened)
		}
	})
}

func TestNoCodeCannotBeOpened(t *testing.T) {
	t.Parallel()
	r := ring(t, generated(t, 1))
	if _, err := r.OpenCode(models.Holding{CodeKey: 1}); !models.IsKind(err, models.KindNotFound) {
		t.Errorf("a holding without a code gives %v", err)
	}
	if _, err := r.OpenCode(models.Holding{CodeKey: 9, CodeCipher: []byte("x")}); models.AsError(err).Code != "key_missing" {
		t.Errorf("a key that is not there gives %v", err)
	}
	if _, err := r.DeliveryPassword(models.Shipment{PasswordKey: 9}); models.AsError(err).Code != "key_missing" {
		t.Errorf("a key that is not there gives %v", err)
	}
}

// TestCodeIsFoundHoweverItIsTyped looks codes up in the widths, cases and hyphens
// that people type.
func TestCodeIsFoundHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	r := ring(t, generated(t, 1))
	rapid.Check(t, func(t *rapid.T) {
		code := codes.Draw(t, "code")
		sealed, err := r.SealCode(code)
		if err != nil {
			t.Fatal(err)
		}
		typed := rapid.SampledFrom([]func(string) string{
			strings.ToLower, width.Widen.String,
			func(s string) string { return strings.ReplaceAll(s, "-", "") },
			func(s string) string { return strings.ReplaceAll(s, "-", "ー") },
			func(s string) string { return "　" + strings.ReplaceAll(s, "-", " ") + "\n" },
			func(s string) string { return width.Widen.String(strings.ToLower(s)) },
		}).Draw(t, "typed")(code)
		if r.CodeHash(typed) != sealed.Hash {
			t.Fatalf("%q is not found as %q", code, typed)
		}
		at := rapid.SampledFrom(positions(code)).Draw(t, "slip")
		slip := code[:at] + string(other(code[at])) + code[at+1:]
		if got := r.CodeHash(slip); got != "" {
			t.Fatalf("a slip of the keys, %q, is looked up", slip)
		}
	})
	for _, no := range []string{"", "OS-", "株式会社", strings.Repeat("A", 10_000)} {
		if r.CodeHash(no) != "" {
			t.Errorf("%.20q is looked up", no)
		}
	}
}

// positions are the places of letters and digits.
func positions(code string) []int {
	var list []int
	for i, c := range []byte(code) {
		if c != '-' {
			list = append(list, i)
		}
	}
	return list
}

func other(c byte) byte {
	if c == 'Z' {
		return 'Y'
	}
	return 'Z'
}

// TestRotation puts a second key on the ring: what is new uses it, what is old
// still opens, and codes are found under the hash they were given.
func TestRotation(t *testing.T) {
	t.Parallel()
	first, second := generated(t, 3), generated(t, 7)
	before, after := ring(t, first), ring(t, second, first)
	if before.CurrentKey() != 3 || after.CurrentKey() != 7 || !slices.Equal(after.Numbers(), []int{3, 7}) {
		t.Errorf("current keys are %d and %d, numbers %v", before.CurrentKey(), after.CurrentKey(), after.Numbers())
	}
	code, err := models.NewActivationCode(rand.Reader, "OS")
	if err != nil {
		t.Fatal(err)
	}
	old, err := before.SealCode(code)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := after.OpenCode(holding(old)); err != nil || opened != code {
		t.Errorf("after the rotation it opens as %q (%v)", opened, err)
	}
	renewed, err := after.SealCode(code)
	if err != nil || renewed.Key != 7 || renewed.Hash != old.Hash || after.CodeHash(code) != old.Hash {
		t.Errorf("sealed anew under key %d, same hash %v (%v)", renewed.Key, renewed.Hash == old.Hash, err)
	}
	s := models.Shipment{ID: 1, PasswordSalt: "salt", PasswordVersion: 1, PasswordKey: 3}
	if password(t, before, s) != password(t, after, s) {
		t.Error("a password that was mailed changes with the rotation")
	}
	if _, err := ring(t, second).OpenCode(holding(old)); err == nil {
		t.Error("it opens without its key")
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := generated(t, 1)
	_, encoded, _ := strings.Cut(good, ":")
	for name, text := range map[string]string{
		"nothing": "", "no number": encoded, "number 0": "0:" + encoded, "negative": "-1:" + encoded, "a word": "one:" + encoded,
		"short": "1:" + base64.StdEncoding.EncodeToString([]byte("short")), "no base64": "1:" + strings.Repeat("!", 44),
		"twice": good + "," + good, "a hole": good + ",,2:" + encoded,
	} {
		r, err := keys.Parse(text)
		if err == nil {
			t.Errorf("%s gives a ring with %v", name, r.Numbers())
			continue
		}
		if strings.Contains(err.Error(), encoded) {
			t.Errorf("%s: the error shows the key", name)
		}
	}
	if r, err := keys.Parse(" " + good + " , " + generated(t, 2) + "\n"); err != nil || r.CurrentKey() != 2 {
		t.Errorf("blanks around keys give %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1:" + base64.StdEncoding.EncodeToString(make([]byte, keys.KeySize)))
	f.Add("1:x,2:y")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := keys.Parse(text)
		if err != nil {
			return
		}
		if !slices.Contains(r.Numbers(), r.CurrentKey()) {
			t.Error("the current key is not on the ring")
		}
		if _, err := r.SealCode("OS-1"); err != nil {
			t.Error(fmt.Errorf("a ring that seals nothing: %w", err))
		}
	})
}

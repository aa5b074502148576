package keys_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/todoke/todoke/models"
)

// TestResealedOpensWithoutTheOldKey moves everything that is sealed to a newer key, and
// then looks with a ring that has that key alone.
func TestResealedOpensWithoutTheOldKey(t *testing.T) {
	t.Parallel()
	first, second := generated(t, 3), generated(t, 7)
	before, both, after := ring(t, first), ring(t, first, second), ring(t, second)
	code, err := models.NewActivationCode(rand.Reader, "OS")
	if err != nil {
		t.Fatal(err)
	}
	old, err := before.SealCode(code)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := both.Reseal(models.SealedActivationCode, 1, old.Cipher, old.Key)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := after.OpenCode(holding(models.SealedCode{Cipher: moved, Key: 7})); err != nil || opened != code {
		t.Errorf("without the old key the code opens as %q (%v)", opened, err)
	}
	secret := []byte("twenty bytes of chance")
	sealed, key, err := before.SealSecond(5, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := both.Reseal(models.SealedSecondStep, 6, sealed, key); err == nil {
		t.Error("a secret is moved for another account")
	}
	if _, err := both.Reseal(models.SealedActivationCode, 5, sealed, key); err == nil {
		t.Error("a secret is moved as if it were a code")
	}
	moved, err = both.Reseal(models.SealedSecondStep, 5, sealed, key)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := after.OpenSecond(models.Account{ID: 5, SecondSecret: moved, SecondKey: 7}); err != nil || !bytes.Equal(opened, secret) {
		t.Errorf("without the old key the secret opens as %q (%v)", opened, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"a missing key": func() ([]byte, error) { return after.Reseal(models.SealedActivationCode, 1, old.Cipher, old.Key) },
		"too short":     func() ([]byte, error) { return both.Reseal(models.SealedActivationCode, 1, []byte("x"), 3) },
		"another kind":  func() ([]byte, error) { return both.Reseal("password", 1, old.Cipher, 3) },
	} {
		if got, err := try(); err == nil {
			t.Errorf("%s is moved as %x", name, got)
		}
	}
}

// TestLookUpHashesOutliveTheKeyTheyBeganWith seals the key of the hashes twice over, and
// looks codes up with a ring that has none of the first keys.
func TestLookUpHashesOutliveTheKeyTheyBeganWith(t *testing.T) {
	t.Parallel()
	first, second, third := generated(t, 1), generated(t, 2), generated(t, 3)
	code, err := models.NewActivationCode(rand.Reader, "OS")
	if err != nil {
		t.Fatal(err)
	}
	want := ring(t, first).CodeHash(code)
	kept, err := ring(t, first, second).SealHashKey()
	if err != nil || kept.Key != 2 {
		t.Fatalf("sealed under key %d (%v)", kept.Key, err)
	}
	without := ring(t, second)
	if without.CodeHash(code) == want {
		t.Error("the key of the hashes is there without being used")
	}
	if err := without.UseHashKey(kept); err != nil || without.CodeHash(code) != want {
		t.Errorf("the hash is another one (%v)", err)
	}
	later := ring(t, second, third)
	kept.Sealed, err = later.Reseal(models.SealedHashKey, 1, kept.Sealed, kept.Key)
	kept.Key = 3
	if err != nil {
		t.Fatal(err)
	}
	last := ring(t, third)
	if err := last.UseHashKey(kept); err != nil || last.CodeHash(code) != want {
		t.Errorf("after the second time the hash is another one (%v)", err)
	}
	sealed, err := last.SealCode(code)
	if err != nil || sealed.Hash != want || sealed.Key != 3 {
		t.Errorf("a code sealed anew has another hash (%v)", err)
	}
	if err := ring(t, first).UseHashKey(kept); err == nil {
		t.Error("it opens without its key")
	}
}

// TestResendLinksOutliveTheirRowsKey: a link that was mailed works while its key is there.
func TestResendLinksOutliveTheirRowsKey(t *testing.T) {
	t.Parallel()
	first, second := generated(t, 1), generated(t, 2)
	r := models.Resend{ID: 7, LinkSalt: "salt", LinkKey: 1}
	token, err := ring(t, first).ResendToken(r)
	if err != nil {
		t.Fatal(err)
	}
	r.LinkKey = 2
	if !ring(t, first, second).ResendAllowed(r, token) || ring(t, second).ResendAllowed(r, token) {
		t.Error("the link does not hang on its key being there")
	}
	other := r
	other.ID = 8
	if both := ring(t, first, second); both.ResendAllowed(other, token) || both.ResendAllowed(r, "") || both.ResendAllowed(r, token+"A") {
		t.Error("a link that is not its own is taken")
	}
}

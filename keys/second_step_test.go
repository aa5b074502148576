package keys_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/todoke/todoke/models"
)

func TestSecondStepSealedForOneAccount(t *testing.T) {
	r, stranger := ring(t, generated(t, 1), generated(t, 2)), ring(t, generated(t, 2))
	secret := []byte("twenty bytes of chance")
	sealed, key, err := r.SealSecond(7, secret)
	if err != nil || key != 2 || bytes.Contains(sealed, secret) {
		t.Fatalf("sealed under key %d (%v)", key, err)
	}
	account := models.Account{ID: 7, SecondSecret: sealed, SecondKey: key}
	if opened, err := r.OpenSecond(account); err != nil || !bytes.Equal(opened, secret) {
		t.Errorf("opened is %q (%v)", opened, err)
	}
	moved, changed, other := account, account, account
	moved.ID, other.SecondKey = 8, 1
	changed.SecondSecret = slices.Clone(sealed)
	changed.SecondSecret[len(sealed)-1] ^= 1
	for what, a := range map[string]models.Account{"another account": moved, "a changed one": changed, "another key": other, "none": {ID: 7, SecondKey: 2}} {
		if opened, err := r.OpenSecond(a); err == nil {
			t.Errorf("%s opens as %q", what, opened)
		}
	}
	if _, err := stranger.OpenSecond(account); err == nil {
		t.Error("another ring opens it")
	}
}

// The same row gives the same password for ever; whatever changes gives another,
// and no delivery has it.
func TestTemporaryPasswordHangsOnItsRow(t *testing.T) {
	r := ring(t, generated(t, 1), generated(t, 2))
	password := func(a models.Account) string {
		t.Helper()
		p, err := r.TemporaryPassword(a)
		if err != nil || len(p) != 14 {
			t.Fatalf("%q (%v)", p, err)
		}
		return p
	}
	a := models.Account{ID: 7, TemporarySalt: "salt", TemporaryVersion: 3, TemporaryKey: 1}
	id, salt, version, key, same := a, a, a, a, a
	id.ID, salt.TemporarySalt, version.TemporaryVersion, key.TemporaryKey = 8, "other", 4, 2
	same.Email, same.PasswordHash, same.PasswordVersion = "x@example.jp", "y", 9
	for what, other := range map[string]models.Account{"id": id, "salt": salt, "version": version, "key": key} {
		if password(other) == password(a) {
			t.Errorf("another %s gives the same password", what)
		}
	}
	if password(same) != password(a) {
		t.Error("what has no part in it changes the password")
	}
	delivery, err := r.DeliveryPassword(models.Shipment{ID: 7, PasswordSalt: "salt", PasswordVersion: 3, PasswordKey: 1})
	if err != nil || delivery == password(a) {
		t.Errorf("a delivery has the same password (%v)", err)
	}
	if _, err := r.TemporaryPassword(models.Account{TemporaryKey: 9}); models.AsError(err).Code != "key_missing" {
		t.Errorf("a key that is not there gives %v", err)
	}
}

package keys_test

import (
	"testing"

	"github.com/todoke/todoke/models"
)

func TestAScriptsSecretIsItsOwn(t *testing.T) {
	t.Parallel()
	r := ring(t, generated(t, 1), generated(t, 2))
	row := models.PatternToken{ID: 7, Handle: "abcdefghjk", LinkSalt: "salt", LinkKey: 1}
	secret, err := r.PatternSecret(row)
	if err != nil || len(secret) != 24 || !r.PatternAllowed(row, secret) {
		t.Fatalf("the secret is %q: %v", secret, err)
	}
	for what, other := range map[string]models.PatternToken{
		"row": {ID: 8, Handle: row.Handle, LinkSalt: row.LinkSalt, LinkKey: 1}, "handle": {ID: 7, Handle: "bbcdefghjk", LinkSalt: row.LinkSalt, LinkKey: 1},
		"salt": {ID: 7, Handle: row.Handle, LinkSalt: "pepper", LinkKey: 1},
	} {
		if r.PatternAllowed(other, secret) {
			t.Errorf("another %s has the same secret", what)
		}
	}
	rotated := row
	rotated.LinkKey = 2
	if !r.PatternAllowed(rotated, secret) {
		t.Error("after a rotation the link of before does not work")
	}
	if again, err := r.PatternSecret(rotated); err != nil || again == secret || !r.PatternAllowed(row, again) {
		t.Errorf("under another key the secret is %q: %v", again, err)
	}
	for _, forged := range []string{"", secret[1:], secret + "a"} {
		if r.PatternAllowed(row, forged) {
			t.Errorf("%q is allowed", forged)
		}
	}
	if token, err := r.ResendToken(models.Resend{ID: 7, LinkSalt: "salt", LinkKey: 1}); err != nil || token == secret {
		t.Errorf("a resend's link has the same secret: %v", err)
	}
}

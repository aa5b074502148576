package keys_test

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
)

func activationRing(t *testing.T, numbers ...int) *keys.Ring {
	t.Helper()
	var parts []string
	for _, n := range numbers {
		key, err := keys.Generate(n)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, key)
	}
	ring, err := keys.Parse(strings.Join(parts, ","))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// TestActivationTokens are good for one request, one mailbox and one version of the
// link; all others are alike unknown.
func TestActivationTokens(t *testing.T) {
	ring := activationRing(t, 1, 2)
	r := models.ActivationRequest{
		ID: 42, LinkSalt: "salt", LinkKey: 1, LinkVersion: 1, RequesterEmail: "taro@example.jp", ContactEmail: "jiro@example.jp",
	}
	token := func(r models.ActivationRequest, m models.Mailbox) string {
		t.Helper()
		text, err := ring.ActivationToken(r, m)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	seen := map[string]bool{}
	for _, m := range models.Mailboxes {
		text := token(r, m)
		if got, good := ring.ActivationMailbox(r, text); !good || got != m {
			t.Errorf("the token of %s is good for %q: %v", m, got, good)
		}
		seen[text] = true
	}
	right := token(r, models.MailboxContact)
	changed := func(change func(*models.ActivationRequest)) string {
		other := r
		change(&other)
		return token(other, models.MailboxContact)
	}
	wrong := map[string]string{
		"nothing": "", "truncated": right[:len(right)-1], "longer": right + "A", "upper case": strings.ToUpper(right),
		"another request": changed(func(o *models.ActivationRequest) { o.ID = 43 }),
		"another salt":    changed(func(o *models.ActivationRequest) { o.LinkSalt = "salt2" }),
		"another version": changed(func(o *models.ActivationRequest) { o.LinkVersion = 2 }),
		"another key":     changed(func(o *models.ActivationRequest) { o.LinkKey = 2 }),
		"another mailbox": token(r, "postmaster"),
	}
	for i := range right {
		altered := []byte(right)
		altered[i] = 'A' + (altered[i]+1)%26
		if string(altered) != right {
			wrong["altered at "+string(rune('a'+i))] = string(altered)
		}
	}
	for what, text := range wrong {
		if m, good := ring.ActivationMailbox(r, text); good {
			t.Errorf("%s is good for %s", what, m)
		}
		if seen[text] {
			t.Errorf("%s is the same", what)
		}
	}
	// Where both addresses are one there is one link, and that of the other mailbox is none.
	one := r
	one.ContactEmail = "TARO@example.jp"
	if _, good := ring.ActivationMailbox(one, right); good {
		t.Error("a link that was never mailed is good")
	}
	// Purposes have keys of their own: the same row under another one gives another token.
	resend, err := ring.ResendToken(models.Resend{ID: 42, LinkSalt: "salt", LinkKey: 1})
	if err != nil || seen[resend] {
		t.Errorf("a link of another purpose is the same (%v)", err)
	}
	if _, err := ring.ActivationToken(models.ActivationRequest{LinkKey: 9}, models.MailboxContact); err == nil {
		t.Error("a key that is not there makes a token")
	}
}

func TestIssuedCodesAreSealed(t *testing.T) {
	ring := activationRing(t, 1)
	const code = "SO-7KQ2-M9XHT-6B1RW-8Z3PD-5CV0J-4N8YA"
	sealed, err := ring.SealCode(code)
	if err != nil {
		t.Fatal(err)
	}
	c := models.IssuedCode{ID: 1, CodeCipher: sealed.Cipher, CodeKey: sealed.Key}
	if got, err := ring.OpenIssued(c); err != nil || got != code {
		t.Errorf("it opens as %q (%v)", got, err)
	}
	c.CodeCipher[len(c.CodeCipher)-1] ^= 1
	if _, err := ring.OpenIssued(c); err == nil {
		t.Error("an altered one opens")
	}
}

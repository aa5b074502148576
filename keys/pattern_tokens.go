package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/todoke/todoke/models"
)

// PatternSecret derives the secret of a link for scripts. It is the same as long as the row is there.
func (r *Ring) PatternSecret(t models.PatternToken) (string, error) {
	key, err := r.subkey(t.LinkKey, "pattern-link")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(fmt.Appendf(nil, "%d|%s|%s", t.ID, t.Handle, t.LinkSalt))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tokenBytes]), nil
}

// PatternAllowed says whether a secret is the link's, under whichever key of the ring it was shown.
func (r *Ring) PatternAllowed(t models.PatternToken, secret string) bool {
	return r.underAnyKey(secret, func(number int) (string, error) {
		t.LinkKey = number
		return r.PatternSecret(t)
	})
}

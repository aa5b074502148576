package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/todoke/todoke/models"
)

// UnsubscribeToken derives the token of the link that ends a subscription. It is the
// same in every mail to that address about that topic.
func (r *Ring) UnsubscribeToken(s models.MailSubscription) (string, error) {
	key, err := r.subkey(s.LinkKey, "unsubscribe-link")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(fmt.Appendf(nil, "%d|%s|%s", s.ID, s.Topic, s.LinkSalt))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tokenBytes]), nil
}

// UnsubscribeAllowed says whether a token is the subscription's, under whichever key of
// the ring it was mailed.
func (r *Ring) UnsubscribeAllowed(s models.MailSubscription, token string) bool {
	return r.underAnyKey(token, func(number int) (string, error) {
		s.LinkKey = number
		return r.UnsubscribeToken(s)
	})
}

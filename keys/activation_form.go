package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/todoke/todoke/models"
)

// ActivationForm derives what the page of a confirmation link carries and its button
// sends back. It belongs to that link alone, and the link's token does not give it away:
// a form that was not read from the page has none.
func (r *Ring) ActivationForm(request models.ActivationRequest, m models.Mailbox) (string, error) {
	key, err := r.subkey(request.LinkKey, "activation-form")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(fmt.Appendf(nil, "%d|%s|%d|%s", request.ID, request.LinkSalt, request.LinkVersion, m))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tokenBytes]), nil
}

package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"

	"github.com/todoke/todoke/models"
)

// ActivationToken derives the token of the link by which the issue of a code is
// confirmed. Each mailbox has its own, and each link sent once more another.
func (r *Ring) ActivationToken(request models.ActivationRequest, mailbox models.Mailbox) (string, error) {
	key, err := r.subkey(request.LinkKey, "activation-link")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(fmt.Appendf(nil, "%d|%s|%d|%s", request.ID, request.LinkSalt, request.LinkVersion, mailbox))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tokenBytes]), nil
}

// ActivationMailbox says which of a request's mailboxes a token was sent to, and
// whether any. Only the newest link's tokens are good.
func (r *Ring) ActivationMailbox(request models.ActivationRequest, token string) (mailbox models.Mailbox, good bool) {
	for _, m := range request.Mailboxes() {
		right, err := r.ActivationToken(request, m)
		if err == nil && subtle.ConstantTimeCompare([]byte(right), []byte(token)) == 1 {
			mailbox, good = m, true
		}
	}
	return mailbox, good
}

// OpenIssued decrypts a further code.
func (r *Ring) OpenIssued(c models.IssuedCode) (string, error) {
	return r.openCode(c.CodeCipher, c.CodeKey, fmt.Sprintf("issued code %d", c.ID))
}

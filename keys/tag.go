package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strconv"
	"strings"
)

// tagAlphabet survives servers that fold the case of a local part.
var tagAlphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// tagBytes gives 80 bits: too many to guess, few enough for a local part.
const tagBytes = 10

// Tag signs the number of a row for one purpose, to stand in a mail address.
func (r *Ring) Tag(purpose string, id int64) (string, error) {
	signature, err := r.tagSignature(r.current, purpose, id)
	return strconv.FormatInt(id, 10) + "." + signature, err
}

// TagID gives the number in a tag that was signed under a key of the ring, in
// whatever case it comes back.
func (r *Ring) TagID(purpose, tag string) (int64, bool) {
	number, signature, found := strings.Cut(strings.ToLower(tag), ".")
	id, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || id < 1 {
		return 0, false
	}
	for _, key := range r.Numbers() {
		want, err := r.tagSignature(key, purpose, id)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(signature)) == 1 {
			return id, true
		}
	}
	return 0, false
}

func (r *Ring) tagSignature(number int, purpose string, id int64) (string, error) {
	key, err := r.subkey(number, "address-tag/"+purpose)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strconv.FormatInt(id, 10)))
	return strings.ToLower(tagAlphabet.EncodeToString(mac.Sum(nil)[:tagBytes])), nil
}

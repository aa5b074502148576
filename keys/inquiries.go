package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/todoke/todoke/models"
)

// inquirySignatureBytes gives 80 bits, and 16 letters in an address.
const inquirySignatureBytes = 10

// InquirySignature signs the address that replies to an inquiry go to. It is in
// small letters and digits only, because mail programs may fold an address's case.
func (r *Ring) InquirySignature(i models.Inquiry) (string, error) {
	key, err := r.subkey(i.AddressKey, "inquiry-address")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(fmt.Appendf(nil, "%s|%s", i.Number, i.AddressSalt))
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:inquirySignatureBytes])), nil
}

// InquirySigned says whether a signature is the inquiry's, whatever its case.
func (r *Ring) InquirySigned(i models.Inquiry, signature string) bool {
	right, err := r.InquirySignature(i)
	return err == nil && subtle.ConstantTimeCompare([]byte(right), []byte(strings.ToLower(signature))) == 1
}

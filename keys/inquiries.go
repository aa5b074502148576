package keys

import (
	"crypto/hmac"
	"crypto/sha256"
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

// InquirySigned says whether a signature is the inquiry's, whatever its case and
// under whichever key of the ring it was mailed.
func (r *Ring) InquirySigned(i models.Inquiry, signature string) bool {
	return r.underAnyKey(strings.ToLower(signature), func(number int) (string, error) {
		i.AddressKey = number
		return r.InquirySignature(i)
	})
}

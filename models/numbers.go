package models

import (
	"io"
	"math/big"
	"strconv"
	"strings"
	"unicode"

	"crypto/rand"

	"golang.org/x/text/width"
)

// numberAlphabet is what receipt numbers and activation codes are written in;
// a character's place is its value in ISO 7064 MOD 37,36.
const numberAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// ReceiptLength is the length of a receipt number, check character included.
const ReceiptLength = 24

// NumberFormats says how the numbers that the vendor gives out look (profile).
type NumberFormats struct {
	OrderPrefix    string // ORDC
	OrderDigits    int    // 7
	DeliveryPrefix string // SHPC
	DeliveryDigits int    // 7
	ResendPrefix   string // RS
	ResendDigits   int    // 7
	InquiryPrefix  string // IQ
	InquiryDigits  int    // 7
	// Of changes of a holder's name.
	NameChangePrefix string // NC
	NameChangeDigits int    // 7
	// Of requests for further activation codes.
	ActivationPrefix string // AR
	ActivationDigits int    // 7
	NewsPrefix       string // NW
	NewsDigits       int    // 7
	FirstLicenseID   int64
}

// NormaliseNumber brings a typed number to the form it is stored in: half
// width, upper case, without spaces and hyphens of any kind.
func NormaliseNumber(s string) string {
	var b strings.Builder
	for _, r := range width.Fold.String(s) {
		if unicode.IsSpace(r) || isHyphen(r) {
			continue
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// isHyphen knows the dashes that keyboards, word processors and Japanese input
// methods put where a hyphen was meant.
func isHyphen(r rune) bool {
	return strings.ContainsRune("-‐‑‒–—―−ーｰ﹣－", r)
}

// NewReceiptNumber makes a receipt number of digits and letters mixed, ending in its check character.
func NewReceiptNumber(random io.Reader) (string, error) {
	for {
		body, err := randomText(random, numberAlphabet, ReceiptLength-1)
		if err != nil {
			return "", err
		}
		if strings.ContainsAny(body, numberAlphabet[:10]) && strings.ContainsAny(body, numberAlphabet[10:]) {
			return body + string(checkCharacter(body)), nil
		}
	}
}

// ParseReceiptNumber normalises a typed receipt number. A wrong length or
// character gives receipt_malformed, a wrong check character receipt_mistyped.
func ParseReceiptNumber(typed string) (string, *Error) {
	number := NormaliseNumber(typed)
	if len(number) != ReceiptLength || strings.Trim(number, numberAlphabet) != "" {
		return "", NewError(KindInvalid, "receipt_malformed")
	}
	if checkCharacter(number[:ReceiptLength-1]) != number[ReceiptLength-1] {
		return "", NewError(KindInvalid, "receipt_mistyped")
	}
	return number, nil
}

// NewOrderNumber makes ORDC and random digits; the database refuses one that is taken.
func (f NumberFormats) NewOrderNumber(random io.Reader) (string, error) {
	return prefixed(random, f.OrderPrefix, f.OrderDigits)
}

// NewDeliveryNumber makes SHPC and random digits; the database refuses one that is taken.
func (f NumberFormats) NewDeliveryNumber(random io.Reader) (string, error) {
	return prefixed(random, f.DeliveryPrefix, f.DeliveryDigits)
}

// NewResendNumber makes RS and random digits; the database refuses one that is taken.
func (f NumberFormats) NewResendNumber(random io.Reader) (string, error) {
	return prefixed(random, f.ResendPrefix, f.ResendDigits)
}

// NewInquiryNumber makes IQ and random digits; the database refuses one that is taken.
func (f NumberFormats) NewInquiryNumber(random io.Reader) (string, error) {
	return prefixed(random, f.InquiryPrefix, f.InquiryDigits)
}

// NewNameChangeNumber makes NC and random digits; the database refuses one that is taken.
func (f NumberFormats) NewNameChangeNumber(random io.Reader) (string, error) {
	return prefixed(random, f.NameChangePrefix, f.NameChangeDigits)
}

// NewActivationNumber makes AR and random digits; the database refuses one that is taken.
func (f NumberFormats) NewActivationNumber(random io.Reader) (string, error) {
	return prefixed(random, f.ActivationPrefix, f.ActivationDigits)
}

// NewNewsNumber makes NW and random digits; the database refuses one that is taken.
func (f NumberFormats) NewNewsNumber(random io.Reader) (string, error) {
	return prefixed(random, f.NewsPrefix, f.NewsDigits)
}

func prefixed(random io.Reader, prefix string, digits int) (string, error) {
	tail, err := randomText(random, numberAlphabet[:10], digits)
	return prefix + tail, err
}

// activationGroups are the lengths of an activation code's groups behind its prefix.
var activationGroups = [...]int{4, 5, 5, 5, 5, 5}

const activationLength = 29

// NewActivationCode makes a code such as OS-7KQ2-M9XHT-6B1RW-8Z3PD-5CV0J-4N8YA;
// its last character is the check character over everything before it.
func NewActivationCode(random io.Reader, prefix string) (string, error) {
	body, err := randomText(random, numberAlphabet, activationLength-1)
	if err != nil {
		return "", err
	}
	body += string(checkCharacter(prefix + body))
	groups := []string{prefix}
	for _, n := range activationGroups {
		groups = append(groups, body[:n])
		body = body[n:]
	}
	return strings.Join(groups, "-"), nil
}

// ActivationCodeKey normalises a typed code for look-up and says whether its
// length and check character can be right.
func ActivationCodeKey(typed string) (key string, ok bool) {
	key = NormaliseNumber(typed)
	if len(key) <= activationLength || strings.Trim(key, numberAlphabet) != "" {
		return key, false
	}
	last := len(key) - 1
	return key, checkCharacter(key[:last]) == key[last]
}

// ParseLicenseID normalises a typed license ID; anything but digits is refused.
func ParseLicenseID(typed string) (string, bool) {
	id := NormaliseNumber(typed)
	if id == "" || len(id) > 20 || strings.Trim(id, numberAlphabet[:10]) != "" {
		return "", false
	}
	return id, true
}

// FormatLicenseID writes the running number as a license ID.
func FormatLicenseID(n int64) string { return strconv.FormatInt(n, 10) }

// checkCharacter computes the ISO 7064 MOD 37,36 check character of body.
func checkCharacter(body string) byte {
	p := 36
	for _, c := range []byte(body) {
		s := (p + strings.IndexByte(numberAlphabet, c)) % 36
		if s == 0 {
			s = 36
		}
		p = s * 2 % 37
	}
	return numberAlphabet[(37-p)%36]
}

// randomText draws n characters evenly from the alphabet.
func randomText(random io.Reader, alphabet string, n int) (string, error) {
	size := big.NewInt(int64(len(alphabet)))
	text := make([]byte, n)
	for i := range text {
		k, err := rand.Int(random, size)
		if err != nil {
			return "", err
		}
		text[i] = alphabet[k.Int64()]
	}
	return string(text), nil
}

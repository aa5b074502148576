package keys_test

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
)

func TestAnInquirysAddressIsItsOwn(t *testing.T) {
	one, err := keys.Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := keys.Generate(2)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.Parse(one + "," + two)
	if err != nil {
		t.Fatal(err)
	}
	i := models.Inquiry{Number: "IQ1234567", AddressSalt: "salt", AddressKey: 1}
	signature, err := ring.InquirySignature(i)
	if err != nil || len(signature) != 16 || strings.ToLower(signature) != signature {
		t.Fatalf("the signature is %q (%v)", signature, err)
	}
	if !ring.InquirySigned(i, signature) || !ring.InquirySigned(i, strings.ToUpper(signature)) {
		t.Error("the signature does not hold")
	}
	for what, other := range map[string]models.Inquiry{
		"number": {Number: "IQ1234568", AddressSalt: "salt", AddressKey: 1},
		"salt":   {Number: "IQ1234567", AddressSalt: "pepper", AddressKey: 1},
	} {
		if ring.InquirySigned(other, signature) {
			t.Errorf("another %s has the same signature", what)
		}
	}
	for _, forged := range []string{"", "a", signature + "a", signature[1:]} {
		if ring.InquirySigned(i, forged) {
			t.Errorf("%q holds", forged)
		}
	}
	i.AddressKey = 2
	if newer, err := ring.InquirySignature(i); err != nil || newer == signature || !ring.InquirySigned(i, signature) || !ring.InquirySigned(i, newer) {
		t.Errorf("under a newer key the signature is %q (%v)", newer, err)
	}
	if without, err := keys.Parse(two); err != nil || without.InquirySigned(i, signature) {
		t.Error("a key that is not on the ring signs")
	}
}

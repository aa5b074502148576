package models

import (
	"strings"
	"unicode"
)

// maxPortalKey bounds what is typed as a key; longer input is none.
const maxPortalKey = 200

// ReadPortalLicense brings a typed license ID to the form it is stored in. Width,
// spaces and hyphens are forgiven before anything but digits is refused.
func ReadPortalLicense(field, typed string) (string, *FieldError) {
	id := NormaliseNumber(typed)
	switch {
	case id == "":
		return "", new(Field(field, "required"))
	case len(id) > maxPortalKey || strings.Trim(id, numberAlphabet[:10]) != "":
		return "", new(Field(field, "portal_license_digits"))
	}
	return id, nil
}

// ReadPortalCode brings a typed activation code to the form of ActivationCodeKey.
// Width, spaces and hyphens are forgiven before anything but letters, digits and
// symbols is refused. A code that no product can have is read too: it is unknown.
func ReadPortalCode(field, typed string) (string, *FieldError) {
	code := NormaliseNumber(typed)
	switch {
	case code == "":
		return "", new(Field(field, "required"))
	case len(code) > maxPortalKey || strings.ContainsFunc(code, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) }):
		return "", new(Field(field, "portal_half_width"))
	}
	return code, nil
}

// Package licensefile writes and checks signed license files: proof, without a
// network, of what an activation code for use offline was issued for. The format is
// plain, so that any standard library can check it (docs/license-file.md).
package licensefile

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/todoke/todoke/models"
)

// The formats and their versions, as files name them.
const (
	fileFormat    = "todoke-license-file/1"
	licenseFormat = "todoke-license/1"
	keysFormat    = "todoke-license-keys/1"
)

// MaxSize bounds a license file; real ones have about 1 KB.
const MaxSize = 64 << 10

// MediaType is what license files are sent as.
const MediaType = "application/json"

// License is what is signed.
type License struct {
	Format    string      `json:"format"`
	Issuer    string      `json:"issuer"`
	LicenseID string      `json:"license_id"`
	Holder    string      `json:"holder"`
	Product   Product     `json:"product"`
	Quantity  int         `json:"quantity"`
	StartsOn  models.Date `json:"starts_on"` // both days belong to the period, in Japan time
	EndsOn    models.Date `json:"ends_on"`
	CodeEnd   string      `json:"code_ends_with"`
	IssuedAt  time.Time   `json:"issued_at"`
}

// Product names what is licensed.
type Product struct {
	Code   string `json:"code"`
	NameJA string `json:"name_ja"`
	NameEN string `json:"name_en"`
}

// envelope is the file: the signature is over the payload's bytes, whatever they are.
type envelope struct {
	Format    string `json:"format"`
	Key       string `json:"key"`
	Payload   string `json:"payload"`
	Signature string `json:"signature"`
}

// ErrNoLicenseFile says that something is no license file, or was cut or changed so that
// it is none any more.
var ErrNoLicenseFile = errors.New("this is no license file")

// parts are an envelope's, decoded.
type parts struct {
	key                string
	payload, signature []byte
}

// open reads the envelope. Nothing of it is to be believed yet.
func open(file []byte) (parts, error) {
	var e envelope
	if len(file) > MaxSize || strictly(file, &e) != nil || e.Format != fileFormat || e.Key == "" {
		return parts{}, ErrNoLicenseFile
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(e.Payload)
	if err != nil || len(payload) == 0 {
		return parts{}, ErrNoLicenseFile
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(e.Signature)
	if err != nil {
		return parts{}, ErrNoLicenseFile
	}
	return parts{e.Key, payload, signature}, nil
}

// read reads a payload whose signature was found right. Fields that it does not know
// are let pass: a later version may add some.
func read(payload []byte) (License, error) {
	var l License
	if err := json.Unmarshal(payload, &l); err != nil {
		return l, ErrNoLicenseFile
	}
	if l.Format != licenseFormat {
		return l, fmt.Errorf("the license has the format %.40q, which this version does not know", l.Format)
	}
	if l.StartsOn.IsZero() || l.EndsOn.IsZero() || l.LicenseID == "" || l.Quantity < 1 {
		return l, ErrNoLicenseFile
	}
	return l, nil
}

// strictly reads one JSON value that has no fields besides those of v, and nothing after it.
func strictly(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the end")
	}
	return nil
}

package models

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// BounceClass says what a report about a mail means.
type BounceClass string

// A hard bounce says that the address is dead, a soft one that this mail did not
// arrive; a delayed mail is still on its way.
const (
	BounceHard    BounceClass = "hard"
	BounceSoft    BounceClass = "soft"
	BounceDelayed BounceClass = "delayed"
)

// BounceReport is what a server reported about a mail.
type BounceReport struct {
	MailID     int64
	Class      BounceClass
	StatusCode string // RFC 3463, empty when the report has none
	Hash       string // of the whole report, so that the same one counts once
	// Recipients are the addresses that the report speaks of. A mailing list may
	// report a member of its own; empty when it names none.
	Recipients []string
}

// Bounce is a row of the bounce log. What the report said besides is not kept.
type Bounce struct {
	ID         int64
	MailID     int64
	Class      BounceClass
	StatusCode string
	ReportHash string
	ReceivedAt time.Time
}

// AddressMark says that an address is dead, so that nothing more is sent there
// until somebody clears the mark or a mail proves the address.
type AddressMark struct {
	ID         int64
	Address    string
	AddressKey string // unique among those that stand
	MailID     int64  // the mail that bounced
	StatusCode string
	MarkedAt   time.Time
	ClearedAt  *time.Time
	ClearedBy  *int64 // staff; nobody when a mail proved the address
	ClearNote  string
}

// AddressKey is what addresses are compared by. The local part's case may matter
// by the book, but no server in use tells two people apart by it.
func AddressKey(email string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(email)))
}

package mail

// ResendReceived acknowledges a resend request. It says the same whether or not the
// delivery was found, and nothing that the sender of the request typed: anybody
// can have it mailed to anybody.
type ResendReceived struct {
	ResendNumber string
	Days         int // business days within which it is settled
	Link         string
}

// Kind names the mail.
func (ResendReceived) Kind() Kind         { return KindResendReceived }
func (d ResendReceived) subject() subject { return subject{} }

// ResendQuestion asks the person who asked for a resend.
type ResendQuestion struct {
	ResendNumber string
	Question     string // as staff typed it, may have several lines
	Link         string
}

// Kind names the mail.
func (ResendQuestion) Kind() Kind         { return KindResendQuestion }
func (d ResendQuestion) subject() subject { return subject{} }

// ResendRefused tells the person who asked why there is no resend.
type ResendRefused struct {
	ResendNumber string
	Reason       string // as staff typed it, may have several lines
	Link         string
}

// Kind names the mail.
func (ResendRefused) Kind() Kind         { return KindResendRefused }
func (d ResendRefused) subject() subject { return subject{} }

// templateOf gives the kind whose template a mail is written by: a resent mail, and a
// test, is the same mail with a word about it.
func templateOf(kind Kind) Kind {
	switch kind {
	case KindResentID:
		return KindDeliveryID
	case KindResentPassword:
		return KindDeliveryPassword
	case KindNewsTest:
		return KindNews
	}
	return kind
}

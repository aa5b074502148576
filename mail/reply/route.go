package reply

import (
	"context"
	"errors"
	"strings"

	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/models"
)

// Keeper puts a reply into its thread and says in a word what became of it; the
// empty word is that it was kept.
type Keeper func(ctx context.Context, r models.InquiryReply) (reason string, err error)

// largest is how long a mail with its attachments may be. They are not kept, but
// a person's words are not to be lost because of them.
const largest = 10 << 20

// Route receives the replies to inquiries.
func Route(formats models.NumberFormats, keep Keeper) inbound.Route {
	return inbound.Route{
		Name: "inquiry", MaxBytes: largest, Claims: models.IsInquiryAddress,
		Receive: func(ctx context.Context, m inbound.Mail) error { return receive(ctx, m, formats, keep) },
	}
}

func receive(ctx context.Context, m inbound.Mail, formats models.NumberFormats, keep Keeper) error {
	if m.From == "" { // a report
		return inbound.Ignored{Reason: "automatic"}
	}
	r, err := Parse(m.Data, formats)
	switch {
	case errors.Is(err, ErrAutomatic):
		return inbound.Ignored{Reason: "automatic"}
	case err != nil:
		return inbound.Ignored{Reason: "unreadable"}
	}
	local, _, _ := strings.Cut(m.To, "@")
	r.Address, r.Signature = models.ParseInquiryAddress(local)
	if r.Sender == "" && models.ValidEmail(m.From) {
		r.Sender = m.From
	}
	reason, err := keep(ctx, r)
	if err == nil && reason != "" {
		err = inbound.Ignored{Reason: reason}
	}
	return err
}

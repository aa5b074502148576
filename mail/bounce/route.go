package bounce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/models"
)

// TagPurpose is what tags of bounce addresses are signed for.
const TagPurpose = "bounce"

// Tags reads the tag of an address, if its signature is ours.
type Tags interface {
	TagID(purpose, tag string) (int64, bool)
}

// Record keeps what a server reported, once, and says whether it was there already.
type Record func(ctx context.Context, r models.BounceReport) (repeated bool, err error)

// Route receives the mails that come to envelope senders. The signed address says
// which mail a report is about: what the report quotes of it is anybody's word,
// and some servers quote nothing.
func Route(tags Tags, record Record) inbound.Route {
	return inbound.Route{
		Name:   "bounce",
		Claims: func(localPart string) bool { _, ours := Tag(localPart); return ours },
		Receive: func(ctx context.Context, m inbound.Mail) error {
			id, ours := tags.TagID(TagPurpose, TagOf(m.To))
			if !ours {
				return inbound.Ignored{Reason: "forged"}
			}
			return receive(ctx, record, id, m.Data)
		},
	}
}

func receive(ctx context.Context, record Record, mailID int64, data []byte) error {
	report := Parse(data)
	if report.Kind != Failed && report.Kind != Delayed {
		return inbound.Ignored{Reason: string(report.Kind)}
	}
	sum := sha256.Sum256(data)
	repeated, err := record(ctx, models.BounceReport{
		MailID: mailID, Class: report.Class(), StatusCode: report.Status, Hash: hex.EncodeToString(sum[:]), Recipients: report.Recipients,
	})
	switch {
	case models.IsKind(err, models.KindNotFound):
		return inbound.Ignored{Reason: "unknown_mail"}
	case err != nil:
		return err
	case repeated:
		return inbound.Ignored{Reason: "repeated"}
	}
	return nil
}

package main

import (
	"context"

	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/mail/reply"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// inquiryRoute puts replies to inquiries into their threads.
func (a *app) inquiryRoute() inbound.Route {
	return reply.Route(a.profile.NumberFormats(), func(ctx context.Context, r models.InquiryReply) (string, error) {
		landed, err := a.store.ReceiveInquiryReply(ctx, r, a.ring.InquirySigned)
		if landed == store.LandingKept {
			return "", err
		}
		return string(landed), err
	})
}

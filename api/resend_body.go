package api

import (
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// ResendRequest asks for a delivery's mails to be sent again.
type ResendRequest struct {
	Reason      string `json:"reason" maxLength:"2000" doc:"Why, for the vendor's staff and the order's history."`
	ResendTo    string `json:"resend_to,omitempty" format:"email" doc:"Where the mails go. The delivery address on record unless given, and that never changes. An address that is not on the order, the application or the contract waits for the vendor's staff."`
	EndUserName string `json:"end_user_name,omitempty" maxLength:"200" doc:"The contract holder's corporate name as you know it. If given, it must fit, or the vendor's staff look at the request."`
}

// ResendTaken is the answer to a request for a resend.
type ResendTaken struct {
	ResendNumber   string `json:"resend_number" doc:"GET /v1/resends/{resend_number} follows it."`
	DeliveryNumber string `json:"delivery_number"`
	Status         string `json:"status" enum:"received,reviewing,asked_back,approved,sent,refused"`
}

// ResendAnswer is a resend as its reseller sees it.
type ResendAnswer struct {
	ResendTaken
	Reason    string          `json:"reason"`
	ResendTo  string          `json:"resend_to,omitempty" doc:"None: the delivery address on record."`
	DueAt     time.Time       `json:"due_at" doc:"By when the vendor's staff decide, if it is theirs to decide."`
	Messages  []ResendMessage `json:"messages" doc:"Questions and the reason of a refusal, and what was answered, oldest first. A question is answered by the link in its mail."`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
	ClosedAt  *time.Time      `json:"closed_at" doc:"Null while something may still happen."`
}

// ResendMessage is what was said about a resend.
type ResendMessage struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind" enum:"ask_back,answer,refuse"`
	Text string    `json:"text"`
}

// readResend reads a request for a resend and the hash of its body. Here a reason
// is required: a resend ends a password that works.
func readResend(raw []byte) (models.ResendRequest, string, error) {
	var r ResendRequest
	b, err := readBody(raw, &r)
	if err != nil {
		return models.ResendRequest{}, "", err
	}
	request := models.ResendRequest{Source: models.ResendByAPI, Reason: r.Reason, ResendTo: r.ResendTo, EndUserName: r.EndUserName}
	request.Trim()
	if request.Reason == "" && !b.unread("reason") {
		b.add("reason", "required")
	}
	checked := request
	checked.Reference = "-" // the path names the delivery
	if err := b.errors(checked.Check()); err != nil {
		return request, "", err
	}
	hash, err := b.hash()
	return request, hash, err
}

func resendAnswer(f store.FollowedResend) ResendAnswer {
	r := f.Resend
	answer := ResendAnswer{
		ResendTaken: ResendTaken{ResendNumber: r.ResendNumber, DeliveryNumber: r.Reference, Status: string(r.Status)},
		Reason:      r.Reason, ResendTo: r.ResendTo, DueAt: r.DueAt.UTC(), Messages: []ResendMessage{},
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), ClosedAt: inUTC(r.ClosedAt),
	}
	for _, m := range f.Messages {
		if m.Kind != models.ResendRequested {
			answer.Messages = append(answer.Messages, ResendMessage{m.CreatedAt.UTC(), string(m.Kind), m.Note})
		}
	}
	return answer
}

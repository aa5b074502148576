package api

import (
	"time"

	"github.com/todoke/todoke/models"
)

// ApplicationFiled is the answer to a filed application.
type ApplicationFiled struct {
	ReceiptNumber string    `json:"receipt_number" doc:"24 characters; the order quotes it. Good for one order."`
	OrderType     string    `json:"order_type" enum:"new,renewal,trsl_new"`
	Status        string    `json:"status" enum:"open,reserved,used,discarded" doc:"open: can be quoted. reserved: an order quotes it. used: that order is registered. discarded: another application took its place."`
	CreatedAt     time.Time `json:"created_at"`
}

// ApplicationAnswer is an application as it was filed.
type ApplicationAnswer struct {
	ApplicationFiled
	ExpiresAt      *time.Time     `json:"expires_at,omitempty" doc:"From then on the number cannot be quoted. None: never."`
	EndUser        EndUser        `json:"end_user"`
	SupportContact SupportContact `json:"support_contact,omitzero"`
	Reseller       Seller         `json:"reseller"`
	Dealer         Dealer         `json:"dealer"`
	Contract       ContractWish   `json:"contract"`
}

// ApplicationList is a page of applications, newest first.
type ApplicationList struct {
	Applications []ApplicationAnswer `json:"applications"`
	NextCursor   string              `json:"next_cursor,omitempty" doc:"Ask for the next page with it. None: this is the last."`
}

func applicationFiled(a models.Application) ApplicationFiled {
	return ApplicationFiled{
		ReceiptNumber: a.ReceiptNumber, OrderType: string(a.OrderType), Status: string(a.Status), CreatedAt: a.CreatedAt.UTC(),
	}
}

func applicationAnswer(a models.Application) ApplicationAnswer {
	answer := ApplicationAnswer{
		ApplicationFiled: applicationFiled(a), ExpiresAt: inUTC(a.ExpiresAt),
		EndUser: endUserOf(a.EndUser), Reseller: sellerOf(a.Reseller),
		SupportContact: SupportContact{EndUser: endUserOf(a.SupportContact)},
		Dealer:         Dealer{Seller: sellerOf(a.Dealer)},
		Contract: ContractWish{
			Credits: a.Credits, LicenseID: a.LicenseID, Months: a.Months, DeliveryEmail: a.DeliveryEmail,
		},
	}
	if a.SupportSame {
		answer.SupportContact = SupportContact{SameAs: string(models.BlockEndUser)}
	}
	if a.DealerSame {
		answer.Dealer = Dealer{SameAs: string(models.BlockReseller)}
	}
	if !a.StartMonth.IsZero() {
		answer.Contract.StartMonth = a.StartMonth.String()[:len("2006-01")]
	}
	return answer
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

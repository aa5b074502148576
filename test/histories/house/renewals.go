package house

import (
	"context"
	"fmt"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// SellerAddress is where the sample reseller reads renewal notices.
const SellerAddress = "uketsuke@reseller.example.jp"

// EndingIn gives a contract in force whose product ends so many days from today.
func (h *House) EndingIn(days int, changes ...func(*models.Application)) models.Contract {
	h.t.Helper()
	seller := func(a *models.Application) { a.Reseller.Email = SellerAddress }
	o := h.NewOrder(append([]func(*models.Application){seller}, changes...)...)
	h.Register(o)
	license := h.Detail(o.OrderNumber).Licenses[0]
	d, err := h.ContractByLicense(context.Background(), h.Staff, license)
	Must(h.t, err)
	h.MoveEnd(d.Contract, h.Today().AddDays(days))
	h.Exec(fmt.Sprintf("UPDATE contracts SET valid_at = created_at WHERE id = %d", d.Contract.ID))
	return d.Contract
}

// MoveEnd has a contract's products end on a day, as a renewal does.
func (h *House) MoveEnd(c models.Contract, end models.Date) {
	h.t.Helper()
	period := fmt.Sprintf("starts_on = '%s', ends_on = '%s'", end.AddMonths(-12).AddDays(1), end)
	h.Exec(fmt.Sprintf("UPDATE holdings SET %s WHERE contract_id = %d", period, c.ID))
	h.Exec(fmt.Sprintf("UPDATE holding_changes SET %s WHERE holding_id IN (SELECT id FROM holdings WHERE contract_id = %d)", period, c.ID))
	h.Exec(fmt.Sprintf("UPDATE contract_addresses SET contract_ends_on = '%s' WHERE contract_id = %d", end, c.ID))
}

// Exec changes the database by itself.
func (h *House) Exec(statement string) {
	h.t.Helper()
	db, err := h.DB()
	Must(h.t, err)
	_, err = db.ExecContext(context.Background(), statement)
	Must(h.t, err)
}

// Gathered notes everything that is due today, and gives what comes next.
func (h *House) Gathered() store.RenewalStep {
	h.t.Helper()
	step := store.RenewalStep{At: h.Now()}
	for !step.Done {
		var err error
		step, err = h.GatherRenewals(context.Background(), step, h.Ring.CurrentKey(), 100)
		Must(h.t, err)
	}
	return store.RenewalStep{At: step.At}
}

// QueuedNotices notes and queues everything that is due today, and gives the mails.
func (h *House) QueuedNotices() []int64 {
	h.t.Helper()
	_, err := h.QueueRenewalDigests(context.Background(), h.Gathered(), 100)
	Must(h.t, err)
	ids, err := h.UnsentRenewalMails(context.Background(), 0, 100)
	Must(h.t, err)
	return ids
}

package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

const portalContact = "taro@customer.example.jp"

// contracted has a contract whose contacts are both portalContact, valid by now.
func (h *house) contracted() models.Contract {
	h.t.Helper()
	c := h.heldBy(portalContact, portalContact)
	h.clock.pass(7 * day)
	return c
}

func (h *house) askTemporary(email string) int64 {
	h.t.Helper()
	outbox, err := h.RequestTemporaryPassword(h.t.Context(), models.Process, store.TemporaryAsked{Email: email, Language: models.English, Key: 1})
	must(h.t, err)
	return outbox
}

func (h *house) portalAccount() models.Account {
	h.t.Helper()
	a, err := h.AccountByEmail(h.t.Context(), portalContact)
	must(h.t, err)
	return a
}

// member has set a password.
func (h *house) member() models.Account {
	h.t.Helper()
	h.askTemporary(portalContact)
	a := h.portalAccount()
	a, _, err := h.SetAccountPassword(h.t.Context(), models.Process, store.NewPassword{AccountID: a.ID, Hash: hash(1), TemporaryVersion: a.TemporaryVersion})
	must(h.t, err)
	return a
}

func TestTemporaryPasswordsGoToContactsOnly(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		for _, email := range []string{"nobody@customer.example.jp", "delivery@customer.example.jp", "applicant@example.jp"} {
			equal(t, email+" is mailed", h.askTemporary(email) != 0, false)
			_, err := h.AccountByEmail(t.Context(), email)
			wantCode(t, err, models.KindNotFound, "account_not_found")
		}
		equal(t, "the contact is mailed", h.askTemporary(" Taro@CUSTOMER.example.jp") != 0, true)
		a := h.portalAccount()
		equal(t, "language", a.Language, models.English)
		mails, _, err := h.Mails(t.Context(), store.MailFilter{Kind: models.MailTemporaryPassword}, store.Page{})
		must(t, err)
		equal(t, "mails", len(mails), 1)
		equal(t, "recipient", mails[0].Recipient, portalContact)
		f, err := h.MailFacts(t.Context(), mails[0].ID)
		must(t, err)
		equal(t, "account of the mail", f.Account.ID, a.ID)
		_, err = h.RequestTemporaryPassword(t.Context(), models.Process, store.TemporaryAsked{Email: "no address"})
		wantField(t, err, "email", "email_malformed")
	})
}

// A mail that waits brings no password that works no more: a newer one was asked
// for, it was used, or its time is over.
func TestTemporaryMailsAreWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		waiting := func() models.Mail {
			t.Helper()
			mails, _, err := h.Mails(t.Context(), store.MailFilter{Kind: models.MailTemporaryPassword, Statuses: []models.MailStatus{models.MailQueued}}, store.Page{})
			must(t, err)
			return mails[len(mails)-1] // the oldest
		}
		sent := func(m models.Mail) bool {
			t.Helper()
			_, claimed, err := h.ClaimMail(t.Context(), m.ID, time.Minute)
			must(t, err)
			if claimed {
				_, err = h.FinishMail(t.Context(), m.ID, models.MailQueued, "450 later")
				must(t, err)
			}
			return claimed
		}
		h.askTemporary(portalContact)
		older := waiting()
		equal(t, "the only one is sent", sent(older), true)
		h.askTemporary(portalContact)
		equal(t, "the older is sent", sent(older), false)
		newer := waiting()
		equal(t, "the newer is sent", sent(newer), true)
		a := h.portalAccount()
		_, _, err := h.SetAccountPassword(t.Context(), models.Process, store.NewPassword{AccountID: a.ID, Hash: hash(1), TemporaryVersion: a.TemporaryVersion})
		must(t, err)
		equal(t, "the used one is sent", sent(newer), false)
		h.askTemporary(portalContact)
		h.clock.pass(h.Rules().TemporaryPassword)
		equal(t, "the late one is sent", sent(waiting()), false)
		h.sound()
	})
}

// Of two who set a password at once with the same temporary password one does.
func TestATemporaryPasswordIsUsedOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		h.askTemporary(portalContact)
		a := h.portalAccount()
		var set, refused atomic.Int64
		race(6, func(i int) {
			_, _, err := h.SetAccountPassword(t.Context(), models.Process, store.NewPassword{AccountID: a.ID, Hash: hash(i + 1), TemporaryVersion: a.TemporaryVersion})
			switch {
			case err == nil:
				set.Add(1)
			case models.AsError(err).Code == "password_changed":
				refused.Add(1)
			default:
				t.Errorf("%v (%s)", err, causes(err))
			}
		})
		equal(t, "set", set.Load(), 1)
		equal(t, "refused", refused.Load(), 5)
		mails, _, err := h.Mails(t.Context(), store.MailFilter{Kind: models.MailPasswordChanged}, store.Page{})
		must(t, err)
		equal(t, "confirmations", len(mails), 1)
	})
}

// Many ask for one address at once: one account, and no more mails than an hour allows.
func TestManyAskAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		var mailed atomic.Int64
		race(12, func(int) {
			outbox, err := h.RequestTemporaryPassword(t.Context(), models.Process, store.TemporaryAsked{Email: portalContact, Key: 1})
			if err != nil {
				t.Errorf("%v (%s)", err, causes(err))
			}
			if outbox != 0 {
				mailed.Add(1)
			}
		})
		equal(t, "mailed", mailed.Load(), models.TemporaryPasswords)
		equal(t, "version", h.portalAccount().TemporaryVersion, models.TemporaryPasswords)
	})
}

func TestCodesOfTheSecondStepAreUsedOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		a := h.member()
		ctx := t.Context()
		must(t, h.PrepareSecondStep(ctx, a.ID, []byte("first try"), 1))
		must(t, h.PrepareSecondStep(ctx, a.ID, []byte("sealed"), 1))
		used, err := h.UseSecondStep(ctx, a.ID, 100)
		must(t, err)
		equal(t, "a code before it is on", used, false)
		var hashes []string
		for i := range models.RecoveryCodes {
			hashes = append(hashes, fmt.Sprintf("hash %d", i))
		}
		must(t, h.ConfirmSecondStep(ctx, models.Process, a, 100, hashes))
		wantCode(t, h.ConfirmSecondStep(ctx, models.Process, a, 101, hashes), models.KindConflict, "two_step_changed")
		wantCode(t, h.PrepareSecondStep(ctx, a.ID, []byte("another"), 1), models.KindConflict, "two_step_changed")
		equal(t, "the secret", string(h.portalAccount().SecondSecret), "sealed")

		var steps, codes atomic.Int64
		race(6, func(int) {
			if used, err := h.UseSecondStep(ctx, a.ID, 101); err == nil && used {
				steps.Add(1)
			}
			if used, err := h.UseRecoveryCode(ctx, models.Process, a.ID, "hash 3"); err == nil && used {
				codes.Add(1)
			}
		})
		equal(t, "times that a code counted", steps.Load(), 1)
		equal(t, "times that a recovery code counted", codes.Load(), 1)
		for _, step := range []int64{99, 100, 101} {
			used, err := h.UseSecondStep(ctx, a.ID, step)
			must(t, err)
			equal(t, fmt.Sprintf("step %d again", step), used, false)
		}
		left, err := h.RecoveryCodesLeft(ctx, a.ID)
		must(t, err)
		equal(t, "codes left", left, models.RecoveryCodes-1)
		must(t, h.EndSecondStep(ctx, models.Process, a.ID))
		left, err = h.RecoveryCodesLeft(ctx, a.ID)
		must(t, err)
		equal(t, "codes left after it is off", left, 0)
		equal(t, "the secret is gone", h.portalAccount().SecondSecret == nil, true)
	})
}

// A key is needed as long as a temporary password derives from it, or a secret is
// sealed under it.
func TestKeysOfAccounts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		used := func() string {
			t.Helper()
			return fmt.Sprint(h.keysInUse())
		}
		_, err := h.RequestTemporaryPassword(t.Context(), models.Process, store.TemporaryAsked{Email: portalContact, Key: 7})
		must(t, err)
		equal(t, "keys", used(), "[1 7]")
		h.clock.pass(h.Rules().TemporaryPassword)
		equal(t, "keys later", used(), "[1]")
		must(t, h.PrepareSecondStep(t.Context(), h.portalAccount().ID, []byte("sealed"), 8))
		equal(t, "keys with an app", used(), "[1 8]")
	})
}

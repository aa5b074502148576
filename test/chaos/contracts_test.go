//go:build chaos || e2e

package chaos

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// changed is a change of contacts that the portal accepted: the phone number is no other contract's.
type changed struct{ license, phone string }

// renamed is a change of name that the portal accepted, and that two clerks decided on at once.
type renamed struct{ license, name string }

// delivered waits for an order's contract.
func (l *load) delivered(ctx context.Context, client *harness.Client, order string) (license string, ok bool) {
	view, err := client.AwaitDelivered(ctx, order)
	if err != nil || len(view.LicenseIDs) != 1 {
		return "", false // not delivered within the reseller's patience: the count says what became of it
	}
	return view.LicenseIDs[0], true
}

// anew gives the patience for what comes after waiting for a delivery, which takes long on a busy machine.
func anew(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), giveUp)
}

const changedPhones = `SELECT COUNT(*) FROM contract_change_fields f JOIN contract_changes h ON h.id = f.change_id
	JOIN contracts c ON c.id = h.contract_id WHERE c.license_id = $1 AND f.field = 'holder.phone' AND f.after_value = $2`

// changeContacts changes the phone of a contract's holder in the portal, until that is done.
func (l *load) changeContacts(ctx context.Context, client *harness.Client, n int, order string) {
	license, ok := l.delivered(ctx, client, order)
	if !ok {
		return
	}
	ctx, cancel := anew(ctx)
	defer cancel()
	holder, err := l.holder(ctx, n, license)
	if err != nil {
		l.refuse("holder of %s: %v", license, err)
		return
	}
	wish := changed{license, fmt.Sprintf("03-%04d-%04d", 1000+n/10000, n%10000)}
	at := "/portal/contracts/" + license + "/contacts"
	err = l.insist(ctx, func() error {
		// An answer that got lost may have been a yes.
		if done, err := l.number(ctx, changedPhones, license, wish.phone); err != nil || done > 0 {
			return err
		}
		return holder.fill(ctx, at, "form.contacts", at, map[string]string{"holder.phone": wish.phone, "privacy": "1", "action": "do"})
	})
	if err != nil {
		l.refuse("contacts of %s: %v", license, err)
		return
	}
	l.mu.Lock()
	l.changes = append(l.changes, wish)
	l.mu.Unlock()
}

const (
	namesAsked   = "SELECT COUNT(*) FROM name_changes n JOIN contracts c ON c.id = n.contract_id WHERE c.license_id = $1"
	namesDecided = namesAsked + " AND n.closed_at IS NOT NULL"
	nameNumber   = "SELECT n.number FROM name_changes n JOIN contracts c ON c.id = n.contract_id WHERE c.license_id = $1"
)

// changeName asks for another name of a contract in the portal, and has one clerk approve it while another rejects it.
func (l *load) changeName(ctx context.Context, client *harness.Client, n int, order string) {
	license, ok := l.delivered(ctx, client, order)
	if !ok {
		return
	}
	ctx, cancel := anew(ctx)
	defer cancel()
	holder, err := l.holder(ctx, n, license)
	if err != nil {
		l.refuse("holder of %s: %v", license, err)
		return
	}
	wish := renamed{license, fmt.Sprintf("株式会社新検証%d", n)}
	at := "/portal/contracts/" + license + "/name-change/new"
	err = l.insist(ctx, func() error {
		if asked, err := l.number(ctx, namesAsked, license); err != nil || asked > 0 {
			return err
		}
		return holder.fill(ctx, at, "main form[action='"+at+"']", at, map[string]string{
			"name.company_name": wish.name, "name.reason": "rename", "name.understood": "1", "action": "do",
		})
	})
	if err != nil {
		l.refuse("name of %s: %v", license, err)
		return
	}
	l.mu.Lock()
	l.names = append(l.names, wish)
	l.mu.Unlock()
	l.decideName(ctx, license)
}

// decideName has two clerks decide at once, each until it is decided.
func (l *load) decideName(ctx context.Context, license string) {
	var number string
	err := l.insist(ctx, func() error {
		db, err := l.store.DB()
		if err != nil {
			return err
		}
		return db.QueryRowContext(ctx, nameNumber, license).Scan(&number)
	})
	if err != nil {
		l.refuse("name of %s: %v", license, err)
		return
	}
	at := "/console/name-changes/" + number
	var deciding sync.WaitGroup
	for n, action := range []string{"approve", "reject"} {
		deciding.Go(func() {
			err := l.insist(ctx, func() error {
				if decided, err := l.number(ctx, namesDecided, license); err != nil || decided > 0 {
					return err
				}
				err := l.clerks[n].fill(ctx, at, "#act-"+action+" form", at+"/"+action, map[string]string{"note": "書類を確認しました。"})
				var refusal *harness.Refusal
				if errors.As(err, &refusal) && refusal.Status == http.StatusConflict {
					return errNoForm // the other clerk was faster: look again
				}
				return err
			})
			if err != nil {
				l.refuse("%s of %s: %v", action, number, err)
			}
		})
	}
	deciding.Wait()
}

// countChanges looks what became of every change of contacts and names that was accepted: it was made once, and who
// asked for it was told once.
func (r *run) countChanges(ctx context.Context, _ *store.Store, c *tally) error {
	for _, wish := range r.load.changes {
		made, err := r.load.number(ctx, changedPhones, wish.license, wish.phone)
		if err != nil {
			return err
		}
		told, err := r.load.number(ctx, `SELECT COUNT(*) FROM mails m JOIN contract_change_fields f ON f.change_id = m.contract_change_id
			WHERE m.kind = $1 AND f.field = 'holder.phone' AND f.after_value = $2`, models.MailContactChangeDone, wish.phone)
		if err != nil {
			return err
		}
		if made != 1 || told != 1 {
			c.wrong("the contacts of %s were accepted once, changed %d times and told %d times", wish.license, made, told)
		}
		c.changed++
	}
	for _, wish := range r.load.names {
		if err := r.countName(ctx, wish, c); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) countName(ctx context.Context, wish renamed, c *tally) error {
	db, err := r.load.store.DB()
	if err != nil {
		return err
	}
	var number, status, holder, asked string
	err = db.QueryRowContext(ctx, `SELECT n.number, n.status, c.holder_company_name, n.new_company_name FROM name_changes n
		JOIN contracts c ON c.id = n.contract_id WHERE c.license_id = $1`, wish.license).Scan(&number, &status, &holder, &asked)
	if errors.Is(err, sql.ErrNoRows) {
		c.wrong("the change of %s's name was accepted, and is not there", wish.license)
		return nil
	}
	if err != nil {
		return err
	}
	decisions, err := r.load.number(ctx, `SELECT COUNT(*) FROM name_change_decisions d JOIN name_changes n ON n.id = d.name_change_id
		WHERE n.number = $1 AND d.kind IN ('approve', 'reject', 'withdraw')`, number)
	if err != nil {
		return err
	}
	told, err := r.load.number(ctx, `SELECT COUNT(*) FROM mails m JOIN name_changes n ON n.id = m.name_change_id
		WHERE n.number = $1 AND m.kind = 'review_result'`, number)
	if err != nil {
		return err
	}
	approved := models.NameChangeStatus(status) == models.NameChangeApproved
	if asked != wish.name || decisions != 1 || told != 1 || (holder == wish.name) != approved || !approved && models.NameChangeStatus(status) != models.NameChangeRejected {
		c.wrong("%s asked for %q is for %q and %s after %d decisions, told %d times, and the holder is %q", number, wish.name, asked, status, decisions, told, holder)
	}
	if approved {
		c.approved++
	}
	c.renamed++
	return nil
}

//go:build chaos || e2e

package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

const (
	// activationKind is the kind of code that the holders of the sample's product can have besides.
	activationKind = "virus_buster_business"
	// linksLive is how long the links of a run work: long enough to be pressed, and over before the count.
	linksLive = "45s"
)

// quickLinks is the profile that ships with links that soon expire, and with an order's grace time left out.
func quickLinks() ([]byte, error) {
	text := profile.DefaultYAML()
	for from, to := range map[string]string{
		"\n  bounce_grace: 10m\n": "\n  bounce_grace: 0s\n", "\n  confirmation_link: 72h\n": "\n  confirmation_link: " + linksLive + "\n",
	} {
		changed := bytes.Replace(text, []byte(from), []byte(to), 1)
		if bytes.Equal(changed, text) {
			return nil, fmt.Errorf("the profile that ships has no %q", from)
		}
		text = changed
	}
	return text, nil
}

// What becomes of a request besides the two mailboxes that confirm it at the same moment.
const (
	onlyConfirmed = iota
	confirmedAndCancelled
	confirmedAndReplaced
	leftAlone
	activationEnds // how many there are
)

// activation is a request for a further code that the portal accepted.
type activation struct {
	license string
	end     int
	shown   []string // codes that pages of the links showed
}

const activationsAsked = `SELECT COUNT(*) FROM activation_requests r JOIN contracts c ON c.id = r.contract_id WHERE c.license_id = $1`

// activate asks for a further code in the portal; then both mailboxes press the button at once, while the holder
// cancels, or asks anew, or does neither. Some do not press it at all.
func (l *load) activate(ctx context.Context, client *harness.Client, n int, order string) {
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
	a := &activation{license: license, end: n / everyActivation % activationEnds}
	if err := l.askCode(ctx, holder, a, 1); err != nil {
		l.refuse("code of %s: %v", license, err)
		return
	}
	l.mu.Lock()
	l.codes = append(l.codes, a)
	l.mu.Unlock()
	if a.end == leftAlone {
		return
	}
	r, err := l.newestRequest(ctx, license)
	if err != nil {
		l.refuse("code of %s: %v", license, err)
		return
	}
	var deciding sync.WaitGroup
	for _, mailbox := range []models.Mailbox{models.MailboxContact, models.MailboxAccount} {
		deciding.Go(func() { l.press(ctx, a, r, mailbox) })
	}
	switch a.end {
	case confirmedAndCancelled:
		deciding.Go(func() { l.cancel(ctx, holder, r) })
	case confirmedAndReplaced:
		deciding.Go(func() {
			// Where a mailbox was faster the page shows the code instead of asking once more.
			if err := l.askCode(ctx, holder, a, 2); err != nil && !errors.Is(err, errIssued) {
				l.refuse("code of %s once more: %v", license, err)
			}
		})
	}
	deciding.Wait()
}

// errIssued says that there is a code already, so that no other can be asked for.
var errIssued = errors.New("issued already")

// askCode fills in the portal's form until there are so many requests of the contract.
func (l *load) askCode(ctx context.Context, holder *person, a *activation, requests int) error {
	code, err := l.codeOf(ctx, a.license)
	if err != nil {
		return err
	}
	at, contact := "/portal/activation/"+activationKind, fmt.Sprintf("code%d.%s@customer.example", requests, a.license)
	return l.insist(ctx, func() error {
		if asked, err := l.number(ctx, activationsAsked, a.license); err != nil || asked >= requests {
			return err
		}
		err := holder.fill(ctx, at, "main form[action='"+at+"']", at, map[string]string{
			"license": a.license, "code": code, "contact_email": contact, "contact_email_again": contact, "action": "do",
		})
		if refusal, ok := errors.AsType[*harness.Refusal](err); ok && refusal.Status < http.StatusInternalServerError {
			issued, failed := l.number(ctx, activationsAsked+" AND r.status = 'issued'", a.license)
			if failed == nil && issued > 0 {
				return errors.Join(errIssued, refusal)
			}
		}
		return err
	})
}

// codeOf gives the activation code of a contract's only holding.
func (l *load) codeOf(ctx context.Context, license string) (code string, err error) {
	db, err := l.store.DB()
	if err != nil {
		return "", err
	}
	var h models.Holding
	err = l.insist(ctx, func() error {
		return db.QueryRowContext(ctx, "SELECT h.id, h.code_cipher, h.code_key FROM holdings h JOIN contracts c ON c.id = h.contract_id WHERE c.license_id = $1",
			license).Scan(&h.ID, &h.CodeCipher, &h.CodeKey)
	})
	if err != nil {
		return "", err
	}
	return l.ring.OpenCode(h)
}

func (l *load) newestRequest(ctx context.Context, license string) (r models.ActivationRequest, err error) {
	db, err := l.store.DB()
	if err != nil {
		return r, err
	}
	err = l.insist(ctx, func() error {
		var id int64
		query := "SELECT MAX(r.id) FROM activation_requests r JOIN contracts c ON c.id = r.contract_id WHERE c.license_id = $1"
		if err := db.QueryRowContext(ctx, query, license).Scan(&id); err != nil {
			return err
		}
		r, err = l.store.ActivationRequest(ctx, id)
		return err
	})
	return r, err
}

// press opens the link of a mailbox and presses its button, until the page says what became of the request.
func (l *load) press(ctx context.Context, a *activation, r models.ActivationRequest, mailbox models.Mailbox) {
	token, err := l.ring.ActivationToken(r, mailbox)
	if err != nil {
		l.refuse("link of %s: %v", r.Number, err)
		return
	}
	reader, err := newPerson(l.in.PublicURL, "", "") // nobody signs in there
	if err != nil {
		l.refuse("link of %s: %v", r.Number, err)
		return
	}
	at := fmt.Sprintf("/activation/%d/%s", r.ID, token)
	err = l.insist(ctx, func() error {
		page, err := reader.send(ctx, http.MethodGet, at, nil)
		if err == nil && page.status == http.StatusOK {
			page, err = reader.send(ctx, http.MethodPost, at, fields(page.doc.Find("main form[method='post']")))
		}
		switch {
		case err != nil:
			return err
		case page.status == http.StatusOK:
			l.mu.Lock()
			a.shown = append(a.shown, codesOn(page)...)
			l.mu.Unlock()
			return nil
		case page.status == http.StatusGone:
			return nil // used, expired, cancelled or replaced
		}
		return refused(page)
	})
	if err != nil {
		l.refuse("link of %s in the mailbox %s: %v", r.Number, mailbox, err)
	}
}

func codesOn(page answer) []string { return harness.CodesIn(page.doc.Find("main").Text()) }

// cancel withdraws a request in the portal, until it is closed one way or another.
func (l *load) cancel(ctx context.Context, holder *person, r models.ActivationRequest) {
	at := "/portal/activation/requests/" + url.PathEscape(r.Number)
	err := l.insist(ctx, func() error {
		now, err := l.store.ActivationRequest(ctx, r.ID)
		if err != nil || now.Status != models.ActivationWaiting {
			return err
		}
		err = holder.fill(ctx, at, "form[action='"+at+"/cancel']", at+"/cancel", nil)
		if refusal, ok := errors.AsType[*harness.Refusal](err); ok && refusal.Status == http.StatusConflict {
			return errNoForm // somebody was faster: look again
		}
		return err
	})
	if err != nil {
		l.refuse("cancelling %s: %v", r.Number, err)
	}
}

// countActivations looks what became of every request for a code: one outcome each, one code a contract, shown and
// kept alike, and none where nobody pressed a button.
func (r *run) countActivations(ctx context.Context, s *store.Store, c *tally) error {
	for _, a := range r.load.codes {
		requests, codes, err := r.activationsOf(ctx, s, a.license)
		if err != nil {
			return err
		}
		issued := 0
		for _, request := range requests {
			switch request.Status {
			case models.ActivationIssued:
				issued++
			case models.ActivationWaiting:
				c.wrong("%s still waits", request.Number)
			}
		}
		var live []string
		for _, code := range codes {
			text, err := r.load.ring.OpenIssued(code)
			if err != nil {
				return err
			}
			live = append(live, text)
		}
		if len(live) != issued || issued > 1 || a.end == leftAlone && issued > 0 {
			c.wrong("%s has %d codes of %d requests, %d of them issued (%d)", a.license, len(live), len(requests), issued, a.end)
		}
		for _, shown := range a.shown {
			if !slices.Contains(live, shown) {
				c.wrong("a link of %s showed a code that it does not have", a.license)
			}
		}
		c.asked += len(requests)
		c.issued += issued
	}
	return nil
}

func (r *run) activationsOf(ctx context.Context, s *store.Store, license string) ([]models.ActivationRequest, []models.IssuedCode, error) {
	db, err := s.DB()
	if err != nil {
		return nil, nil, err
	}
	var contract int64
	if err := db.QueryRowContext(ctx, "SELECT id FROM contracts WHERE license_id = $1", license).Scan(&contract); err != nil {
		return nil, nil, err
	}
	page, _, err := s.ActivationRequests(ctx, store.ActivationFilter{Query: license}, store.Page{Limit: store.MaxPage})
	if err != nil {
		return nil, nil, err
	}
	codes, err := s.IssuedCodes(ctx, contract)
	return page, codes, err
}

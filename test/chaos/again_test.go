//go:build chaos || e2e

package chaos

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// resend has a delivery's mails sent once more, over the API, until that is accepted.
func (l *load) resend(ctx context.Context, client *harness.Client, key, order string) {
	view, err := client.AwaitDelivered(ctx, order)
	if err != nil || view.Shipment == nil {
		return // not delivered within the reseller's patience: the count says what became of it
	}
	ctx, cancel := anew(ctx)
	defer cancel()
	var taken struct {
		ResendNumber string `json:"resend_number"`
	}
	path, header := "/v1/deliveries/"+url.PathEscape(view.Shipment.DeliveryNumber)+"/resend", http.Header{"Idempotency-Key": {key + "-resend"}}
	if err := l.insist(ctx, func() error {
		return client.Do(ctx, http.MethodPost, path, header, map[string]string{"reason": "chaos"}, http.StatusAccepted, &taken)
	}); err != nil {
		l.refuse("resend of %s: %v", order, err)
		return
	}
	l.mu.Lock()
	l.again = append(l.again, taken.ResendNumber)
	l.mu.Unlock()
}

// reissue asks for a delivery's password on the site, once: a form that got no answer may be sent or not.
func (l *load) reissue(ctx context.Context, client *harness.Client, order string) {
	view, err := client.AwaitDelivered(ctx, order)
	if err != nil || view.Shipment == nil {
		return
	}
	l.mu.Lock()
	if l.reissued == nil {
		l.reissued = map[string]int{}
	}
	l.reissued[order]++
	l.mu.Unlock()
	form := strings.NewReader(url.Values{"number": {view.Shipment.DeliveryNumber}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, client.URL+"/delivery/password", form)
	if err != nil {
		l.refuse("password of %s: %v", order, err)
		return
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if answer, err := client.HTTP.Do(request); err == nil {
		_ = answer.Body.Close() // it is not read
	}
}

// reissuesIn counts how often the password was asked for of the order that a subject names.
func (l *load) reissuesIn(subject string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	for order, n := range l.reissued {
		if strings.Contains(subject, order) && strings.Contains(subject, " PW") {
			return n
		}
	}
	return 0
}

// countResends looks what became of every resend that was accepted: it was sent, to the letter of its mails.
func (r *run) countResends(ctx context.Context, s *store.Store, c *tally) error {
	for _, number := range r.load.again {
		d, err := s.ResendDetail(ctx, number)
		if err != nil {
			return err
		}
		if d.Resend.Status != models.ResendSent {
			c.wrong("%s was accepted and is %s with %d mails", number, d.Resend.Status, len(d.Mails))
			continue
		}
		c.resent++
		told := map[models.MailKind]int{}
		for _, m := range d.Mails {
			told[m.Kind]++
		}
		if told[models.MailResendReceived] != 1 || told[models.MailResentID] != 1 || told[models.MailResentPassword] != 1 {
			c.wrong("%s has the mails %v", number, told)
		}
	}
	return nil
}

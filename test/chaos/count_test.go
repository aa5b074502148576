//go:build chaos || e2e

package chaos

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// remaining is what has not come to its end yet.
type remaining struct {
	Orders, Mails, Outbox, Missing, Resends, Names, Notices, Codes int
}

// underWay counts that, after so many accepted orders and with the contracts up to due to be told of.
func underWay(ctx context.Context, s *store.Store, accepted, due int) (left remaining, err error) {
	db, err := s.DB()
	if err != nil {
		return left, err
	}
	var delivered int
	for query, into := range map[string]*int{
		"SELECT COUNT(*) FROM orders WHERE status <> 'delivered'":                           &left.Orders,
		"SELECT COUNT(*) FROM mails WHERE status IN ('queued', 'sending')":                  &left.Mails,
		"SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL":                                 &left.Outbox,
		"SELECT COUNT(*) FROM orders WHERE status = 'delivered'":                            &delivered,
		"SELECT COUNT(*) FROM resends WHERE status NOT IN ('sent', 'refused', 'reviewing')": &left.Resends,
		"SELECT COUNT(*) FROM name_changes WHERE closed_at IS NULL":                         &left.Names,
		"SELECT COUNT(*) FROM activation_requests WHERE status = 'waiting'":                 &left.Codes,
	} {
		if err := db.QueryRowContext(ctx, query).Scan(into); err != nil {
			return left, err
		}
	}
	if err := db.QueryRowContext(ctx, unnoticed, due, false).Scan(&left.Notices); err != nil {
		return left, err
	}
	left.Missing = accepted - delivered
	return left, nil
}

// tally is what is counted at the end.
type tally struct {
	orders, contracts, shipments, holdings, codes, certificates int
	mails, sent, failed, unknown                                int
	inSink, cut, killedWhileSending                             int // evidence for unknown
	sunk, cuts, kills, resent                                   int
	changed, renamed, approved, digests, asked, issued          int
	withdrawn                                                   int
	problems                                                    []string
}

func (c *tally) wrong(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// count looks at everything that was made, finds what must not be, and prints the rest.
func (r *run) count() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Minute)
	defer cancel()
	s := r.load.store
	c := &tally{kills: r.striker.killed(), cuts: len(r.in.Sink.Cuts())}
	for _, check := range []func(context.Context, *store.Store, *tally) error{
		r.countRows, r.countOrders, r.countResends, r.countChanges, r.countActivations, r.countNotices, r.countMails, r.countDocuments, r.countInvariants,
	} {
		if err := check(ctx, s, c); err != nil {
			r.t.Errorf("count: %v", err)
		}
	}
	r.t.Logf("what was done, %s in all:\n%s\nwhat was counted:\n%s", time.Since(r.started).Round(time.Second), r.table(), c.table(r))
	for _, p := range c.problems[:min(len(c.problems), 20)] {
		r.t.Error(p)
	}
	if more := len(c.problems) - 20; more > 0 {
		r.t.Errorf("and %d more", more)
	}
}

// countRows compares how many there are of everything that an order has one of.
func (r *run) countRows(ctx context.Context, s *store.Store, c *tally) error {
	db, err := s.DB()
	if err != nil {
		return err
	}
	for _, row := range []struct {
		query string
		into  *int
	}{
		{"SELECT COUNT(*) FROM orders", &c.orders},
		{"SELECT COUNT(DISTINCT license_id) FROM contracts", &c.contracts},
		{"SELECT COUNT(DISTINCT order_id) FROM shipments", &c.shipments},
		{"SELECT COUNT(*) FROM holdings", &c.holdings},
		{"SELECT COUNT(DISTINCT code_hash) FROM holdings", &c.codes},
		{"SELECT COUNT(*) FROM documents WHERE kind = 'certificate'", &c.certificates},
	} {
		if err := db.QueryRowContext(ctx, row.query).Scan(row.into); err != nil {
			return err
		}
		if *row.into != len(r.load.accepted) {
			c.wrong("%d orders were accepted, but %s gives %d", len(r.load.accepted), row.query, *row.into)
		}
	}
	return nil
}

// countOrders asks for every accepted order as its reseller would.
func (r *run) countOrders(ctx context.Context, _ *store.Store, c *tally) error {
	seen := map[string]string{}
	once := func(kind, value, number string) {
		if other, there := seen[kind+value]; there || value == "" {
			c.wrong("%s has the %s %q of order %q", number, kind, value, other)
		}
		seen[kind+value] = number
	}
	for i, o := range r.load.accepted {
		view, err := r.in.Clients[0].View(ctx, o.number)
		if err != nil {
			return err
		}
		once("order number", o.number, o.key)
		if view.Status != "delivered" || view.Shipment == nil || len(view.LicenseIDs) != 1 {
			c.wrong("%s was accepted and is %s, with shipment %+v and licenses %v", o.number, view.Status, view.Shipment, view.LicenseIDs)
			continue
		}
		once("delivery number", view.Shipment.DeliveryNumber, o.number)
		once("license", view.LicenseIDs[0], o.number)
		if i%50 == 0 {
			pdf, err := r.in.Clients[0].Certificate(ctx, o.number)
			if err != nil || !strings.HasPrefix(string(pdf), "%PDF-") {
				c.wrong("%s has no certificate to download: %v", o.number, err)
			}
		}
	}
	return nil
}

// countMails compares the ledger with what the mail server saw.
func (r *run) countMails(ctx context.Context, s *store.Store, c *tally) error {
	ledger, err := allMails(ctx, s)
	if err != nil {
		return err
	}
	arrived, subjects, anew := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, m := range ledger {
		anew[m.MessageID] = m.ActivationRequestID != nil
	}
	for _, m := range r.in.Sink.Mailbox.Messages() {
		arrived[m.MessageID]++
		// All receipt mails go to one address under one subject, and who asks for a code anew is told anew.
		if !slices.Contains(m.To, harness.KeyOwner) && !anew[m.MessageID] {
			subjects[strings.Join(m.To, " ")+" "+m.Subject]++
		}
	}
	for what, times := range subjects {
		if times != 1 && times > 1+r.load.reissuesIn(what) {
			c.wrong("%q reached the same recipient %d times", what[strings.Index(what, " ")+1:], times)
		}
	}
	c.mails, c.sunk = len(ledger), len(r.in.Sink.Mailbox.Messages())
	known := map[string]bool{}
	for _, m := range ledger {
		known[m.MessageID] = true
		if arrived[m.MessageID] > 1 {
			c.wrong("mail %d (%s) arrived %d times", m.ID, m.Kind, arrived[m.MessageID])
		}
		r.judge(m, arrived[m.MessageID] > 0, c)
	}
	for id := range arrived {
		if !known[id] {
			c.wrong("a mail arrived that is not in the ledger: %s", id)
		}
	}
	if c.unknown > c.kills+c.cuts {
		c.wrong("%d mails are unknown, after %d kills and %d cut connections", c.unknown, c.kills, c.cuts)
	}
	return nil
}

// judge looks whether a mail's state is the truth.
func (r *run) judge(m models.Mail, arrived bool, c *tally) {
	switch m.Status {
	case models.MailSent:
		c.sent++
		if !arrived {
			c.wrong("mail %d (%s) is sent, but never arrived", m.ID, m.Kind)
		}
	case models.MailUnknown:
		c.unknown++
		r.evidence(m, arrived, c)
	case models.MailFailed:
		if m.ActivationRequestID != nil && m.Reply == models.MailWithdrawn {
			c.withdrawn++ // the request was over before its mail went out
			return
		}
		c.failed++
		c.wrong("mail %d (%s) failed, though nothing was refused for good: %s", m.ID, m.Kind, m.Reply)
	default:
		c.wrong("mail %d (%s) is still %s", m.ID, m.Kind, m.Status)
	}
}

// evidence finds out why nobody knows about a mail. There must be a good reason.
func (r *run) evidence(m models.Mail, arrived bool, c *tally) {
	cut := slices.ContainsFunc(r.in.Sink.Cuts(), func(cut harness.Cut) bool { return cut.Complete && cut.MessageID == m.MessageID })
	switch {
	case arrived:
		c.inSink++
	case cut:
		c.cut++
	case m.ClaimedAt != nil && m.FinishedAt != nil && r.striker.between(*m.ClaimedAt, *m.FinishedAt, worker):
		c.killedWhileSending++
	default:
		c.wrong("mail %d (%s) is unknown without a reason: claimed %v, finished %v, %q", m.ID, m.Kind, m.ClaimedAt, m.FinishedAt, m.Reply)
	}
}

func allMails(ctx context.Context, s *store.Store) ([]models.Mail, error) {
	var all []models.Mail
	for cursor := ""; ; {
		page, next, err := s.Mails(ctx, store.MailFilter{}, store.Page{Cursor: cursor, Limit: store.MaxPage})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			return all, nil
		}
	}
}

// countDocuments compares every kept file with its row.
func (r *run) countDocuments(ctx context.Context, s *store.Store, c *tally) error {
	db, err := s.DB()
	if err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, "SELECT blob_key, sha256 FROM documents")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what went wrong
	for rows.Next() {
		var key, sum string
		if err := rows.Scan(&key, &sum); err != nil {
			return err
		}
		content, err := os.ReadFile(filepath.Join(r.in.Files, filepath.FromSlash(key)))
		if err != nil {
			c.wrong("a document has no file: %v", err)
			continue
		}
		if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != sum {
			c.wrong("the file %s is not the one that its row says", key)
		}
	}
	return rows.Err()
}

func (r *run) countInvariants(ctx context.Context, s *store.Store, c *tally) error {
	violations, err := s.Invariants(ctx)
	for _, v := range violations {
		c.wrong("invariant %s is broken %d times, by %s for one", v.Name, v.Count, v.Example)
	}
	return err
}

// table prints the counts.
func (c *tally) table(r *run) string {
	sent := map[mailbox.Stage]int{} // of cut connections, before and after the final dot
	for _, cut := range r.in.Sink.Cuts() {
		if cut.Complete {
			sent[mailbox.StageEnd]++
		} else {
			sent[mailbox.StageBody]++
		}
	}
	_, retries, repeats := r.load.counts()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', 0)
	for _, line := range []struct {
		what  string
		value any
	}{
		{"kills", fmt.Sprintf("%d (serve %d, worker %d, Temporal %d, PostgreSQL %d)", c.kills, r.striker.killed(serve),
			r.striker.killed(worker), r.striker.killed(temporal), r.striker.killed(database))},
		{"orders accepted", len(r.load.accepted)},
		{"resends, passwords asked for again", fmt.Sprintf("%d, %d of them sent; %d", len(r.load.again), c.resent, len(r.load.reissued))},
		{"contacts changed, names changed", fmt.Sprintf("%d; %d, %d of them approved", c.changed, c.renamed, c.approved)},
		{"further codes asked for, issued", fmt.Sprintf("%d, %d", c.asked, c.issued)},
		{"contracts due, digests of notices", fmt.Sprintf("%d, %d", r.load.due, c.digests)},
		{"requests tried again", fmt.Sprintf("%d, and %d accepted orders sent once more", retries, repeats)},
		{"orders, licenses, shipments", fmt.Sprintf("%d, %d, %d", c.orders, c.contracts, c.shipments)},
		{"holdings, activation codes, certificates", fmt.Sprintf("%d, %d, %d", c.holdings, c.codes, c.certificates)},
		{"mails in the ledger", fmt.Sprintf("%d: %d sent, %d withdrawn, %d failed, %d unknown", c.mails, c.sent, c.withdrawn, c.failed, c.unknown)},
		{"mails that arrived", c.sunk},
		{"connections cut during a mail", fmt.Sprintf("%d: %d before the final dot, %d after it", c.cuts, sent[mailbox.StageBody], sent[mailbox.StageEnd])},
		{"unknown, because", fmt.Sprintf("%d arrived, %d were cut after the final dot, %d were being sent by a killed worker",
			c.inSink, c.cut, c.killedWhileSending)},
		{"rules broken", len(c.problems)},
	} {
		_, _ = fmt.Fprintf(w, "%s\t%v\n", line.what, line.value) // to memory: cannot fail
	}
	_ = w.Flush()
	return out.String()
}

//go:build chaos || e2e

package chaos

import (
	"context"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	workers "github.com/todoke/todoke/worker"
)

// dueDays is how long the contracts that turn due have left; it is one of the profile's days for notices.
const dueDays = 30

// notices has every contract that there is by then end soon, and has the day's renewal notices sent. What is struck
// next strikes while they are gathered, queued and sent.
func (r *run) notices() func(context.Context) error {
	return r.phase("notices begin", func(ctx context.Context) error {
		l := r.load
		var highest int
		if err := l.insist(ctx, func() (err error) {
			highest, err = l.number(ctx, "SELECT COALESCE(MAX(id), 0) FROM contracts")
			return err
		}); err != nil {
			return err
		}
		end := models.DateOf(l.store.Now()).AddDays(dueDays)
		period := fmt.Sprintf("starts_on = '%s', ends_on = '%s'", end.AddMonths(-12).AddDays(1), end)
		for _, statement := range []string{
			"UPDATE holdings SET " + period + " WHERE contract_id <= $1",
			"UPDATE holding_changes SET " + period + " WHERE holding_id IN (SELECT id FROM holdings WHERE contract_id <= $1)",
			fmt.Sprintf("UPDATE contract_addresses SET contract_ends_on = '%s' WHERE contract_id <= $1", end),
			"UPDATE contracts SET valid_at = created_at WHERE id <= $1",
		} {
			if err := l.exec(ctx, statement, highest); err != nil {
				return err
			}
		}
		l.mu.Lock()
		l.due = highest
		l.mu.Unlock()
		return l.insist(ctx, func() error {
			c, err := client.DialContext(ctx, client.Options{HostPort: r.in.Temporal.HostPort(), Logger: temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
			if err != nil {
				return err
			}
			defer c.Close()
			return workers.RunRenewalNotices(ctx, c)
		})
	})
}

// unnoticed counts the contracts that are due and of which not everybody was told.
const unnoticed = `SELECT COUNT(*) FROM contracts c WHERE c.id <= $1 AND c.void = $2 AND NOT EXISTS (
	SELECT 1 FROM renewal_notices n JOIN renewal_digests d ON d.id = n.digest_id WHERE n.contract_id = c.id AND d.queued_at IS NOT NULL)`

// countNotices looks whether everybody was told of every contract that turned due, once: by one digest a recipient.
func (r *run) countNotices(ctx context.Context, _ *store.Store, c *tally) error {
	l := r.load
	missing, err := l.number(ctx, unnoticed, l.due, false)
	if err != nil {
		return err
	}
	if missing > 0 {
		c.wrong("of %d contracts %d turned due and nobody was told", l.due, missing)
	}
	for what, query := range map[string]string{
		"contracts of which somebody was told twice": `SELECT COUNT(*) FROM (SELECT contract_id FROM renewal_notices
			GROUP BY contract_id, recipient HAVING COUNT(*) > 1) AS twice`,
		"digests without their one mail": `SELECT COUNT(*) FROM (SELECT d.id FROM renewal_digests d LEFT JOIN mails m ON m.renewal_digest_id = d.id
			WHERE d.queued_at IS NOT NULL GROUP BY d.id HAVING COUNT(m.id) <> 1) AS wrong`,
		"recipients of more than one digest": `SELECT COUNT(*) FROM (SELECT recipient FROM renewal_digests GROUP BY recipient HAVING COUNT(*) > 1) AS twice`,
	} {
		n, err := l.number(ctx, query)
		if err != nil {
			return err
		}
		if n > 0 {
			c.wrong("there are %d %s", n, what)
		}
	}
	c.digests, err = l.number(ctx, "SELECT COUNT(*) FROM renewal_digests WHERE queued_at IS NOT NULL")
	return err
}

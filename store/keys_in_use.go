package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// keyColumns are the columns that name a server key, with the rows that need it:
// @now stands for the present moment, @usable for the earliest PW mail whose password
// still works. What rotating does to them stands in rotations.
var keyColumns = []keyColumn{
	{"holdings", "code_key", "code_cipher IS NOT NULL"},
	{"shipments", "password_key", "password_sent_at >= @usable OR " + passwordUnderWay},
	{"resends", "link_key", "1 = 1"},
	{"inquiries", "address_key", "1 = 1"},
	{"accounts", "temporary_key", "temporary_until > @now"},
	{"accounts", "second_key", "second_secret IS NOT NULL"},
	{"mail_subscriptions", "link_key", "1 = 1"},
	{"issued_codes", "code_key", "1 = 1"},
	{"activation_requests", "link_key", "status = 'waiting'"},
	{"code_hash_keys", "key", "1 = 1"},
	{"pattern_tokens", "link_key", "revoked_at IS NULL"},
}

type keyColumn struct{ table, column, where string }

// passwordUnderWay is a delivery password whose first mail is still to be sent.
const passwordUnderWay = `password_sent_at IS NULL AND EXISTS (SELECT 1 FROM mails m WHERE m.order_id = shipments.order_id
	AND m.kind IN ('delivery_password', 'delivery_password_again', 'resent_delivery_password') AND m.status IN ('queued', 'sending'))`

// rows gives the rows that need the key which they name.
func (c keyColumn) rows(tx *gorm.DB, s *Store) *gorm.DB {
	q := tx.Table(c.table)
	var named []any
	for name, moment := range map[string]time.Time{
		"now": s.Now(), "usable": s.Today().AddDays(-s.rules.PasswordDays).Start().UTC(),
	} {
		if strings.Contains(c.where, "@"+name) {
			named = append(named, sql.Named(name, moment))
		}
	}
	return q.Where(c.where, named...)
}

// KeyUse is what hangs on a server key.
type KeyUse struct {
	Number int
	Sealed int64 // rows encrypted under it
	Links  int64 // rows whose next mails hold links or addresses derived from it
	Ending int64 // passwords and links derived from it that still work, and end by themselves
	// Until is when the last of those ends, as far as that is known by now.
	Until *time.Time
}

// KeysInUse tells what hangs on the server keys that rows name, by number, ascending.
func (s *Store) KeysInUse(ctx context.Context) ([]KeyUse, error) {
	uses := map[int]*KeyUse{}
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		clear(uses)
		for _, c := range keyColumns {
			if err := s.usesOf(tx, c, uses); err != nil {
				return err
			}
		}
		return nil
	})
	list := make([]KeyUse, 0, len(uses))
	for _, u := range uses {
		list = append(list, *u)
	}
	slices.SortFunc(list, func(a, b KeyUse) int { return a.Number - b.Number })
	return list, err
}

// usesOf adds the rows of one column.
func (s *Store) usesOf(tx *gorm.DB, c keyColumn, uses map[int]*KeyUse) error {
	var counts []struct {
		Number int
		N      int64
	}
	if err := c.rows(tx, s).Select(c.column + " AS number, COUNT(*) AS n").Group(c.column).Scan(&counts).Error; err != nil {
		return err
	}
	how := rotations[c.table+"."+c.column]
	for _, n := range counts {
		u := uses[n.Number]
		if u == nil {
			u = &KeyUse{Number: n.Number}
			uses[n.Number] = u
		}
		switch {
		case how.sealed != "":
			u.Sealed += n.N
		case how.mailed:
			u.Links += n.N
		default:
			u.Ending += n.N
			if err := s.endOf(tx, c, how, u); err != nil {
				return err
			}
		}
	}
	return nil
}

// endOf notes when the last of what derives from a key ends.
func (s *Store) endOf(tx *gorm.DB, c keyColumn, how rotation, u *KeyUse) error {
	if how.last == "" {
		return nil
	}
	var last []time.Time
	q := c.rows(tx, s).Where(c.column+" = ?", u.Number).Where(how.last + " IS NOT NULL").Order(how.last + " DESC").Limit(1)
	if err := q.Pluck(how.last, &last).Error; err != nil || len(last) == 0 {
		return err
	}
	until := last[0].UTC()
	if how.ends != nil {
		until = how.ends(s, until)
	}
	if u.Until == nil || until.After(*u.Until) {
		u.Until = &until
	}
	return nil
}

// HoldingWithCode gives some holding that has an activation code, or nothing: by it
// one sees whether the keys still fit.
func (s *Store) HoldingWithCode(ctx context.Context) (*models.Holding, error) {
	h, err := optional[models.Holding](s.reader(ctx).Where("code_cipher IS NOT NULL").Order("id"))
	return h, translate(err)
}

package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
)

// keyColumns are the columns that name a server key, with the rows that need it;
// a question mark stands for the present moment.
var keyColumns = []struct{ table, column, where string }{
	{"holdings", "code_key", "code_cipher IS NOT NULL"},
	{"shipments", "password_key", "1 = 1"},
	{"resends", "link_key", "1 = 1"},
	{"inquiries", "address_key", "1 = 1"},
	{"accounts", "temporary_key", "temporary_until > ?"},
	{"accounts", "second_key", "second_secret IS NOT NULL"},
	{"mail_subscriptions", "link_key", "1 = 1"},
	{"issued_codes", "code_key", "1 = 1"},
	{"activation_requests", "link_key", "status = 'waiting'"},
}

// KeysInUse lists the numbers of the server keys that rows name, ascending.
func (s *Store) KeysInUse(ctx context.Context) ([]int, error) {
	var all []int
	for _, c := range keyColumns {
		var some []int
		var when []any
		if strings.Contains(c.where, "?") {
			when = append(when, s.Now())
		}
		if err := s.reader(ctx).Table(c.table).Where(c.where, when...).Distinct().Pluck(c.column, &some).Error; err != nil {
			return nil, translate(err)
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// HoldingWithCode gives some holding that has an activation code, or nothing: by it
// one sees whether the keys still fit.
func (s *Store) HoldingWithCode(ctx context.Context) (*models.Holding, error) {
	h, err := optional[models.Holding](s.reader(ctx).Where("code_cipher IS NOT NULL").Order("id"))
	return h, translate(err)
}

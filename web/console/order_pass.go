package console

import "github.com/todoke/todoke/store"

// passOrder lets an order that waited for staff go on.
func passOrder(v *visit) error {
	return v.decide("pass", func(d store.Decide) (store.Decided, error) {
		return v.Store.PassOrder(v.ctx(), v.actor(), d)
	})
}

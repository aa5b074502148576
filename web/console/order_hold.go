package console

import "github.com/todoke/todoke/store"

// holdOrder keeps an order from going on until staff pass it.
func holdOrder(v *visit) error {
	return v.decide("hold", func(d store.Decide) (store.Decided, error) {
		return v.Store.HoldOrder(v.ctx(), v.actor(), d)
	})
}

package console

import "github.com/todoke/todoke/store"

// cancelOrder ends an order before it is registered; it cannot be undone, so it asks for a reason.
func cancelOrder(v *visit) error {
	return v.decide("cancel", func(d store.Decide) (store.Decided, error) {
		return v.Store.CancelOrder(v.ctx(), v.actor(), d, v.PostForm("reason"))
	})
}

package console

import "github.com/todoke/todoke/store"

// sendBackOrder returns an order for a reason in staff's own words.
func sendBackOrder(v *visit) error {
	return v.decide("send-back", func(d store.Decide) (store.Decided, error) {
		return v.Store.SendBackOrder(v.ctx(), v.actor(), d, v.PostForm("text"))
	})
}

package console

import "github.com/todoke/todoke/store"

// redirectOrder sends the delivery mails, whose address turned out dead, to another one.
func redirectOrder(v *visit) error {
	return v.decide("redirect", func(d store.Decide) (store.Decided, error) {
		return v.Store.RedirectDelivery(v.ctx(), v.actor(), d, v.PostForm("email"))
	})
}

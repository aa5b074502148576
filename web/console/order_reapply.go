package console

import "github.com/todoke/todoke/store"

// reapplyOrder quotes a new receipt number for a sent-back order.
func reapplyOrder(v *visit) error {
	return v.decide("reapply", func(d store.Decide) (store.Decided, error) {
		return v.Store.ReapplyOrder(v.ctx(), v.actor(), d, v.PostForm("receipt_number"))
	})
}

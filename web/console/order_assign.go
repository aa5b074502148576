package console

import "github.com/todoke/todoke/models"

// assignOrder gives an order to somebody, or to nobody.
func assignOrder(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	if err := v.Store.AssignOrder(v.ctx(), v.actor(), v.number(), number(v.PostForm("staff"))); err != nil {
		return v.orderAgain("assign", models.AsError(err))
	}
	v.flash("ok", v.t("console.done.assign"))
	return v.seeOther("/console/orders/" + v.number())
}

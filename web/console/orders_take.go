package console

import (
	"github.com/todoke/todoke/web/ui"
)

// takeOrders makes the person the assignee of the orders ticked in a list.
func takeOrders(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	numbers := v.Request.PostForm["number"]
	for _, n := range numbers {
		if err := v.Store.AssignOrder(v.ctx(), v.actor(), n, v.staffMember.ID); err != nil {
			return err
		}
	}
	if len(numbers) == 0 {
		v.flash("warn", v.t("console.orders.none_ticked"))
	} else {
		v.flash("ok", ui.Counted(v.language, "console.orders.taken", len(numbers)))
	}
	return v.seeOther(consolePath(v.PostForm("back"), "/console/orders"))
}

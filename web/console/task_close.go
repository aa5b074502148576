package console

import (
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
)

// closeTask closes a task with a note on what was done about it.
func closeTask(v *visit) error {
	id, err := v.id("id", "task")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	order := v.PostForm("order")
	if err := v.Store.CloseTask(v.ctx(), v.actor(), id, v.PostForm("note")); err != nil {
		v.Params = append(v.Params, gin.Param{Key: "number", Value: order})
		return v.orderAgain("task-"+strconv.FormatInt(id, 10), models.AsError(err))
	}
	v.flash("ok", v.t("console.done.task"))
	return v.seeOther(consolePath("/console/orders/"+order, "/console"))
}

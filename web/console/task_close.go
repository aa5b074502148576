package console

import (
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// closeTask closes a task with a note on what was done about it, and leads back
// to the order or the application that it stands with.
func closeTask(v *visit) error {
	id, err := v.id("id", "task")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	action := "task-" + strconv.FormatInt(id, 10)
	order, application := v.PostForm("order"), v.PostForm("application")
	back := consolePath("/console/orders/"+order, "/console")
	if application != "" {
		back = consolePath("/console/applications/"+application, "/console")
	}
	if err := v.Store.CloseTask(v.ctx(), v.actor(), id, v.PostForm("note")); err != nil {
		if application != "" {
			v.Params = gin.Params{{Key: "id", Value: application}}
			return v.applicationAgain(action, models.AsError(err))
		}
		v.Params = append(v.Params, gin.Param{Key: "number", Value: order})
		return v.orderAgain(action, models.AsError(err))
	}
	v.flash("ok", v.t("console.done.task"))
	return v.seeOther(back)
}

// applicationAgain shows the application's page with the form that was refused.
func (v *visit) applicationAgain(action string, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.applicationPage(v.formAgain(action, e))
	if err != nil {
		return err
	}
	return v.show(ui.Status(e), views.ApplicationPage(page))
}

package console

import (
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// closeTask closes a task with a note on what was done about it, and leads back
// to the record that it stands with.
func closeTask(v *visit) error {
	id, err := v.id("id", "task")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	action := "task-" + strconv.FormatInt(id, 10)
	page, again := v.taskPage(action)
	if err := v.Store.CloseTask(v.ctx(), v.actor(), id, v.PostForm("note")); err != nil {
		return again(models.AsError(err))
	}
	v.flash("ok", v.t("console.done.task"))
	return v.seeOther(page)
}

// taskPage is the page that a task stands on, and what shows that page again with
// the form that was refused.
func (v *visit) taskPage(action string) (page string, again func(*models.Error) error) {
	if application := v.PostForm("application"); application != "" {
		return consolePath("/console/applications/"+application, "/console"), func(e *models.Error) error {
			v.Params = gin.Params{{Key: "id", Value: application}}
			return v.applicationAgain(action, e)
		}
	}
	if resend := v.PostForm("resend"); resend != "" {
		return consolePath("/console/resends/"+resend, "/console"), func(e *models.Error) error {
			v.Params = gin.Params{{Key: "number", Value: resend}}
			return v.taskOnResend(action, e)
		}
	}
	if change := v.PostForm("name_change"); change != "" {
		return consolePath("/console/name-changes/"+change, "/console"), func(e *models.Error) error {
			v.Params = gin.Params{{Key: "number", Value: change}}
			return v.taskOnNameChange(action, e)
		}
	}
	if request := v.PostForm("activation"); request != "" {
		return consolePath("/console/activation/"+request, "/console"), func(e *models.Error) error {
			v.Params = gin.Params{{Key: "number", Value: request}}
			return v.activationAgain(action, 0, e)
		}
	}
	if license := v.PostForm("contract"); license != "" {
		return consolePath("/console/contracts/"+license, "/console"), func(e *models.Error) error {
			v.Params = gin.Params{{Key: "license", Value: license}}
			return v.contractAgain(action, e)
		}
	}
	order := v.PostForm("order")
	return consolePath("/console/orders/"+order, "/console"), func(e *models.Error) error {
		v.Params = append(v.Params, gin.Param{Key: "number", Value: order})
		return v.orderAgain(action, e)
	}
}

// taskOnResend shows the resend's page with the form that was refused.
func (v *visit) taskOnResend(action string, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.resendPage(v.formAgain(action, e))
	if err != nil {
		return err
	}
	return v.show(ui.Status(e), views.ResendPage(page))
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

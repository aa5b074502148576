package console

import "github.com/todoke/todoke/models"

// addNote keeps a note about an order for the others.
func addNote(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	if err := v.Store.AddNote(v.ctx(), v.actor(), v.number(), v.PostForm("text")); err != nil {
		return v.orderAgain("notes", models.AsError(err))
	}
	v.flash("ok", v.t("console.done.notes"))
	return v.seeOther("/console/orders/" + v.number())
}

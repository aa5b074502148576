package console

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// sendMailAgain sends a mail that reached nobody once more, and leads back to where
// it was asked for.
func sendMailAgain(v *visit) error {
	id, err := v.id("id", "mail")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	outboxID, err := v.Store.SendMailAgain(v.ctx(), v.actor(), id, v.t("console.mails.again_note"))
	switch e := models.AsError(err); {
	case err == nil:
		v.tell(outboxID)
		v.flash("ok", v.t("console.mails.again_done"))
	case e.Kind == models.KindInvalid || e.Kind == models.KindConflict:
		v.flash("bad", texts.Error(v.language, e))
	default:
		return err
	}
	return v.seeOther(consolePath(v.PostForm("back"), "/console/mails"))
}

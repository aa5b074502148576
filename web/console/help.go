package console

import (
	"net/http"

	"github.com/todoke/todoke/web/console/views"
)

// showHelp lists the keyboard's shortcuts and what the roles may do.
func showHelp(v *visit) error {
	frame, err := v.frame("", v.t("console.help.title"))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.Help(frame))
}

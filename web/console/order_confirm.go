package console

import (
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// confirmOrder settles one reason of the open send-back, or all that can be settled by a value.
func confirmOrder(v *visit) error {
	return v.decide("confirm", func(d store.Decide) (store.Decided, error) {
		return v.Store.ConfirmOrder(v.ctx(), v.actor(), d, v.confirmed())
	})
}

// confirmed reads the values to settle: that of the button pressed, or all.
func (v *visit) confirmed() []store.Confirm {
	var list []store.Confirm
	for _, code := range models.ReasonCodes {
		name := "value." + string(code)
		_, sent := v.Request.PostForm[name]
		if only := v.PostForm("only"); !sent || (only != "" && only != string(code)) {
			continue
		}
		value := strings.TrimSpace(v.PostForm(name))
		if v.PostForm("choice."+string(code)) == models.ConfirmRegisteredHolder {
			value = models.ConfirmRegisteredHolder
		}
		list = append(list, store.Confirm{Code: code, Value: value})
	}
	return list
}

package console

import (
	"maps"
	"slices"
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

// confirmed reads the values to settle: that of the button pressed, or all. The
// form's names are those of differences.
func (v *visit) confirmed() []store.Confirm {
	var list []store.Confirm
	only := v.PostForm("only")
	for _, name := range slices.Sorted(maps.Keys(v.Request.PostForm)) {
		key, isValue := strings.CutPrefix(name, "value.")
		code, orderValue, _ := strings.Cut(key, ".")
		if !isValue || !slices.Contains(models.ReasonCodes, models.ReasonCode(code)) || (only != "" && only != key) {
			continue
		}
		value := strings.TrimSpace(v.PostForm(name))
		if v.PostForm("choice."+key) == models.ConfirmRegisteredHolder {
			value = models.ConfirmRegisteredHolder
		}
		list = append(list, store.Confirm{Code: models.ReasonCode(code), OrderValue: orderValue, Value: value})
	}
	return list
}

package console

import (
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// decide takes an action's form, has the store accept it against the version the
// person looked at, tells the process, and shows the order again. What is refused
// comes back with what was typed.
func (v *visit) decide(action string, accept func(d store.Decide) (store.Decided, error)) error {
	if err := v.parse(); err != nil {
		return err
	}
	version, err := parseVersion(v.PostForm("version"))
	if err != nil {
		return err
	}
	done, err := accept(store.Decide{OrderNumber: v.Param("number"), Version: version, Note: v.PostForm("note")})
	if err != nil {
		return v.orderAgain(action, models.AsError(err))
	}
	v.tell(done.OutboxID)
	v.flash("ok", v.t("console.done."+action))
	return v.seeOther("/console/orders/" + done.Order.OrderNumber)
}

// orderAgain shows the order with the form that was refused.
func (v *visit) orderAgain(action string, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	form := v.formAgain(action, e)
	var seen *snapshot
	if e.Code == "order_changed" || e.Code == "order_state" {
		seen = parseSnapshot(v.PostForm("seen"))
	}
	page, err := v.orderPage(form, seen)
	if err != nil {
		return err
	}
	if page.Changed != nil && !offers(page, action) {
		page.Changed.Kept = v.kept(form.Values)
	}
	return v.show(ui.Status(e), views.OrderPage(page))
}

// formAgain keeps what was typed, with what is wrong with it.
func (v *visit) formAgain(action string, e *models.Error) views.Form {
	form := views.Form{Action: action, Values: map[string]string{}, Problems: views.Problems{}}
	for name, values := range v.Request.PostForm {
		if name != "version" && name != "seen" && len(values) > 0 {
			form.Values[name] = values[0]
		}
	}
	for _, f := range e.Fields {
		form.Problems[v.formField(action, f)] = texts.Field(v.language, f)
	}
	if len(e.Fields) == 0 {
		form.General = v.errorText(e)
	}
	return form
}

// formField finds the form's field of an error. A confirmed value's field is
// named after its reason.
func (v *visit) formField(action string, f models.FieldError) string {
	if value, one := strings.CutPrefix(f.Field, "value."); one && action == "confirm" {
		return "value." + string(models.ReasonLicenseHolder) + "." + value
	}
	if action != "confirm" || f.Field != "value" {
		return f.Field
	}
	if only := v.PostForm("only"); only != "" {
		return "value." + only
	}
	for code, reasons := range map[models.ReasonCode][]string{
		models.ReasonTerm:          {"confirm_order_months"},
		models.ReasonDeliveryMail:  {"address_unchanged", "address_marked", "email_malformed"},
		models.ReasonStartMonth:    {"month_malformed", "start_month_out_of_range"},
		models.ReasonLicenseHolder: {"digits_only", "license_unknown"},
	} {
		if slices.Contains(reasons, f.Code) {
			return "value." + string(code)
		}
	}
	return f.Field
}

// offers says whether the page still has the action's form.
func offers(page views.Order, action string) bool {
	return map[string]bool{
		"confirm": page.Can.Confirm && page.Differences != nil, "reapply": page.Can.Reapply, "cancel": page.Can.Cancel,
		"pass": page.Can.Pass, "hold": page.Can.Hold, "send-back": page.Can.SendBack, "redirect": page.Can.Redirect,
		"notes": page.Can.Note, "resend": page.Can.Resend,
	}[action]
}

// keptFields are the fields whose text is given back when their form is gone.
var keptFields = []string{"text", "reason", "note", "receipt_number", "email"}

func (v *visit) kept(values map[string]string) []string {
	var kept []string
	for _, name := range keptFields {
		if values[name] != "" {
			kept = append(kept, values[name])
		}
	}
	return kept
}

func (v *visit) number() string { return v.Param("number") }

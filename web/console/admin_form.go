package console

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
)

// refusedForm is a form that comes back with what was typed, passwords left out.
// Anything but a refusal of the input is the caller's to give on.
func (v *visit) refusedForm(action string, e *models.Error) (views.Form, error) {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return views.Form{}, e
	}
	form := views.Form{Action: action, Values: map[string]string{}, Problems: views.Problems{}}
	for name, values := range v.Request.PostForm {
		if name != "password" && name != "current" && len(values) > 0 {
			form.Values[name] = values[0]
		}
	}
	for _, f := range e.Fields {
		form.Problems[f.Field] = texts.Field(v.language, f)
	}
	if len(e.Fields) == 0 {
		form.General = v.errorText(e)
	}
	return form, nil
}

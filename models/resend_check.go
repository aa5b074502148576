package models

import "strings"

// ResendRequest is what a form, the API or staff send. The form gives all of it
// but the reason; the API and staff name a delivery, and where nothing is given
// to resend to, it goes to the delivery address on record.
type ResendRequest struct {
	Source      ResendSource
	Language    Language
	Reference   string
	EndUserName string
	Asker       Asker
	ResendTo    string
	Reason      string
	LinkKey     int // number of the server key for the link: keys.Ring.CurrentKey
}

// Trim takes the spaces around the values away, and fills in what is understood:
// the form resends to the person who asks unless it says otherwise.
func (r *ResendRequest) Trim() {
	r.Asker.Trim()
	for _, value := range []*string{&r.Reference, &r.EndUserName, &r.ResendTo, &r.Reason} {
		*value = strings.TrimSpace(*value)
	}
	if r.Source == ResendByForm && r.ResendTo == "" {
		r.ResendTo = r.Asker.Email
	}
}

// Check gives everything that is wrong with the request, all fields at once.
func (r ResendRequest) Check() []FieldError {
	r.Trim()
	errs := CheckLine("reference", r.Reference, MaxPONumber)
	if r.Reference == "" {
		errs = append(errs, Field("reference", "required"))
	}
	errs = append(errs, r.checkPeople()...)
	if r.ResendTo != "" && (r.Source != ResendByForm || r.ResendTo != r.Asker.Email) {
		errs = append(errs, CheckEmail("resend_to", r.ResendTo)...)
	}
	if r.Source == ResendByStaff && r.Reason == "" {
		errs = append(errs, Field("reason", "required"))
	}
	return append(errs, CheckFreeText("reason", r.Reason)...)
}

// checkPeople checks who asks, and for whom. Only the form has to say: the API's
// keys and staff are known, and name a delivery that they can see.
func (r ResendRequest) checkPeople() []FieldError {
	errs := CheckLine("end_user_name", r.EndUserName, MaxNameLength)
	switch {
	case r.Source == ResendByForm && r.EndUserName == "":
		errs = append(errs, Field("end_user_name", "required"))
	case r.EndUserName != "" && errs == nil && NameKey(r.EndUserName) == "":
		errs = append(errs, Field("end_user_name", "name_without_letters"))
	}
	if r.Source == ResendByForm {
		return append(errs, r.Asker.Check("asker.")...)
	}
	for _, wrong := range r.Asker.Check("asker.") {
		if wrong.Code != "required" {
			errs = append(errs, wrong)
		}
	}
	return errs
}

// CheckResendNote checks what staff tell the person who asked, or the answer to it.
func CheckResendNote(field, note string) []FieldError {
	if strings.TrimSpace(note) == "" {
		return []FieldError{Field(field, "required")}
	}
	return CheckFreeText(field, note)
}

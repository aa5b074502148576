package models

import "strings"

// NameChangeRequest is what the portal's form gives.
type NameChangeRequest struct {
	New HolderName
	// CorporateNumber is the corporation chosen from the directory, or 0 for a name
	// that was typed.
	CorporateNumber CorporateNumber
	Reason          NameChangeReason
	Note            string
	// Understood is the tick that this takes days.
	Understood  bool
	Attachments []NewAttachment
}

// Trim takes the spaces around the values away.
func (r *NameChangeRequest) Trim() {
	r.New.Trim()
	r.Note = strings.TrimSpace(r.Note)
}

// Check gives everything that is wrong with the request, all fields at once. Old is
// what the contract calls its holder now.
func (r NameChangeRequest) Check(old HolderName, rules NameChangeRules) []FieldError {
	r.Trim()
	errs := r.New.check(old)
	if r.New == old {
		errs = append(errs, Field("company_name", "name_unchanged"))
	}
	switch known := r.Reason.known(); {
	case r.Reason == "":
		errs = append(errs, Field("reason", "required"))
	case !known:
		errs = append(errs, Field("reason", "reason_unknown"))
	}
	if r.Reason == NameChangeOther && r.Note == "" {
		errs = append(errs, Field("note", "required"))
	}
	errs = append(errs, CheckFreeText("note", r.Note)...)
	errs = append(errs, CheckAttachments(r.Attachments, 0, rules)...)
	if !r.Understood {
		errs = append(errs, Field("understood", "tick_required"))
	}
	return errs
}

func (r NameChangeReason) known() bool {
	for _, reason := range NameChangeReasons {
		if r == reason {
			return true
		}
	}
	return false
}

// check checks a name that a contract is to have. A branch may be given up, and so
// may a reading that the contract never had.
func (n HolderName) check(old HolderName) []FieldError {
	errs := CheckLine("company_name", n.CompanyName, MaxNameLength)
	switch {
	case n.CompanyName == "":
		errs = append(errs, Field("company_name", "required"))
	case errs == nil && NameKey(n.CompanyName) == "":
		errs = append(errs, Field("company_name", "name_without_letters"))
	}
	kana := CheckLine("company_kana", n.CompanyKana, MaxNameLength)
	if n.CompanyKana == "" && old.CompanyKana != "" {
		kana = append(kana, Field("company_kana", "required"))
	} else if code := kanaProblem(n.CompanyKana); kana == nil && code != "" {
		kana = append(kana, Field("company_kana", code))
	}
	return append(append(errs, kana...), CheckLine("department", n.Department, MaxNameLength)...)
}

// CheckNameChangeNote checks what staff tell the requester, or the answer to it.
func CheckNameChangeNote(field, note string) []FieldError {
	if strings.TrimSpace(note) == "" {
		return []FieldError{Field(field, "required")}
	}
	return CheckFreeText(field, note)
}

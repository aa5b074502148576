package models

import (
	"slices"
	"strings"
	"time"
)

// CheckActivationContact checks the contact address, which is typed twice.
func CheckActivationContact(email, again string) []FieldError {
	email, again = strings.TrimSpace(email), strings.TrimSpace(again)
	errs := CheckContactEmail(email)
	switch {
	case again == "":
		errs = append(errs, Field("contact_email_again", "required"))
	case errs == nil && AddressKey(email) != AddressKey(again):
		errs = append(errs, Field("contact_email_again", "emails_differ"))
	}
	return errs
}

// CheckContactEmail checks the address that a request's mails go to besides the
// sign-in address.
func CheckContactEmail(email string) []FieldError {
	if email == "" {
		return []FieldError{Field("contact_email", "required")}
	}
	return CheckEmail("contact_email", email)
}

// CodeForms gives the forms in which a typed code may be looked up: as it was typed
// and, where it could lack a prefix that may be left out, with that in front. What
// cannot be a code has none.
func (c *Catalogue) CodeForms(typed string) []string {
	var forms []string
	if key, ok := ActivationCodeKey(typed); ok {
		forms = append(forms, key)
	}
	if len(NormaliseNumber(typed)) != activationLength {
		return forms
	}
	for _, p := range c.products {
		if !p.PrefixOptional {
			continue
		}
		if key, ok := ActivationCodeKey(p.CodePrefix + typed); ok && !slices.Contains(forms, key) {
			forms = append(forms, key)
		}
	}
	return forms
}

// ActivationKey is what somebody typed to ask for a code.
type ActivationKey struct {
	License string
	Code    string
}

// Read brings what was typed to the form it is looked up by, and says everything
// that is wrong with it already. The forms of the code are none where the kind asks
// for no code.
func (k ActivationKey) Read(kind ActivationKind, c *Catalogue) (license string, forms []string, errs []FieldError) {
	license, problem := ReadPortalLicense("license", k.License)
	if problem != nil {
		errs = append(errs, *problem)
	}
	if !kind.CodeAsked {
		return license, nil, errs
	}
	code, problem := ReadPortalCode("code", k.Code)
	if problem != nil {
		return license, nil, append(errs, *problem)
	}
	forms = c.CodeForms(code)
	if len(code) == activationLength { // the prefix is known, so it need not be typed
		if key, ok := ActivationCodeKey(kind.AskedPrefix + code); ok && !slices.Contains(forms, key) {
			forms = append(forms, key)
		}
	}
	fitting := slices.DeleteFunc(slices.Clone(forms), func(form string) bool { return !strings.HasPrefix(form, kind.AskedPrefix) })
	switch {
	case len(fitting) == 0 && !strings.HasPrefix(code, kind.AskedPrefix):
		errs = append(errs, Field("code", "activation_code_prefix", "prefix", kind.AskedPrefix))
	case len(fitting) == 0:
		errs = append(errs, Field("code", "activation_code_mistyped"))
	}
	return license, fitting, errs
}

// ActivationFacts is what decides which codes somebody can ask for.
type ActivationFacts struct {
	Answer   PortalAnswer // to who asks, about the license ID
	Contract Contract
	Holdings []Holding
	// What the typed code is: of a holding, or one that was issued further. Neither
	// where it is unknown or belongs to another contract.
	CodeOf *Holding
	Issued *IssuedCode
}

// FindActivations gives the holdings for which a code of the kind can be asked for.
// Who is no contact learns nothing but that; everybody else is told what to check, in
// their language.
func FindActivations(kind ActivationKind, f ActivationFacts, c *Catalogue, lang Language, now time.Time) ([]Holding, []FieldError) {
	if f.Answer == PortalNotContact {
		return nil, []FieldError{Field("license", "activation_not_contact")}
	}
	if f.Answer != PortalShown {
		return nil, []FieldError{Field("license", "activation_ask_desk", "message", f.Answer.Message())}
	}
	names := c.namesOf(kind.Held(), lang)
	taken := slices.DeleteFunc(PortalHoldings(f.Holdings, c), func(h Holding) bool { _, takes := kind.Gives(h.ProductCode); return !takes })
	switch {
	case len(taken) == 0 && kind.Offline():
		return nil, []FieldError{Field("license", "activation_online_missing", "products", names)}
	case len(taken) == 0:
		return nil, []FieldError{Field("license", "activation_product_not_held", "products", names)}
	}
	if kind.CodeAsked {
		switch {
		case f.Issued != nil && f.Issued.Offline:
			return nil, []FieldError{Field("code", "activation_code_offline")}
		case f.Issued != nil:
			return nil, []FieldError{Field("code", "activation_code_further")}
		case f.CodeOf == nil:
			return nil, []FieldError{Field("code", "activation_code_elsewhere")}
		}
		taken = slices.DeleteFunc(taken, func(h Holding) bool { return h.ID != f.CodeOf.ID })
		if len(taken) == 0 {
			return nil, []FieldError{Field("code", "activation_code_product", "products", names)}
		}
	}
	return running(taken, f.Contract, now)
}

// namesOf lists the names of products.
func (c *Catalogue) namesOf(codes []string, lang Language) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		p, _ := c.Product(code)
		names[i] = p.Names.In(lang)
	}
	if lang == English {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "、")
}

// running keeps the holdings that have not ended. One whose period lies ahead counts:
// its contract is valid, and its own code was delivered too.
func running(list []Holding, c Contract, now time.Time) ([]Holding, []FieldError) {
	ends := EndsOn(list)
	list = slices.DeleteFunc(list, func(h Holding) bool { return !h.TakesCodesAt(c, now) })
	if len(list) == 0 {
		return nil, []FieldError{Field("license", "activation_contract_ended", "day", ends.String())}
	}
	return list, nil
}

// TakesCodesAt says whether a holding may be given a further code: its contract is
// valid, and its period is not over.
func (h Holding) TakesCodesAt(c Contract, now time.Time) bool {
	state := h.CodeStateAt(c, now)
	return state == CodeValid || state == CodeNotStarted
}

// CheckReason checks why staff do something.
func CheckReason(field, reason string) []FieldError {
	if strings.TrimSpace(reason) == "" {
		return []FieldError{Field(field, "required")}
	}
	return CheckFreeText(field, reason)
}

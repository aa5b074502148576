package models

import (
	"slices"
	"strconv"
	"strings"
)

// ApplicationRules is what the profile says about applications.
type ApplicationRules struct {
	Required          map[OrderType]map[Block][]string // field names as in the API, by block
	Months            MonthsRule
	StartWindowMonths int      // a wished month may begin this many months ahead at most
	Distributors      []string // may be neither reseller nor dealer
	Specials          []SpecialProduct
}

// MonthsRule says which contract lengths are sold.
type MonthsRule struct {
	Multiple int   // 12
	Longest  int   // 72
	Also     []int // further lengths that the profile allows
}

// Allows says whether the length is sold.
func (r MonthsRule) Allows(months int) bool {
	if months < 1 || months > r.Longest {
		return false
	}
	return months%r.Multiple == 0 || slices.Contains(r.Also, months)
}

// StartMonthAllowed says whether a wished start month is from the month of day
// on and within the window (applications.md: within one year).
func (r ApplicationRules) StartMonthAllowed(month, day Date) bool {
	return !month.Before(day.FirstOfMonth()) && !month.After(day.AddMonths(r.StartWindowMonths))
}

// partyField is one field of a party block: its name in the API, its place, and its own rule.
type partyField struct {
	name    string
	of      func(*Party) *string
	longest int
	problem func(string) string
}

var partyFields = []partyField{
	{"partner_code", func(p *Party) *string { return &p.PartnerCode }, 8, partnerCodeProblem},
	{"company_name", func(p *Party) *string { return &p.CompanyName }, MaxNameLength, nil},
	{"company_name_kana", func(p *Party) *string { return &p.CompanyKana }, MaxNameLength, kanaProblem},
	{"department", func(p *Party) *string { return &p.Department }, MaxNameLength, nil},
	{"postal_code", func(p *Party) *string { return &p.PostalCode }, 10, postalCodeProblem},
	{"prefecture", func(p *Party) *string { return &p.Prefecture }, 10, prefectureProblem},
	{"city", func(p *Party) *string { return &p.City }, MaxNameLength, nil},
	{"street", func(p *Party) *string { return &p.Street }, MaxNameLength, nil},
	{"phone", func(p *Party) *string { return &p.Phone }, MaxPhoneLength, phoneProblem},
	{"fax", func(p *Party) *string { return &p.Fax }, MaxPhoneLength, phoneProblem},
	{"person_name", func(p *Party) *string { return &p.PersonName }, MaxNameLength, nil},
	{"person_name_kana", func(p *Party) *string { return &p.PersonKana }, MaxNameLength, kanaProblem},
	{"email", func(p *Party) *string { return &p.Email }, MaxEmailLength, emailProblem},
}

func emailProblem(s string) string {
	if !ValidEmail(s) {
		return "email_malformed"
	}
	return ""
}

func partnerCodeProblem(s string) string {
	if len(s) != 8 || strings.Trim(strings.ToUpper(s), numberAlphabet) != "" {
		return "partner_code_malformed"
	}
	return ""
}

// CheckApplication applies every rule of applications.md to what was typed and
// gives all errors at once, each with its field. Today is the day of filing.
func CheckApplication(a *Application, rules ApplicationRules, today Date) []FieldError {
	if !slices.Contains(OrderTypes, a.OrderType) {
		return []FieldError{Field("order_type", "unknown_value")}
	}
	var errs []FieldError
	errs = append(errs, checkParty(&a.EndUser, BlockEndUser, a.OrderType, rules)...)
	if a.OrderType == OrderTypeNew && !a.SupportSame {
		errs = append(errs, checkParty(&a.SupportContact, BlockSupportContact, a.OrderType, rules)...)
	}
	errs = append(errs, checkParty(&a.Reseller, BlockReseller, a.OrderType, rules)...)
	if !a.DealerSame {
		errs = append(errs, checkParty(&a.Dealer, BlockDealer, a.OrderType, rules)...)
	}
	errs = append(errs, checkDistributors(a, rules)...)
	errs = append(errs, checkSpecials(a, rules)...)
	return append(errs, checkContractBlock(a, rules, today)...)
}

func checkParty(p *Party, block Block, t OrderType, rules ApplicationRules) []FieldError {
	var errs []FieldError
	required := rules.Required[t][block]
	for _, f := range partyFields {
		value, path := *f.of(p), string(block)+"."+f.name
		if strings.TrimSpace(value) == "" {
			if slices.Contains(required, f.name) {
				errs = append(errs, Field(path, "required"))
			}
			continue
		}
		if lineErrs := CheckLine(path, value, f.longest); lineErrs != nil {
			errs = append(errs, lineErrs...)
			continue
		}
		if f.problem != nil {
			if code := f.problem(value); code != "" {
				errs = append(errs, Field(path, code))
			}
		}
	}
	return errs
}

func checkDistributors(a *Application, rules ApplicationRules) []FieldError {
	isDistributor := func(p Party) bool {
		return slices.ContainsFunc(rules.Distributors, func(d string) bool { return SameName(d, p.CompanyName) })
	}
	var errs []FieldError
	if isDistributor(a.Reseller) {
		errs = append(errs, Field("reseller.company_name", "distributor_not_allowed"))
	}
	if !a.DealerSame && isDistributor(a.Dealer) {
		errs = append(errs, Field("dealer.company_name", "distributor_not_allowed"))
	}
	return errs
}

// Ticked gives the special product that the application ticks, if any.
func (r ApplicationRules) Ticked(a *Application) (SpecialProduct, bool) {
	i := slices.IndexFunc(r.Specials, func(s SpecialProduct) bool { return s.Code == "credits" && a.Credits })
	if i < 0 {
		return SpecialProduct{}, false
	}
	return r.Specials[i], true
}

func checkSpecials(a *Application, rules ApplicationRules) []FieldError {
	special, ticked := rules.Ticked(a)
	if ticked && special.SameSupportContact && a.OrderType == OrderTypeNew && !a.SupportSame {
		return []FieldError{Field("support_contact.same_as", "same_support_contact_required")}
	}
	return nil
}

func checkContractBlock(a *Application, rules ApplicationRules, today Date) []FieldError {
	needs := func(f ContractField) bool {
		special, ticked := rules.Ticked(a)
		return !ticked || special.Needs(f)
	}
	errs := checkStart(a, rules, today, needs)
	if needs(FieldMonths) && !rules.Months.Allows(a.Months) {
		errs = append(errs, Field("contract.months", "months_not_allowed",
			"multiple", strconv.Itoa(rules.Months.Multiple), "max", strconv.Itoa(rules.Months.Longest)))
	}
	if strings.TrimSpace(a.DeliveryEmail) == "" {
		return append(errs, Field("contract.delivery_email", "required"))
	}
	return append(errs, CheckEmail("contract.delivery_email", a.DeliveryEmail)...)
}

// checkStart checks the field that says where the contract begins: a license ID
// for contracts that exist, a wished month for new ones.
func checkStart(a *Application, rules ApplicationRules, today Date, needs func(ContractField) bool) []FieldError {
	if a.OrderType.NeedsLicenseID() {
		if a.LicenseID == "" && needs(FieldLicenseID) {
			return []FieldError{Field("contract.license_id", "required")}
		}
		id, ok := ParseLicenseID(a.LicenseID)
		if a.LicenseID != "" && !ok {
			return []FieldError{Field("contract.license_id", "digits_only")}
		}
		a.LicenseID = id
		return nil
	}
	if !a.StartMonth.IsZero() && !rules.StartMonthAllowed(a.StartMonth, today) {
		return []FieldError{Field("contract.start_month", "start_month_out_of_range",
			"months", strconv.Itoa(rules.StartWindowMonths))}
	}
	return nil
}

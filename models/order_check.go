package models

import (
	"slices"
	"strconv"
	"strings"
)

// ConfirmRegisteredHolder is the confirmed value by which staff drop the applied
// name and use the registered holder's (orders.md, license_holder_mismatch).
const ConfirmRegisteredHolder = "registered_holder"

// ReasonPass is the code under which staff's passing of an order is kept as a
// confirmation, so that it lapses when the communication or the name changes.
const ReasonPass ReasonCode = "pass"

// OrderFacts is all that the checks look at.
type OrderFacts struct {
	Order           Order // with the lines in force
	Application     Application
	Reseller        Reseller
	Licenses        map[string]LicenseFacts // every license ID that application, lines and confirmations name
	Confirmations   []Confirmation
	RefusedAddress  []string // delivery addresses that the order-accepted mail could not reach
	Catalogue       *Catalogue
	Names           NameRules
	Applications    ApplicationRules
	Today           Date
	confirmedByCode map[ReasonCode][]Confirmation
}

// OrderVerdict is what the checks come to: reasons to send the order back, or
// settled values to go on with.
type OrderVerdict struct {
	Reasons       []Reason
	NeedsPass     bool // staff must look first: communication, doubtful name or hold
	DeliveryEmail string
	StartMonth    Date
	DropName      bool              // the registered holder's name is used
	LicenseIDs    map[string]string // license ID as quoted → as confirmed
}

// License gives the confirmed license ID for a quoted one.
func (v OrderVerdict) License(quoted string) string {
	if id, ok := v.LicenseIDs[quoted]; ok {
		return id
	}
	return quoted
}

// CheckOrder runs all checks of orders.md together. Where the types of order and
// application differ, those run that both types have.
func CheckOrder(f OrderFacts) OrderVerdict {
	f.confirmedByCode = map[ReasonCode][]Confirmation{}
	for _, c := range f.Confirmations {
		f.confirmedByCode[c.Code] = append(f.confirmedByCode[c.Code], c)
	}
	v := OrderVerdict{StartMonth: f.Application.StartMonth, LicenseIDs: map[string]string{}}
	checks := []func(*OrderFacts, *OrderVerdict){
		checkType, checkReseller, checkTerm, checkEligible, checkCredits, checkEndUserName,
		checkLicenseHolders, checkHoldings, checkStartMonth, checkDeliveryMail,
	}
	for _, check := range checks {
		check(&f, &v)
	}
	for i := range v.Reasons {
		v.Reasons[i].Position = i + 1
	}
	v.NeedsPass = f.needsPass()
	return v
}

// both says whether order and application are of one of the types.
func (f *OrderFacts) both(types ...OrderType) bool {
	return slices.Contains(types, f.Order.OrderType) && slices.Contains(types, f.Application.OrderType)
}

// confirmed finds the confirmation made on just these values.
func (f *OrderFacts) confirmed(code ReasonCode, application, order string) (Confirmation, bool) {
	for _, c := range slices.Backward(f.confirmedByCode[code]) {
		if c.ApplicationValue == application && c.OrderValue == order {
			return c, true
		}
	}
	return Confirmation{}, false
}

func (v *OrderVerdict) raise(code ReasonCode, application, order, staff string) {
	v.Reasons = append(v.Reasons, Reason{Code: code, ApplicationValue: application, OrderValue: order, StaffValue: staff})
}

func checkType(f *OrderFacts, v *OrderVerdict) {
	if f.Order.OrderType != f.Application.OrderType {
		v.raise(ReasonOrderType, string(f.Application.OrderType), string(f.Order.OrderType), "")
	}
}

// checkReseller compares partner codes where the application has one, else names.
func checkReseller(f *OrderFacts, v *OrderVerdict) {
	applied := f.Application.Reseller
	if applied.PartnerCode != "" {
		if !strings.EqualFold(NormaliseNumber(applied.PartnerCode), f.Order.PartnerCode) {
			v.raise(ReasonReseller, applied.PartnerCode, f.Order.PartnerCode, applied.CompanyName)
		}
		return
	}
	if !SameName(applied.CompanyName, f.Reseller.Name) {
		v.raise(ReasonReseller, applied.CompanyName, f.Reseller.Name, "")
	}
}

func checkTerm(f *OrderFacts, v *OrderVerdict) {
	var ordered []string
	differs := false
	for _, l := range f.Order.Lines {
		if l.Kind == LineAddition {
			continue
		}
		differs = differs || l.Months != f.Application.Months
		if months := strconv.Itoa(l.Months); !slices.Contains(ordered, months) {
			ordered = append(ordered, months)
		}
	}
	applied, order := strconv.Itoa(f.Application.Months), strings.Join(ordered, ", ")
	if !differs {
		return
	}
	if _, settled := f.confirmed(ReasonTerm, applied, order); !settled {
		v.raise(ReasonTerm, applied, order, "")
	}
}

func checkEligible(f *OrderFacts, v *OrderVerdict) {
	var refused []string
	for _, l := range f.Order.Lines {
		if p, known := f.Catalogue.Product(l.ProductCode); !known || !p.ApplicationAccepted {
			refused = appendOnce(refused, l.ProductCode)
		}
	}
	if refused != nil {
		v.raise(ReasonNotEligible, "", strings.Join(refused, ", "), "")
	}
}

func checkCredits(f *OrderFacts, v *OrderVerdict) {
	if !f.both(OrderTypeNew) {
		return
	}
	var differing []string
	for _, l := range f.Order.Lines {
		if p, known := f.Catalogue.Product(l.ProductCode); known && l.Kind.IsNew() && p.Credits != f.Application.Credits {
			differing = appendOnce(differing, l.ProductCode)
		}
	}
	if differing != nil {
		v.raise(ReasonCredits, strconv.FormatBool(f.Application.Credits), strings.Join(differing, ", "), "")
	}
}

func checkEndUserName(f *OrderFacts, v *OrderVerdict) {
	if !f.both(OrderTypeNew) {
		return
	}
	name := f.Application.EndUser.CompanyName
	if verdict, rule := f.Names.Judge(name); verdict == NameInvalid {
		v.raise(ReasonEndUserName, name, "", rule)
	}
}

// checkStartMonth checks the wish again on the day of the order: what was within
// reach when applying may not be by now.
func checkStartMonth(f *OrderFacts, v *OrderVerdict) {
	wished := f.Application.StartMonth
	if !f.both(OrderTypeNew) || wished.IsZero() || f.Applications.StartMonthAllowed(wished, DateOf(f.Order.CreatedAt)) {
		return
	}
	applied := wished.String()[:7]
	c, settled := f.confirmed(ReasonStartMonth, applied, "")
	month, err := ParseDate(c.ConfirmedValue + "-01")
	if !settled || err != nil {
		v.raise(ReasonStartMonth, applied, "", "")
		return
	}
	v.StartMonth = month
}

// checkDeliveryMail follows confirmed addresses to the one in force and raises
// the reason when mail to that one was refused.
func checkDeliveryMail(f *OrderFacts, v *OrderVerdict) {
	v.DeliveryEmail = f.Application.DeliveryEmail
	for range f.Confirmations {
		c, settled := f.confirmed(ReasonDeliveryMail, v.DeliveryEmail, "")
		if !settled || !slices.Contains(f.RefusedAddress, v.DeliveryEmail) {
			break
		}
		v.DeliveryEmail = c.ConfirmedValue
	}
	if slices.Contains(f.RefusedAddress, v.DeliveryEmail) {
		v.raise(ReasonDeliveryMail, v.DeliveryEmail, "", "")
	}
}

// needsPass says whether staff must look before the order goes on.
func (f *OrderFacts) needsPass() bool {
	if f.Order.Held {
		return true
	}
	name := f.Application.EndUser.CompanyName
	verdict, _ := f.Names.Judge(name)
	if strings.TrimSpace(f.Order.Communication) == "" && verdict != NameDoubtful {
		return false
	}
	_, passed := f.confirmed(ReasonPass, name, f.Order.Communication)
	return !passed
}

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

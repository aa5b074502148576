package models

import "strings"

// LicenseIDs gives the distinct license IDs that the order's lines are about, as quoted.
func (f *OrderFacts) LicenseIDs() []string {
	var ids []string
	if f.Order.OrderType.NeedsLicenseID() && f.Application.LicenseID != "" {
		ids = append(ids, f.Application.LicenseID)
	}
	for _, l := range f.Order.Lines {
		if id := l.EffectiveLicenseID(f.Application.LicenseID); id != "" && f.usesLicense(l) {
			ids = appendOnce(ids, id)
		}
	}
	return ids
}

// usesLicense says whether the line acts on a contract that exists.
func (f *OrderFacts) usesLicense(l OrderLine) bool {
	return !l.Kind.IsNew() || f.Order.OrderType == OrderTypeTRSLNew
}

// checkLicenseHolders compares the registered holder of each license with the
// end user applied for, following confirmed IDs. Renewal lines inside a new order
// are checked as well: they too would change somebody's contract.
func checkLicenseHolders(f *OrderFacts, v *OrderVerdict) {
	if f.Order.OrderType != f.Application.OrderType && !f.both(OrderTypeRenewal, OrderTypeTRSLNew) {
		return
	}
	for _, quoted := range f.LicenseIDs() {
		checkLicenseHolder(f, v, quoted)
	}
}

func checkLicenseHolder(f *OrderFacts, v *OrderVerdict, quoted string) {
	applied, id := f.Application.EndUser.CompanyName, quoted
	// Each confirmation can lead on to one more ID, so their number bounds the walk.
	for range len(f.Confirmations) + 1 {
		facts := f.Licenses[id]
		if facts.Known && facts.Contract.HolderKey == NameKey(applied) {
			v.LicenseIDs[quoted] = id
			return
		}
		c, settled := f.confirmed(ReasonLicenseHolder, applied, id)
		if !settled {
			break
		}
		if c.ConfirmedValue == ConfirmRegisteredHolder && facts.Known {
			v.LicenseIDs[quoted], v.DropName = id, true
			return
		}
		id = c.ConfirmedValue
	}
	v.raise(ReasonLicenseHolder, applied, id, f.Licenses[id].Contract.Holder.CompanyName)
}

// checkHoldings finds the holding each renewal, migration and addition line is
// about. It waits until the license is settled: before that, an answer would say
// what a stranger's contract holds.
func checkHoldings(f *OrderFacts, v *OrderVerdict) {
	if f.Order.OrderType != f.Application.OrderType {
		return
	}
	var problems []string
	holdings := f.holdings()
	for _, l := range inRegisteringOrder(f.Order.Lines) {
		if l.Kind.IsNew() {
			continue
		}
		id, settled := v.LicenseIDs[l.EffectiveLicenseID(f.Application.LicenseID)]
		if !settled {
			continue
		}
		if _, problem := holdings.take(l, f.Licenses[id]); problem != HoldingFits {
			problems = appendOnce(problems, l.ProductCode+": "+string(problem))
		}
	}
	if problems != nil {
		v.raise(ReasonHolding, "", strings.Join(problems, ", "), "")
	}
}

// enteredOn is the day that renewal windows are judged on: an order entered in
// time does not become late while it waits.
func (f *OrderFacts) enteredOn() Date { return DateOf(f.Order.CreatedAt) }

package models

// orderHoldings finds the holding of one line after another, renewals first, and
// keeps what the lines so far make of it: one may add to what the same order
// renews or migrates to.
type orderHoldings struct {
	catalogue *Catalogue
	enteredOn Date
	after     map[int64]Holding // by the lines so far
	renewed   map[int64]bool
}

func (f *OrderFacts) holdings() *orderHoldings {
	return &orderHoldings{catalogue: f.Catalogue, enteredOn: f.enteredOn(), after: map[int64]Holding{}, renewed: map[int64]bool{}}
}

// take gives the holding that a line is about, as the register has it, or says
// why there is none.
func (o *orderHoldings) take(l OrderLine, facts LicenseFacts) (*Holding, HoldingProblem) {
	if l.Kind == LineAddition {
		return o.add(l, facts)
	}
	h, problem, _ := FindHolding(l, facts, o.catalogue, o.enteredOn)
	if problem != HoldingFits {
		return nil, problem
	}
	if o.renewed[h.ID] {
		return nil, HoldingTwiceInOrder
	}
	o.renewed[h.ID] = true
	after := *h
	after.ProductCode, after.Quantity, after.EndsOn = l.ProductCode, l.Quantity, PeriodEnd(h.EndsOn.AddDays(1), l.Months)
	o.after[h.ID] = after
	return h, HoldingFits
}

// add finds what is added to, by the product that the order leaves or by the one
// that it found, and holds the sum to the most that the product may have.
func (o *orderHoldings) add(l OrderLine, facts LicenseFacts) (*Holding, HoldingProblem) {
	now := facts
	now.Holdings = make([]Holding, len(facts.Holdings))
	for i, h := range facts.Holdings {
		now.Holdings[i] = o.current(h)
	}
	found, problem, _ := FindHolding(l, now, o.catalogue, o.enteredOn)
	if problem == HoldingMissing {
		found, problem, _ = FindHolding(l, facts, o.catalogue, o.enteredOn)
		if problem == HoldingExpired && o.renewed[found.ID] {
			problem = HoldingFits
		}
	}
	if problem != HoldingFits {
		return nil, problem
	}
	after := o.current(*found)
	after.Quantity += l.Quantity
	if product, known := o.catalogue.Product(after.ProductCode); known && after.Quantity > product.MaximumQuantity {
		return nil, HoldingAboveMaximum
	}
	o.after[found.ID] = after
	for i := range facts.Holdings {
		if facts.Holdings[i].ID == found.ID {
			return &facts.Holdings[i], HoldingFits
		}
	}
	return nil, HoldingMissing
}

func (o *orderHoldings) current(h Holding) Holding {
	if after, changed := o.after[h.ID]; changed {
		return after
	}
	return h
}

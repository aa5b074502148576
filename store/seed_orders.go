package store

import (
	"slices"
	"time"

	"github.com/todoke/todoke/models"
)

// seedStory is how a made-up order fares.
type seedStory struct {
	weight int
	open   bool // not over: only for the newest orders
	tell   func(g *seedGenerator, o *seedOrder)
}

// seedStories are all the ways an order can go that the house sees often.
var seedStories = []seedStory{
	{weight: 780, tell: func(g *seedGenerator, o *seedOrder) { o.check(); g.finish(o) }},
	{weight: 40, tell: func(g *seedGenerator, o *seedOrder) { // a communication that staff read
		o.Communication = pick(g, seedMessages)
		o.checkForStaff()
		o.pass(g.between(10*time.Minute, 20*time.Hour))
		g.finish(o)
	}},
	{weight: 45, tell: func(g *seedGenerator, o *seedOrder) { g.termMismatch(o); o.confirmTerm(g.answerTime()); g.finish(o) }},
	{weight: 25, tell: func(g *seedGenerator, o *seedOrder) { g.termMismatch(o); o.replaceSheet(g.answerTime()); g.finish(o) }},
	{weight: 20, tell: func(g *seedGenerator, o *seedOrder) { g.creditsMismatch(o); o.reapply(g.answerTime()); g.finish(o) }},
	{weight: 20, tell: func(g *seedGenerator, o *seedOrder) { g.badName(o); o.reapply(g.answerTime()); g.finish(o) }},
	{weight: 4, tell: func(g *seedGenerator, o *seedOrder) { o.check(); o.unknownPassword = true; g.finish(o) }},
	{weight: 30, tell: func(g *seedGenerator, o *seedOrder) {
		o.check()
		o.cancel(g.between(time.Minute, 8*time.Minute), false)
	}},
	{weight: 30, tell: func(g *seedGenerator, o *seedOrder) { g.badName(o); o.cancel(g.answerTime(), true) }},
	{weight: 30, open: true, tell: func(*seedGenerator, *seedOrder) {}}, // received, nothing more
	{weight: 60, open: true, tell: func(g *seedGenerator, o *seedOrder) { o.Communication = pick(g, seedMessages); o.checkForStaff() }},
	{weight: 90, open: true, tell: func(g *seedGenerator, o *seedOrder) { g.termMismatch(o) }},
	{weight: 30, open: true, tell: func(g *seedGenerator, o *seedOrder) { g.creditsMismatch(o) }},
	{weight: 40, open: true, tell: func(g *seedGenerator, o *seedOrder) { g.badName(o) }},
	{weight: 20, open: true, tell: func(_ *seedGenerator, o *seedOrder) { o.check(); o.refuseAddress() }},
	{weight: 20, open: true, tell: func(_ *seedGenerator, o *seedOrder) { o.checkForStaff(); o.sendBackByStaff() }},
	{weight: 15, open: true, tell: func(_ *seedGenerator, o *seedOrder) { o.check(); o.register(); o.failDelivery() }},
}

var seedWeights = func() (all, closed int) {
	for _, s := range seedStories {
		all += s.weight
		if !s.open {
			closed += s.weight
		}
	}
	return all, closed
}

// seedFollowUp is a renewal or an addition that an earlier order's holding is
// waiting for. The holding's row has its outcome already: rows are written once.
type seedFollowUp struct {
	license    string
	contractID int64
	holdingID  int64
	before     models.Holding
	after      models.Holding
	kind       models.LineKind
	quantity   int // on the order line
	company    *seedCompany
	reseller   *seedReseller
}

// order makes the i-th order with all that belongs to it.
func (g *seedGenerator) order(i int) {
	at := g.at(i)
	follow, isFollowUp := g.later[i]
	delete(g.later, i)
	o := g.enter(at, follow, isFollowUp)
	if isFollowUp {
		o.check()
		g.finish(o)
	} else {
		g.story(i).tell(g, o)
	}
	o.write()
}

// story picks how the i-th order fares. The first ones that may be open take
// every story in turn, so that a small database has them all.
func (g *seedGenerator) story(i int) seedStory {
	all, closed := seedWeights()
	limit := closed
	if i >= g.openFrom {
		if turn := i - g.openFrom; turn < len(seedStories) {
			return seedStories[turn]
		}
		limit = all
	}
	n := g.random.IntN(limit)
	for _, s := range seedStories {
		if s.open && limit == closed {
			continue
		}
		if n < s.weight {
			return s
		}
		n -= s.weight
	}
	return seedStories[0]
}

func (g *seedGenerator) answerTime() time.Duration { return g.between(time.Hour, 70*time.Hour) }

// enter makes an application and the order that quotes it.
func (g *seedGenerator) enter(at time.Time, follow seedFollowUp, isFollowUp bool) *seedOrder {
	o := &seedOrder{g: g, now: at, company: &g.companies[g.pickOften.Uint64()], reseller: &g.resellers[g.pickMaker.Uint64()]}
	o.OrderType, o.months = models.OrderTypeNew, 12
	if g.random.IntN(8) == 0 {
		o.months = 12 * (2 + g.random.IntN(4))
	}
	if isFollowUp {
		o.OrderType, o.months, o.follow, o.company, o.reseller = models.OrderTypeRenewal, 12, &follow, follow.company, follow.reseller
		o.Lines = []models.OrderLine{{
			Kind: follow.kind, ProductCode: follow.after.ProductCode, Quantity: follow.quantity, Months: o.months,
		}}
	} else {
		o.Lines = g.newLines(o.months)
	}
	o.application = o.file(at.Add(-g.between(30*time.Minute, 15*24*time.Hour)), func(*seedApplication) {})
	o.enter()
	return o
}

func (g *seedGenerator) newLines(months int) []models.OrderLine {
	n := 1
	for n < 6 && g.random.IntN(4) == 0 {
		n++
	}
	lines := make([]models.OrderLine, n)
	for i := range lines {
		p := pick(g, g.products)
		quantity := p.MinimumQuantity + g.random.IntN(40)
		if g.random.IntN(10) == 0 {
			quantity += g.random.IntN(2000)
		}
		lines[i] = models.OrderLine{Kind: models.LineNew, ProductCode: p.Code, Quantity: min(quantity, p.MaximumQuantity), Months: months}
	}
	return lines
}

// price is the product's list price for the line.
func (g *seedGenerator) price(l models.OrderLine) int64 {
	unit, ok := g.store.rules.RenewalPrice.Prices.UnitPrice(l.ProductCode, l.Quantity, g.store.Today())
	if ok && l.Months >= 12 {
		return unit * int64(l.Months/12)
	}
	return 4800
}

// The differences that send an order back.

func (g *seedGenerator) termMismatch(o *seedOrder) {
	o.application.months = o.months + 12
	o.sendBack(models.Reason{Code: models.ReasonTerm, ApplicationValue: itoa(o.application.months), OrderValue: itoa(o.months)})
}

func (g *seedGenerator) creditsMismatch(o *seedOrder) {
	o.application.credits = true
	var codes []string
	for _, l := range o.Lines {
		if !slices.Contains(codes, l.ProductCode) {
			codes = append(codes, l.ProductCode)
		}
	}
	o.sendBack(models.Reason{Code: models.ReasonCredits, ApplicationValue: "true", OrderValue: joinCodes(codes)})
}

func (g *seedGenerator) badName(o *seedOrder) {
	p := o.company.party
	p.CompanyName += " 御中"
	o.application.company = &seedCompany{party: p, key: models.NameKey(p.CompanyName), block: newSeedBlock(p)}
	o.EndUserName, o.EndUserKey = p.CompanyName, o.application.company.key
	o.sendBack(models.Reason{Code: models.ReasonEndUserName, ApplicationValue: p.CompanyName, StaffValue: "honorific"})
}

// finish registers and delivers.
func (g *seedGenerator) finish(o *seedOrder) {
	o.register()
	o.deliver()
}

// schedule plans a renewal or an addition of a new holding, if a later order of
// this run can be it, and gives the holding as it will be then.
func (g *seedGenerator) schedule(o *seedOrder, h models.Holding, contractID int64, license string) models.Holding {
	p, _ := g.store.rules.Catalogue.Product(h.ProductCode)
	if g.random.IntN(3) == 0 || p.NewCodeOnRenewal || !slices.Contains(p.RenewsTo, p.Code) {
		return h
	}
	f := seedFollowUp{license: license, contractID: contractID, holdingID: h.ID, before: h, kind: models.LineRenewal, company: o.company, reseller: o.reseller}
	at := h.EndsOn.Start().Add(-g.between(24*time.Hour, 50*24*time.Hour))
	if g.random.IntN(6) == 0 { // some time in between
		f.kind = models.LineAddition
		at = o.now.Add(g.between(20*24*time.Hour, 200*24*time.Hour))
	}
	i := g.indexAt(at)
	if _, taken := g.later[i]; taken || i >= g.openFrom || !g.at(i).After(o.now.Add(3*24*time.Hour)) {
		return h
	}
	f.plan(g, p)
	f.after.UpdatedAt = g.at(i).Add(g.store.rules.Grace)
	g.later[i] = f
	return f.after
}

// plan settles what the later order does to the holding, by the rules of registering.
func (f *seedFollowUp) plan(g *seedGenerator, p models.Product) {
	f.after, f.quantity = f.before, f.before.Quantity
	if f.kind == models.LineAddition {
		f.quantity = 1 + g.random.IntN(20)
		f.after.Quantity += f.quantity
		return
	}
	switch g.random.IntN(5) {
	case 0:
		f.quantity = max(p.MinimumQuantity, f.quantity-1-g.random.IntN(10)) // a reduction
	case 1:
		f.quantity = min(p.MaximumQuantity, f.quantity+g.random.IntN(30))
	}
	f.after.Quantity = f.quantity
	f.after.EndsOn = models.PeriodEnd(f.before.EndsOn.AddDays(1), 12)
}

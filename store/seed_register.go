package store

import (
	"slices"
	"strconv"
	"time"

	"github.com/todoke/todoke/models"
)

// register makes contract, holdings, shipment and delivery mails as registering does.
func (o *seedOrder) register() {
	g := o.g
	o.mail(o.now, models.Mail{Kind: models.MailOrderAccepted, OrderID: &o.ID, Version: 1, Recipient: o.deliveryEmail(), Status: models.MailSent})
	before := o.Status
	o.step(g.store.rules.Grace+4*time.Second, models.OrderRegistered, models.WaitingForNobody)
	at := o.now
	o.RegisteredAt, o.application.status = &at, models.ApplicationUsed
	if o.follow != nil {
		o.ContractID = &o.follow.contractID
		o.changeHolding()
	} else {
		id := g.id(seedContracts)
		o.ContractID = &id
	}
	o.audit(at, models.ActorProcess, "order", o.ID, "registered", `{"status":"`+string(before)+`"}`,
		`{"contract_id":`+strconv.FormatInt(*o.ContractID, 10)+`,"status":"registered"}`)
}

// newContract writes the contract and holdings of a new order; delivered is nil
// where it did not get that far.
func (o *seedOrder) newContract(delivered *time.Time) {
	g := o.g
	license := models.FormatLicenseID(g.license)
	g.license++
	renewed := false
	var ends models.Date
	for _, l := range o.Lines {
		h := o.newHolding(l)
		after := h
		if delivered != nil && !renewed {
			after = g.schedule(o, h, *o.ContractID, license)
			renewed = after.UpdatedAt != h.UpdatedAt
		}
		if after.EndsOn.After(ends) {
			ends = after.EndsOn
		}
		g.rows.add(seedHoldings, after.ID, *o.ContractID, after.ProductCode, after.Quantity, after.StartsOn, after.EndsOn,
			cipherOrNull(after), after.CodeKey, hashOrNull(after), after.CreatedAt, after.UpdatedAt)
		g.rows.add(seedChanges, g.id(seedChanges), h.ID, l.ID, string(l.Kind), l.ProductCode, 0, h.Quantity, h.StartsOn, h.EndsOn,
			h.CodeHash != nil, *o.RegisteredAt)
	}
	var valid *time.Time
	if delivered != nil {
		at := g.store.validFrom(*delivered)
		valid = &at
	}
	version, updated := 1, *o.RegisteredAt
	if renewed {
		version = 2
	}
	if delivered != nil && *o.ContractID%seedChangedOneIn == 0 {
		version++
	}
	g.rows.add(seedContracts, *o.ContractID, license, o.company.block, o.company.key, o.company.block, o.reseller.block, o.reseller.block,
		o.ResellerID, false, g.random.IntN(seedHiddenOneIn) == 0, valid, version, *o.RegisteredAt, updated)
	email := models.AddressKey(o.company.party.Email)
	for _, role := range models.ContactRoles {
		g.rows.add(seedAddresses, g.id(seedAddresses), *o.ContractID, string(role), email, *o.RegisteredAt, nil, ends)
	}
	if delivered != nil && *o.ContractID%seedChangedOneIn == 0 {
		o.changedPhone(delivered.Add(time.Hour))
	}
}

// seedChangedOneIn is of how many contracts one had a contact changed since.
const seedChangedOneIn = 8

// changedPhone writes that staff changed the holder's phone to what it is.
func (o *seedOrder) changedPhone(at time.Time) {
	g := o.g
	id, version := g.id(seedContactChanges), 2
	g.rows.add(seedContactChanges, id, *o.ContractID, string(models.ChangeOfContacts), string(models.ActorStaff), o.staff(), "made up", "",
		"made up", nil, version, at)
	g.rows.add(seedContactFields, g.id(seedContactFields), id, 1, "holder.phone", "03-0000-0000", o.company.party.Phone)
	o.audit(at, models.ActorStaff, "contract", *o.ContractID, "contacts_changed", `{"version":1}`, `{"version":2}`)
}

// seedHiddenOneIn is of how many contracts one is hidden at its holder's wish.
const seedHiddenOneIn = 400

func (o *seedOrder) newHolding(l models.OrderLine) models.Holding {
	g := o.g
	start := models.NewContractStart(models.Date{}, models.DateOf(*o.RegisteredAt))
	h := models.Holding{
		ID: g.id(seedHoldings), ProductCode: l.ProductCode, Quantity: l.Quantity, StartsOn: start, EndsOn: models.PeriodEnd(start, l.Months),
		CreatedAt: *o.RegisteredAt, UpdatedAt: *o.RegisteredAt,
	}
	p, _ := g.store.rules.Catalogue.Product(l.ProductCode)
	if p.CodeKind == models.CodeNone {
		return h
	}
	code, err := models.NewActivationCode(g.source, p.CodePrefix)
	if err == nil {
		var sealed models.SealedCode
		sealed, err = g.options.Sealer.SealCode(code)
		h.CodeCipher, h.CodeKey, h.CodeHash = sealed.Cipher, sealed.Key, &sealed.Hash
	}
	if err != nil {
		g.err = err
	}
	return h
}

func cipherOrNull(h models.Holding) any {
	if h.CodeCipher == nil {
		return nil
	}
	return h.CodeCipher
}

func hashOrNull(h models.Holding) any {
	if h.CodeHash == nil {
		return nil
	}
	return *h.CodeHash
}

// changeHolding writes what a renewal or addition did; the holding itself was
// written in this state when it was made.
func (o *seedOrder) changeHolding() {
	g, f := o.g, o.follow
	starts := f.before.EndsOn.AddDays(1)
	if f.kind == models.LineAddition {
		starts = models.DateOf(o.now)
		if starts.Before(f.before.StartsOn) {
			starts = f.before.StartsOn
		}
	}
	g.rows.add(seedChanges, g.id(seedChanges), f.holdingID, o.Lines[0].ID, string(f.kind), f.after.ProductCode, f.before.Quantity,
		f.after.Quantity, starts, f.after.EndsOn, false, o.now)
}

// electronic says whether delivery mails go out for the order.
func (o *seedOrder) electronic() bool {
	return slices.ContainsFunc(o.Lines, func(l models.OrderLine) bool {
		p, _ := o.g.store.rules.Catalogue.Product(l.ProductCode)
		return p.ElectronicDelivery
	})
}

// deliver sends ID and PW mail and ends the order.
func (o *seedOrder) deliver() {
	var passwordSent *time.Time
	if o.electronic() {
		sent := o.now.Add(3 * time.Second)
		passwordSent = &sent
		m := models.Mail{Kind: models.MailDeliveryID, OrderID: &o.ID, Version: 1, Recipient: o.deliveryEmail(), Status: models.MailSent}
		o.mail(o.now, m)
		m.Kind = models.MailDeliveryPassword
		if o.unknownPassword {
			m.Status = models.MailUnknown
		}
		if id := o.mail(o.now, m); o.unknownPassword {
			o.task(models.TaskMailUnknown, id)
		}
	}
	o.step(5*time.Second, models.OrderDelivered, models.WaitingForNobody)
	at := o.now
	o.DeliveredAt = &at
	o.audit(at, models.ActorProcess, "order", o.ID, "delivered", `{"status":"registered"}`, `{"status":"delivered"}`)
	o.ship(passwordSent, &at)
	if o.follow == nil {
		o.newContract(&at)
	}
}

// failDelivery lets both delivery mails be refused: staff must find another address.
func (o *seedOrder) failDelivery() {
	if o.electronic() {
		for _, kind := range []models.MailKind{models.MailDeliveryID, models.MailDeliveryPassword} {
			m := models.Mail{Kind: kind, OrderID: &o.ID, Version: 1, Recipient: o.deliveryEmail(), Status: models.MailFailed}
			o.task(models.TaskDeliveryFailed, o.mail(o.now, m))
		}
		o.step(5*time.Second, models.OrderRegistered, models.WaitingForStaff)
	}
	o.ship(nil, nil)
	o.newContract(nil)
}

func (o *seedOrder) task(kind models.TaskKind, mailID int64) {
	o.g.rows.add(seedTasks, o.g.id(seedTasks), string(kind), o.ID, mailID, o.now.Add(3*time.Second), nil, nil, "")
}

func (o *seedOrder) ship(passwordSent, delivered *time.Time) {
	g := o.g
	numbers := g.store.rules.Numbers
	salt, err := models.NewToken(g.source)
	if err != nil {
		g.err = err
	}
	g.rows.add(seedShipments, g.id(seedShipments), g.draw(g.known.deliveryNumbers, numbers.DeliveryPrefix, numbers.DeliveryDigits), o.ID,
		o.deliveryEmail(), salt, 1, g.options.Sealer.CurrentKey(), passwordSent, *o.RegisteredAt, delivered)
}

// write writes what depends on how the order ended: its own row, its
// applications, and a send-back that is still open.
func (o *seedOrder) write() {
	g := o.g
	o.closeSendBack(nil)
	license := ""
	if o.follow != nil {
		license = o.follow.license
	}
	for _, a := range append(o.before, o.application) {
		var order *int64
		if a.status == models.ApplicationReserved || a.status == models.ApplicationUsed {
			order = &o.ID
		}
		g.rows.add(seedApplications, a.id, a.receipt, string(o.OrderType), string(a.status), order, o.ResellerID, *o.APIKeyID, o.reseller.Email, "ja",
			a.company.block, a.company.key, o.follow == nil, o.reseller.block, true, a.credits, nil, license, a.months, o.deliveryEmail(), nil, a.at)
	}
	var assignee *int64
	if o.WaitingFor != models.WaitingForNobody && o.ID%3 == 0 {
		id := o.staff()
		assignee = &id
	}
	g.rows.add(seedOrders, o.ID, o.OrderNumber, o.ResellerID, *o.APIKeyID, o.PONumber, o.PartnerCode, o.OrderDate, string(o.OrderType),
		o.Communication, string(o.Status), o.Version, o.ApplicationID, o.EndUserName, o.EndUserKey, false, string(o.WaitingFor), o.WaitingSince,
		assignee, o.ContractID, o.CancelReason, o.CreatedAt, o.now, o.RegisteredAt, o.DeliveredAt, o.CancelledAt)
}

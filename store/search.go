package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Hits is what a search of the console found, newest first within each tier.
type Hits struct {
	Orders       []OrderRow
	Applications []models.Application
	Contracts    []models.Contract
	Inquiries    []models.Inquiry
	// Exact is kind:number (order:ORDC…, application:…, contract:…, inquiry:…,
	// resend:…, name_change:…, activation:…, news:…) when the text is the number of just one thing, so
	// that the page can go there at once.
	Exact string
}

// Bounds of a search: so many hits of a kind, and so many of the newest rows
// that a name is looked for inside of, beyond exact names and beginnings.
const (
	searchHits   = 20
	searchWindow = 200_000
)

// Search finds orders, applications, contracts and inquiries by whatever staff typed:
// receipt, order, delivery, PO or inquiry number, license ID, activation code, company
// name or mail address. Width, case, spaces and hyphens make no difference to
// numbers. Codes are kept as keyed hashes: codeHash hashes a code in the form of
// models.ActivationCodeKey, and may be nil where codes are not searched.
func (s *Store) Search(ctx context.Context, typed string, codeHash func(code string) string) (Hits, error) {
	text := strings.TrimSpace(typed)
	if text == "" || models.CheckLine("query", text, models.MaxNameLength) != nil {
		return Hits{}, nil
	}
	staff := models.Actor{Kind: models.ActorStaff}
	var hits Hits
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		f := finding{store: s, tx: tx}
		steps := []func() error{
			func() error { return f.byNumber(text) },
			func() error { return f.byCode(text, codeHash) },
			func() error { return f.byEmail(text) },
			func() error { return f.byName(models.NameKey(text)) },
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
			if f.exact != "" {
				break // a whole number was typed: nothing else is meant
			}
		}
		rows, err := s.orderRows(tx, staff, f.orders)
		hits = Hits{Orders: rows, Applications: f.applications, Contracts: f.contracts, Inquiries: f.inquiries, Exact: f.exact}
		return err
	})
	return hits, err
}

// finding gathers hits, best first, each row once.
type finding struct {
	store        *Store
	tx           *gorm.DB
	orders       []models.Order
	applications []models.Application
	contracts    []models.Contract
	inquiries    []models.Inquiry
	exact        string
}

func (f *finding) byNumber(text string) error {
	number := models.NormaliseNumber(text)
	if err := f.addOrders(f.tx.Where("order_number = ?", number)); err != nil {
		return err
	}
	shipped := f.tx.Model(&models.Shipment{}).Select("order_id").Where("delivery_number = ?", number)
	if err := f.addOrders(f.tx.Where("id IN (?)", shipped)); err != nil {
		return err
	}
	if err := f.addApplications(f.tx.Where("receipt_number = ?", number)); err != nil {
		return err
	}
	if err := f.addContracts(f.tx.Where("license_id = ?", number)); err != nil {
		return err
	}
	if err := f.addInquiries(f.tx.Where("number = ?", number)); err != nil {
		return err
	}
	if len(f.orders)+len(f.applications)+len(f.contracts)+len(f.inquiries) == 1 {
		f.exact = f.only()
	}
	for _, a := range f.applications { // whoever types a receipt wants its order too
		if err := f.addOrders(f.tx.Where("application_id = ?", a.ID)); err != nil {
			return err
		}
	}
	before := len(f.orders)
	if err := f.addOrders(f.tx.Where("po_number IN ?", []string{text, number})); err != nil {
		return err
	}
	if len(f.orders) > before {
		f.exact = "" // a PO number may look like any of our own
		if len(f.orders) == 1 && len(f.applications)+len(f.contracts)+len(f.inquiries) == 0 {
			f.exact = f.only()
		}
	}
	if len(f.orders)+len(f.applications)+len(f.contracts)+len(f.inquiries) == 0 {
		return f.byProcessNumber(number)
	}
	return nil
}

// byProcessNumber finds a resend, a name change, a request for a code or an issue of news; it is never one hit among others.
func (f *finding) byProcessNumber(number string) error {
	for kind, q := range map[string]*gorm.DB{
		"resend":      f.tx.Model(&models.Resend{}).Where("resend_number = ?", number),
		"name_change": f.tx.Model(&models.NameChange{}).Where("number = ?", number),
		"activation":  f.tx.Model(&models.ActivationRequest{}).Where("number = ?", number),
		"news":        f.tx.Model(&models.NewsIssue{}).Where("number = ?", number),
	} {
		var found int64
		if err := q.Count(&found).Error; err != nil {
			return err
		}
		if found > 0 {
			f.exact = kind + ":" + number
		}
	}
	return nil
}

// only names the one thing found.
func (f *finding) only() string {
	switch {
	case len(f.orders) == 1:
		return "order:" + f.orders[0].OrderNumber
	case len(f.applications) == 1:
		return "application:" + f.applications[0].ReceiptNumber
	case len(f.inquiries) == 1:
		return "inquiry:" + f.inquiries[0].Number
	default:
		return "contract:" + f.contracts[0].LicenseID
	}
}

func (f *finding) byCode(text string, codeHash func(string) string) error {
	key, ok := models.ActivationCodeKey(text)
	if !ok || codeHash == nil {
		return nil
	}
	before := len(f.contracts)
	if err := f.addContracts(contractOfCode(f.tx, codeHash(key))); err != nil {
		return err
	}
	if before == 0 && len(f.contracts) == 1 {
		f.exact = f.only()
	}
	return nil
}

func (f *finding) byEmail(text string) error {
	if !models.ValidEmail(text) {
		return nil
	}
	if err := f.addInquiries(f.tx.Where("asker_email = ?", text)); err != nil {
		return err
	}
	filed := f.newest(&models.Application{}).Where("applicant_email = ? OR delivery_email = ? OR end_user_email = ?", text, text, text)
	if err := f.addApplications(filed); err != nil {
		return err
	}
	for _, a := range f.applications {
		if err := f.addOrders(f.tx.Where("application_id = ?", a.ID)); err != nil {
			return err
		}
	}
	shipped := f.newest(&models.Shipment{}).Select("order_id").Where("delivery_email = ?", text)
	if err := f.addOrders(f.tx.Where("id IN (?)", shipped)); err != nil {
		return err
	}
	return f.addContracts(f.newest(&models.Contract{}).Where("holder_email = ? OR support_email = ?", text, text))
}

// byName looks in tiers, and stops when there are enough: the same name, names
// that begin so, and among the newest rows names that hold it.
func (f *finding) byName(key string) error {
	if key == "" {
		return nil
	}
	tiers := []func(q *gorm.DB, column string) *gorm.DB{
		func(q *gorm.DB, column string) *gorm.DB { return q.Where(column+" = ?", key) },
		func(q *gorm.DB, column string) *gorm.DB {
			// A range, not LIKE, and in the order of the plain index: both databases answer it from there.
			return q.Where(column+" >= ? AND "+column+" < ?", key, key+"\U0010FFFF").Order(column)
		},
		func(q *gorm.DB, column string) *gorm.DB {
			return q.Where(column+" LIKE ? ESCAPE '\\'", containing(key))
		},
	}
	for i, tier := range tiers {
		query := func(table any) *gorm.DB {
			if i == len(tiers)-1 {
				return f.newest(table)
			}
			return f.tx
		}
		if err := f.addOrders(tier(query(&models.Order{}), "end_user_key")); err != nil {
			return err
		}
		if err := f.addContracts(tier(query(&models.Contract{}), "holder_key")); err != nil {
			return err
		}
		if err := f.addRenamed(func(column string) *gorm.DB { return tier(query(&models.NameChange{}), column) }); err != nil {
			return err
		}
		for _, column := range []string{"asker_key", "contract_key"} {
			if err := f.addInquiries(tier(query(&models.Inquiry{}), column)); err != nil {
				return err
			}
		}
		if err := f.addApplications(tier(query(&models.Application{}), "end_user_key").Where("status = ?", models.ApplicationOpen)); err != nil {
			return err
		}
	}
	return nil
}

// addRenamed finds contracts by the names their holders had, and orders by the
// names that their contracts have had or have.
func (f *finding) addRenamed(named func(column string) *gorm.DB) error {
	contracts := func(column string) *gorm.DB {
		return named(column).Model(&models.NameChange{}).Select("contract_id").Where("status = ?", models.NameChangeApproved)
	}
	if err := f.addContracts(f.tx.Where("id IN (?)", contracts("old_key"))); err != nil {
		return err
	}
	for _, column := range []string{"old_key", "new_key"} {
		if err := f.addOrders(f.tx.Where("contract_id IN (?)", contracts(column))); err != nil {
			return err
		}
	}
	return nil
}

// newest begins a query over a table's newest rows, for what no index answers.
func (f *finding) newest(table any) *gorm.DB {
	last := f.tx.Model(table).Select("MAX(id)")
	return f.tx.Model(table).Where("id > COALESCE((?), 0) - ?", last, searchWindow)
}

func (f *finding) addOrders(q *gorm.DB) error {
	return add(&f.orders, q, func(o models.Order) int64 { return o.ID })
}

func (f *finding) addApplications(q *gorm.DB) error {
	return add(&f.applications, q, func(a models.Application) int64 { return a.ID })
}

func (f *finding) addContracts(q *gorm.DB) error {
	return add(&f.contracts, q, func(c models.Contract) int64 { return c.ID })
}

func (f *finding) addInquiries(q *gorm.DB) error {
	return add(&f.inquiries, q, func(i models.Inquiry) int64 { return i.ID })
}

// add runs a query for the hits that are still wanted and appends those not there yet.
func add[T any](hits *[]T, q *gorm.DB, id func(T) int64) error {
	if len(*hits) >= searchHits {
		return nil
	}
	var rows []T
	if err := q.Order("id DESC").Limit(searchHits).Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		known := slices.ContainsFunc(*hits, func(h T) bool { return id(h) == id(r) })
		if !known && len(*hits) < searchHits {
			*hits = append(*hits, r)
		}
	}
	return nil
}

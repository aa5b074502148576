package store

import (
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// OrderFilter narrows a list of orders; empty fields do not.
type OrderFilter struct {
	Statuses   []models.OrderStatus
	WaitingFor models.WaitingFor
	Reason     models.ReasonCode // a reason of the open send-back
	OrderType  models.OrderType
	ResellerID int64
	AssigneeID int64
	Query      string      // order, PO or receipt number, or part of the end user's name
	PONumber   string      // this one and no other
	From, To   models.Date // days of entering in Japan, both included
	// DeliveredOn is the day in Japan on which the order was delivered.
	DeliveredOn models.Date
	OpenTask    models.TaskKind // an open task of this kind
	Overdue     bool            // sent back, and past the last reminder's day without an answer
	// OldestFirst lists what waits longest first; the newest order comes first otherwise.
	OldestFirst bool
}

// filterOrders narrows the query for orders to what the filter and the actor allow.
func (s *Store) filterOrders(q *gorm.DB, actor models.Actor, f OrderFilter) *gorm.DB {
	q = visibleTo(q, actor)
	if len(f.Statuses) > 0 {
		q = q.Where("status IN ?", f.Statuses)
	}
	if f.WaitingFor != "" {
		q = q.Where("waiting_for = ?", f.WaitingFor)
	}
	if f.OrderType != "" {
		q = q.Where("order_type = ?", f.OrderType)
	}
	if f.ResellerID != 0 {
		q = q.Where("reseller_id = ?", f.ResellerID)
	}
	if f.AssigneeID != 0 {
		q = q.Where("assignee_id = ?", f.AssigneeID)
	}
	if !f.From.IsZero() {
		q = q.Where("created_at >= ?", f.From.Start().UTC())
	}
	if !f.To.IsZero() {
		q = q.Where("created_at < ?", f.To.AddDays(1).Start().UTC())
	}
	if !f.DeliveredOn.IsZero() {
		q = q.Where("delivered_at >= ? AND delivered_at < ?", f.DeliveredOn.Start().UTC(), f.DeliveredOn.AddDays(1).Start().UTC())
	}
	if f.PONumber != "" {
		q = q.Where("po_number = ?", f.PONumber)
	}
	if f.Reason != "" {
		q = q.Where(`id IN (SELECT send_backs.order_id FROM send_backs
			JOIN send_back_reasons ON send_back_reasons.send_back_id = send_backs.id
			WHERE send_backs.closed_at IS NULL AND send_back_reasons.code = ?)`, f.Reason)
	}
	if f.OpenTask != "" {
		q = q.Where("id IN (SELECT order_id FROM tasks WHERE kind = ? AND closed_at IS NULL)", f.OpenTask)
	}
	if f.Overdue {
		q = s.sentBackLate(q)
	}
	return s.matching(q, actor, f.Query)
}

// matching narrows the query to orders that a typed text names.
func (s *Store) matching(q *gorm.DB, actor models.Actor, typed string) *gorm.DB {
	text := strings.TrimSpace(typed)
	if text == "" {
		return q
	}
	number := models.NormaliseNumber(text)
	either := s.read.Where("order_number = ?", number).Or("po_number = ?", text).
		Or("application_id IN (SELECT id FROM applications WHERE receipt_number = ?)", number)
	if pattern := containing(models.NameKey(text)); pattern != "" {
		named := s.read.Where("end_user_key LIKE ? ESCAPE '\\'", pattern)
		if actor.Kind == models.ActorAPIKey {
			// Whoever quotes a stranger's receipt must not find out by trying whose name it holds.
			named = named.Where("application_id IN (SELECT id FROM applications WHERE reseller_id = ?)", actor.ResellerID)
		} else {
			// Orders keep the name they came under; the contract's other names find them too.
			other := s.read.Where("old_key LIKE ? ESCAPE '\\'", pattern).Or("new_key LIKE ? ESCAPE '\\'", pattern)
			named = named.Or("contract_id IN (?)", s.renamed().Where(other))
		}
		either = either.Or(named)
	}
	return q.Where(either)
}

// sentBackLate narrows the query to send-backs whose last reminder's day has come.
func (s *Store) sentBackLate(q *gorm.DB) *gorm.DB {
	if len(s.rules.ReminderDays) == 0 {
		return q.Where("1 = 0") // nothing is ever due
	}
	return q.Where("status = ? AND waiting_since < ?", models.OrderSentBack, s.lateBefore(slices.Max(s.rules.ReminderDays)))
}

// lateBefore gives the moment before which a wait must have begun to be that
// many business days old today, as pages count its age.
func (s *Store) lateBefore(businessDays int) time.Time {
	return s.rules.Calendar.AddBusinessDays(s.Today().AddDays(1), -businessDays).Start().UTC()
}

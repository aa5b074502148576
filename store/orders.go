package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// OrderByNumber finds an order by its number as typed, with the lines in force.
func (s *Store) OrderByNumber(ctx context.Context, actor models.Actor, number string) (models.Order, error) {
	var o models.Order
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		err := visibleTo(tx, actor).Where("order_number = ?", models.NormaliseNumber(number)).Take(&o).Error
		if err != nil {
			return found(err, "order")
		}
		if o.Lines, err = s.linesInForce(tx, o.ID); err != nil {
			return err
		}
		o, err = shown(tx, actor, o)
		return err
	})
	return o, err
}

// OrderRow is an order in a list.
type OrderRow struct {
	models.Order
	ResellerName string
	Reasons      []models.ReasonCode // of the open send-back
	LineCount    int
	Amount       int64 // yen, over all lines in force
}

// CountLimit is where counting the rows of a list stops: beyond it a person
// narrows the filter instead of reading on.
const CountLimit = 10_000

// CountOrders counts what Orders would list, up to CountLimit.
func (s *Store) CountOrders(ctx context.Context, actor models.Actor, f OrderFilter) (int64, error) {
	listed := s.filterOrders(s.reader(ctx).Model(&models.Order{}), actor, f).Select("id").Limit(CountLimit)
	var n int64
	err := s.reader(ctx).Table("(?) AS listed", listed).Count(&n).Error
	return n, translate(err)
}

// Orders lists orders, newest first, or those that wait longest first.
func (s *Store) Orders(ctx context.Context, actor models.Actor, f OrderFilter, p Page) ([]OrderRow, string, error) {
	var rows []OrderRow
	var next string
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		orders, cursor, err := s.orderPage(s.filterOrders(tx, actor, f), f, p)
		if err != nil {
			return err
		}
		next = cursor
		rows, err = s.orderRows(tx, actor, orders)
		return err
	})
	return rows, next, err
}

// orderPage runs the query in the filter's order. Where all rows wait for
// somebody the oldest are those that wait longest, else those entered first.
func (s *Store) orderPage(q *gorm.DB, f OrderFilter, p Page) ([]models.Order, string, error) {
	waiting := f.WaitingFor != "" || f.Overdue || slices.Equal(f.Statuses, []models.OrderStatus{models.OrderSentBack})
	if !f.OldestFirst || !waiting {
		p.Oldest = f.OldestFirst
		return page(q, p, func(o models.Order) int64 { return o.ID })
	}
	since, id, err := p.afterWait()
	if err != nil {
		return nil, "", err
	}
	if id > 0 {
		q = q.Where("(waiting_since, id) > (?, ?)", since, id)
	}
	var rows []models.Order
	if err := q.Where("waiting_for <> ''").Order("waiting_since, id").Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	if len(rows) <= p.limit() {
		return rows, "", nil
	}
	rows = rows[:p.limit()]
	last := rows[len(rows)-1]
	return rows, cursorAtWait(*last.WaitingSince, last.ID), nil
}

// A cursor into a list by waiting time holds moment and row: the moment alone is not unique.
func cursorAtWait(since time.Time, id int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "w%d.%d", since.UnixMicro(), id))
}

func (p Page) afterWait() (since time.Time, id int64, err error) {
	if p.Cursor == "" {
		return time.Time{}, 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	var micros int64
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "w%d.%d", &micros, &id)
	}
	if err != nil || id <= 0 {
		return time.Time{}, 0, models.Invalid(models.Field("cursor", "cursor_malformed"))
	}
	return time.UnixMicro(micros).UTC(), id, nil
}

// orderRows adds what lists show beside the order itself, with a query each for all rows.
func (s *Store) orderRows(tx *gorm.DB, actor models.Actor, orders []models.Order) ([]OrderRow, error) {
	rows := make([]OrderRow, len(orders))
	if len(orders) == 0 {
		return rows, nil
	}
	ids, resellers := make([]int64, len(orders)), make([]int64, len(orders))
	for i, o := range orders {
		ids[i], resellers[i] = o.ID, o.ResellerID
	}
	names, err := resellerNames(tx, resellers)
	if err != nil {
		return nil, err
	}
	reasons, err := openReasons(tx, ids)
	if err != nil {
		return nil, err
	}
	sums, err := sheetSums(tx, ids)
	if err != nil {
		return nil, err
	}
	own, err := ownApplications(tx, actor, orders)
	if err != nil {
		return nil, err
	}
	for i, o := range orders {
		withhold(actor, &o, own)
		rows[i] = OrderRow{
			Order: o, ResellerName: names[o.ResellerID], Reasons: reasons[o.ID], LineCount: sums[o.ID].Lines, Amount: sums[o.ID].Amount,
		}
	}
	return rows, nil
}

func resellerNames(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	var resellers []models.Reseller
	if err := tx.Select("id", "name").Where("id IN ?", ids).Find(&resellers).Error; err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(resellers))
	for _, r := range resellers {
		names[r.ID] = r.Name
	}
	return names, nil
}

func openReasons(tx *gorm.DB, orderIDs []int64) (map[int64][]models.ReasonCode, error) {
	var open []struct {
		OrderID int64
		Code    models.ReasonCode
	}
	err := tx.Table("send_back_reasons").Select("send_backs.order_id, send_back_reasons.code").
		Joins("JOIN send_backs ON send_backs.id = send_back_reasons.send_back_id").
		Where("send_backs.closed_at IS NULL AND send_backs.order_id IN ?", orderIDs).
		Order("send_back_reasons.send_back_id, send_back_reasons.position").Find(&open).Error
	codes := map[int64][]models.ReasonCode{}
	for _, r := range open {
		if !slices.Contains(codes[r.OrderID], r.Code) { // a reason may stand there once per license
			codes[r.OrderID] = append(codes[r.OrderID], r.Code)
		}
	}
	return codes, err
}

type sheetSum struct {
	OrderID int64
	Lines   int
	Amount  int64
}

// sheetSums counts and adds up the lines in force. Amounts stay below 2^63: a
// sheet has 100 lines at most, each below 10^18 yen, and the sum is computed here
// because the databases would give sums of different types.
func sheetSums(tx *gorm.DB, orderIDs []int64) (map[int64]sheetSum, error) {
	var lines []models.OrderLine
	err := tx.Select("order_id", "sheet", "quantity", "unit_price").Where("order_id IN ?", orderIDs).
		Order("order_id, sheet DESC").Find(&lines).Error
	sums, sheets := map[int64]sheetSum{}, map[int64]int{}
	for _, l := range lines {
		if newest, seen := sheets[l.OrderID]; seen && l.Sheet != newest {
			continue
		}
		sheets[l.OrderID] = l.Sheet
		sum := sums[l.OrderID]
		sum.Lines++
		sum.Amount += l.Amount()
		sums[l.OrderID] = sum
	}
	return sums, err
}

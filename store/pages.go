package store

import (
	"encoding/base64"
	"strconv"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Page asks for a part of a list. The cursor is the last row seen, so that pages
// do not jump while rows arrive.
type Page struct {
	Cursor string
	Limit  int  // 1 to MaxPage; 0 means 50
	Oldest bool // oldest first
}

// MaxPage is the most rows a page has.
const MaxPage = 200

func (p Page) limit() int {
	switch {
	case p.Limit <= 0:
		return 50
	case p.Limit > MaxPage:
		return MaxPage
	}
	return p.Limit
}

func (p Page) after() (int64, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err == nil {
		var id int64
		if id, err = strconv.ParseInt(string(raw), 10, 64); err == nil {
			return id, nil
		}
	}
	return 0, models.Invalid(models.Field("cursor", "cursor_malformed"))
}

func cursorAt(id int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(id, 10)))
}

// page runs a list's query for one page in the order of ids, and gives the next
// page's cursor, or nothing on the last.
func page[T any](q *gorm.DB, p Page, id func(T) int64) ([]T, string, error) {
	after, err := p.after()
	if err != nil {
		return nil, "", err
	}
	column := "id"
	if t := q.Statement.Table; t != "" {
		column = t + ".id"
	}
	order, beyond := column+" DESC", column+" < ?"
	if p.Oldest {
		order, beyond = column, column+" > ?"
	}
	if after > 0 {
		q = q.Where(beyond, after)
	}
	var rows []T
	if err := q.Order(order).Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	if len(rows) <= p.limit() {
		return rows, "", nil
	}
	rows = rows[:p.limit()]
	return rows, cursorAt(id(rows[len(rows)-1])), nil
}

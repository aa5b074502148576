package console

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// snapshot is what a page showed of an order. Its forms carry it, so that a
// change by somebody else can be told as a difference. It is only ever shown
// back to its sender; no decision rests on it.
type snapshot struct {
	Version int64              `json:"v"`
	Status  models.OrderStatus `json:"s"`
	Waiting models.WaitingFor  `json:"w,omitempty"`
	Type    models.OrderType   `json:"t"`
	PO      string             `json:"p"`
	Name    string             `json:"n"`
	Lines   []snapshotLine     `json:"l"`
}

type snapshotLine struct {
	Code     string          `json:"c"`
	Kind     models.LineKind `json:"k"`
	Quantity int             `json:"q"`
	Months   int             `json:"m"`
	Price    int64           `json:"p"`
	License  string          `json:"i,omitempty"`
}

func snapshotOf(o models.Order) snapshot {
	s := snapshot{Version: o.Version, Status: o.Status, Waiting: o.WaitingFor, Type: o.OrderType, PO: o.PONumber, Name: o.EndUserName}
	for _, l := range o.Lines {
		s.Lines = append(s.Lines, snapshotLine{l.ProductCode, l.Kind, l.Quantity, l.Months, l.UnitPrice, l.LicenseID})
	}
	return s
}

// String gives the form's hidden value.
func (s snapshot) String() string {
	text, err := json.Marshal(s)
	if err != nil { // strings and numbers always have a form
		panic(err)
	}
	return string(text)
}

// parseSnapshot reads what String wrote; anything else is no snapshot.
func parseSnapshot(text string) *snapshot {
	var s snapshot
	if err := json.Unmarshal([]byte(text), &s); err != nil || s.Version == 0 {
		return nil
	}
	return &s
}

// changedSince says who changed the order since the snapshot, and what is different now.
func (v *visit) changedSince(seen snapshot, d store.OrderDetail) *views.Changed {
	now := snapshotOf(d.Order)
	changed := &views.Changed{}
	since := slices.IndexFunc(d.Audit, func(e models.AuditEntry) bool { return factsOf(e.After).Version > seen.Version })
	if since >= 0 {
		for _, e := range d.Audit[since:] {
			who := v.who(e)
			if who == "" {
				who = v.t("console.changed.process")
			}
			changed.By = append(changed.By, v.t("console.changed.by",
				"when", ui.Moment(v.language, e.At), "who", who, "what", v.t("console.action."+e.Action)))
		}
	}
	add := func(label, before, after string) {
		if before != after {
			changed.Rows = append(changed.Rows, views.ChangedRow{Label: v.t(label), Before: orDash(before), After: orDash(after)})
		}
	}
	add("console.filter.status", v.snapshotState(seen), v.snapshotState(now))
	add("console.order.po", seen.PO, now.PO)
	add("console.application.end_user", seen.Name, now.Name)
	add("console.application.type", v.t("order_type."+string(seen.Type)), v.t("order_type."+string(now.Type)))
	add("console.lines.title", v.snapshotLines(seen), v.snapshotLines(now))
	return changed
}

func (v *visit) snapshotState(s snapshot) string {
	return v.state(models.Order{Status: s.Status, WaitingFor: s.Waiting}).Text
}

func (v *visit) snapshotLines(s snapshot) string {
	lines := make([]string, len(s.Lines))
	for i, l := range s.Lines {
		lines[i] = v.product(l.Code) + " " + v.t("line_kind."+string(l.Kind)) + " × " + ui.Number(l.Quantity) + ", " +
			ui.Counted(v.language, "console.months", l.Months) + ", " + ui.Yen(v.language, l.Price)
		if l.License != "" {
			lines[i] += ", " + l.License
		}
	}
	return strings.Join(lines, "\n")
}

func parseVersion(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, models.NewError(models.KindInvalid, "form_unreadable")
	}
	return n, nil
}

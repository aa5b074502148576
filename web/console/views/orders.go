package views

import "github.com/todoke/todoke/web/ui"

// Orders is the list of orders.
type Orders struct {
	Frame
	Heading    string
	Lead       string
	Tiles      []Tile
	Filter     Filter
	Chips      []Chip
	Views      []ViewLink
	Columns    []Column // those shown
	AllColumns []ColumnChoice
	Rows       []Row
	Count      string // how many match
	Query      string // the URL's query without paging, for links and forms
	CSV        string
	Excel      string
	Next       string
	Prev       string
	ClearURL   string
}

// Filter is the state of the filter form.
type Filter struct {
	Query     string
	Status    string
	Waiting   string
	Reason    string
	Type      string
	Reseller  string
	Assignee  string
	From      string
	Delivered string
	To        string
	Task      string
	Overdue   bool
	Oldest    bool
	Columns   string
	Statuses  []ui.Choice
	Waitings  []ui.Choice
	Reasons   []ui.Choice
	Types     []ui.Choice
	Resellers []ui.Choice
	Assignees []ui.Choice
	Tasks     []ui.Choice
	Wrong     string
}

// Chip is one filter in force, with the link that takes it off.
type Chip struct {
	Label string
	URL   string
}

// ViewLink is a saved view.
type ViewLink struct {
	ID   string
	Name string
	URL  string
	On   bool
}

// Column is a column shown.
type Column struct {
	ID    string
	Label string
	Right bool
}

// ColumnChoice is a column that can be shown.
type ColumnChoice struct {
	Column
	On bool
}

// Row is one order as the list shows it.
type Row struct {
	Number string
	Cells  []Cell
}

// Cell is one cell: text, a second line, pills. Link makes the text a link.
type Cell struct {
	Text  string
	Sub   string
	Link  string
	Pills []Pill
	Num   bool
	Right bool
	Tight bool   // not to be broken into lines
	File  string // what files say instead, where a page is shorter
}

// pairs gives the filters in force as form fields.
func (f Filter) pairs(columns bool) [][2]string {
	all := [][2]string{
		{"q", f.Query}, {"status", f.Status}, {"waiting", f.Waiting}, {"reason", f.Reason}, {"type", f.Type},
		{"reseller", f.Reseller}, {"assignee", f.Assignee}, {"task", f.Task}, {"from", f.From}, {"to", f.To},
	}
	if f.Overdue {
		all = append(all, [2]string{"overdue", "1"})
	}
	if f.Oldest {
		all = append(all, [2]string{"oldest", "1"})
	}
	if columns {
		all = append(all, [2]string{"cols", f.Columns})
	}
	set := all[:0]
	for _, pair := range all {
		if pair[1] != "" {
			set = append(set, pair)
		}
	}
	return set
}

package views

import "github.com/todoke/todoke/web/ui"

// Corporations is the page that searches the directory of corporations.
type Corporations struct {
	Frame
	Query, Prefecture, PostalCode string // as typed
	Prefectures                   []ui.Choice
	Wrong                         map[string]string
	Searched                      bool
	Empty                         bool // nothing was imported yet
	Rows                          []CorporationRow
}

// CorporationRow is a corporation in a list.
type CorporationRow struct {
	Number  string
	Name    string
	Kana    string
	Address string
	State   Pill
}

// Corporation is the page of one corporation.
type Corporation struct {
	Frame
	CorporationRow
	English     string
	ClosedOn    string
	CloseCause  string
	Process     string // the newest event, and its day
	ChangedOn   string
	ChangeCause string
	Hidden      bool // the register leaves it out of its own search
	Successor   *CorporationRow
	TakenOver   []CorporationRow
	Past        []PastCorporation
	Contracts   []ContractRow
}

// PastCorporation is what the register said of a corporation before.
type PastCorporation struct {
	Day     string
	Process string
	Name    string
	Renamed bool // the name was another than now
	Address string
}

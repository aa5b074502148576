package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// State is a state in colour and words.
type State struct {
	Tone string
	Text string
}

// Contracts is the list of contracts.
type Contracts struct {
	Frame
	License, State, From, To string // as typed
	Wrong                    map[string]string
	Filtered                 bool
	Rows                     []ContractRow
	Begin                    bool   // this is not the first page
	Next                     string // the next page, or nothing
	CSV, Excel               string
}

// ContractRow is a contract in the list.
type ContractRow struct {
	License  string
	Holder   string
	Products []string
	More     string // how many products are not named, or nothing
	EndsOn   string
	State    State
}

func (c Contracts) states() []ui.Choice {
	return []ui.Choice{
		{Label: c.T("portal.contracts.any_state")}, {Value: "current", Label: c.T("portal.contracts.current")},
		{Value: "ended", Label: c.T("portal.contracts.ended")},
	}
}

// chips are the filters in force, in words.
func (c Contracts) chips() []string {
	var chips []string
	if c.License != "" {
		chips = append(chips, c.T("portal.license")+" "+c.License)
	}
	for _, s := range c.states() {
		if s.Value == c.State && c.State != "" {
			chips = append(chips, s.Label)
		}
	}
	if c.From != "" || c.To != "" {
		chips = append(chips, c.T("portal.contracts.ends_between", "from", c.From, "to", c.To))
	}
	return chips
}

// Contract is the page of one contract.
type Contract struct {
	Frame
	License  string
	At       string // the page's address
	Roles    []string
	Holder   models.Party
	Support  models.Party
	EndsOn   string
	State    State
	Holdings []HoldingRow
	Unlisted bool
	Issued   []IssuedCodeRow  // codes besides those of the holdings
	Kinds    []ActivationKind // what more can be asked for
}

// HoldingRow is a product on the contract.
type HoldingRow struct {
	Product     string
	ProductCode string
	Quantity    string
	From, To    string
	State       State
	Code        string
	CodeLabel   string
}

// contactFacts are a contact's facts with the IDs of what they are called; empty ones are left out.
func contactFacts(p models.Party) [][2]string {
	postal := p.PostalCode
	if postal != "" {
		postal = "〒" + postal + " "
	}
	var facts [][2]string
	for _, f := range [][2]string{
		{"portal.contact.company", p.CompanyName}, {"portal.contact.department", p.Department}, {"portal.contact.person", p.PersonName},
		{"portal.contact.address", postal + p.Address()}, {"portal.contact.phone", p.Phone}, {"portal.contact.fax", p.Fax}, {"portal.contact.email", p.Email},
	} {
		if f[1] != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// Search is the page to find a contract.
type Search struct {
	Frame
	License, ProductCode, Code string // as typed
	Products                   []ui.Choice
	Wrong                      map[string]string
	Answer                     string // why no contract is shown, or nothing
	AnswerBy                   models.PortalBy
	AskDesk                    bool // the answer has a number to tell the desk
}

// answer is the answer to one of the two ways of asking, or nothing.
func (s Search) answer(by models.PortalBy) string {
	if s.AnswerBy != by {
		return ""
	}
	return s.Answer
}

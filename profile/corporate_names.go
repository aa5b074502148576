package profile

import (
	"regexp"

	"github.com/todoke/todoke/models"
)

// CorporateNames says which names of end users send an order back or wait for
// staff (orders.md, end_user_name_invalid and doubtful names).
type CorporateNames struct {
	// Excluded are corporations that the sales rules exclude, compared as names are.
	Excluded []string      `yaml:"excluded"`
	Patterns []NamePattern `yaml:"patterns"`
}

// NamePattern is one rule about how a name is written.
type NamePattern struct {
	Code    string      `yaml:"code"`
	Pattern Pattern     `yaml:"pattern"`
	Action  NameAction  `yaml:"action"`
	Reason  models.Text `yaml:"reason"`
}

// NameAction says what happens to an order whose name the pattern fits.
type NameAction string

// The actions: the order goes back at once, or waits for staff.
const (
	NameSendBack NameAction = "send_back"
	NameHold     NameAction = "hold"
)

// Pattern is a regular expression in Go's syntax, matched against the name as typed.
type Pattern struct{ *regexp.Regexp }

// UnmarshalText compiles the expression.
func (p *Pattern) UnmarshalText(text []byte) error {
	compiled, err := regexp.Compile(string(text))
	p.Regexp = compiled
	return err
}

// excludedCode is what models calls the verdict on an excluded corporation.
const excludedCode = "excluded"

// NameRules gives the rules in the form that models judges names by.
func (p *Profile) NameRules() models.NameRules {
	rules := models.NameRules{Excluded: p.CorporateNames.Excluded}
	for _, n := range p.CorporateNames.Patterns {
		verdict := models.NameDoubtful
		if n.Action == NameSendBack {
			verdict = models.NameInvalid
		}
		rules.Patterns = append(rules.Patterns, models.NamePattern{
			Code: n.Code, Pattern: n.Pattern.Regexp, Verdict: verdict, Why: n.Reason,
		})
	}
	return rules
}

var ruleCode = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (c *checker) corporateNames(n CorporateNames) {
	c.unique("corporate_names.excluded", "", n.Excluded, models.NameKey)
	const list = "corporate_names.patterns"
	var codes []string
	for i, p := range n.Patterns {
		codes = append(codes, p.Code)
		if !ruleCode.MatchString(p.Code) || p.Code == excludedCode {
			c.add(at(list, i)+".code", "not_a_code")
		}
		if p.Action != NameSendBack && p.Action != NameHold {
			c.add(at(list, i)+".action", "unknown_value", "value", string(p.Action), "known", "send_back, hold")
		}
		if p.Pattern.Regexp != nil && p.Pattern.MatchString("") {
			// It would fit every name when unanchored, and a name is never empty.
			c.add(at(list, i)+".pattern", "fits_everything")
		}
	}
	c.unique(list, ".code", codes, nil)
}

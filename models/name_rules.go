package models

import "regexp"

// NameVerdict is what the corporate-name rules say about a name.
type NameVerdict string

// The verdicts: an invalid name sends the order back, a doubtful one waits for staff.
const (
	NameFine     NameVerdict = ""
	NameInvalid  NameVerdict = "invalid"
	NameDoubtful NameVerdict = "doubtful"
)

// NamePattern is one rule of the profile about how a name is written.
type NamePattern struct {
	Code    string
	Pattern *regexp.Regexp // matched against the name as typed
	Verdict NameVerdict
	Why     Text
}

// NameRules are the corporate-name rules of the profile.
type NameRules struct {
	Excluded []string // corporations the sales rules exclude, compared as names are
	Patterns []NamePattern
}

// Judge gives the verdict and the code of the rule behind it; invalid wins over doubtful.
func (r NameRules) Judge(name string) (NameVerdict, string) {
	for _, excluded := range r.Excluded {
		if SameName(excluded, name) {
			return NameInvalid, "excluded"
		}
	}
	verdict, code := NameFine, ""
	for _, p := range r.Patterns {
		if !p.Pattern.MatchString(name) {
			continue
		}
		if p.Verdict == NameInvalid {
			return NameInvalid, p.Code
		}
		verdict, code = p.Verdict, p.Code
	}
	return verdict, code
}

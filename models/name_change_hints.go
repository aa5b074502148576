package models

import "slices"

// NameHintCode is what the directory, or the reason given, says about a name change.
type NameHintCode string

// The hints: first those for approving, then those against, then what to know.
const (
	HintRenamed  NameHintCode = "renamed"  // this very corporation changed its name
	HintMerged   NameHintCode = "merged"   // the old one was merged into the new one
	HintSpelling NameHintCode = "spelling" // the same name, written otherwise

	HintDifferent NameHintCode = "different"       // two corporations that both live
	HintEnded     NameHintCode = "ended"           // the old one ended, and the new one did not take it over
	HintNewEnded  NameHintCode = "new_ended"       // the new one has ended
	HintSplit     NameHintCode = "reason_split"    // the reason given is a split
	HintTransfer  NameHintCode = "reason_transfer" // the reason given is a transfer of business

	HintSeveral     NameHintCode = "several"      // more than one has, or had, the old name
	HintNowCalled   NameHintCode = "now_called"   // the old one has a third name now
	HintNotYet      NameHintCode = "not_yet"      // the register still has the old name
	HintNameDiffers NameHintCode = "name_differs" // what was typed is not the register's name
	HintBranchOnly  NameHintCode = "branch_only"  // the corporate name stays
	HintOldUnknown  NameHintCode = "old_unknown"  // the directory has no corporation of the old name
	HintNewUnknown  NameHintCode = "new_unknown"  // … of the new name
)

// HintLevel is what a hint comes to.
type HintLevel string

// The levels.
const (
	HintApprove HintLevel = "approve"
	HintWarn    HintLevel = "warn"
	HintNote    HintLevel = "note"
)

// Level says what the hint comes to.
func (c NameHintCode) Level() HintLevel {
	switch c {
	case HintRenamed, HintMerged, HintSpelling:
		return HintApprove
	case HintDifferent, HintEnded, HintNewEnded, HintSplit, HintTransfer:
		return HintWarn
	}
	return HintNote
}

// NameHint is a hint with its evidence, copied: the directory's rows are replaced.
type NameHint struct {
	ID           int64
	NameChangeID int64
	Position     int
	Code         NameHintCode
	// The corporation that the hint is about, and a name it had before.
	CorporateNumber CorporateNumber
	CorporateName   string
	FormerName      string
	Address         string
	HappenedOn      Date
	// The other corporation, where there are two.
	OtherNumber  CorporateNumber
	OtherName    string
	OtherAddress string
	Others       int // how many have or had the name
}

// TableName gives the table.
func (NameHint) TableName() string { return "name_change_hints" }

// CorporateHistory is what the directory holds of a corporation: the record in
// force, those that are past, and whoever took it over, one after the other.
type CorporateHistory struct {
	CorporateRecord
	Past       []CorporateRecord
	Successors []CorporateRecord
}

// NameRecords is what the directory holds about the two names of a change.
type NameRecords struct {
	Old []CorporateHistory // have or had the old name
	New []CorporateHistory // the one chosen, or those that have the new name
}

// NameChangeHints says what is to be thought of a change of name: a mere change of
// name or a merger may be approved, passing a license on to another legal person
// may not (contracts.md).
func NameChangeHints(c NameChange, r NameRecords) []NameHint {
	h := nameHints{change: c, records: r}
	switch c.Reason {
	case NameChangeSplit:
		h.add(NameHint{Code: HintSplit})
	case NameChangeTransfer:
		h.add(NameHint{Code: HintTransfer})
	}
	switch {
	case c.Old.CompanyName == c.New.CompanyName:
		h.add(NameHint{Code: HintBranchOnly})
	case c.OldKey == c.NewKey:
		h.add(NameHint{Code: HintSpelling, FormerName: c.Old.CompanyName, CorporateName: c.New.CompanyName})
	default:
		h.compare()
	}
	h.chosen()
	slices.SortStableFunc(h.list, func(a, b NameHint) int { return levelOrder(a) - levelOrder(b) })
	for i := range h.list {
		h.list[i].Position = i
	}
	return h.list
}

func levelOrder(h NameHint) int {
	return slices.Index([]HintLevel{HintApprove, HintWarn, HintNote}, h.Code.Level())
}

type nameHints struct {
	change  NameChange
	records NameRecords
	list    []NameHint
}

func (h *nameHints) add(hint NameHint) { h.list = append(h.list, hint) }

func about(code NameHintCode, r CorporateRecord) NameHint {
	return NameHint{Code: code, CorporateNumber: r.Number, CorporateName: r.Name, Address: r.Place()}
}

func (n NameHint) and(r CorporateRecord) NameHint {
	n.OtherNumber, n.OtherName, n.OtherAddress = r.Number, r.Name, r.Place()
	return n
}

// compare sets the corporations of the old name against those of the new one.
func (h *nameHints) compare() {
	followed := h.renamed()
	followed = h.merged() || followed
	if !followed {
		h.apart()
	}
	if len(h.records.Old) > 1 {
		h.add(NameHint{Code: HintSeveral, FormerName: h.change.Old.CompanyName, Others: len(h.records.Old)})
	}
	if len(h.records.Old) == 0 && !followed {
		h.add(NameHint{Code: HintOldUnknown, FormerName: h.change.Old.CompanyName})
	}
	if len(h.records.New) == 0 {
		h.add(NameHint{Code: HintNewUnknown, CorporateName: h.change.New.CompanyName})
	}
}

// renamed finds corporations that had the old name and have the new one.
func (h *nameHints) renamed() (found bool) {
	for _, n := range h.records.New {
		if CorporationKey(n.Name) != CorporationKey(h.change.New.CompanyName) {
			continue
		}
		i := slices.IndexFunc(n.Past, func(p CorporateRecord) bool {
			return CorporationKey(p.Name) == CorporationKey(h.change.Old.CompanyName)
		})
		if i < 0 {
			continue
		}
		hint := about(HintRenamed, n.CorporateRecord)
		hint.FormerName, hint.HappenedOn = n.Past[i].Name, n.namedOn()
		h.add(hint)
		found = true
	}
	return found
}

// namedOn is the day from which the corporation has its name.
func (c CorporateHistory) namedOn() Date {
	key, day := CorporationKey(c.Name), c.ChangedOn
	for _, r := range append([]CorporateRecord{c.CorporateRecord}, c.Past...) {
		if r.Process == ProcessNameChanged && CorporationKey(r.Name) == key && !r.ChangedOn.After(day) {
			day = r.ChangedOn
		}
	}
	return day
}

// merged finds corporations of the old name that one of the new name took over.
func (h *nameHints) merged() (found bool) {
	for _, o := range h.records.Old {
		for _, s := range o.Successors {
			if h.isNew(s.Number) {
				hint := about(HintMerged, o.CorporateRecord).and(s)
				hint.FormerName, hint.HappenedOn = h.change.Old.CompanyName, o.ClosedOn
				h.add(hint)
				found = true
				break
			}
		}
	}
	return found
}

func (h *nameHints) isNew(number CorporateNumber) bool {
	return slices.ContainsFunc(h.records.New, func(n CorporateHistory) bool { return n.Number == number })
}

// apart says what the corporations of the two names are to each other when
// nothing leads from one to the other. Of many of a name, one stands for all.
func (h *nameHints) apart() {
	said := map[NameHintCode]bool{}
	once := func(hint NameHint) {
		if !said[hint.Code] {
			said[hint.Code] = true
			h.add(hint)
		}
	}
	for _, o := range h.records.Old {
		switch {
		case h.isNew(o.Number) && CorporationKey(o.Name) == CorporationKey(h.change.Old.CompanyName):
			once(about(HintNotYet, o.CorporateRecord))
		case CorporationKey(o.Name) != CorporationKey(h.change.Old.CompanyName):
			hint := about(HintNowCalled, o.CorporateRecord)
			hint.FormerName, hint.HappenedOn = h.change.Old.CompanyName, o.namedOn()
			once(hint)
		case o.State() != CorporationRegistered:
			hint := about(HintEnded, o.CorporateRecord)
			hint.HappenedOn = o.ClosedOn
			if len(o.Successors) > 0 {
				hint = hint.and(o.Successors[len(o.Successors)-1])
			}
			once(hint)
		default:
			if n, ok := h.living(); ok {
				once(about(HintDifferent, o.CorporateRecord).and(n.CorporateRecord))
			}
		}
	}
}

// living gives one of the new name that is there.
func (h *nameHints) living() (CorporateHistory, bool) {
	for _, n := range h.records.New {
		if n.State() == CorporationRegistered {
			return n, true
		}
	}
	return CorporateHistory{}, false
}

// chosen compares the corporation chosen from the directory with what was typed.
func (h *nameHints) chosen() {
	if h.change.CorporateNumber == 0 || len(h.records.New) == 0 {
		return
	}
	n := h.records.New[0]
	if n.State() != CorporationRegistered {
		hint := about(HintNewEnded, n.CorporateRecord)
		hint.HappenedOn = n.ClosedOn
		h.add(hint)
	}
	if CorporationKey(n.Name) != CorporationKey(h.change.New.CompanyName) {
		hint := about(HintNameDiffers, n.CorporateRecord)
		hint.OtherName = h.change.New.CompanyName
		h.add(hint)
	}
}

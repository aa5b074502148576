package models

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// CorporateNumber is a corporation's number in the National Tax Agency's
// register: 13 digits, the first of which checks the others and is never 0.
type CorporateNumber int64

// errNotCorporateNumber says too little on purpose: what was typed is not repeated.
var errNotCorporateNumber = errors.New("not a corporate number")

// Bounds of the numbers: 12 digits, and a check digit from 1 to 9 before them.
const (
	corporateBase = 1_000_000_000_000
	corporateEnd  = 10 * corporateBase
)

// NewCorporateNumber puts the check digit before 12 digits.
func NewCorporateNumber(base int64) CorporateNumber {
	return CorporateNumber(int64(corporateCheck(base))*corporateBase + base)
}

// corporateCheck is 9 − (Σ Pₙ·Qₙ mod 9): from the right, digits count once and twice in turn.
func corporateCheck(base int64) int {
	sum := int64(0)
	for factor := int64(1); base > 0; base /= 10 {
		sum += base % 10 * factor
		factor = 3 - factor
	}
	return 9 - int(sum%9)
}

// Valid says whether the check digit fits.
func (n CorporateNumber) Valid() bool {
	return n >= corporateBase && n < corporateEnd && int64(n)/corporateBase == int64(corporateCheck(int64(n)%corporateBase))
}

// String gives the 13 digits, or nothing for no number.
func (n CorporateNumber) String() string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}

// ParseCorporateNumber reads a number as people type it: in any width, with or without hyphens and spaces.
func ParseCorporateNumber(typed string) (CorporateNumber, error) {
	digits := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '‐' || r == '−' || r == 'ー' {
			return -1
		}
		return r
	}, norm.NFKC.String(strings.TrimSpace(typed)))
	if len(digits) != 13 || strings.Trim(digits, "0123456789") != "" {
		return 0, errNotCorporateNumber
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if n := CorporateNumber(value); err == nil && n.Valid() {
		return n, nil
	}
	return 0, errNotCorporateNumber
}

// CorporateProcess is what happened to a corporation, in the register's codes.
type CorporateProcess string

// The kinds of events. A merger and its annulment stand with the one that remains.
const (
	ProcessRegistered     CorporateProcess = "01"
	ProcessNameChanged    CorporateProcess = "11"
	ProcessAddressChanged CorporateProcess = "12"
	ProcessAbroadChanged  CorporateProcess = "13"
	ProcessClosed         CorporateProcess = "21"
	ProcessReopened       CorporateProcess = "22"
	ProcessMerged         CorporateProcess = "71"
	ProcessMergerVoid     CorporateProcess = "72"
	ProcessNameErased     CorporateProcess = "81"
	ProcessDeleted        CorporateProcess = "99"
)

// CorporateProcesses are all that are known.
var CorporateProcesses = []CorporateProcess{
	ProcessRegistered, ProcessNameChanged, ProcessAddressChanged, ProcessAbroadChanged, ProcessClosed, ProcessReopened,
	ProcessMerged, ProcessMergerVoid, ProcessNameErased, ProcessDeleted,
}

// CloseCauses are the register's codes for why a corporation is closed.
var CloseCauses = []string{CloseLiquidated, CloseMerged, CloseByRegistrar, CloseOther}

// The causes of closing.
const (
	CloseLiquidated  = "01"
	CloseMerged      = "11"
	CloseByRegistrar = "21"
	CloseOther       = "31"
)

// CorporateState says whether a corporation is there.
type CorporateState string

// The states: a deleted number was given out by mistake.
const (
	CorporationRegistered CorporateState = "registered"
	CorporationClosed     CorporateState = "closed"
	CorporationDeleted    CorporateState = "deleted"
)

// CorporateStates are all of them.
var CorporateStates = []CorporateState{CorporationRegistered, CorporationClosed, CorporationDeleted}

// CorporateRecord is one line of the register: a corporation as it was after an event.
type CorporateRecord struct {
	Number         CorporateNumber
	Name           string
	Kana           string
	EnglishName    string
	Kind           string // 101, 201, 301 … as the register has it
	Process        CorporateProcess
	Correction     bool // puts right what the register said of the event before
	ChangedOn      Date
	UpdatedOn      Date
	PrefectureCode int // 1 to 47 as in Prefectures; 0 for an address abroad
	PostalCode     string
	City           string
	Street         string
	Abroad         string
	ClosedOn       Date
	CloseCause     string
	Successor      CorporateNumber // who took over; 0 for nobody
	ChangeCause    string          // the register's own words
	AssignedOn     Date
	Hidden         bool // the register leaves it out of its own search
}

// Prefecture names it, or gives nothing for an address abroad.
func (r CorporateRecord) Prefecture() string { return PrefectureName(r.PrefectureCode) }

// Place is the address in Japanese order, or the one abroad.
func (r CorporateRecord) Place() string {
	if r.Abroad != "" {
		return r.Abroad
	}
	return r.Prefecture() + r.City + r.Street
}

// State says whether the corporation was there after the event.
func (r CorporateRecord) State() CorporateState {
	switch {
	case r.Process == ProcessDeleted:
		return CorporationDeleted
	case !r.ClosedOn.IsZero():
		return CorporationClosed
	}
	return CorporationRegistered
}

// Branch says whether the name is that of a branch. The register numbers
// corporations, not places; what it has of branches are unions, churches and
// foreign companies whose branches are registered by themselves, and only their
// names tell.
func (r CorporateRecord) Branch() bool {
	for _, word := range branchWords {
		if strings.HasSuffix(r.Name, word) {
			return true
		}
	}
	return false
}

var branchWords = []string{"支店", "支社", "支部", "支所", "支局", "分会", "分室", "営業所", "出張所", "事業所", "工場", "日本における営業所"}

// The standings, best first: search shows the living before the closed and head
// offices before branches, and never what is hidden.
const (
	StandingHead = iota
	StandingBranch
	StandingClosedHead
	StandingClosedBranch
	StandingHidden
)

// Standing is the record's place among others that fit a search equally well.
func (r CorporateRecord) Standing() int {
	standing := StandingHead
	switch state := r.State(); {
	case r.Hidden || state == CorporationDeleted:
		return StandingHidden
	case state == CorporationClosed:
		standing = StandingClosedHead
	}
	if r.Branch() {
		standing++
	}
	return standing
}

// sameEvent says whether both records tell of one event.
func (r CorporateRecord) sameEvent(o CorporateRecord) bool {
	return r.Process == o.Process && r.ChangedOn == o.ChangedOn
}

// Follow says what is known of a corporation after one more record: the record
// in force, and the one that is past, or nil. Records may come in any order and
// more than once. A correction takes the place of what it corrects, for that was
// never true.
func (r CorporateRecord) Follow(next CorporateRecord) (current CorporateRecord, past *CorporateRecord) {
	switch {
	case r == next:
		return r, nil
	case next.UpdatedOn.Before(r.UpdatedOn):
		if r.Correction && r.sameEvent(next) {
			return r, nil
		}
		return r, &next
	case next.Correction && next.sameEvent(r):
		return next, nil
	}
	return next, &r
}

// Corporation is what the directory holds of one: its record in force, and what search needs.
type Corporation struct {
	CorporateRecord `gorm:"embedded"`
	NameKey         string
	Rank            int    `gorm:"column:standing"`
	Grams           string // pairs of the key's characters and the place, which search indexes are made of
}

// NewCorporation works out what search needs.
func NewCorporation(r CorporateRecord) Corporation {
	key := CorporationKey(r.Name)
	grams := append(NameGrams(key), PlaceGram(r.PrefectureCode))
	return Corporation{CorporateRecord: r, NameKey: key, Rank: r.Standing(), Grams: strings.Join(grams, " ")}
}

// CorporationChange is a record that is past.
type CorporationChange struct {
	ID              int64
	CorporateRecord `gorm:"embedded"`
	NameKey         string
}

// NewCorporationChange keeps a record that is past.
func NewCorporationChange(r CorporateRecord) CorporationChange {
	return CorporationChange{CorporateRecord: r, NameKey: CorporationKey(r.Name)}
}

// longestKey bounds keys: an index takes no longer ones.
const longestKey = 200

// CorporationKey is the name's key, cut where an index could not hold it.
func CorporationKey(name string) string {
	key := NameKey(name)
	if len(key) <= longestKey {
		return key
	}
	runes := []rune(key)
	return string(runes[:min(len(runes), longestKey)])
}

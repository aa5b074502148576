package models

import "time"

// CodeState says whether an activation code works.
type CodeState string

// The states of a code. Only valid ones work.
const (
	CodeValid       CodeState = "valid"
	CodeRegistering CodeState = "registering" // the contract has not turned valid yet
	CodeNotStarted  CodeState = "not_started" // the period lies ahead
	CodeEnded       CodeState = "ended"       // the period is over
	CodeVoid        CodeState = "void"        // the contract was merged into another
	CodeRevoked     CodeState = "revoked"     // staff ended a further code
)

// CodeStates lists them.
func CodeStates() []CodeState {
	return []CodeState{CodeValid, CodeRegistering, CodeNotStarted, CodeEnded, CodeVoid, CodeRevoked}
}

// CodeStateAt says how the code of a contract's holding stands at a moment. Periods
// are days in Japan time, both ends included.
func (h Holding) CodeStateAt(c Contract, now time.Time) CodeState {
	today := DateOf(now)
	switch status := c.StatusAt(now); {
	case status == ContractVoid:
		return CodeVoid
	case h.EndsOn.Before(today):
		return CodeEnded
	case status == ContractRegistering:
		return CodeRegistering
	case h.StartsOn.After(today):
		return CodeNotStarted
	}
	return CodeValid
}

package models

import "time"

// Account is a mail address that may sign in to the contract portal. There is one
// per address and it stays with it: when a contract's contact changes, the new
// address has an account of its own.
type Account struct {
	ID       int64
	Email    string // as AddressKey gives it
	Language Language
	// PasswordHash is empty until the first password is set; PasswordVersion counts
	// passwords, and every session names the one that it was opened with.
	PasswordHash    string
	PasswordVersion int
	PasswordSetAt   *time.Time
	// A temporary password is derived from salt, version and key when it is mailed or
	// compared. It sets one real password and does nothing else.
	TemporarySalt    string
	TemporaryVersion int
	TemporaryKey     int
	TemporaryUntil   *time.Time // nil where there is none, also once it was used
	// The secret shared with an authenticator app, encrypted under key SecondKey. It
	// counts from SecondSince on; before that the app is being set up.
	SecondSecret []byte
	SecondKey    int
	SecondSince  *time.Time
	SecondStep   int64 // of the last code taken: it and earlier ones work no more
	SignedInAt   *time.Time
	CreatedAt    time.Time
}

// AccountSession is one browser's sign-in to the portal.
type AccountSession struct {
	ID              int64
	AccountID       int64
	PasswordVersion int
	Browser         string // as it names itself, cut
	StartedAt       time.Time
	SeenAt          time.Time
	EndedAt         *time.Time
}

// RecoveryCode stands in for the authenticator app, once. Only its hash is kept.
type RecoveryCode struct {
	ID        int64
	AccountID int64
	CodeHash  string
	UsedAt    *time.Time
}

// TableName gives the table.
func (RecoveryCode) TableName() string { return "account_recovery_codes" }

// TemporaryUsable says whether the account's temporary password can still set a real one.
func (a Account) TemporaryUsable(now time.Time) bool {
	return a.TemporaryUntil != nil && now.Before(*a.TemporaryUntil)
}

// PasswordEnds is the moment the account's password stops signing in: 24:00 in
// Japan of the last of so many days. Nothing where it does not, because days is 0
// or no password is set.
func (a Account) PasswordEnds(days int) *time.Time {
	if days == 0 || a.PasswordSetAt == nil {
		return nil
	}
	ends := PasswordEnds(*a.PasswordSetAt, days)
	return &ends
}

// PasswordExpired says whether the account's password has become too old to sign in.
func (a Account) PasswordExpired(now time.Time, days int) bool {
	ends := a.PasswordEnds(days)
	return ends != nil && !now.Before(*ends)
}

// TwoStep says whether signing in asks for a code besides the password.
func (a Account) TwoStep() bool { return a.SecondSince != nil }

// AccountState is what staff are told of an account.
type AccountState string

// An account has no password yet, has one, or has one that is too old.
const (
	AccountNew     AccountState = "new"
	AccountActive  AccountState = "active"
	AccountExpired AccountState = "expired"
)

// AccountStates lists them.
var AccountStates = []AccountState{AccountNew, AccountActive, AccountExpired}

// State derives the account's state at a moment.
func (a Account) State(now time.Time, days int) AccountState {
	switch {
	case a.PasswordHash == "":
		return AccountNew
	case a.PasswordExpired(now, days):
		return AccountExpired
	}
	return AccountActive
}

// TemporaryPasswords is how many temporary passwords an address is mailed within an hour.
const TemporaryPasswords = 5

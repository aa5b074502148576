package views

// Accounts is where a portal account is looked up.
type Accounts struct {
	Frame
	Query   string
	Wrong   string
	Account *AccountRow
}

// AccountRow is what staff are told of an address.
type AccountRow struct {
	ID             int64 // 0 where it has no account
	Email          string
	MaySignIn      bool
	State          Pill
	Language       string
	TwoStep        bool
	Sessions       int
	PasswordSet    string
	PasswordUntil  string
	TemporaryUntil string
	SignedIn       string
}

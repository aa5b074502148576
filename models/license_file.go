package models

import "time"

// LicenseFileFacts are what a license file says of one activation code for use offline.
type LicenseFileFacts struct {
	LicenseID   string
	Holder      string
	ProductCode string
	Product     Text
	Quantity    int
	StartsOn    Date
	EndsOn      Date
	// CodeEnd is the last group of the code: enough to tell codes apart, too little to use one.
	CodeEnd  string
	IssuedAt time.Time
}

// LicenseKey is the public half of a key that license files are signed with. They are
// published for ever: a file that was signed under an older one stays good.
type LicenseKey struct {
	ID             string // the fingerprint
	Number         int    // the highest signs
	PublicKey      []byte
	PublishedAt    time.Time
	WithdrawnAt    *time.Time // its files are good no more, because somebody else may sign with it
	WithdrawReason string
}

// HasLicenseFile says whether there is a license file of a further code at a moment:
// it is for use offline and works, or will once its period begins.
func (c IssuedCode) HasLicenseFile(h Holding, contract Contract, now time.Time) bool {
	switch c.StateAt(h, contract, now) {
	case CodeValid, CodeNotStarted:
		return c.Offline
	default:
		return false
	}
}

// FileName is what the license file is saved as.
func (f LicenseFileFacts) FileName() string {
	return "license-" + f.LicenseID + "-" + f.ProductCode + ".json"
}

package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Account is the person's own page.
type Account struct {
	Frame
	Mails        models.Language // of the mails
	Since        string          // the password was set
	Until        string          // its last day, or nothing
	Days         int
	TwoStep      bool
	TwoStepSince string
	CodesLeft    int
	Sessions     []Session
	Wrong        map[string]string
}

// Session is one browser that is signed in.
type Session struct {
	ID      int64
	Browser string
	Started string
	Seen    string
	This    bool // it is the one that looks
}

// TwoStep is where the second step is set up and managed.
type TwoStep struct {
	Frame
	On        bool
	Since     string
	CodesLeft int
	SettingUp bool
	QR        ui.QR
	Secret    string // in groups, to be typed
	Wrong     map[string]string
}

// Codes shows new recovery codes, once.
type Codes struct {
	Frame
	Codes  []string
	JustOn bool // the second step was turned on by this
}

func (a Account) languages() []ui.Choice {
	return []ui.Choice{{Value: "ja", Label: "日本語"}, {Value: "en", Label: "English"}}
}

// fewCodes is when new recovery codes are suggested.
const fewCodes = 3

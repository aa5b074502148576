package mail

import "github.com/todoke/todoke/models"

// TemporaryPassword brings the password that sets a real one.
type TemporaryPassword struct {
	Site      models.Text
	Password  string
	UntilDay  models.Date
	UntilTime string // 15:04, Japan time
	SignInURL string
}

// Kind names the mail.
func (TemporaryPassword) Kind() Kind         { return KindTemporaryPassword }
func (d TemporaryPassword) subject() subject { return subject{} }

// PasswordChanged confirms that a password was set. It names no password.
type PasswordChanged struct {
	Site    models.Text
	Day     models.Date
	Time    string      // 15:04, Japan time
	LastDay models.Date // zero where the password does not end by itself
	LostURL string      // where a temporary password is asked for
}

// Kind names the mail.
func (PasswordChanged) Kind() Kind         { return KindPasswordChanged }
func (d PasswordChanged) subject() subject { return subject{} }

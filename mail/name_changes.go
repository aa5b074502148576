package mail

import "github.com/todoke/todoke/models"

// The mails about a change of a contract holder's corporate or branch name.
const (
	KindNameChangeReceived  Kind = "name_change_received"
	KindNameChangeQuestion  Kind = "name_change_question"
	KindNameChangeWithdrawn Kind = "name_change_withdrawn"
	KindReviewResult        Kind = "review_result"
)

// NameChangeReceived acknowledges a change of name that was asked for alone.
type NameChangeReceived struct {
	Number    string
	LicenseID string
	OldName   string
	NewName   string
	Days      int // business days within which it is settled
	Link      string
}

// Kind names the mail.
func (NameChangeReceived) Kind() Kind         { return KindNameChangeReceived }
func (d NameChangeReceived) subject() subject { return subject{} }

// NameChangeQuestion asks the requester.
type NameChangeQuestion struct {
	Number    string
	LicenseID string
	Question  string // as staff typed it, may have several lines
	Link      string
}

// Kind names the mail.
func (NameChangeQuestion) Kind() Kind         { return KindNameChangeQuestion }
func (d NameChangeQuestion) subject() subject { return subject{} }

// NameChangeWithdrawn confirms that a change of name goes no further.
type NameChangeWithdrawn struct {
	Number    string
	LicenseID string
	Link      string
}

// Kind names the mail.
func (NameChangeWithdrawn) Kind() Kind         { return KindNameChangeWithdrawn }
func (d NameChangeWithdrawn) subject() subject { return subject{} }

// ReviewResult tells what the review of a change of name came to.
type ReviewResult struct {
	Number    string
	LicenseID string
	OldName   string
	NewName   string
	Done      models.Date // the day from which the new name holds; zero when it was rejected
	Reason    string      // of a rejection, as staff typed it, may have several lines
	Link      string
}

// Kind names the mail.
func (ReviewResult) Kind() Kind         { return KindReviewResult }
func (d ReviewResult) subject() subject { return subject{} }

// Approved says whether the name was changed.
func (d ReviewResult) Approved() bool { return !d.Done.IsZero() }

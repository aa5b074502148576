package models

// InquiryReply is a mail that may belong to an inquiry's thread. All of it is the
// sender's word but for what Signed finds out.
type InquiryReply struct {
	Address     string // inquiry number that the recipient's address names
	Signature   string // that the address carries with it
	Reference   string // inquiry number that the subject names
	Sender      string // From, bare
	MessageID   string // without brackets; may be missing
	Text        string
	Quoted      string
	Attachments []string
	Cut         bool
	List        bool   // a mailing list passed it on, perhaps with a footer of its own
	ArrivalKey  string // hash of the mail, the same when it comes twice
}

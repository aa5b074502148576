package mail

// The mails of an inquiry's thread. They are the only ones that may be answered.

// InquiryReceived tells the person asking that the inquiry came in. It holds
// nothing that was typed: whoever fills in the form could otherwise have us mail
// words of their own to any address.
type InquiryReceived struct {
	InquiryNumber string
	Days          int // business days within which an answer is hoped for
}

// Kind names the mail.
func (InquiryReceived) Kind() Kind              { return KindInquiryReceived }
func (InquiryReceived) subject() subject        { return subject{} }
func (d InquiryReceived) inquiryNumber() string { return d.InquiryNumber }

// InquiryAnswer brings what staff wrote, with what it answers below.
type InquiryAnswer struct {
	InquiryNumber string
	CompanyName   string
	PersonName    string
	Answer        string // several lines
	Asked         string // the newest message of the person
}

// Kind names the mail.
func (InquiryAnswer) Kind() Kind              { return KindInquiryAnswer }
func (InquiryAnswer) subject() subject        { return subject{} }
func (d InquiryAnswer) inquiryNumber() string { return d.InquiryNumber }

// inquiryOf gives the number of the inquiry that a mail belongs to, or nothing.
func inquiryOf(data Data) string {
	if d, ok := data.(interface{ inquiryNumber() string }); ok {
		return d.inquiryNumber()
	}
	return ""
}

package views

// Addresses is the list of addresses that nothing is sent to.
type Addresses struct {
	Frame
	Query string
	Rows  []AddressRow
	Form  Form
	Pager Pager
}

// AddressRow is a dead address.
type AddressRow struct {
	ID          int64
	Address     string
	Since       string
	OrderNumber string // or nothing
	Mail        string // the mail that came back
	Why         string // in words, where the code has any
	Code        string
}

// ClearAction names the form that clears one mark.
func ClearAction(id int64) string { return "clear-" + itoa(id) }

package views

// SignIn is the sign-in page.
type SignIn struct {
	Frame
	Email   string // as typed
	Next    string // where to go afterwards
	Info    string // why one is here again
	Problem string // what went wrong, alike for every cause
	Wrong   map[string]string
}

// Temporary is the page to ask for a temporary password, and the one that says it
// was asked for.
type Temporary struct {
	Frame
	Email   string // as typed
	Info    string // why one is led here
	Problem string
	Hours   string // a temporary password works
	Times   int    // an address is mailed one in an hour
	Wrong   map[string]string
}

// Password is the page to set a password after the temporary one.
type Password struct {
	Frame
	Address string // whose password it is
	Days    int    // it works, 0 for ever
	Wrong   map[string]string
}

// Second asks for the second step.
type Second struct {
	Frame
	Problem string
	Wrong   map[string]string
}

package delivery

import "net/http"

// route is one address of the site.
type route struct {
	method string
	path   string
	handle func(v *visit) error
}

const (
	get  = http.MethodGet
	head = http.MethodHead
	post = http.MethodPost
)

// The addresses that pages lead to.
const (
	home         = "/delivery"
	signInAt     = home + "/sign-in"
	passwordAt   = home + "/password"
	passwordSent = home + "/password/sent"
	filesAt      = home + "/files"
	resendAt     = home + "/resend"
	resendSent   = home + "/resend/sent"
)

// open is all that answers without a session.
var open = []route{
	{get, "/", func(v *visit) error { return v.seeOther(home) }},
	{get, "/sign-in", showSignIn},
	{post, "/sign-in", signIn},
	{get, "/password", showPassword},
	{post, "/password", requestPassword},
	{get, "/password/sent", showPasswordSent},
	{get, "/resend", showResend},
	{post, "/resend", requestResend},
	{get, "/resend/sent", showResendSent},
	{get, "/resend/:number/:token", showFollow},
	{post, "/resend/:number/:token", answerFollow},
}

// signedIn is all that takes a session.
var signedIn = []route{
	{get, "", showContents},
	{get, "/certificate", showCertificate},
	{get, "/certificate.pdf", sendCertificate},
	{head, "/certificate.pdf", sendCertificate},
	{get, "/files/:id", sendFile},
	{head, "/files/:id", sendFile},
	{post, "/sign-out", signOut},
}

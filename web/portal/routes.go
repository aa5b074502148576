package portal

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
	home        = "/portal"
	signInAt    = home + "/sign-in"
	secondAt    = home + "/second-step"
	temporaryAt = home + "/temporary-password"
	passwordAt  = home + "/password"
	accountAt   = home + "/account"
	twoStepAt   = accountAt + "/two-step"
	contractsAt = home + "/contracts"
	searchAt    = home + "/search"
	// Issuing codes.
	activationAt = home + "/activation"
	requestsAt   = activationAt + "/requests"
	newsAt       = home + "/news"
	downloadsAt  = home + "/downloads"
	patternsAt   = home + "/pattern-files"
	scriptsAt    = "/pattern-files" // beside the site: the links for scripts
)

// open is all that answers without a session.
var open = []route{
	{get, "/", func(v *visit) error { return v.seeOther(home) }},
	{get, "/sign-in", showSignIn},
	{post, "/sign-in", signIn},
	{get, "/second-step", showSecond},
	{post, "/second-step", takeSecond},
	{get, "/temporary-password", showTemporary},
	{post, "/temporary-password", requestTemporary},
	{get, "/temporary-password/sent", showTemporarySent},
	{get, "/password", showPassword},
	{post, "/password", setPassword},
}

// signedIn is all that takes a session. A page that shows a contract asks the store
// for it by the address that is signed in; what that may not see is not there.
var signedIn = []route{
	{get, "", func(v *visit) error { return v.seeOther(contractsAt) }},
	{post, "/sign-out", signOut},
	{get, "/account", showAccount},
	{post, "/account/language", saveLanguage},
	{post, "/account/password", changePassword},
	{post, "/account/sessions/:id/end", endSession},
	{post, "/account/sign-out-everywhere", endSessions},
	{get, "/account/two-step", showTwoStep},
	{post, "/account/two-step", prepareTwoStep},
	{post, "/account/two-step/confirm", confirmTwoStep},
	{post, "/account/two-step/codes", renewCodes},
	{post, "/account/two-step/off", endTwoStep},
	{get, "/contracts", listContracts},
	{get, "/contracts.csv", sendContractsCSV},
	{get, "/contracts.xlsx", sendContractsExcel},
	{get, "/contracts/:license", showContract},
	{get, "/contracts/:license/codes/:id/license-file", sendLicenseFile},
	{get, "/contracts/:license/holdings.pdf", sendHoldingsPDF},
	{get, "/contracts/:license/holdings.csv", sendHoldingsCSV},
	{get, "/contracts/:license/holdings.xlsx", sendHoldingsExcel},
	{get, "/contracts/:license/renewal", showRenewal},
	{get, "/contracts/:license/renewal.pdf", sendRenewalPDF},
	{get, "/news", showNews},
	{post, "/news/subscription", subscribeNews},
	{get, "/news/:number", showNewsIssue},
	{get, "/downloads", showDownloads},
	{get, "/downloads/:file", sendDownload},
	{head, "/downloads/:file", sendDownload},
	{get, "/downloads/:file/code", showDownloadCode},
	{post, "/downloads/:file/code", nameDownloadCode},
	{get, "/pattern-files", showPatternFiles},
	{post, "/pattern-files/links", makePatternLink},
	{get, "/pattern-files/links/:id", showPatternLink},
	{post, "/pattern-files/links/:id/revoke", revokePatternLink},
	{get, "/search", showSearch},
	{post, "/search", search},
	{get, "/activation", showActivationKinds},
	{get, "/activation/:kind", showActivation},
	{post, "/activation/:kind", askActivation},
	{get, "/activation/requests", listActivationRequests},
	{get, "/activation/requests/:number", showActivationRequest},
	{post, "/activation/requests/:number/cancel", cancelActivationRequest},
	{get, "/contracts/:license/name-change", showNameChange},
	{get, "/contracts/:license/name-change/new", showNewName},
	{post, "/contracts/:license/name-change/new", askNewName},
	{post, "/contracts/:license/name-change/answer", answerName},
	{post, "/contracts/:license/name-change/withdraw", withdrawName},
	{get, "/contracts/:license/contacts", showContacts},
	{post, "/contracts/:license/contacts", editContacts},
	{get, "/contracts/:license/contacts/done", showContactsDone},
	{get, "/contracts/:license/changes", showChanges},
}

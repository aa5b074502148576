package console

import (
	"net/http"

	"github.com/todoke/todoke/models"
)

// route is one address of the console.
type route struct {
	method string
	path   string
	handle func(v *visit) error
}

// level is what a role may do beyond the roles before it.
type level struct {
	role   models.Role
	routes []route
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// open is all that answers without a session.
var open = []route{
	{get, "/sign-in", showSignIn},
	{post, "/sign-in", signIn},
}

// levels is every other address with the least role that it takes; access
// narrows from top to bottom, and what does not stand here does not answer.
var levels = []level{
	{models.RoleViewer, []route{
		{get, "", showToday},
		{post, "/sign-out", signOut},
		{get, "/me", showMe},
		{post, "/me", saveMyLanguage},
		{post, "/me/password", changeMyPassword},
		{get, "/help", showHelp},
		{get, "/search", search},
		{get, "/orders", listOrders},
		{get, "/orders/export.csv", exportCSV},
		{get, "/orders/export.xlsx", exportExcel},
		{get, "/orders/:number", showOrder},
		{get, "/orders/:number/certificate/:language", showCertificate},
		{get, "/resends", listResends},
		{get, "/resends/:number", showResend},
		{get, "/name-changes", listNameChanges},
		{get, "/name-changes/:number", showNameChange},
		{get, "/name-changes/:number/attachments/:id", sendAttachment},
		{get, "/activation", listActivations},
		{get, "/activation/:number", showActivation},
		{get, "/applications", listApplications},
		{get, "/applications/:id", showApplication},
		{get, "/applications/:id/pdf", showApplicationPDF},
		{get, "/contracts", listContracts},
		{get, "/contracts/:license", showContract},
		{get, "/renewal-price", showRenewalPrice},
		{get, "/corporations", listCorporations},
		{get, "/corporations/:number", showCorporation},
		{get, "/mails", listMails},
		{get, "/news", listNews},
		{get, "/news/:number", showNewsIssue},
		{get, "/tasks", listTasks},
		{get, "/addresses", listAddresses},
		{get, "/inquiries", listInquiries},
		{get, "/inquiries/:number", showInquiry},
		{get, "/accounts", showAccounts},
		{get, "/audit", showAudit},
		{get, "/products", showProducts},
		{get, "/downloads", listDownloads},
		{get, "/downloads/:id", showDownload},
		{post, "/views", saveView},
		{post, "/views/:id/delete", deleteView},
	}},
	{models.RoleClerk, []route{
		{get, "/orders/new", showEntry},
		{post, "/orders/new", enterOrder},
		{post, "/orders/take", takeOrders},
		{get, "/orders/:number/replace", showReplace},
		{post, "/orders/:number/replace", replaceOrder},
		{post, "/orders/:number/confirm", confirmOrder},
		{post, "/orders/:number/reapply", reapplyOrder},
		{post, "/orders/:number/cancel", cancelOrder},
		{post, "/orders/:number/pass", passOrder},
		{post, "/orders/:number/hold", holdOrder},
		{post, "/orders/:number/send-back", sendBackOrder},
		{post, "/orders/:number/redirect", redirectOrder},
		{post, "/orders/:number/notes", addNote},
		{post, "/orders/:number/assign", assignOrder},
		{post, "/orders/:number/resend", resendOrder},
		{post, "/resends/:number/approve", approveResend},
		{post, "/resends/:number/refuse", refuseResend},
		{post, "/resends/:number/ask", askResend},
		{post, "/name-changes/:number/approve", approveNameChange},
		{post, "/name-changes/:number/reject", rejectNameChange},
		{post, "/name-changes/:number/ask", askNameChange},
		{get, "/news/new", showNewNews},
		{post, "/news/new", writeNews},
		{get, "/news/:number/edit", showEditNews},
		{post, "/news/:number/edit", editNews},
		{post, "/news/:number/test", testNews},
		{post, "/activation/:number/cancel", cancelActivation},
		{post, "/activation/:number/link", resendActivationLink},
		{post, "/tasks/:id/close", closeTask},
		{post, "/mails/:id/again", sendMailAgain},
		{post, "/accounts/temporary-password", sendTemporary},
		{post, "/accounts/:id/end-sessions", endAccountSessions},
		{post, "/accounts/:id/two-step-off", endAccountTwoStep},
		{post, "/addresses/:id/clear", clearAddress},
		{post, "/inquiries/:number/answer", answerInquiry},
		{post, "/inquiries/:number/note", noteInquiry},
		{post, "/inquiries/:number/assign", assignInquiry},
		{post, "/inquiries/:number/close", closeInquiry},
		{post, "/inquiries/:number/reopen", reopenInquiry},
		{post, "/contracts/:license/hide", hideContract},
		{post, "/contracts/:license/unhide", unhideContract},
		{post, "/contracts/:license/holdings/:id/reveal", revealCode},
		{get, "/downloads/new", showUpload},
		{post, "/downloads/new", uploadFile},
		{get, "/downloads/:id/file", fetchDownload},
		{post, "/downloads/:id/withdraw", withdrawDownload},
		{post, "/downloads/:id/discard", discardDownload},
		{post, "/contracts/:license/codes/:id/reveal", revealFurtherCode},
		{post, "/contracts/:license/codes/:id/revoke", revokeFurtherCode},
		{post, "/contracts/:license/codes/:id/replace", replaceFurtherCode},
		{post, "/contracts/:license/codes/:id/license-file", sendLicenseFile},
		{get, "/contracts/:license/contacts", showContactsForm},
		{post, "/contracts/:license/contacts", editContacts},
	}},
	{models.RoleLead, []route{
		{post, "/news/:number/schedule", scheduleNews},
		{post, "/news/:number/now", startNews},
		{post, "/news/:number/unschedule", unscheduleNews},
		{post, "/news/:number/pause", pauseNews},
		{post, "/news/:number/resume", resumeNews},
		{post, "/news/:number/cancel", cancelNews},
		{post, "/downloads/:id/publish", publishDownload},
		{get, "/resellers", listResellers},
		{post, "/resellers", createReseller},
		{get, "/resellers/:id", showReseller},
		{post, "/resellers/:id", updateReseller},
		{post, "/resellers/:id/keys", createKey},
		{post, "/resellers/:id/keys/:key/revoke", revokeKey},
		{get, "/staff", listStaff},
		{post, "/staff", createStaff},
		{get, "/staff/:id", showPerson},
		{post, "/staff/:id", updatePerson},
		{post, "/staff/:id/password", setPassword},
	}},
}

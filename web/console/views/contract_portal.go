package views

import "github.com/todoke/todoke/web/ui"

// HideAction names the form that hides a contract in the portal or shows it again.
const HideAction = "hide"

// PortalAccess says who sees a contract in the portal.
type PortalAccess struct {
	Hidden    bool // at the holder's wish
	Addresses []PortalAddress
}

// PortalAddress is a contact's address with the time for which it counts.
type PortalAddress struct {
	Role        string
	Email       string
	From, Until string
	State       Pill
}

func hideField(v Contract) ui.InputField {
	f := v.Form.field(HideAction, "reason", v.T("console.portal.reason"), "")
	f.Hint = v.T("console.portal.reason_hint")
	return f
}

package views

import (
	"strconv"

	"github.com/todoke/todoke/web/ui"
)

// snippets are messages to begin a send-back with: each has a name and a text.
var snippets = []string{"console.snippet.communication", "console.snippet.name", "console.snippet.price"}

// field is a field of an action's form with what was typed and what is wrong with it.
func field(v Order, action, name, label, must string) ui.InputField {
	f := v.Form.field(action, name, label, "")
	f.Must = must
	return f
}

func reapplyField(v Order) ui.InputField {
	f := field(v, "reapply", "receipt_number", v.T("console.act.reapply_receipt"), v.T("console.must"))
	f.Class, f.Complete, f.MaxLen = "num", "off", 60
	return f
}

func redirectField(v Order) ui.InputField {
	f := field(v, "redirect", "email", v.T("console.act.redirect_email"), v.T("console.must"))
	f.Type, f.Complete = "email", "off"
	return f
}

func resendToField(v Order) ui.InputField {
	f := field(v, "resend", "resend_to", v.T("console.act.resend_to"), "")
	f.Type, f.Complete, f.Hint = "email", "off", v.T("console.act.resend_to_hint", "address", v.Shipment.DeliveryEmail)
	return f
}

func dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func listID(d Difference, c ConfirmField) string {
	if len(c.List) == 0 {
		return ""
	}
	return "list-" + d.Key
}

func (v Order) seen() Seen { return Seen{Version: v.Order.Version, Shown: v.Seen} }

func (v Order) act(name, tone, label string) Act {
	return v.Form.act("/console/orders/"+v.Order.OrderNumber+"/"+name, v.seen(), name, tone, label)
}

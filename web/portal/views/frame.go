// Package views holds the contract portal's pages: plain structs of what a page
// shows, and the templates that show it. It asks no store and decides nothing.
package views

import (
	"strconv"

	"github.com/todoke/todoke/web/ui"
)

// Frame is what every page needs.
type Frame struct {
	ui.Page
	Email   string // signed in, or nothing
	Section string // the menu's current place, or nothing
	Flash   string // what the last action came to, shown once
}

// menuItem is one place in the menu of those who are signed in.
type menuItem struct {
	section string
	href    string
	text    string // text ID
}

var menu = []menuItem{
	{"contracts", "/portal/contracts", "portal.nav.contracts"},
	{"search", "/portal/search", "portal.nav.search"},
	{"activation", "/portal/activation", "portal.nav.activation"},
	{"news", "/portal/news", "portal.nav.news"},
	{"downloads", "/portal/downloads", "portal.nav.downloads"},
	{"patterns", "/portal/pattern-files", "portal.nav.patterns"},
	{"account", "/portal/account", "portal.nav.account"},
}

func text[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// focused says whether the field is the first wrong one of a form, which gets the focus.
func focused(wrong map[string]string, name string, fields ...string) bool {
	for _, field := range fields {
		if wrong[field] != "" {
			return field == name
		}
	}
	return false
}

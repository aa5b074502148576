//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

// pictures opens every page of the menu and keeps a picture of it. Each has one heading, its own title, and nothing
// that failed to load.
func pictures(t *testing.T, d *dev, v *tab) {
	language := v.attribute("html", "lang")
	v.open("/console")
	links := map[string]string{"/console": "today", "/console/me": "me", "/console/help": "help"}
	for _, href := range v.attributes("nav.menu a", "href") {
		name := strings.Trim(strings.NewReplacer("/console", "", "/", "-", "?", "-", "&", "-", "=", "-").Replace(href), "-")
		if name != "" {
			links[href] = name
		}
	}
	if len(links) < 9 {
		t.Fatalf("the menu has only %v", links)
	}
	titles := map[string]string{}
	for href, name := range links {
		v.open(href)
		title := v.title()
		if other, twice := titles[title]; twice {
			t.Errorf("%s and %s are both titled %q", href, other, title)
		}
		titles[title] = href
		if n := len(v.list("h1")); n != 1 {
			t.Errorf("%s has %d headings of the first rank", href, n)
		}
		v.picture(name + "." + language)
	}
	for selector, name := range map[string]string{
		"/console/applications": "application", "/console/contracts": "contract",
	} {
		v.open(selector)
		v.press("table tbody tr td a")
		v.picture(name + "." + language)
	}
}

//go:build e2e

package e2e

import (
	"regexp"
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

// otherSites opens what stands beside the console: the first page, which leads everywhere, the API's documentation,
// the page that a certificate's code leads to, and the mailbox; and the console as leads see it.
func otherSites(t *testing.T, d *dev, b *browser) {
	pdf, err := d.reseller(0).Certificate(t.Context(), d.orders(t, 0, "delivered")[0].OrderNumber)
	if err != nil {
		t.Fatalf("certificate: %v", err)
	}
	text := pdfText(t, pdf)
	// The address is printed beside the code, on two lines.
	token := regexp.MustCompile(`/certificates/.*?\b([0-9A-Za-z]{28})\b`).FindStringSubmatch(text)
	if token == nil || !strings.Contains(text, b.url+"/certificates/") {
		t.Fatalf("the certificate names no page of %s: %s", b.url, text)
	}
	for _, language := range []string{"ja", "en"} {
		v := b.newTab(t, language)
		v.open("/")
		links := strings.Join(v.attributes("main a", "href"), " ")
		for _, site := range []string{"/console", "/v1/docs", d.URLs["mailbox"], d.URLs["temporal_ui"]} {
			if !strings.Contains(links, site) {
				t.Errorf("the first page does not lead to %s: %s", site, links)
			}
		}
		v.picture("home." + language)
		v.open("/v1/docs")
		v.wants("body", "/v1/orders", "Idempotency-Key")
		v.picture("docs." + language)
		v.open("/certificates/" + token[1])
		if got := v.attribute("html", "lang"); got != language {
			t.Errorf("the page of the certificate is in %q, not %q", got, language)
		}
		v.picture("certificate." + language)
		email, password := d.person(t, "lead")
		v.signIn(email, password, language)
		for _, page := range []string{"staff", "resellers"} {
			v.open("/console/" + page)
			v.picture(page + "." + language)
			v.press("table tbody a")
			v.picture(page + "-one." + language)
		}
	}
	v := (&browser{ctx: b.ctx, url: d.URLs["mailbox"]}).newTab(t, "ja")
	v.open("/")
	v.picture("mailbox.ja")
}

package delivery_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/delivery"
)

func newLine() models.OrderLine { return line(models.LineNew, "CSSP", 10) }

func TestNumbersAreTakenAsPeopleTypeThem(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	digits := p.number[4:]
	wide := strings.Map(func(r rune) rune { return r + 0xFEE0 }, p.number)
	for _, number := range []string{
		p.number, strings.ToLower(p.number), wide, strings.ToLower(wide), " " + p.number + "　", "SHPC-" + digits, "ＳＨＰＣ－" + digits,
		"shpc " + digits[:3] + " " + digits[3:], "SHPC\u2010" + digits, p.number + "\t",
	} {
		v := h.visitor()
		if a := v.signIn(number, p.password); !a.in() {
			t.Errorf("%q is answered with %d", number, a.status)
		}
		v.get("/delivery").want(http.StatusOK)
	}
}

func TestPasswordsAreTakenExactly(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	for _, password := range []string{p.password, " " + p.password, p.password + "　", "  " + p.password + " "} {
		if !h.visitor().signIn(p.number, password).in() {
			t.Errorf("%q does not sign in", password)
		}
	}
	swapped := strings.Map(func(r rune) rune {
		if upper := strings.ToUpper(string(r)); upper != string(r) {
			first, _ := utf8.DecodeRuneInString(upper)
			return first
		}
		return unicode.ToLower(r)
	}, p.password)
	wide := strings.Map(func(r rune) rune { return r + 0xFEE0 }, p.password)
	for _, password := range []string{
		swapped, wide, p.password[:13], p.password + "x", p.password[:7] + " " + p.password[7:], strings.Repeat(p.password, 2), p.number,
	} {
		if h.visitor().signIn(p.number, password).in() {
			t.Errorf("%q signs in", password)
		}
	}
}

func TestFieldsLeftEmptyAreNamed(t *testing.T) {
	h := newHouse(t)
	v := h.visitor()
	a := v.signIn("　", "").want(http.StatusUnprocessableEntity)
	equal(t, "at the number", a.text("#number-wrong"), "入力してください。")
	equal(t, "at the password", a.text("#password-wrong"), "入力してください。")
	focus, _ := a.doc.Find("[autofocus]").Attr("id")
	equal(t, "focus", focus, "number")

	a = v.signIn("SHPC1", "").want(http.StatusUnprocessableEntity)
	typed, _ := a.doc.Find("#number").Attr("value")
	equal(t, "number kept", typed, "SHPC1")
	focus, _ = a.doc.Find("[autofocus]").Attr("id")
	equal(t, "focus", focus, "password")

	secret := "Passw0rdPassw0rd"
	a = v.signIn("SHPC1", secret).want(http.StatusUnprocessableEntity)
	if strings.Contains(a.body, secret) {
		t.Error("a password comes back on the page")
	}
	for _, odd := range []string{"SHPC\x00", "SHPC\xff", strings.Repeat("9", 101), "SHPC\u202e123"} {
		v.signIn(odd, secret).want(http.StatusUnprocessableEntity)
		v.signIn("SHPC1", odd).want(http.StatusUnprocessableEntity)
		v.post("/delivery/password", url.Values{"number": {odd}}).want(http.StatusUnprocessableEntity)
	}
}

// likeness is what two answers must have in common: all but the moment and the number typed.
func likeness(a answer, number string) string {
	header := a.header.Clone()
	header.Del("Date")
	header.Del("X-Request-Id")
	var lines []string
	for name, values := range header {
		lines = append(lines, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(lines)
	return fmt.Sprint(a.status, "\n", strings.Join(lines, "\n"), "\n\n", strings.ReplaceAll(a.body, number, "NUMBER"))
}

// An unknown number, a wrong password, an expired one and a delivery whose PW mail
// is not out yet are answered alike, byte by byte.
func TestRefusalsAreAlike(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		expired := h.delivered("古い株式会社", "", newLine())
		h.clock.pass(91 * day)
		good := h.delivered("見本商事株式会社", "", newLine())
		o := h.entered("遅い株式会社", "", newLine())
		h.run(o, false)
		unsent, err := h.store.ShipmentByOrder(t.Context(), o.ID)
		must(t, err)
		unknown := "SHPC0000000"
		for _, lang := range []string{"ja", "en"} {
			ask := func(number, password string) string {
				v := h.visitor()
				v.lang = lang
				a := v.signIn(number, password)
				if a.in() {
					t.Fatalf("%s signs in", number)
				}
				equal(t, "status", a.status, http.StatusUnprocessableEntity)
				return likeness(a, number)
			}
			want := ask(unknown, "Passw0rdPassw0")
			for what, got := range map[string]string{
				"a wrong password": ask(good.number, "Passw0rdPassw0"), "another's password": ask(good.number, expired.password),
				"an expired password":       ask(expired.number, expired.password),
				"a password not mailed":     ask(unsent.DeliveryNumber, h.password(unsent)),
				"no delivery number at all": ask("hello-world", "Passw0rdPassw0"),
			} {
				if got != want {
					t.Errorf("%s is answered differently from an unknown number:\n%s\n--- instead of\n%s", what, got, want)
				}
			}
		}
	})
}

// The time of a refusal is the floor's, whatever was looked up.
func TestRefusalsTakeAlikeLong(t *testing.T) {
	const floor, rounds = 30 * time.Millisecond, 40
	h := newHouse(t, func(o *delivery.Options) { o.Floor = floor })
	p := h.delivered("見本商事株式会社", "", newLine())
	median := func(times []time.Duration) time.Duration {
		slices.Sort(times)
		return times[len(times)/2]
	}
	for what, ask := range map[string]func(v *visitor, number string) answer{
		"signing in": func(v *visitor, number string) answer { return v.signIn(number, "Passw0rdPassw0") },
		"asking for passwords": func(v *visitor, number string) answer {
			return v.post("/delivery/password", url.Values{"number": {number}})
		},
	} {
		medians := func(try int) (time.Duration, time.Duration) {
			var known, unknown []time.Duration
			for i := range rounds {
				v := h.visitor(fmt.Sprintf("198.%d.%d.%d", 51+try, len(what), i))
				begun := time.Now()
				ask(v, p.number)
				known = append(known, time.Since(begun))
				begun = time.Now()
				ask(v, "SHPC0000000")
				unknown = append(unknown, time.Since(begun))
			}
			return median(known), median(unknown)
		}
		alike := func(a, b time.Duration) bool { return a >= floor && b >= floor && (a-b).Abs() <= max(a, b)/10 }
		a, b := medians(0)
		for try := 1; try < 5 && !alike(a, b); try++ { // what is there shows every time, what other programs do does not
			a, b = medians(try)
		}
		if !alike(a, b) {
			t.Errorf("%s: the median is %s for a known and %s for an unknown number", what, a, b)
		}
	}
}

// Guessing is limited by number and client, and by client; the owner gets in from
// elsewhere all the time, and from there too once the window is over.
func TestGuessingIsLimitedAndLocksNobodyOut(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", newLine())
		guesser, owner := h.visitor("203.0.113.9"), h.visitor("192.0.2.7")
		for i := range 10 {
			guesser.signIn(p.number, fmt.Sprintf("guess%d", i)).want(http.StatusUnprocessableEntity)
			guesser.signIn("SHPC0000000", fmt.Sprintf("guess%d", i)).want(http.StatusUnprocessableEntity)
		}
		known := guesser.signIn(p.number, p.password).want(http.StatusTooManyRequests) // even the right one
		unknown := guesser.signIn("SHPC0000000", p.password).want(http.StatusTooManyRequests)
		if likeness(known, p.number) != likeness(unknown, "SHPC0000000") {
			t.Error("being limited differs for known and unknown numbers")
		}
		contains(t, "the page", known.text("[role=alert]"), "15分ほど")
		owner.enter(p)
		owner.get("/delivery").want(http.StatusOK)
		guesser.enter(h.delivered("隣の株式会社", "", newLine())) // another number, same office

		for i := range 29 { // 20 failed before
			guesser.signIn(fmt.Sprintf("SHPC%07d", i+1), "guess").want(http.StatusUnprocessableEntity)
		}
		guesser.signIn("SHPC0000099", "guess").want(http.StatusUnprocessableEntity)
		guesser.signIn("SHPC0000098", "guess").want(http.StatusTooManyRequests)
		owner.enter(p)

		h.clock.pass(15*time.Minute + time.Second)
		guesser.enter(p)
	})
}

// An IPv6 customer has more addresses than anybody can count: its network counts as one.
func TestOneIPv6NetworkIsOneClient(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	for i := range 10 {
		h.visitor(fmt.Sprintf("2001:db8:1:2::%x", i+1)).signIn(p.number, "guess").want(http.StatusUnprocessableEntity)
	}
	h.visitor("2001:db8:1:2:ffff::1").signIn(p.number, p.password).want(http.StatusTooManyRequests)
	h.visitor("2001:db8:1:3::1").enter(p)
	h.visitor("::ffff:192.0.2.4").enter(p)
}

func TestSigningInForgetsFailedTries(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor()
	for range 3 {
		for range 9 {
			v.signIn(p.number, "typo").want(http.StatusUnprocessableEntity)
		}
		v.enter(p)
	}
}

func TestFormsFromElsewhereAreRefused(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor()
	form := url.Values{"number": {p.number}, "password": {p.password}}
	v.post("/delivery/sign-in", form, "Sec-Fetch-Site", "cross-site").want(http.StatusForbidden)
	v.post("/delivery/sign-in", form, "Sec-Fetch-Site", "", "Origin", "https://evil.example").want(http.StatusForbidden)
	v.post("/delivery/password", form, "Sec-Fetch-Site", "cross-site").want(http.StatusForbidden)
	v.enter(p)
	v.post("/delivery/sign-out", nil, "Sec-Fetch-Site", "cross-site").want(http.StatusForbidden)
	v.get("/delivery").want(http.StatusOK)
}

func TestPagesArePrivate(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor()
	for _, path := range []string{"/delivery/sign-in", "/delivery/password", "/delivery/password/sent", "/delivery/resend", "/delivery/resend/sent", "/delivery", "/delivery/certificate"} {
		a := v.get(path)
		if a.status == http.StatusSeeOther {
			v.enter(p)
			a = v.get(path)
		}
		a.want(http.StatusOK)
		equal(t, path+" in caches", a.header.Get("Cache-Control"), "no-store")
		equal(t, path+" for robots", a.header.Get("X-Robots-Tag"), "noindex, nofollow")
		equal(t, path+" for robots too", a.doc.Find("meta[name=robots][content=noindex]").Length(), 1)
		policy := a.header.Get("Content-Security-Policy")
		contains(t, path+"'s policy", policy, "default-src 'none'", "frame-ancestors 'none'")
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy allows what is unsafe: %s", path, policy)
		}
		if n := a.doc.Find("[style], script:not([src]), style, [onclick]").Length(); n > 0 {
			t.Errorf("%s has %d things that the policy forbids", path, n)
		}
		// A text without a translation would stand there as its ID.
		for _, word := range strings.Fields(a.text("html")) {
			if strings.HasPrefix(word, "delivery.") && len(word) > len("delivery.") || strings.HasPrefix(word, "ui.") {
				t.Errorf("%s has a text without words: %s", path, word)
			}
		}
	}
}

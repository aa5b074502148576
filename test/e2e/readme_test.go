//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/testenv"
)

// exampleDeadline is how long one of the README's examples may take: they are to lead to the end in seconds.
const exampleDeadline = 40 * time.Second

// TestReadme does what the README says, on a machine where nothing of todoke is there yet: the first command, both
// examples by curl, Ctrl-C, and the first command again.
func TestReadme(t *testing.T) {
	d := newDev(t)
	d.start(t)
	t.Run("banner", func(t *testing.T) { checkBanner(t, d) })
	t.Run("delivered", func(t *testing.T) { exampleDelivered(t, d) })
	t.Run("sent back", func(t *testing.T) { exampleSentBack(t, d) })
	t.Run("ports in use", func(t *testing.T) { portsInUse(t, d) })
	t.Run("stop and go on", func(t *testing.T) { stopAndGoOn(t, d) })
	t.Run("left behind", func(t *testing.T) { d.inspect(t) })
	t.Run("fresh", func(t *testing.T) { fresh(t, d) })
}

// checkBanner looks for every address and sign-in, in the terminal and in the file, and opens the sites.
func checkBanner(t *testing.T, d *dev) {
	said := d.said(t)
	ctx, cancel := context.WithTimeout(t.Context(), stepDeadline)
	defer cancel()
	for _, site := range []string{"home", "api", "api_docs", "console", "mailbox", "temporal_ui"} {
		if d.URLs[site] == "" || !strings.Contains(said, d.URLs[site]) {
			t.Errorf("the banner does not name %s %q", site, d.URLs[site])
			continue
		}
		if site == "api" {
			var products []map[string]any
			if err := d.reseller(0).Do(ctx, http.MethodGet, "/v1/products", nil, nil, http.StatusOK, &products); err != nil || len(products) == 0 {
				t.Errorf("the API gives %d products, %v", len(products), err)
			}
			continue
		}
		if err := answers(ctx, d.URLs[site]); err != nil {
			t.Errorf("%s: %v", site, err)
		}
	}
	if len(d.Staff) == 0 || len(d.Resellers) == 0 {
		t.Fatalf("%d members of staff, %d resellers", len(d.Staff), len(d.Resellers))
	}
	for _, s := range d.Staff {
		if !strings.Contains(said, s.Email) || !strings.Contains(said, s.Password) || s.Role == "" {
			t.Errorf("the banner does not say how %s signs in", s.Email)
		}
	}
	for _, r := range d.Resellers {
		if !strings.Contains(said, r.APIKey) || r.PartnerCode == "" || r.Name == "" {
			t.Errorf("the banner does not name the key of %s", r.PartnerCode)
		}
	}
	if info, err := os.Stat(d.data("dev-credentials.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("everybody on the machine can read the credentials: %v, %v", info, err)
	}
}

// exampleIn finds the shell block of an example in a README: a fence that says `sh example=NAME`.
func exampleIn(t *testing.T, readme, name string) string {
	t.Helper()
	root, err := testenv.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, readme))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^```sh example=" + regexp.QuoteMeta(name) + "$\n(.*?)^```$").FindSubmatch(text)
	if block == nil {
		t.Fatalf("%s has no block ```sh example=%s", readme, name)
	}
	return string(block[1])
}

// theReader is what somebody puts in the place of the README's address and key.
var theReader = regexp.MustCompile(`(?m)^API=http://\S+ KEY=\S+.*$`)

// runExample runs an example of the README as a shell does and gives what it printed. Address and key are replaced
// by this instance's, and PO number and idempotency key get an ending, so that both READMEs can be tried.
func runExample(t *testing.T, d *dev, readme, name, ending string) string {
	t.Helper()
	script := exampleIn(t, readme, name)
	if !theReader.MatchString(script) {
		t.Fatalf("the example does not begin with API=… KEY=…:\n%.200s", script)
	}
	script = theReader.ReplaceAllString(script, fmt.Sprintf("API=%s KEY=%s", d.URLs["api"], d.Resellers[0].APIKey))
	script = regexp.MustCompile(`(README|readme)-([0-9]+)`).ReplaceAllString(script, "${1}-${2}"+ending)
	ctx, cancel := context.WithTimeout(t.Context(), exampleDeadline)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-eu", "-o", "pipefail", "-c", script+"\necho; echo \"ORDER=$ORDER\"")
	shell.Dir = d.folder
	var out, complaint bytes.Buffer
	shell.Stdout, shell.Stderr = &out, &complaint
	if err := shell.Run(); err != nil {
		t.Fatalf("the example ends with %v:\n%s\n%s", err, out.String(), complaint.String())
	}
	return out.String()
}

var printedOrder = regexp.MustCompile(`(?m)^ORDER=(ORDC[0-9]{7})$`)

// printed gives the example's order number, and the JSON documents that it printed one after another.
func printed(t *testing.T, out string) (number string, views []orderView) {
	t.Helper()
	found := printedOrder.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("the example made no order:\n%s", out)
	}
	documents := json.NewDecoder(strings.NewReader(strings.TrimSuffix(strings.TrimSpace(out), found[0])))
	for documents.More() {
		var v orderView
		if err := documents.Decode(&v); err != nil {
			t.Fatalf("the example printed no JSON: %v\n%s", err, out)
		}
		views = append(views, v)
	}
	return found[1], views
}

func exampleDelivered(t *testing.T, d *dev) {
	for i, readme := range []string{"README.md", "README.ja.md"} {
		t.Run(readme, func(t *testing.T) {
			number, views := printed(t, runExample(t, d, readme, "delivered", strings.Repeat("x", i)))
			if len(views) != 1 || views[0].Status != "delivered" {
				t.Errorf("the README's order is %+v", views)
			}
			checkThreeMails(t, d, number, "license@asahi.example")
			certificate, err := os.ReadFile(filepath.Join(d.folder, "certificate.pdf"))
			if err != nil {
				t.Fatal(err)
			}
			holding := views[0].Holdings[0]
			checkCertificate(t, certificate, "株式会社あさひ工業", "Trend Vision One - Endpoint Security", "50", holding.StartsOn, holding.EndsOn)
		})
	}
}

func exampleSentBack(t *testing.T, d *dev) {
	for i, readme := range []string{"README.md", "README.ja.md"} {
		t.Run(readme, func(t *testing.T) {
			number, views := printed(t, runExample(t, d, readme, "sent_back", strings.Repeat("x", i)))
			if len(views) != 3 {
				t.Fatalf("the example shows %d answers: %+v", len(views), views)
			}
			if views[0].Status != "sent_back" || len(views[0].SendBacks) != 1 || len(views[0].SendBacks[0].Reasons) != 2 {
				t.Errorf("the order was to be sent back with two reasons at once: %+v", views[0])
			}
			if views[2].Status != "delivered" {
				t.Errorf("after the decision the order is %s", views[2].Status)
			}
			checkThreeMails(t, d, number, "license@kodama.example")
		})
	}
}

// checkThreeMails says that just these three mails reached the delivery address, with their exact subjects, and that
// neither number nor password stand together in one.
func checkThreeMails(t *testing.T, d *dev, number, to string) {
	t.Helper()
	partner := d.Resellers[0].PartnerCode
	want := map[string]bool{
		"Trend Micro ご購入受付 " + number + " [" + partner + "]":    true,
		"重要:納品 Trend Micro " + number + " ID [" + partner + "]": true,
		"重要:納品 Trend Micro " + number + " PW [" + partner + "]": true,
	}
	var id, password string
	for _, m := range d.mails(t, number) {
		if len(m.To) != 1 || m.To[0] != to {
			continue
		}
		if !want[m.Subject] {
			t.Errorf("a mail too many, or with another subject: %q", m.Subject)
		}
		delete(want, m.Subject)
		switch {
		case strings.Contains(m.Subject, " ID "):
			id = m.Text + m.HTML
		case strings.Contains(m.Subject, " PW "):
			password = m.Text + m.HTML
		}
	}
	for subject := range want {
		t.Errorf("no mail %q", subject)
	}
	checkApart(t, id, password)
}

var (
	deliveryNumber   = regexp.MustCompile(`SHPC[0-9]{7}`)
	deliveryPassword = regexp.MustCompile(`\b[2-9A-HJ-NP-Za-km-z]{14}\b`)
)

// checkApart says that the ID mail has the delivery number and the PW mail the password, and neither has both.
func checkApart(t *testing.T, id, password string) {
	t.Helper()
	number := deliveryNumber.FindString(id)
	secret := deliveryPassword.FindString(password)
	if number == "" || secret == "" {
		t.Fatalf("the ID mail's number is %q, the PW mail's password has %d characters:\n%s\n%s", number, len(secret), id, password)
	}
	if strings.Contains(id, secret) {
		t.Error("the ID mail holds the password")
	}
	if deliveryNumber.MatchString(password) {
		t.Error("the PW mail holds the number")
	}
}

// checkCertificate reads the PDF as a program for the blind would.
func checkCertificate(t *testing.T, pdf []byte, words ...string) {
	t.Helper()
	text := pdfText(t, pdf)
	for _, word := range words {
		if !strings.Contains(text, word) && !strings.Contains(text, japaneseDay(word)) {
			t.Errorf("the certificate lacks %q: %s", word, text)
		}
	}
}

// pdfText is a PDF's text by pdftotext, without the spaces between Japanese words that layout makes.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is missing: install poppler (poppler-utils on Debian)")
	}
	convert := exec.CommandContext(t.Context(), tool, "-layout", "-", "-")
	convert.Stdin = bytes.NewReader(pdf)
	text, err := convert.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// japaneseDay writes 2026-12-01 as 2026年12月1日.
func japaneseDay(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "\x00" // no day: nothing holds this
	}
	return at.Format("2006年1月2日")
}

func portFree(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}

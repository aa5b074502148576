//go:build e2e

package corpora

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/alexedwards/argon2id"
	"github.com/xuri/excelize/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/e2e/visitor"
	"github.com/todoke/todoke/test/harness"
)

// TestOddInputOnSQLite and its sister have orders delivered for names that look odd: they arrive as they were typed.
func TestOddInputOnSQLite(t *testing.T) {
	testOddInput(t, harness.Start(t, harness.Options{}))
}

func TestOddInputOnPostgres(t *testing.T) {
	testOddInput(t, harness.Start(t, harness.Options{Database: harness.Postgres(t)}))
}

func testOddInput(t *testing.T, i *harness.Installation) {
	names, err := OddNames()
	must(t, err)
	v := signIn(t, i)
	for n, odd := range names {
		t.Run(odd.What, func(t *testing.T) { arrives(t, i, v, n+1, odd) })
	}
	t.Run("exports", func(t *testing.T) { inExports(t, v, names) })
}

// signIn makes a clerk and signs in at the console.
func signIn(t *testing.T, i *harness.Installation) *visitor.Visitor {
	t.Helper()
	const password = "correct-horse-battery"
	hash, err := argon2id.CreateHash(password, argon2id.DefaultParams)
	must(t, err)
	clerk := models.Staff{Email: "clerk@todoke.example", Name: "山本 彩", Role: models.RoleClerk, Language: models.Japanese, PasswordHash: hash}
	must(t, i.Store(t).CreateStaff(t.Context(), models.Process, &clerk))
	v := visitor.New(t, i.PublicURL, "ja")
	v.SignIn(clerk.Email, password)
	return v
}

// arrives takes an order with an odd name from application to delivery and looks for the name wherever people see it.
func arrives(t *testing.T, i *harness.Installation, v *visitor.Visitor, n int, odd Odd) {
	client := i.Clients[0]
	a := harness.SampleApplication(n)
	a.EndUser.CompanyName, a.EndUser.PersonName, a.EndUser.Street = odd.Company, odd.Person, odd.Street
	receipt, err := client.File(t.Context(), a)
	must(t, err)
	inApplication(t, client, v, receipt, a.EndUser)
	o := harness.SampleOrder(n, receipt)
	o.Communication = odd.Note
	taken, err := client.Order(t.Context(), fmt.Sprint("odd-", n), o)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	page := awaitPass(ctx, t, v, taken.OrderNumber)
	for _, word := range []string{odd.Company, odd.Person, odd.Street, odd.Note} {
		if !strings.Contains(plain(page.Doc.Text()), plain(word)) {
			t.Errorf("the order's page does not show %.60q", word)
		}
	}
	page.Form("#act-pass form").Submit()
	_, err = client.AwaitDelivered(ctx, taken.OrderNumber)
	must(t, err)
	inMails(t, i, a.Contract.DeliveryEmail, odd)
	inSearch(t, v, taken.OrderNumber, odd)
	certificate, err := client.Certificate(ctx, taken.OrderNumber)
	must(t, err)
	inCertificate(t, certificate, odd)
}

// inApplication reads the application back by API and on its page.
func inApplication(t *testing.T, client *harness.Client, v *visitor.Visitor, receipt string, want harness.Party) {
	t.Helper()
	var read struct {
		EndUser harness.Party `json:"end_user"`
	}
	must(t, client.Do(t.Context(), http.MethodGet, "/v1/applications/"+receipt, nil, nil, http.StatusOK, &read))
	if read.EndUser != want {
		t.Errorf("filed\n%+v, read back\n%+v", want, read.EndUser)
	}
	page := v.Open("/console/search?q=" + receipt)
	for _, word := range []string{want.CompanyName, want.PersonName, want.Street} {
		if page.Status != http.StatusOK || !strings.Contains(plain(page.Doc.Text()), plain(word)) {
			t.Errorf("the application's page %s does not show %.60q", page.URL.Path, word)
		}
	}
	if page.Has("script:not([src])") || page.Has("main img[onerror]") || page.Has("main b") {
		t.Errorf("what was typed became markup")
	}
}

// awaitPass opens the order's page again and again until it waits for staff.
func awaitPass(ctx context.Context, t *testing.T, v *visitor.Visitor, number string) *visitor.Page {
	t.Helper()
	for {
		page := v.Open("/console/orders/" + number)
		if page.Has("#act-pass form") {
			return page
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the order does not wait for staff: %s", page.Text("main"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// inMails looks for company and communication in both parts of the delivery mails.
func inMails(t *testing.T, i *harness.Installation, to string, odd Odd) {
	t.Helper()
	mails := 0
	for _, m := range i.Sink.Mailbox.Messages() {
		if m.To[0] != to {
			continue
		}
		mails++
		body, err := m.Body()
		must(t, err)
		for part, text := range map[string]string{"text": body.Text, "HTML": textOf(t, body.HTML)} {
			words := []string{odd.Company}
			if !strings.Contains(m.Subject, " PW ") { // the password's mail says no more than it must
				words = append(words, odd.Note)
			}
			for _, word := range words {
				if !strings.Contains(plain(text), plain(word)) {
					t.Errorf("the %s of %q does not hold %.60q:\n%.1500s", part, m.Subject, word, text)
				}
			}
		}
	}
	if mails != 3 {
		t.Errorf("%d mails, not 3", mails)
	}
}

// inSearch finds the order by the name as typed.
func inSearch(t *testing.T, v *visitor.Visitor, number string, odd Odd) {
	t.Helper()
	page := v.Open("/console/orders").Form("form[role=search]").Set("q", odd.Company).Submit()
	if page.URL.Path != "/console/orders/"+number && !page.Has(`a[href="/console/orders/`+number+`"]`) {
		t.Errorf("the search for %.60q leads to %s without %s", odd.Company, page.URL.Path, number)
	}
}

// inCertificate reads the PDF: what the font has stands there, and what it lacks is marked, never a crash.
func inCertificate(t *testing.T, pdf []byte, odd Odd) {
	t.Helper()
	convert := exec.CommandContext(t.Context(), "pdftotext", "-raw", "-", "-")
	convert.Stdin = bytes.NewReader(pdf)
	text, err := convert.Output()
	must(t, err)
	substituted := strings.ContainsFunc(odd.Company, func(r rune) bool { return r > 0xffff })
	if whole := strings.Contains(plain(string(text)), plain(odd.Company)); whole == substituted && odd.What != "combining marks" && odd.What != "other scripts" {
		t.Errorf("the certificate holds %.60q: %v; the font lacks some of it: %v:\n%s", odd.Company, whole, substituted, text)
	}
	if !strings.Contains(plain(string(text)), "ApexOne") {
		t.Errorf("the certificate lacks the product:\n%s", text)
	}
}

// inExports reads the list's files as a spreadsheet program does. Cells that it would compute are escaped.
func inExports(t *testing.T, v *visitor.Visitor, names []Odd) {
	csv := v.Open("/console/orders/export.csv?cols=number.end_user")
	if !bytes.HasPrefix(csv.Body, []byte("\ufeff")) {
		t.Error("the CSV has no byte-order mark")
	}
	book, err := excelize.OpenReader(bytes.NewReader(v.Open("/console/orders/export.xlsx?cols=number.end_user").Body))
	must(t, err)
	cells := map[string]bool{}
	rows, err := book.GetRows(book.GetSheetName(0))
	must(t, err)
	for _, row := range rows {
		for _, cell := range row {
			cells[cell] = true
		}
	}
	for _, odd := range names {
		inCSV := strings.Contains(string(csv.Body), strings.ReplaceAll(odd.Company, `"`, `""`))
		if !inCSV || !cells[odd.Company] && !cells["'"+odd.Company] {
			t.Errorf("the exports do not hold %.60q: CSV %v", odd.Company, inCSV)
		}
	}
	if strings.Contains(string(csv.Body), "\n=") || strings.Contains(string(csv.Body), ",=") {
		t.Error("a spreadsheet program would compute a cell of the CSV")
	}
}

// plain leaves out the white space that pages and PDFs lay out differently from what was typed.
func plain(s string) string { return strings.Join(strings.Fields(s), "") }

// textOf is the text of an HTML document as it is read.
func textOf(t *testing.T, html string) string {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	must(t, err)
	return doc.Text()
}

//go:build chaos || e2e

package chaos

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/alexedwards/argon2id"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// person is somebody with a browser of their own, who signs in again whenever a page asks for it. What goes wrong on
// the way is an error to try again after.
type person struct {
	site, door string // where they sign in, as in "/portal/sign-in"
	email      string

	mu      sync.Mutex // one form at a time
	browser *http.Client
}

const personsPassword = "a quiet river under snow"

// quickHash is the hash of that password, cheap to compare: passwords are not what is tried here.
var quickHash = sync.OnceValues(func() (string, error) {
	return argon2id.CreateHash(personsPassword, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
})

func newPerson(site, door, email string) (*person, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &person{site: site, door: door, email: email, browser: &http.Client{
		Jar: jar, Timeout: 15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// errSignedOut says that the page asked for a sign-in, which has been made: the step can be tried again.
var errSignedOut = errors.New("was signed out")

// answer is what a page's request came to.
type answer struct {
	status         int
	path, location string
	doc            *goquery.Document
}

// open reads a page.
func (p *person) open(ctx context.Context, path string) (*goquery.Document, error) {
	a, err := p.send(ctx, http.MethodGet, path, nil)
	switch {
	case err != nil:
		return nil, err
	case p.isDoor(a):
		return nil, errors.Join(errSignedOut, p.signIn(ctx))
	case a.status != http.StatusOK:
		return nil, refused(a)
	}
	return a.doc, nil
}

// fill opens a page, fills in the form that fits the selector and sends it to a path. It must lead on to another page.
func (p *person) fill(ctx context.Context, path, selector, to string, typed map[string]string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	doc, err := p.open(ctx, path)
	if err != nil {
		return err
	}
	form := doc.Find(selector)
	if form.Length() != 1 {
		return errNoForm
	}
	values := fields(form)
	for name, value := range typed {
		values.Set(name, value)
	}
	a, err := p.send(ctx, http.MethodPost, to, values)
	switch {
	case err != nil:
		return err
	case p.isDoor(a):
		return errors.Join(errSignedOut, p.signIn(ctx))
	case a.status != http.StatusSeeOther:
		return refused(a)
	}
	return nil
}

// errNoForm says that a page does not offer what was to be done: somebody else has done it.
var errNoForm = errors.New("the page has no such form")

func (p *person) signIn(ctx context.Context) error {
	a, err := p.send(ctx, http.MethodPost, p.door, url.Values{"email": {p.email}, "password": {personsPassword}})
	if err != nil || a.status == http.StatusSeeOther && !p.isDoor(a) {
		return err
	}
	return fmt.Errorf("sign in %s: %w", p.email, refused(a))
}

func (p *person) isDoor(a answer) bool {
	return a.status == http.StatusSeeOther && strings.HasPrefix(a.location, p.door)
}

func (p *person) send(ctx context.Context, method, path string, form url.Values) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, p.site+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", p.site)
	}
	response, err := p.browser.Do(request)
	if err != nil {
		return answer{}, err
	}
	doc, err := goquery.NewDocumentFromReader(response.Body)
	return answer{response.StatusCode, path, response.Header.Get("Location"), doc}, errors.Join(err, response.Body.Close())
}

func refused(a answer) *harness.Refusal {
	text := strings.Join(strings.Fields(a.doc.Find("main").Text()), " ")
	return &harness.Refusal{Status: a.status, Code: a.path, Body: text[:min(len(text), 600)]}
}

// fields gives what a browser would send of a form that nobody touched.
func fields(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, field *goquery.Selection) {
		kind, value := field.AttrOr("type", ""), field.AttrOr("value", "")
		_, checked := field.Attr("checked")
		switch {
		case goquery.NodeName(field) == "select":
			value = field.Find("option[selected]").First().AttrOr("value", "")
		case goquery.NodeName(field) == "textarea":
			value = field.Text()
		case (kind == "checkbox" || kind == "radio") && !checked:
			return
		}
		values.Add(field.AttrOr("name", ""), value)
	})
	return values
}

// staff makes two clerks, who decide on the same things at the same moment.
func (l *load) staff(ctx context.Context) error {
	hash, err := quickHash()
	if err != nil {
		return err
	}
	for n := range l.clerks {
		m := models.Staff{
			Email: fmt.Sprintf("clerk%d@todoke.example", n), Name: "山本 彩", Role: models.RoleLead, Language: models.Japanese, PasswordHash: hash,
		}
		if err := l.store.CreateStaff(ctx, models.Process, &m); err != nil {
			return err
		}
		if l.clerks[n], err = newPerson(l.in.PublicURL, "/console/sign-in", m.Email); err != nil {
			return err
		}
	}
	return nil
}

// holder is the contact of a contract, with an account and a contract that is valid by now.
func (l *load) holder(ctx context.Context, n int, license string) (*person, error) {
	email := harness.SampleApplication(n).EndUser.Email
	hash, err := quickHash()
	if err != nil {
		return nil, err
	}
	err = l.insist(ctx, func() error {
		_, err := l.store.AccountByEmail(ctx, email)
		if models.IsKind(err, models.KindNotFound) {
			err = l.store.CreateAccount(ctx, models.Process, &models.Account{Email: email, Language: models.Japanese, PasswordHash: hash})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	// The sample's period begins next month; its contacts see it when it has begun.
	if err := l.exec(ctx, "UPDATE contracts SET valid_at = created_at WHERE license_id = $1", license); err != nil {
		return nil, err
	}
	return newPerson(l.in.PublicURL, "/portal/sign-in", email)
}

// exec changes the database by itself, as soon as it is there.
func (l *load) exec(ctx context.Context, statement string, values ...any) error {
	db, err := l.store.DB()
	if err != nil {
		return err
	}
	return l.insist(ctx, func() error {
		_, err := db.ExecContext(ctx, statement, values...)
		return err
	})
}

// number gives what a query counts. The error may be passing.
func (l *load) number(ctx context.Context, query string, values ...any) (n int, err error) {
	db, err := l.store.DB()
	if err != nil {
		return 0, err
	}
	err = db.QueryRowContext(ctx, query, values...).Scan(&n)
	return n, err
}

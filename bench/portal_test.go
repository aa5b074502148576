//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
	"github.com/todoke/todoke/web/passwords"
)

// portalPerSecond is the rate at which each page of the portal is asked for.
const portalPerSecond = 50

// portalContacts is how many contacts are signed in. They are drawn by contract, so those with many are among them.
const portalContacts = 200

// TestPortal measures the sites' pages by themselves: `go test -tags bench -run TestPortal -v ./bench`.
func TestPortal(t *testing.T) {
	o := harness.Options{Database: harness.Postgres(t), Temporal: harness.DevTemporal(t)}
	_, f, err := measureSites(t, chosenSizes(), o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(string(text))
	portalChecks(f, func(name string, value, bound float64) {
		if value > bound {
			t.Errorf("%s is %.4g, and the bound is %.4g", name, value, bound)
		}
	})
}

// portalVisitor is a contact who is signed in, with a contract of theirs.
type portalVisitor struct {
	client  *http.Client
	site    string
	email   string
	license string
	code    string // of one of the contract's products, or nothing
}

// measurePortal measures the pages that contacts of contracts see, over HTTP, one kind after the other.
func measurePortal(ctx context.Context, in *harness.Installation, s *store.Store, ring *keys.Ring, span time.Duration) (f PortalFigures, err error) {
	db, err := s.DB()
	if err != nil {
		return f, err
	}
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM contracts").Scan(&f.Contracts); err != nil {
		return f, err
	}
	visitors, err := drawContacts(ctx, in, s, ring)
	if err != nil {
		return f, fmt.Errorf("draw contacts: %w", err)
	}
	f.Contacts = len(visitors)
	for _, v := range visitors {
		n := 0
		err := db.QueryRowContext(ctx, "SELECT COUNT(DISTINCT contract_id) FROM contract_addresses WHERE email = $1", v.email).Scan(&n)
		if err != nil {
			return f, err
		}
		f.Most = max(f.Most, n)
	}
	until := s.Today().AddMonths(6).String()
	for _, page := range []struct {
		into *Latency
		open func(v portalVisitor, i int) error
	}{
		{&f.Unfiltered, func(v portalVisitor, _ int) error { return v.get(ctx, "/portal/contracts", "/portal/sign-out") }},
		{&f.Filtered, func(v portalVisitor, _ int) error {
			return v.get(ctx, "/portal/contracts?state=current&to="+until, "/portal/sign-out")
		}},
		{&f.Contract, func(v portalVisitor, _ int) error { return v.get(ctx, "/portal/contracts/"+v.license, v.license) }},
		{&f.Search, func(v portalVisitor, i int) error { return v.search(ctx, i%2 == 0) }},
	} {
		ask := func(i int) error { return page.open(visitors[i%len(visitors)], i/len(visitors)) }
		if _, err := steadily(portalPerSecond, 3*time.Second, ask); err != nil { // everything was cold
			return f, err
		}
		if *page.into, err = steadily(portalPerSecond, span, ask); err != nil {
			return f, err
		}
	}
	return f, nil
}

// drawContacts signs contacts in, each drawn as that of a contract that is shown.
func drawContacts(ctx context.Context, in *harness.Installation, s *store.Store, ring *keys.Ring) ([]portalVisitor, error) {
	drawn, err := drawContracts(ctx, s)
	if err != nil {
		return nil, err
	}
	const password = "the river bends twice before the mill"
	hash, err := passwords.Hash(password)
	if err != nil {
		return nil, err
	}
	visitors := make([]portalVisitor, len(drawn))
	transport := &http.Transport{MaxIdleConnsPerHost: portalPerSecond}
	known := map[string]bool{}
	for i, d := range drawn {
		if !known[d.email] {
			known[d.email] = true
			if err := givePassword(ctx, s, d.email, hash); err != nil {
				return nil, fmt.Errorf("account: %w", err)
			}
		}
		d.client, d.site = &http.Client{Transport: transport, Timeout: 30 * time.Second, CheckRedirect: stay}, in.PublicURL
		detail, err := s.PortalContract(ctx, d.email, d.license)
		if err != nil {
			return nil, fmt.Errorf("contract %s: %w", d.license, err)
		}
		for _, h := range detail.Holdings {
			if h.CodeCipher != nil {
				if d.code, err = ring.OpenCode(h); err != nil {
					return nil, err
				}
			}
		}
		visitors[i] = d
	}
	err = spread(len(visitors), 2, func(i int) error {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		visitors[i].client.Jar = jar
		return visitors[i].post(ctx, "/portal/sign-in", url.Values{"email": {visitors[i].email}, "password": {password}}, "/portal")
	})
	return visitors, err
}

// givePassword gives the account of an address a password; most were seeded, without one that anybody knows.
func givePassword(ctx context.Context, s *store.Store, email, hash string) error {
	db, err := s.DB()
	if err != nil {
		return err
	}
	done, err := db.ExecContext(ctx, "UPDATE accounts SET password_hash = $1, password_version = 1, password_set_at = $2 WHERE email = $3",
		hash, s.Now(), models.AddressKey(email))
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return s.CreateAccount(ctx, models.Process, &models.Account{Email: email, Language: models.Japanese, PasswordHash: hash})
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// drawContracts picks contracts evenly over all that are current and shown, but for the newest, which are registering.
func drawContracts(ctx context.Context, s *store.Store) (list []portalVisitor, err error) {
	db, err := s.DB()
	if err != nil {
		return nil, err
	}
	var last int64
	if err := db.QueryRowContext(ctx, "SELECT MAX(id) FROM contracts").Scan(&last); err != nil {
		return nil, err
	}
	for i := range int64(portalContacts) {
		var v portalVisitor
		err := db.QueryRowContext(ctx, `SELECT c.license_id, a.email FROM contracts c
			JOIN contract_addresses a ON a.contract_id = c.id AND a.role = 'holder' AND a.good_until IS NULL
			WHERE c.id > $1 AND NOT c.hidden AND NOT c.void AND c.valid_at < $2 AND a.contract_ends_on >= $3
			AND EXISTS (SELECT 1 FROM holdings h WHERE h.contract_id = c.id AND h.product_code = ANY ($4)) ORDER BY c.id LIMIT 1`,
			last*9/10*i/portalContacts, s.Now(), s.Today().String(), s.Rules().Catalogue.PortalProducts()).Scan(&v.license, &v.email)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (v portalVisitor) get(ctx context.Context, path, holds string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.site+path, nil)
	if err != nil {
		return err
	}
	a, err := v.do(request)
	if err == nil && (a.status != http.StatusOK || !strings.Contains(a.body, holds)) {
		err = fmt.Errorf("%s is answered with %d", path, a.status)
	}
	return err
}

// search looks for the visitor's contract.
func (v portalVisitor) search(ctx context.Context, byCode bool) error {
	form := url.Values{"by": {"license"}, "license": {v.license}}
	if byCode && v.code != "" {
		form = url.Values{"by": {"code"}, "code": {v.code}}
	}
	return v.post(ctx, "/portal/search", form, "/portal/contracts/"+v.license)
}

// post sends a form that leads somewhere.
func (v portalVisitor) post(ctx context.Context, path string, form url.Values, to string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.site+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	a, err := v.do(request)
	if err == nil && (a.status != http.StatusSeeOther || a.location != to) {
		err = fmt.Errorf("%s is answered with %d to %s", path, a.status, a.location)
	}
	return err
}

// answered is what came back.
type answered struct {
	status         int
	location, body string
}

func (v portalVisitor) do(request *http.Request) (answered, error) {
	answer, err := v.client.Do(request)
	if err != nil {
		return answered{}, err
	}
	body, err := io.ReadAll(answer.Body)
	return answered{answer.StatusCode, answer.Header.Get("Location"), string(body)}, errors.Join(err, answer.Body.Close())
}

//go:build bench

package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// pagesPerSecond is the rate at which the delivery page is asked for.
const pagesPerSecond = 100

// recipients is how many are signed in, each to a delivery of their own.
const recipients = 200

// seedDeadline bounds loading what the delivery page is measured with.
const seedDeadline = 40 * time.Minute

// measureSites measures the pages that recipients of deliveries and contacts of contracts see after signing in, over
// HTTP, among so many of them in PostgreSQL. No worker runs: nothing that people look at depends on one.
func measureSites(t *testing.T, s sizes, o harness.Options) (f DeliveryFigures, p PortalFigures, err error) {
	t.Helper()
	key, err := keys.Generate(1)
	if err != nil {
		return f, p, err
	}
	ring, err := keys.Parse(key)
	if err != nil {
		return f, p, err
	}
	o.Env = map[string]string{"LOG_LEVEL": "warn", "KEYS": key}
	in := harness.New(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), seedDeadline)
	defer cancel()
	// Some of the orders never come to a delivery, and some renew contracts that are there.
	begun := time.Now()
	if _, err := in.RunWithin(ctx, seedDeadline, "seed", "--orders", strconv.Itoa(s.deliveries*ordersAContract/100)); err != nil {
		return f, p, err
	}
	f.SeedSeconds = time.Since(begun).Seconds()
	facts := in.Store(t)
	if err := f.measure(ctx, s, in, facts, ring); err != nil {
		return f, p, fmt.Errorf("delivery page: %w", err)
	}
	p, err = measurePortal(ctx, in, facts, ring, s.post)
	if err == nil && p.Contracts < s.deliveries {
		err = fmt.Errorf("only %d of %d contracts were made", p.Contracts, s.deliveries)
	}
	return f, p, err
}

// ordersAContract is how many orders have to be made up for 100 contracts.
const ordersAContract = 145

// measure measures the page that recipients see after signing in.
func (f *DeliveryFigures) measure(ctx context.Context, s sizes, in *harness.Installation, facts *store.Store, ring *keys.Ring) (err error) {
	if f.Deliveries, err = countDeliveries(ctx, facts); err != nil {
		return err
	}
	if f.Deliveries < s.deliveries {
		return fmt.Errorf("only %d of %d deliveries were made", f.Deliveries, s.deliveries)
	}
	if err := publishFor(ctx, facts); err != nil {
		return err
	}
	if err := in.Serve.Start(ctx); err != nil {
		return err
	}
	visitors, err := signInAll(ctx, in, facts, ring)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	f.Recipients = len(visitors)
	if _, err := askSteadily(ctx, visitors, pagesPerSecond, 3*time.Second); err != nil { // everything was cold
		return err
	}
	f.Page, err = askSteadily(ctx, visitors, pagesPerSecond, s.post)
	return err
}

func countDeliveries(ctx context.Context, s *store.Store) (n int, err error) {
	db, err := s.DB()
	if err != nil {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT COUNT(*) FROM shipments WHERE delivered_at IS NOT NULL").Scan(&n)
	return n, err
}

// publishFor offers a program and a manual for every product, so that pages list as much as they do in earnest. Nobody
// downloads them here, so there are no bytes.
func publishFor(ctx context.Context, s *store.Store) error {
	for _, p := range s.Rules().Catalogue.Products() {
		if !p.ElectronicDelivery {
			continue
		}
		for _, kind := range []models.FileKind{models.FileProgram, models.FileManual} {
			err := s.PublishFile(ctx, models.Process, &models.ProductFile{
				ProductCode: p.Code, Kind: kind, Names: p.Names, FileName: string(kind) + ".zip", Version: "1.0", ReleasedOn: s.Today(), Size: 1,
				SHA256: strings.Repeat("0", 64), BlobKey: models.FileBlobKey(p.Code, string(kind)),
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// visitor is a browser that is signed in.
type visitor struct {
	client *http.Client
	page   string
	number string
}

// signInAll signs in to deliveries whose passwords are valid, spread over all of them.
func signInAll(ctx context.Context, in *harness.Installation, s *store.Store, ring *keys.Ring) ([]visitor, error) {
	shipments, err := validShipments(ctx, s)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: pagesPerSecond}
	visitors := make([]visitor, len(shipments))
	err = spread(len(shipments), resellers, func(i int) error {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		password, err := ring.DeliveryPassword(shipments[i])
		if err != nil {
			return err
		}
		v := visitor{page: in.PublicURL + "/delivery", number: shipments[i].DeliveryNumber}
		v.client = &http.Client{Transport: transport, Jar: jar, Timeout: 30 * time.Second}
		form := url.Values{"number": {v.number}, "password": {password}}.Encode()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.page+"/sign-in", strings.NewReader(form))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
		visitors[i] = v
		return v.expect(request)
	})
	return visitors, err
}

// validShipments picks deliveries with a password that works, of all ages that there are.
func validShipments(ctx context.Context, s *store.Store) (picked []models.Shipment, err error) {
	db, err := s.DB()
	if err != nil {
		return nil, err
	}
	since := s.Now().Add(-80 * 24 * time.Hour)
	rows, err := db.QueryContext(ctx, "SELECT id FROM shipments WHERE password_sent_at > $1 AND delivered_at IS NOT NULL ORDER BY id", since)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range min(recipients, len(ids)) {
		shipment, err := s.DeliveryByID(ctx, ids[i*len(ids)/min(recipients, len(ids))])
		if err != nil {
			return nil, err
		}
		picked = append(picked, shipment)
	}
	if len(picked) == 0 {
		err = errors.New("no delivery has a valid password")
	}
	return picked, err
}

// open asks for the page.
func (v visitor) open(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.page, nil)
	if err != nil {
		return err
	}
	return v.expect(request)
}

// expect sends a request and wants the page of the visitor's delivery in the end.
func (v visitor) expect(request *http.Request) error {
	answer, err := v.client.Do(request)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), v.number) || !strings.Contains(string(body), "/delivery/sign-out") {
		return fmt.Errorf("delivery %s is answered with %s", v.number, answer.Status)
	}
	return nil
}

// askSteadily opens pages at a steady rate and measures each from the moment that it was due.
func askSteadily(ctx context.Context, visitors []visitor, perSecond float64, span time.Duration) (Latency, error) {
	return steadily(perSecond, span, func(i int) error { return visitors[i%len(visitors)].open(ctx) })
}

// steadily does something at a steady rate and measures it each time from the moment that it was due.
func steadily(perSecond float64, span time.Duration, do func(i int) error) (Latency, error) {
	count := int(perSecond * span.Seconds())
	var (
		requests sync.WaitGroup
		mu       sync.Mutex
		failed   error
	)
	took := make([]time.Duration, count)
	start := time.Now()
	for i := range count {
		due := start.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
		time.Sleep(time.Until(due))
		requests.Go(func() {
			err := do(i)
			took[i] = time.Since(due)
			if err != nil {
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	requests.Wait()
	slices.Sort(took)
	return latencyOf(took, perSecond), failed
}

// latencyOf gives the quantiles of times in rising order.
func latencyOf(took []time.Duration, perSecond float64) Latency {
	at := func(q float64) float64 { return took[min(len(took)-1, int(q*float64(len(took))))].Seconds() * 1000 }
	return Latency{PerSecond: perSecond, Requests: len(took), P50: at(0.5), P99: at(0.99), Max: at(1)}
}

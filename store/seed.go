package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/todoke/todoke/models"
)

// SeedOptions says how many made-up orders to load. The same RandSeed on the same
// database makes the same orders.
type SeedOptions struct {
	Orders   int
	RandSeed int64
	Sealer   Sealer      // seals the activation codes; needed
	Progress func(n int) // called now and then with the orders loaded so far; may be nil
}

// seedSpan is the time over which the orders are spread, up to now.
const seedSpan = 2 * 365 * 24 * time.Hour

// seedOpenSpan is how far back an order may lie that is not over yet.
const seedOpenSpan = 12 * 24 * time.Hour

// seedBatchOrders is how many orders are handed to the database at once.
const seedBatchOrders = 500

// Seed loads made-up orders in every state, with all that belongs to them, beside
// whatever is in the database: all of them or, on an error, none. Their calls
// count as told, so no process starts for them. It is made for trying out and for
// measuring and keeps other writers waiting while it loads.
func (s *Store) Seed(ctx context.Context, o SeedOptions) error {
	if o.Orders <= 0 || o.Sealer == nil {
		return errors.New("seeding needs a number of orders and a key ring")
	}
	load, err := s.seedLoader(ctx, o.Orders)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if err := s.seedAll(ctx, load, o); err != nil {
		return fmt.Errorf("seed: %w", errors.Join(err, load.rollback()))
	}
	if err := load.commit(ctx); err != nil {
		return fmt.Errorf("seed: %w", errors.Join(err, load.rollback()))
	}
	return nil
}

// seedLoader brings rows into one of the databases, in one transaction.
type seedLoader interface {
	// existing tells what new rows must keep clear of.
	existing(ctx context.Context) (seedExisting, error)
	// batch gives an empty batch in the form that load takes.
	batch() *seedRows
	load(ctx context.Context, rows *seedRows) error
	// takeLicenses notes the last running license ID that was given out.
	takeLicenses(ctx context.Context, last int64) error
	commit(ctx context.Context) error
	rollback() error
}

// seedExisting is what is in the database already.
type seedExisting struct {
	lastID          [seedTables]int64
	orderNumbers    map[string]struct{}
	deliveryNumbers map[string]struct{}
	partnerCodes    map[string]struct{}
	staffIDs        []int64
	lastLicense     int64 // the last running license ID given out, or 0
}

func (s *Store) seedLoader(ctx context.Context, orders int) (seedLoader, error) {
	if s.dialect == Postgres {
		return s.postgresSeed(ctx, orders)
	}
	return s.sqliteSeed(ctx)
}

// seedAll makes batches in one goroutine while the database takes them in from another.
func (s *Store) seedAll(ctx context.Context, load seedLoader, o SeedOptions) error {
	known, err := load.existing(ctx)
	if err != nil {
		return err
	}
	if err := s.roomForNumbers(len(known.orderNumbers)+o.Orders, s.rules.Numbers.OrderDigits); err != nil {
		return err
	}
	if err := s.roomForNumbers(len(known.deliveryNumbers)+o.Orders, s.rules.Numbers.DeliveryDigits); err != nil {
		return err
	}
	g := newSeedGenerator(s, known, o)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	made := make(chan seedMade, 1)
	go func() {
		defer close(made)
		g.run(ctx, load.batch, made)
	}()
	for batch := range made {
		if batch.err != nil {
			return batch.err
		}
		if err := load.load(ctx, batch.rows); err != nil {
			return err
		}
		if o.Progress != nil {
			o.Progress(batch.orders)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return load.takeLicenses(ctx, g.license-1)
}

// seedMade is a batch on its way to the database.
type seedMade struct {
	rows   *seedRows
	orders int // made so far
	err    error
}

// roomForNumbers refuses to fill the numbers up so far that drawing one gets hard.
func (s *Store) roomForNumbers(wanted, digits int) error {
	room := 1
	for range digits {
		room *= 10
	}
	if wanted > room/2 {
		return fmt.Errorf("%d orders do not go well into numbers of %d digits: set more digits in the profile", wanted, digits)
	}
	return nil
}

// seedGenerator makes up orders one after the other, oldest first.
type seedGenerator struct {
	store     *Store
	options   SeedOptions
	known     seedExisting
	random    *rand.Rand
	source    *rand.ChaCha8
	rows      *seedRows
	next      [seedTables]int64
	license   int64
	from, now time.Time
	openFrom  int // orders from this one on may be in any state
	companies []seedCompany
	resellers []seedReseller
	pickOften *rand.Zipf // of companies: some order all the time
	pickMaker *rand.Zipf // of resellers
	products  []models.Product
	later     map[int]seedFollowUp // renewals and additions, by the order that makes them
	err       error
}

func newSeedGenerator(s *Store, known seedExisting, o SeedOptions) *seedGenerator {
	var key [32]byte
	// What is there already goes into the seed: a second run must not repeat the first one's receipts.
	copy(key[:], fmt.Sprintf("%d/%d", o.RandSeed, known.lastID[seedApplications]))
	source := rand.NewChaCha8(key)
	g := &seedGenerator{
		store: s, options: o, known: known, source: source, random: rand.New(source), //nolint:gosec // made-up data
		now: s.Now(), later: map[int]seedFollowUp{}, license: s.rules.Numbers.FirstLicenseID,
	}
	if known.lastLicense > 0 {
		g.license = known.lastLicense + 1
	}
	for i, last := range known.lastID {
		g.next[i] = last + 1
	}
	g.from = g.now.Add(-seedSpan)
	g.openFrom = o.Orders - max(int(float64(o.Orders)*seedOpenSpan.Hours()/seedSpan.Hours()), min(o.Orders, 4*len(seedStories)))
	for _, p := range s.rules.Catalogue.Products() {
		if p.ApplicationAccepted && !p.Credits {
			g.products = append(g.products, p)
		}
	}
	return g
}

// run makes all orders and hands them over in batches.
func (g *seedGenerator) run(ctx context.Context, batch func() *seedRows, made chan<- seedMade) {
	g.rows = batch()
	g.makePeople()
	for i := 0; i < g.options.Orders && g.err == nil; i++ {
		g.order(i)
		last := i == g.options.Orders-1
		if !last && (i+1)%seedBatchOrders != 0 {
			continue
		}
		select {
		case made <- seedMade{rows: g.rows, orders: i + 1, err: g.err}:
		case <-ctx.Done():
			return
		}
		g.rows = batch()
	}
	if g.err != nil {
		select {
		case made <- seedMade{err: g.err}:
		case <-ctx.Done():
		}
	}
}

// id gives the next row number of a table.
func (g *seedGenerator) id(table seedTable) int64 {
	id := g.next[table]
	g.next[table]++
	return id
}

// at is when an order is entered: evenly over the span, and the last ones, which
// may still be open, over the last days.
func (g *seedGenerator) at(i int) time.Time {
	if i < g.openFrom {
		part := float64(i) / float64(max(g.openFrom, 1))
		return g.from.Add(time.Duration(part * float64(seedSpan-seedOpenSpan))).Truncate(time.Millisecond)
	}
	part := float64(i-g.openFrom) / float64(g.options.Orders-g.openFrom)
	return g.now.Add(-seedOpenSpan).Add(time.Duration(part * float64(seedOpenSpan-2*time.Hour))).Truncate(time.Millisecond)
}

// indexAt undoes at for the part of the span in which orders are over.
func (g *seedGenerator) indexAt(t time.Time) int {
	part := float64(t.Sub(g.from)) / float64(seedSpan-seedOpenSpan)
	return int(part * float64(g.openFrom))
}

// draw gives a number with the prefix that nothing else has.
func (g *seedGenerator) draw(taken map[string]struct{}, prefix string, digits int) string {
	for {
		number := []byte(prefix)
		for range digits {
			number = append(number, "0123456789"[g.random.IntN(10)])
		}
		if _, there := taken[string(number)]; !there {
			taken[string(number)] = struct{}{}
			return string(number)
		}
	}
}

func (g *seedGenerator) between(low, high time.Duration) time.Duration {
	return (low + time.Duration(g.random.Int64N(int64(high-low)))).Truncate(time.Millisecond)
}

func pick[T any](g *seedGenerator, list []T) T { return list[g.random.IntN(len(list))] }

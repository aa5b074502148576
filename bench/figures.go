// Package bench measures todoke beside what it stands on, and says where a figure is beyond its bound. `make bench`
// runs it whole, BENCH_QUICK=1 in a small way to try it. What it finds is kept as docs/performance.json, from which
// docs/performance.md is made.
package bench

import (
	"fmt"
	"time"
)

// Bounds on the figures. A ratio compares two things measured in the same run, so that a busy machine slows both.
const (
	MinOrderRatio       = 0.6       // of the workflows of the same shape that do nothing
	MaxPost             = 50.0      // milliseconds of POST /v1/orders, 99 % of requests
	MaxMemory           = 200 << 20 // bytes resident of serve and worker together
	MaxCertificateBytes = 60_000    // of a certificate's PDF
	MaxCertificateRatio = 1.5       // of the time that gofpdf alone takes for the same page
	MaxDeliveryPage     = 30.0      // milliseconds of the delivery page, 99 % of requests
)

// Figures are what one run found.
type Figures struct {
	TakenAt  time.Time `json:"taken_at"`
	Took     string    `json:"took"`
	Quick    bool      `json:"quick"`
	Commit   string    `json:"commit"`
	Modified bool      `json:"modified"` // the tree was not as committed
	Machine  Machine   `json:"machine"`
	Versions Versions  `json:"versions"`

	Backends     []Backend          `json:"backends"`
	Certificates CertificateFigures `json:"certificates"`
	Delivery     DeliveryFigures    `json:"delivery"`
	Portal       PortalFigures      `json:"portal"`
	Directory    []DirectoryFigures `json:"directory"`
	Checks       []Check            `json:"checks"`
}

// Machine is what it ran on.
type Machine struct {
	Processor   string  `json:"processor"`
	Cores       int     `json:"cores"`
	MemoryBytes int64   `json:"memory_bytes"`
	System      string  `json:"system"`
	Kernel      string  `json:"kernel"`
	LoadBefore  float64 `json:"load_before"` // processes that wanted to run in the minute before
}

// Versions are those of what was measured together.
type Versions struct {
	Go          string `json:"go"`
	TemporalSDK string `json:"temporal_sdk"`
	SQLite      string `json:"sqlite"`
	PostgreSQL  string `json:"postgresql"`
}

// Backend is todoke on one database and one Temporal server.
type Backend struct {
	Name           string `json:"name"`
	TemporalServer string `json:"temporal_server"`
	Durability     string `json:"durability"` // what the database does for a commit to survive a loss of power

	Throughput      Throughput `json:"throughput"`
	PostAtHalf      Latency    `json:"post_at_half_throughput"`
	PostAlone       Latency    `json:"post_with_temporal_stopped"`
	Memory          Memory     `json:"memory"`
	Bulk            Bulk       `json:"bulk"`
	OrdersDelivered int        `json:"orders_delivered"`
}

// Throughput compares orders with workflows, in turn; each figure is the median of its rounds, per second.
type Throughput struct {
	Rounds   int `json:"rounds"`
	PerRound int `json:"orders_per_round"`
	Reseller int `json:"resellers_at_once"`

	Orders    float64 `json:"orders_per_second"` // from the first POST to the last order delivered
	Empty     float64 `json:"empty_workflows_per_second"`
	SameShape float64 `json:"same_shape_per_second"` // 4 local and 4 real activities that do nothing
	Ratio     float64 `json:"orders_to_same_shape"`  // median of the rounds' ratios

	AllOrders    []float64 `json:"orders_by_round"`
	AllEmpty     []float64 `json:"empty_by_round"`
	AllSameShape []float64 `json:"same_shape_by_round"`
	Events       Shape     `json:"events_of_an_order"`
	PeerEvents   Shape     `json:"events_of_same_shape"`
}

// Shape counts what makes a workflow dear.
type Shape struct {
	Events          int `json:"events"`
	WorkflowTasks   int `json:"workflow_tasks"`
	Activities      int `json:"activities"`
	LocalActivities int `json:"local_activities"`
}

// Latency is how long requests took, each from the moment that it was due, in milliseconds.
type Latency struct {
	PerSecond float64 `json:"requests_per_second"`
	Requests  int     `json:"requests"`
	P50       float64 `json:"p50_milliseconds"`
	P99       float64 `json:"p99_milliseconds"`
	Max       float64 `json:"max_milliseconds"`
}

// Memory is the most that was resident at a time, in bytes. Together counts pages that both processes share, those of
// the program itself above all, once; the others count them in full.
type Memory struct {
	Serve    int64 `json:"serve_bytes"`
	Worker   int64 `json:"worker_bytes"`
	Together int64 `json:"together_bytes"`
}

// Bulk is how fast `todoke seed` loads.
type Bulk struct {
	Orders    int     `json:"orders"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"orders_per_second"`
	Verify    float64 `json:"verify_seconds"` // `todoke verify` on what was loaded
}

// CertificateFigures compares the certificate with its peer, medians of one run.
type CertificateFigures struct {
	Rounds         int     `json:"rounds"`
	Milliseconds   float64 `json:"milliseconds"`
	PeerMillis     float64 `json:"gofpdf_milliseconds"`
	Ratio          float64 `json:"ratio"`
	PDFBytes       int     `json:"pdf_bytes"`
	PeerPDFBytes   int     `json:"gofpdf_pdf_bytes"`
	AllocatedBytes uint64  `json:"allocated_bytes"`
	Allocations    uint64  `json:"allocations"`
	PeerAllocated  uint64  `json:"gofpdf_allocated_bytes"`
	PeerAllocs     uint64  `json:"gofpdf_allocations"`
}

// DeliveryFigures are those of the page that recipients see after signing in, on PostgreSQL.
type DeliveryFigures struct {
	Deliveries  int     `json:"deliveries"`
	SeedSeconds float64 `json:"seed_seconds"`
	Recipients  int     `json:"recipients"` // signed in, each to another delivery
	Page        Latency `json:"page"`
}

// Check is a figure beside its bound.
type Check struct {
	Name    string  `json:"name"`
	Value   float64 `json:"value"`
	Bound   float64 `json:"bound"`
	AtLeast bool    `json:"at_least"` // else at most
	Pass    bool    `json:"pass"`
}

// Judge puts every figure that has a bound beside it.
func (f *Figures) Judge() {
	f.Checks = nil
	atMost := func(name string, value, bound float64) {
		f.Checks = append(f.Checks, Check{Name: name, Value: value, Bound: bound, Pass: value > 0 && value <= bound})
	}
	for _, b := range f.Backends {
		f.Checks = append(f.Checks, Check{
			Name: b.Name + ": orders to workflows of the same shape", Value: b.Throughput.Ratio, Bound: MinOrderRatio,
			AtLeast: true, Pass: b.Throughput.Ratio >= MinOrderRatio,
		})
		atMost(b.Name+": POST at half the throughput, p99 in ms", b.PostAtHalf.P99, MaxPost)
		atMost(b.Name+": POST with Temporal stopped, p99 in ms", b.PostAlone.P99, MaxPost)
		atMost(b.Name+": serve and worker, resident bytes", float64(b.Memory.Together), MaxMemory)
	}
	portalChecks(f.Portal, atMost)
	directoryChecks(f.Directory, f.Quick, atMost)
	atMost("certificate: time to gofpdf's", f.Certificates.Ratio, MaxCertificateRatio)
	atMost("certificate: bytes", float64(f.Certificates.PDFBytes), MaxCertificateBytes)
	if f.Delivery.Deliveries > 0 { // figures of old have none
		atMost("PostgreSQL: delivery page, p99 in ms", f.Delivery.Page.P99, MaxDeliveryPage)
	}
}

// Beyond lists the checks that did not pass, in words.
func (f *Figures) Beyond() []string {
	var beyond []string
	for _, c := range f.Checks {
		if !c.Pass {
			beyond = append(beyond, fmt.Sprintf("%s is %.4g, and the bound is %.4g", c.Name, c.Value, c.Bound))
		}
	}
	return beyond
}

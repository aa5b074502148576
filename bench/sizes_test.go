//go:build bench

package bench

import (
	"os"
	"time"
)

// sizes are how much is measured.
type sizes struct {
	quick        bool
	rounds       int           // of the comparison with workflows
	orders       int           // in each round
	empty        int           // workflows in each round
	post         time.Duration // of each measurement of latency
	seed         int           // orders loaded in bulk
	certificates int           // drawn by each side
	deliveries   int           // among which the delivery page is measured
}

// resellers send orders at the same time where the throughput is measured.
const resellers = 16

func chosenSizes() sizes {
	if os.Getenv("BENCH_QUICK") == "1" {
		return sizes{quick: true, rounds: 2, orders: 40, empty: 80, post: 8 * time.Second, seed: 2_000, certificates: 20, deliveries: 10_000}
	}
	return sizes{rounds: 5, orders: 100, empty: 200, post: 30 * time.Second, seed: 20_000, certificates: 100, deliveries: 1_000_000}
}

//go:build e2e

package e2e

import (
	"testing"

	"github.com/todoke/todoke/test/harness"
)

// TestOrdersOnSQLite goes through orders.md on SQLite and Temporal's development server.
func TestOrdersOnSQLite(t *testing.T) {
	inHouse(t, harness.Options{}, testOrders)
}

// TestOrdersOnPostgres goes through orders.md on PostgreSQL and a Temporal server of production's version.
func TestOrdersOnPostgres(t *testing.T) {
	o := harness.Options{Database: harness.Postgres(t), Temporal: harness.PostgresTemporal(t, nil)}
	inHouse(t, o, func(t *testing.T, h *house) {
		testOrders(t, h)
		t.Run("NewerTemporal", func(t *testing.T) { testNewerTemporal(t, h) })
	})
}

// testOrders runs everything about orders on one installation, all at the same time: that is how orders come.
func testOrders(t *testing.T, h *house) {
	for name, test := range map[string]func(*testing.T, *house){
		"LookUp":      testLookUp,
		"SendBacks":   testSendBacks,
		"AllAtOnce":   testAllAtOnce,
		"Lapse":       testConfirmationLapses,
		"Waiting":     testWaitingForStaff,
		"Cancelling":  testCancelling,
		"Idempotency": testIdempotency,
		"Tenants":     testTenants,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, h)
		})
	}
}

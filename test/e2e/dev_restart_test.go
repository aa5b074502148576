//go:build e2e

package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/dump"
	"github.com/todoke/todoke/test/harness"
)

// portsInUse starts a second dev beside the first: it says which port is taken and by which flag to choose another.
func portsInUse(t *testing.T, d *dev) {
	ctx, cancel := context.WithTimeout(t.Context(), stepDeadline)
	defer cancel()
	second := exec.CommandContext(ctx, harness.Binary(t), d.arguments("--data", t.TempDir())...)
	out, err := second.CombinedOutput()
	if exit, ended := errors.AsType[*exec.ExitError](err); !ended || exit.ExitCode() != 1 {
		t.Fatalf("a second dev on the same ports ends with %v: %s", err, out)
	}
	for _, words := range []string{d.address(0), "--http", "in use"} {
		if !strings.Contains(string(out), words) {
			t.Errorf("the message lacks %q: %s", words, out)
		}
	}
	if lines := strings.Count(strings.TrimSpace(string(out)), "\n"); lines > 3 {
		t.Errorf("the message has %d lines: %s", lines, out)
	}
}

// stopAndGoOn presses Ctrl-C while orders wait and while one is under way, and starts again: everything goes on, and
// credentials stay as they were.
func stopAndGoOn(t *testing.T, d *dev) {
	seller := d.reseller(0)
	receipts := make([]string, 2)
	for i := range receipts {
		var err error
		receipts[i], err = seller.File(t.Context(), application(d.sells))
		if err != nil {
			t.Fatalf("application: %v", err)
		}
	}
	waiting, err := seller.Order(t.Context(), "waiting", order(receipts[0], orderedMonths(36)))
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	if _, err := seller.Await(t.Context(), waiting.OrderNumber, "sent_back"); err != nil {
		t.Fatal(err)
	}
	// Taken, and then nobody is there to carry it.
	underWay, err := seller.Order(t.Context(), "under-way", order(receipts[1]))
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	before := d.credentials
	d.interrupt(t)
	d.start(t)
	if !slices.Equal(before.Staff, d.Staff) || !slices.Equal(before.Resellers, d.Resellers) {
		t.Error("the credentials are others after the restart")
	}
	ctx, cancel := context.WithTimeout(t.Context(), stepDeadline)
	defer cancel()
	seller = d.reseller(0)
	if _, err := seller.AwaitDelivered(ctx, underWay.OrderNumber); err != nil {
		t.Errorf("the order that was under way: %v", err)
	}
	sheet := order("")
	body := map[string]any{"po_number": sheet.PONumber, "order_type": "new", "lines": sheet.Lines}
	if err := seller.Do(ctx, "POST", "/v1/orders/"+waiting.OrderNumber+"/replace", nil, body, 202, &harness.Taken{}); err != nil {
		t.Fatalf("replace: %v", err)
	}
	if _, err := seller.AwaitDelivered(ctx, waiting.OrderNumber); err != nil {
		t.Errorf("the order that waited: %v", err)
	}
	again, err := seller.Order(ctx, "under-way", order(receipts[1]))
	if err == nil {
		t.Errorf("another body under a key of before the restart made %s", again.OrderNumber)
	}
}

// sells makes an application one of the first sample reseller's.
func (d *dev) sells(a *harness.Application) {
	a.Reseller.PartnerCode, a.Reseller.CompanyName = d.Resellers[0].PartnerCode, d.Resellers[0].Name
}

// fresh starts anew: everything is forgotten but what was built.
func fresh(t *testing.T, d *dev) {
	old := d.credentials
	d.interrupt(t)
	d.start(t, "--fresh", "--no-sample")
	if d.Resellers[0].APIKey == old.Resellers[0].APIKey || d.Staff[0].Password == old.Staff[0].Password {
		t.Error("--fresh kept the credentials")
	}
	var list struct {
		Orders []orderView `json:"orders"`
	}
	if err := d.reseller(0).Do(t.Context(), "GET", "/v1/orders", nil, nil, 200, &list); err != nil || len(list.Orders) != 0 {
		t.Errorf("--fresh --no-sample leaves %d orders, %v", len(list.Orders), err)
	}
	d.interrupt(t)
}

// inspect looks at what the run has left in database, histories and logs.
func (d *dev) inspect(t *testing.T) {
	ringText, err := os.ReadFile(d.data("keys"))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := profile.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + d.data("todoke.db"), Rules: rules.Rules(), MaxConnections: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }() // nothing was written
	checkInvariants(t, s)
	private, err := privateWords(t.Context(), s, store.SQLite)
	if err != nil {
		t.Fatalf("what is private: %v", err)
	}
	all := scanHistories(t, s, d.address(3), private)
	logs := []string{d.data("todoke.log"), d.data("temporal.log")}
	scanLogs(t, private, logs...)
	seen := &dump.Words{}
	for _, m := range d.Staff {
		seen.Add(harness.Password, m.Password)
	}
	for _, r := range d.Resellers {
		seen.Add(harness.APIKey, r.APIKey)
	}
	left := harness.LeftBehind{Keys: strings.TrimSpace(string(ringText)), Store: s, DatabaseFile: d.data("todoke.db"), Files: logs, Seen: seen}
	left.NothingInTheClear(t, all)
}

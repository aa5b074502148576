package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

type keysCommand struct {
	Generate keysGenerate `cmd:"" help:"Print a new server key for TODOKE_KEYS."`
	Status   keysStatus   `cmd:"" help:"Say what hangs on which server key, and from when an old one may be removed."`
	Rotate   keysRotate   `cmd:"" help:"Move everything that can be moved to the newest server key; may be broken off and run again at any time."`
}

type keysGenerate struct {
	Number int `help:"The key's number; one more than the newest on the ring." default:"1"`
}

// Run prints a new key.
func (k keysGenerate) Run() error {
	key, err := keys.Generate(k.Number)
	if err == nil {
		fmt.Println(key)
	}
	return err
}

type keysStatus struct{}

// Run prints what hangs on the keys.
func (keysStatus) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error { return a.reportKeys(ctx, os.Stdout) })
}

type keysRotate struct {
	Batch int `help:"How many rows are moved at once." default:"500"`
}

// Run moves what can be moved, and says what is left.
func (k keysRotate) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error { return a.rotateKeys(ctx, k.Batch, os.Stdout, os.Stderr) })
}

func (a *app) rotateKeys(ctx context.Context, batch int, out, progress io.Writer) error {
	if batch < 1 {
		return fmt.Errorf("--batch must be 1 or more")
	}
	if err := a.schemaCurrent(ctx); err != nil {
		return err
	}
	for _, f := range a.checkKeysInUse(ctx) {
		if f.state == broken { // a wrong key for the hashes would be kept for ever
			return fmt.Errorf("%s: %s", f.detail, f.advice)
		}
	}
	moved := map[string]int64{}
	done, err := a.store.RotateKeys(ctx, operator, store.Rotating{Keys: a.ring, Batch: batch, Progress: func(table string, rows int64) {
		moved[table] += rows
		_, _ = fmt.Fprintf(progress, "%s: %d\n", table, moved[table]) // a closed terminal is no reason to stop
	}})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%d rows encrypted anew, %d links and addresses moved to key %d\n\n", done.Sealed, done.Links, a.ring.CurrentKey()); err != nil {
		return err
	}
	if err := a.reportKeys(ctx, out); err != nil || len(done.Unreadable) == 0 {
		return err
	}
	for _, row := range done.Unreadable[:min(len(done.Unreadable), 20)] {
		if _, err := fmt.Fprintln(out, "cannot be read:", row); err != nil {
			return err
		}
	}
	return fmt.Errorf("%d rows cannot be read with the keys of the ring and were left as they are", len(done.Unreadable))
}

// linksKept is how long links and reply addresses that were mailed under an old key
// should go on working.
const linksKept = 180 * 24 * time.Hour

// reportKeys prints a line for each key of the ring and each that rows name.
func (a *app) reportKeys(ctx context.Context, out io.Writer) error {
	uses, err := a.store.KeysInUse(ctx)
	if err != nil {
		return err
	}
	rotated, err := a.store.KeysRotatedAt(ctx, a.ring.CurrentKey())
	if err != nil {
		return err
	}
	for _, number := range a.ring.Numbers() {
		if !slices.ContainsFunc(uses, func(u store.KeyUse) bool { return u.Number == number }) {
			uses = append(uses, store.KeyUse{Number: number})
		}
	}
	slices.SortFunc(uses, func(x, y store.KeyUse) int { return x.Number - y.Number })
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(table, "key\tencrypted\tlinks\tending\tlast ends\t"); err != nil {
		return err
	}
	for _, u := range uses {
		_, err := fmt.Fprintf(table, "%d\t%d\t%d\t%d\t%s\t%s\n", u.Number, u.Sealed, u.Links, u.Ending, dayOf(u.Until), a.keyAdvice(u, rotated))
		if err != nil {
			return err
		}
	}
	return table.Flush()
}

func dayOf(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return models.DateOf(*t).String()
}

// keyAdvice says what may be done with a key.
func (a *app) keyAdvice(u store.KeyUse, rotated *time.Time) string {
	switch {
	case !slices.Contains(a.ring.Numbers(), u.Number):
		return "MISSING from the ring: put it back into TODOKE_KEYS"
	case u.Number == a.ring.CurrentKey():
		return "current"
	case u.Sealed+u.Links > 0 || rotated == nil:
		return "run `todoke keys rotate`"
	}
	links := rotated.Add(linksKept)
	removable := "nothing that is kept needs it; links mailed before " + dayOf(rotated) + " end with it"
	if u.Ending > 0 {
		until := "their mails are out and they ended"
		if u.Until != nil {
			until = dayOf(u.Until)
		}
		removable = "passwords need it until " + until
	}
	return removable + "; remove it from " + dayOf(&links) + " on"
}

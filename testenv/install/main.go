// Command install builds the programs that tests need into bin/, showing its progress: with `go test` alone the
// build would happen silently within a test's time.
// usage: go run ./testenv/install temporal|temporal-server …
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/testenv"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := install(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1) //nolint:gocritic // nothing to undo
	}
}

func install(ctx context.Context, programs []string) error {
	folder, err := testenv.BinDir()
	if err != nil {
		return err
	}
	for _, program := range programs {
		switch program {
		case "temporal":
			_, err = temporalcli.Build(ctx, folder, os.Stderr)
		case "temporal-server":
			_, err = testenv.BuildTemporalServer(ctx, folder, os.Stderr)
		default:
			err = fmt.Errorf("there is no %q to install", program)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

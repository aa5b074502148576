// Command todoke is the back office of license sales: one binary with the
// commands below. This package only wires rooms together.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is what the binary can do.
type commands struct {
	Dev     devCommand        `cmd:"" help:"Set up and start everything on this machine, with sample data."`
	Serve   serveCommand      `cmd:"" help:"Answer the API and the sites."`
	Worker  workerCommand     `cmd:"" help:"Carry the processes: run workflows and activities."`
	Migrate migrateCommand    `cmd:"" help:"Bring the database to the newest schema."`
	Doctor  doctorCommand     `cmd:"" help:"Check profile, database, Temporal, SMTP, files, clock and keys, and say what to do."`
	Publish publishCommand    `cmd:"" help:"Offer programs and manuals for download, and withdraw them."`
	Seed    seedCommand       `cmd:"" help:"Load made-up orders in bulk, for trying things at size."`
	Import  importCommand     `cmd:"" help:"Read the public registers: corporations and postal codes."`
	Verify  verifyCommand     `cmd:"" help:"Check a license file, or the invariants of everything in the database."`
	Revive  reviveCommand     `cmd:"" help:"Begin processes again that should run and do not, after they failed or were ended."`
	Keys    keysCommand       `cmd:"" help:"Make and rotate server keys."`
	License licenseKeyCommand `cmd:"" name:"license-key" help:"Make, list and withdraw the keys that license files are signed with."`
	Staff   staffCommand      `cmd:"" help:"Add members of staff."`
	Partner partnerCommand    `cmd:"" help:"Add resellers and their API keys."`
	Health  healthCommand     `cmd:"" help:"Ask a running server whether it is well; for health checks."`
	Version versionCommand    `cmd:"" help:"Say which version this is."`
}

func main() {
	var c commands
	parsed := kong.Parse(&c, kong.Name("todoke"), kong.UsageOnError(),
		kong.Description("The back office of license sales: applications, orders, electronic delivery."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	parsed.BindTo(ctx, (*context.Context)(nil))
	err := parsed.Run()
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "todoke:", explain(err))
		code := 1
		if own, ok := errors.AsType[unproven](err); ok {
			code = own.ExitCode()
		}
		os.Exit(code)
	}
}

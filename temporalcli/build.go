// Package temporalcli finds or builds the Temporal CLI and runs its development server, for `todoke dev` and for
// tests. The CLI is a program of its own: its modules and todoke's cannot live in one build.
package temporalcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/todoke/todoke/temporalcli/goinstall"
)

// Version is the release of the CLI that is built when there is none. Newer ones cannot be built from the module
// proxy (their go.mod replaces a nested module), and this one works with every SDK of the go.mod.
const Version = "v1.5.1"

var program = goinstall.Program{
	Package:  "github.com/temporalio/cli/cmd/temporal",
	Version:  Version,
	Name:     "temporal",
	Title:    "the Temporal CLI " + Version,
	Duration: "two to four minutes",
}

// Find returns the CLI: `temporal` on the PATH, else the pinned one in binDir. ok is false when there is neither.
func Find(binDir string) (path string, ok bool) {
	if onPath, err := exec.LookPath("temporal"); err == nil {
		return onPath, true
	}
	return program.Found(binDir)
}

// Build returns the CLI as Find does and builds it into binDir when there is none, with a line of progress every
// few seconds. Without Go, the error says what to install.
func Build(ctx context.Context, binDir string, progress io.Writer) (path string, err error) {
	if found, ok := Find(binDir); ok {
		return found, nil
	}
	path, err = program.Install(ctx, binDir, progress)
	if errors.Is(err, goinstall.ErrNoGo) {
		return "", fmt.Errorf("%w: install Go (https://go.dev/dl) or the Temporal CLI (https://docs.temporal.io/cli)"+
			" and put it on the PATH", err)
	}
	return path, err
}

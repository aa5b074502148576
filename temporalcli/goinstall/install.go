// Package goinstall builds a pinned program from the Go module proxy into a folder, once, showing what it does.
package goinstall

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/todoke/todoke/temporalcli/child"
	"github.com/todoke/todoke/temporalcli/filelock"
)

// ErrNoGo says that the program would have to be built and there is no Go on the PATH to build it with.
var ErrNoGo = errors.New("there is no Go on the PATH")

// Program is one pinned main package.
type Program struct {
	// Package is the import path of the main package, Version its module's version.
	Package, Version string
	// Name is the file name that it gets, without .exe.
	Name string
	// Title and Duration are for the person who waits: what it is and how long it takes on a small machine.
	Title, Duration string
}

// Found returns where binDir has the program in exactly the pinned version.
func (p Program) Found(binDir string) (string, bool) {
	file := p.file(binDir)
	info, err := buildinfo.ReadFile(file)
	if err != nil || info.Path != p.Package || info.Main.Version != p.Version {
		return "", false
	}
	return file, true
}

func (p Program) file(binDir string) string {
	return filepath.Join(binDir, p.Name+executableSuffix())
}

func executableSuffix() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// Install returns the program's path in binDir and builds it first when it is not there in the pinned version.
// A line of progress is written every few seconds. Several processes may ask at once; one of them builds.
func (p Program) Install(ctx context.Context, binDir string, progress io.Writer) (string, error) {
	if found, ok := p.Found(binDir); ok {
		return found, nil
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("%s has to be built: %w", p.Title, ErrNoGo)
	}
	binDir, err = filepath.Abs(binDir)
	if err != nil {
		return "", fmt.Errorf("folder for %s: %w", p.Title, err)
	}
	if err := os.MkdirAll(binDir, 0o755); err != nil {
		return "", fmt.Errorf("folder for %s: %w", p.Title, err)
	}
	unlock, err := filelock.Take(ctx, filepath.Join(binDir, "."+p.Name+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if found, ok := p.Found(binDir); ok {
		return found, nil // another process built it while this one waited for the lock
	}
	return p.build(ctx, goTool, binDir, progress)
}

// build lets Go write into a folder of its own and renames the result, so nobody ever runs half a file.
func (p Program) build(ctx context.Context, goTool, binDir string, progress io.Writer) (string, error) {
	scratch, err := os.MkdirTemp(binDir, ".build-")
	if err != nil {
		return "", fmt.Errorf("folder to build %s in: %w", p.Title, err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := p.run(ctx, goTool, scratch, progress); err != nil {
		return "", err
	}
	built := filepath.Join(scratch, path.Base(p.Package)+executableSuffix())
	target := p.file(binDir)
	if err := os.Rename(built, target); err != nil {
		return "", fmt.Errorf("put %s in place: %w", p.Title, err)
	}
	return target, nil
}

func (p Program) run(ctx context.Context, goTool, scratch string, progress io.Writer) error {
	say(progress, "Building %s (once, %s) …", p.Title, p.Duration)
	output := &lastLines{}
	begun := time.Now()
	build, err := child.Start(child.Spec{
		Path: goTool,
		Args: []string{"install", "-v", "-trimpath", p.Package + "@" + p.Version},
		// A person's own Go settings (vendoring, a workspace, a C compiler) must not change what comes out.
		Env:    []string{"GOBIN=" + scratch, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GOTOOLCHAIN=local"},
		Dir:    scratch,
		Output: output,
	})
	if err != nil {
		return fmt.Errorf("build %s: %w", p.Title, err)
	}
	ticker := time.NewTicker(3 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			say(progress, "Building %s: %d s, %s", p.Title, int(time.Since(begun).Seconds()), output.doing())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("build %s: %w", p.Title, ctx.Err()), build.Kill())
		case <-build.Done():
			if err := build.Err(); err != nil {
				return fmt.Errorf("build %s: %w\n%s", p.Title, err, output.String())
			}
			say(progress, "Built %s in %d s", p.Title, int(time.Since(begun).Seconds()))
			return nil
		}
	}
}

// say writes a line of progress. Whether anybody reads it must not decide whether the build goes on.
func say(w io.Writer, format string, args ...any) {
	if w != nil {
		_, _ = fmt.Fprintf(w, format+"\n", args...)
	}
}

// doing puts go's last line into words.
func (l *lastLines) doing() string {
	line := l.last()
	switch {
	case line == "":
		return "resolving modules"
	case strings.HasPrefix(line, "go: "):
		return strings.TrimPrefix(line, "go: ")
	default:
		return "compiling " + line
	}
}

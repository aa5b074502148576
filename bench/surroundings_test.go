//go:build bench

package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// machine says what it runs on. What cannot be found out here stays empty.
func machine() Machine {
	m := Machine{
		Processor: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(),
		System: strings.Trim(field("/etc/os-release", "PRETTY_NAME"), `"`), Kernel: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel += " " + strings.TrimSpace(string(release))
	}
	if kilobytes, err := strconv.ParseInt(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		m.MemoryBytes = kilobytes << 10
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		first, _, _ := strings.Cut(string(load), " ")
		if value, err := strconv.ParseFloat(first, 64); err == nil {
			m.LoadBefore = value
		}
	}
	return m
}

// field gives the value behind a name in a file of lines, empty when there is none.
func field(file, name string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		before, after, ok := strings.Cut(line, ":")
		if !ok {
			before, after, ok = strings.Cut(line, "=")
		}
		if ok && strings.TrimSpace(before) == name {
			return strings.TrimSpace(after)
		}
	}
	return ""
}

// commit gives what is checked out, and whether the tree differs from it in more than what a run itself writes.
func commit(ctx context.Context) (hash string, modified bool, err error) {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "HEAD").Output()
	if err != nil {
		return "", false, fmt.Errorf("git rev-parse: %w", err)
	}
	changes, err := exec.CommandContext(ctx, "git", "status", "--porcelain", "--", ":/", ":!/docs").Output()
	if err != nil {
		return "", false, fmt.Errorf("git status: %w", err)
	}
	return strings.TrimSpace(string(out)), len(changes) > 0, nil
}

// moduleVersion asks the go command: a test's binary does not know what it was built of.
func moduleVersion(ctx context.Context, path string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Version}}", path).Output()
	if err != nil {
		return "", fmt.Errorf("version of %s: %w", path, err)
	}
	return strings.TrimSpace(string(out)), nil
}

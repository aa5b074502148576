package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/temporalcli/child"
	"github.com/todoke/todoke/testenv"
)

// Binary gives the path of the program, built from this tree as production's is. It is built once per test process
// and goes away with it.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatalf("build todoke: %v", err)
	}
	return path
}

var built = sync.OnceValues(func() (string, error) {
	root, err := testenv.Root()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "todoke-binary-")
	if err != nil {
		return "", err
	}
	if err := removeAtEnd(folder); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	path := filepath.Join(folder, "todoke")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, ".")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// removeAtEnd removes a folder when this process ends, however it ends: a shell waits for the end of its input,
// which the kernel sees to.
func removeAtEnd(folder string) error {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	_, err = child.Start(child.Spec{
		Path: "/bin/sh", Args: []string{"-c", `cat > /dev/null; rm -rf "$1"`, "sweeper", folder},
		Stdin: theirs, Outlive: true,
	})
	held = append(held, ours)
	return errors.Join(err, theirs.Close())
}

// held keeps pipes open: a file that is collected is closed, and the sweeper would take that for our end.
var held []*os.File

//go:build unix

package filelock_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/todoke/todoke/temporalcli/filelock"
)

func TestOneHolderAtATime(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	unlock, err := filelock.Take(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	brief, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := filelock.Take(brief, file); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("a second holder: %v", err)
	}
	unlock()
	again, err := filelock.Take(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestAFolderThatIsMissingIsAnError(t *testing.T) {
	if _, err := filelock.Take(t.Context(), filepath.Join(t.TempDir(), "missing", "lock")); err == nil {
		t.Error("locked a file in a folder that is not there")
	}
}

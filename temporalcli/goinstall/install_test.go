package goinstall

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var hello = Program{
	Package: "example.test/hello/cmd/hello", Version: "v1.0.0", Name: "greeting",
	Title: "the greeting", Duration: "a second",
}

func TestInstallBuildsThePinnedVersionOnce(t *testing.T) {
	serveModules(t, "v1.0.0", "v1.1.0")
	binDir := filepath.Join(t.TempDir(), "bin")
	if path, ok := hello.Found(binDir); ok {
		t.Fatalf("found %s before it was built", path)
	}
	var progress bytes.Buffer
	path, err := hello.Install(t.Context(), binDir, &progress)
	must(t, err)
	if got := run(t, path); got != "hello v1.0.0" {
		t.Fatalf("the program says %q", got)
	}
	for _, want := range []string{"Building the greeting (once, a second)", "Built the greeting in"} {
		if !strings.Contains(progress.String(), want) {
			t.Errorf("progress lacks %q:\n%s", want, progress.String())
		}
	}
	if found, ok := hello.Found(binDir); !ok || found != path {
		t.Fatalf("found %q, %v after building %q", found, ok, path)
	}
	progress.Reset()
	_, err = hello.Install(t.Context(), binDir, &progress)
	must(t, err)
	if progress.Len() != 0 {
		t.Errorf("built twice:\n%s", progress.String())
	}

	newer := hello
	newer.Version = "v1.1.0"
	path, err = newer.Install(t.Context(), binDir, nil)
	must(t, err)
	if got := run(t, path); got != "hello v1.1.0" {
		t.Fatalf("another version pinned, but the program says %q", got)
	}
	if left, err := filepath.Glob(filepath.Join(binDir, ".build-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestInstallByManyAtOnceBuildsOnce(t *testing.T) {
	serveModules(t, "v1.0.0")
	binDir := t.TempDir()
	var (
		wait     sync.WaitGroup
		progress [4]bytes.Buffer
	)
	for i := range progress {
		wait.Go(func() {
			if _, err := hello.Install(t.Context(), binDir, &progress[i]); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	built := 0
	for i := range progress {
		built += strings.Count(progress[i].String(), "Built ")
	}
	if built != 1 {
		t.Errorf("%d builds, want 1", built)
	}
}

func TestInstallSaysWhyItFailed(t *testing.T) {
	serveModules(t, "v1.0.0")
	missing := hello
	missing.Version = "v9.9.9"
	if _, err := missing.Install(t.Context(), t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "v9.9.9") {
		t.Errorf("unknown version: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := hello.Install(ctx, t.TempDir(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := hello.Install(t.Context(), t.TempDir(), nil); !errors.Is(err, ErrNoGo) {
		t.Errorf("without Go: %v", err)
	}
}

func TestLastLines(t *testing.T) {
	l := &lastLines{}
	if got := l.doing(); got != "resolving modules" {
		t.Errorf("before any output: %q", got)
	}
	for _, part := range []string{"go: down", "loading a v1\n", "net/http\nhalf"} {
		if _, err := l.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.doing(); got != "compiling net/http" {
		t.Errorf("doing %q", got)
	}
	if got, want := l.String(), "go: downloading a v1\nnet/http\nhalf"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for range 100 {
		if _, err := l.Write([]byte("line\n")); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.lines) != keptLines {
		t.Errorf("%d lines kept, want %d", len(l.lines), keptLines)
	}
}

// serveModules makes a folder the module proxy of this test, so it needs no network and leaves the person's own
// module cache alone.
func serveModules(t *testing.T, versions ...string) {
	t.Helper()
	proxy, cache := t.TempDir(), t.TempDir()
	folder := filepath.Join(proxy, "example.test", "hello", "@v")
	must(t, os.MkdirAll(folder, 0o755))
	const mod = "module example.test/hello\n\ngo 1.26\n"
	must(t, os.WriteFile(filepath.Join(folder, "list"), []byte(strings.Join(versions, "\n")), 0o600))
	for _, v := range versions {
		must(t, os.WriteFile(filepath.Join(folder, v+".info"), []byte(`{"Version":"`+v+`"}`), 0o600))
		must(t, os.WriteFile(filepath.Join(folder, v+".mod"), []byte(mod), 0o600))
		writeZip(t, filepath.Join(folder, v+".zip"), map[string]string{
			"example.test/hello@" + v + "/go.mod":            mod,
			"example.test/hello@" + v + "/cmd/hello/main.go": "package main\n\nfunc main() { print(\"hello " + v + "\") }\n",
		})
	}
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	t.Setenv("GONOSUMDB", "example.test")
	t.Setenv("GOMODCACHE", cache)
	t.Cleanup(func() { makeWritable(t, cache) })
}

func writeZip(t *testing.T, file string, content map[string]string) {
	t.Helper()
	f, err := os.Create(file)
	must(t, err)
	w := zip.NewWriter(f)
	for name, text := range content {
		entry, err := w.Create(name)
		must(t, err)
		_, err = entry.Write([]byte(text))
		must(t, err)
	}
	must(t, w.Close())
	must(t, f.Close())
}

// makeWritable undoes what go does to its module cache, so that the temporary folder can be removed.
func makeWritable(t *testing.T, folder string) {
	t.Helper()
	must(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(path, 0o700)
		}
		return err
	}))
}

func run(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), path).CombinedOutput()
	must(t, err)
	return string(out)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

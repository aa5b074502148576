// Package testenv gives tests the real thing: a PostgreSQL server, a Temporal server on SQLite and one on
// PostgreSQL. What the machine lacks is found, built or installed; where that cannot be done the test fails and says
// what to do. Nothing is skipped and nothing is simulated. Servers belong to the test process and end with it,
// however it ends.
package testenv

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/todoke/todoke/temporalcli/child"
)

// Root is the folder of the module, found from the folder that the test runs in.
func Root() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("find the module: no go.mod in this folder or above")
		}
		folder = parent
	}
}

// BinDir is where built programs are kept between runs; git ignores it.
func BinDir() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, "bin"), nil
}

// keeperScript waits until its input ends, which the kernel sees to however the test process ends. Then it stops
// the server whose number is in the file named second, and removes the folder named first.
const keeperScript = `
cat > /dev/null
if [ -s "$2" ]; then
	pid=$(head -n 1 "$2")
	kill -QUIT "$pid" 2> /dev/null
	tries=0
	while kill -0 "$pid" 2> /dev/null && [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	kill -KILL "$pid" 2> /dev/null
fi
rm -rf "$1"
`

// containerScript does the same for a container.
const containerScript = `
cat > /dev/null
docker rm --force --volumes "$1" > /dev/null 2>&1 || true
`

// keep makes sure that folder goes away with this process, after the server whose number pidFile holds.
// The returned function does it at once.
func keep(folder, pidFile string) (release func() error, err error) {
	return startKeeper(keeperScript, folder, pidFile)
}

// keepContainer makes sure that the container goes away with this process.
func keepContainer(id string) (release func() error, err error) {
	return startKeeper(containerScript, id)
}

func startKeeper(script string, args ...string) (release func() error, err error) {
	ours, theirs, err := pipe()
	if err != nil {
		return nil, err
	}
	keeper, err := child.Start(child.Spec{
		Path: "/bin/sh", Args: append([]string{"-c", script, "keeper"}, args...),
		Stdin: theirs, Outlive: true,
	})
	if err := errors.Join(err, theirs.Close()); err != nil {
		return nil, errors.Join(err, ours.Close())
	}
	// A file that is collected is closed, and the keeper would take that for our end.
	keepForLife(ours)
	return func() error {
		if err := ours.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		return keeper.Wait(ctx)
	}, nil
}

var lifelong struct {
	sync.Mutex
	things []any
}

// keepForLife holds on to what must not be collected before the process ends.
func keepForLife(thing any) {
	lifelong.Lock()
	defer lifelong.Unlock()
	lifelong.things = append(lifelong.things, thing)
}

func pipe() (ours, theirs *os.File, err error) {
	theirs, ours, err = os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("pipe to the keeper: %w", err)
	}
	return ours, theirs, nil
}

// scratch makes a folder for a server of this process. As root it is made where other accounts may go.
func scratch(name string) (string, error) {
	base := os.TempDir()
	if os.Geteuid() == 0 {
		base = "/tmp"
	}
	folder, err := os.MkdirTemp(base, "todoke-"+name+"-")
	if err != nil {
		return "", fmt.Errorf("folder for %s: %w", name, err)
	}
	return folder, nil
}

// token is a random word for passwords and names: lower case, so that PostgreSQL need not quote it.
func token() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails, says its documentation
	for i := range random {
		random[i] = letters[random[i]%32]
	}
	return string(random)
}

// logEnd is the end of a server's log for an error message.
func logEnd(file string) string {
	log, err := os.ReadFile(file)
	if err != nil || len(log) == 0 {
		return ""
	}
	const kept = 2000
	return "; its log ends:\n" + string(log[max(0, len(log)-kept):])
}

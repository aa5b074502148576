// Package harness runs todoke as it runs in production, for tests from the outside: serve and worker as processes of
// their own, a real database, a real Temporal server and a real mail server. Everything ends with the test process,
// however that ends.
package harness

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/temporalcli/child"
	"github.com/todoke/todoke/test/dump"
)

// Options say what an installation runs on. The zero value takes SQLite and a development server.
type Options struct {
	Database Database
	Temporal Temporal
	// Namespace is Temporal's; empty is "default".
	Namespace string
	// Profile is a profile's text; nil is the one that ships, with an order's grace time left out.
	Profile []byte
	// Env is added to the environment of serve and worker, without the prefix: LOG_LEVEL, say.
	Env map[string]string
	// Keys is how many API keys are made, because a key may make only so many requests a second; 0 is 1.
	Keys int
	// Watch has everything between visitors and serve pass by somebody who notes the secrets in it.
	Watch bool
}

// Installation is todoke with everything it needs.
type Installation struct {
	Database Database
	Temporal Temporal
	Sink     *Sink
	Serve    *Process
	Worker   *Process
	// Clients are resellers' programs, one per API key.
	Clients []*Client
	// PublicURL is the address of API and pages.
	PublicURL string
	// Files is the folder of kept documents.
	Files string

	folder string
	binary string
	env    []string
	keys   string
	seen   dump.Words // secrets of this installation
}

// PartnerCode is the reseller's that an installation begins with.
const PartnerCode = "AB12CD34"

// KeyOwner is the address that receipt numbers are mailed to.
const KeyOwner = "api-owner@seller.example"

const (
	startDeadline   = 2 * time.Minute
	commandDeadline = 2 * time.Minute
)

// New makes an installation with a migrated database, a reseller and API keys, through the program's own commands.
// Serve and worker are not running yet.
func New(t testing.TB, o Options) *Installation {
	t.Helper()
	i := &Installation{Database: o.Database, Temporal: o.Temporal, folder: t.TempDir(), binary: Binary(t)}
	if i.Database.URL == "" {
		i.Database = SQLite(t)
	}
	if i.Temporal == nil {
		i.Temporal = DevTemporal(t)
	}
	i.Sink = newSink(t)
	if err := i.configure(t, o); err != nil {
		t.Fatalf("installation: %v", err)
	}
	t.Cleanup(func() { i.end(t) })
	if err := i.prepare(t.Context(), max(1, o.Keys)); err != nil {
		t.Fatalf("installation: %v", err)
	}
	return i
}

// Start is New with serve and worker running.
func Start(t testing.TB, o Options) *Installation {
	t.Helper()
	i := New(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), startDeadline)
	defer cancel()
	for _, p := range []*Process{i.Serve, i.Worker} {
		if err := p.Start(ctx); err != nil {
			t.Fatalf("start %s: %v", p.Name(), err)
		}
	}
	return i
}

// configure chooses ports and writes the environment and both processes' specs.
func (i *Installation) configure(t testing.TB, o Options) error {
	t.Helper()
	ports, err := temporalcli.FreePorts(4)
	if err != nil {
		return err
	}
	profilePath, err := i.writeProfile(o.Profile)
	if err != nil {
		return err
	}
	i.Files = filepath.Join(i.folder, "files")
	if err := os.MkdirAll(i.Files, 0o700); err != nil {
		return err
	}
	if i.keys, err = i.Run(t.Context(), "keys", "generate"); err != nil {
		return err
	}
	i.PublicURL = fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	site := ports[0]
	if o.Watch {
		site = ports[3]
		if err := newWatch(t, &i.seen, ports[0], site); err != nil {
			return err
		}
	}
	values := map[string]string{
		"DATABASE_URL": i.Database.URL, "TEMPORAL_ADDRESS": i.Temporal.HostPort(), "TEMPORAL_NAMESPACE": o.Namespace,
		"OUTBOX_DRAIN_EVERY": "2s", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": strconv.Itoa(i.Sink.Port()), "SMTP_TLS": "none",
		"FILES_URL": "file://" + filepath.ToSlash(i.Files), "KEYS": i.keys, "PROFILE": profilePath,
		"PUBLIC_URL": i.PublicURL, "HTTP_ADDR": "127.0.0.1:" + strconv.Itoa(site),
	}
	if o.Namespace == "" {
		values["TEMPORAL_NAMESPACE"] = "default"
	}
	for name, value := range o.Env {
		values[name] = value
	}
	for name, value := range values {
		i.env = append(i.env, config.Prefix+name+"="+value)
	}
	i.keys = values["KEYS"]
	i.Serve, i.Worker = i.process("serve", ports[1]), i.process("worker", ports[2])
	return nil
}

func (i *Installation) process(name string, probePort int) *Process {
	probes := "127.0.0.1:" + strconv.Itoa(probePort)
	return &Process{
		name: name, health: "http://" + probes + "/readyz",
		spec: child.Spec{
			Path: i.binary, Args: []string{name}, Dir: i.folder, LogFile: filepath.Join(i.folder, name+".log"),
			Env: append([]string{config.Prefix + "METRICS_ADDR=" + probes}, i.env...),
		},
	}
}

// writeProfile keeps the profile where the processes find it.
func (i *Installation) writeProfile(text []byte) (string, error) {
	if text == nil {
		shipped := profile.DefaultYAML()
		text = bytes.Replace(shipped, []byte("\n  bounce_grace: 10m\n"), []byte("\n  bounce_grace: 0s\n"), 1)
		if bytes.Equal(text, shipped) {
			return "", fmt.Errorf("the profile that ships has no bounce_grace of 10m to leave out")
		}
	}
	path := filepath.Join(i.folder, "profile.yaml")
	return path, os.WriteFile(path, text, 0o600)
}

// ChangeProfile has serve go on with another profile: text is changed, and serve is started again.
func (i *Installation) ChangeProfile(ctx context.Context, change func(text []byte) []byte) error {
	path := filepath.Join(i.folder, "profile.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, change(text), 0o600); err != nil {
		return err
	}
	if err := i.Serve.Stop(); err != nil {
		return err
	}
	return i.Serve.Start(ctx)
}

// prepare migrates the database and makes the reseller and its keys.
func (i *Installation) prepare(ctx context.Context, keys int) error {
	if _, err := i.Run(ctx, "migrate"); err != nil {
		return err
	}
	if _, err := i.Run(ctx, "partner", "add", PartnerCode, "--name", "株式会社検証販売", "--email", "orders@seller.example"); err != nil {
		return err
	}
	for n := range keys {
		key, err := i.Run(ctx, "partner", "key", PartnerCode, "--owner", KeyOwner, "--name", "API "+strconv.Itoa(n+1))
		if err != nil {
			return err
		}
		i.Clients = append(i.Clients, NewClient(i.PublicURL, key))
	}
	return nil
}

// Run runs one of the program's other commands on the installation and gives what it printed.
func (i *Installation) Run(ctx context.Context, args ...string) (string, error) {
	return i.RunWithin(ctx, commandDeadline, args...)
}

// RunWithin is Run for commands that may take longer than most.
func (i *Installation) RunWithin(ctx context.Context, limit time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	command := exec.CommandContext(ctx, i.binary, args...)
	command.Env = append(os.Environ(), i.env...)
	command.Dir = i.folder
	var out, complaint strings.Builder
	command.Stdout, command.Stderr = &out, &complaint
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("todoke %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(out.String()+complaint.String()))
	}
	note(&i.seen, out.String())
	return strings.TrimSpace(out.String()), nil
}

// Store opens the installation's database by its rules, to look at what the processes did. It is closed with the test.
func (i *Installation) Store(t testing.TB) *store.Store {
	t.Helper()
	rules, err := profile.Load(filepath.Join(i.folder, "profile.yaml"))
	if err != nil {
		t.Fatalf("profile: %v", err)
	}
	s, err := store.Open(t.Context(), store.Options{
		URL: i.Database.URL, Rules: rules.Rules(), Installation: i.PublicURL, MaxConnections: 4,
	})
	if err != nil {
		t.Fatalf("database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return s
}

// end kills what runs and, when the test failed, shows how the logs end.
func (i *Installation) end(t testing.TB) {
	for _, p := range []*Process{i.Serve, i.Worker} {
		if p.running() == nil {
			continue
		}
		if err := p.Kill(); err != nil {
			t.Errorf("end %s: %v", p.Name(), err)
		}
		if t.Failed() {
			t.Logf("the log of %s ends:\n%s", p.Name(), p.LogEnd())
		}
	}
}

func portOf(address string) int {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return 0
	}
	return n
}

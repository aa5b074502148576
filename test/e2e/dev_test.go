//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/temporalcli/child"
	"github.com/todoke/todoke/test/harness"
	"github.com/todoke/todoke/testenv"
)

const (
	// devReady bounds a first start without the build of the Temporal CLI, which is there already.
	devReady = 2 * time.Minute
	// devPatience is how long Ctrl-C may take.
	devPatience = 30 * time.Second
)

// dev is `todoke dev` as somebody runs it who just cloned: in a folder of its own, with flags for free ports only.
type dev struct {
	folder  string // where it was started
	process *child.Process
	ports   []int
	credentials
}

// credentials is dev-credentials.json as it is documented.
type credentials struct {
	URLs  map[string]string `json:"urls"`
	Staff []struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		Role     string `json:"role"`
	} `json:"staff"`
	Resellers []struct {
		PartnerCode string `json:"partner_code"`
		Name        string `json:"name"`
		APIKey      string `json:"api_key"`
	} `json:"resellers"`
}

// newDev prepares a folder and ports; start starts it.
func newDev(t *testing.T) *dev {
	t.Helper()
	ports, err := temporalcli.FreePorts(5)
	if err != nil {
		t.Fatal(err)
	}
	d := &dev{folder: t.TempDir(), ports: ports}
	t.Cleanup(func() {
		if d.process != nil {
			if err := d.process.Kill(); err != nil {
				t.Errorf("end dev: %v", err)
			}
		}
		if t.Failed() {
			t.Logf("dev said:\n%s", d.said(t))
		}
	})
	return d
}

// data is the folder that dev keeps everything in by default.
func (d *dev) data(parts ...string) string {
	return filepath.Join(append([]string{d.folder, ".todoke"}, parts...)...)
}

func (d *dev) address(port int) string { return "127.0.0.1:" + strconv.Itoa(d.ports[port]) }

func (d *dev) arguments(more ...string) []string {
	return append([]string{
		"dev", "--http", d.address(0), "--mailbox-http", d.address(1), "--smtp", d.address(2),
		"--temporal-port", strconv.Itoa(d.ports[3]), "--temporal-ui-port", strconv.Itoa(d.ports[4]),
	}, more...)
}

// start starts dev and waits until it has printed its banner and answers.
func (d *dev) start(t *testing.T, more ...string) {
	t.Helper()
	if err := d.launch(t, more...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), devReady)
	defer cancel()
	for d.ready(ctx, t) != nil {
		select {
		case <-d.process.Done():
			t.Fatalf("dev ended while starting: %v", d.process.Err())
		case <-ctx.Done():
			t.Fatalf("dev is not ready: %v", d.ready(ctx, t))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (d *dev) launch(t *testing.T, more ...string) error {
	t.Helper()
	bin, err := testenv.BinDir()
	if err != nil {
		return err
	}
	// The CLI that the tests have built is the one of the PATH, which dev takes when there is one.
	if _, err := temporalcli.Build(t.Context(), bin, os.Stderr); err != nil {
		return err
	}
	if err := os.Truncate(d.log(), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	d.process, err = child.Start(child.Spec{
		Path: harness.Binary(t), Args: d.arguments(more...), Dir: d.folder, LogFile: d.log(),
		Env: []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")},
	})
	return err
}

func (d *dev) log() string { return filepath.Join(d.folder, "terminal") }

func (d *dev) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(d.log())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// ready says whether dev is ready: its banner is out, its credentials are written, and its sites answer.
func (d *dev) ready(ctx context.Context, t *testing.T) error {
	t.Helper()
	if !strings.Contains(d.said(t), "todoke is ready") {
		return errors.New("no banner yet")
	}
	content, err := os.ReadFile(d.data("dev-credentials.json"))
	if err != nil {
		return err
	}
	var read credentials // a new one: what an earlier start gave is compared with it
	if err := json.Unmarshal(content, &read); err != nil {
		return err
	}
	d.credentials = read
	return answers(ctx, d.URLs["api"]+"/readyz")
}

// answers says whether an address gives a page.
func answers(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return nil
}

// interrupt is Ctrl-C: dev ends by itself, without an error, and leaves nothing running.
func (d *dev) interrupt(t *testing.T) {
	t.Helper()
	if err := d.process.Stop(syscall.SIGINT, devPatience); err != nil {
		t.Fatalf("Ctrl-C: %v", err)
	}
	if err := d.process.Err(); err != nil {
		t.Errorf("after Ctrl-C dev ends with %v", err)
	}
	for port := range d.ports {
		if err := portFree(d.address(port)); err != nil {
			t.Errorf("after Ctrl-C somebody still listens: %v", err)
		}
	}
}

// reseller is a program with the key of the n-th sample reseller.
func (d *dev) reseller(n int) *harness.Client {
	return harness.NewClient(d.URLs["api"], d.Resellers[n].APIKey)
}

// message is a mail as the mailbox's API gives it.
type message struct {
	ID      string   `json:"id"`
	From    string   `json:"from"`
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
	HTML    string   `json:"html"`
}

// mails reads the mailbox as the README says, as far as mails speak of an order.
func (d *dev) mails(t *testing.T, order string) []message {
	t.Helper()
	var all []message
	box := &harness.Client{URL: d.URLs["mailbox"], HTTP: http.DefaultClient}
	if err := box.Do(t.Context(), http.MethodGet, "/api/messages", nil, nil, http.StatusOK, &all); err != nil {
		t.Fatalf("mailbox: %v", err)
	}
	var about []message
	for _, m := range all {
		if strings.Contains(m.Subject, order) || strings.Contains(m.Text, order) {
			about = append(about, m)
		}
	}
	return about
}

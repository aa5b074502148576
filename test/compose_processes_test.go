//go:build e2e

package test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/temporalcli/child"
	"github.com/todoke/todoke/test/harness"
	"github.com/todoke/todoke/testenv"
)

// composeMachine stands for the machine that docker-compose.yml runs on: each service becomes a process with the
// file's own command and environment. Only addresses are put in place of the container network's names.
type composeMachine struct {
	project  composeProject
	root     string
	binary   string
	database *url.URL // of PostgreSQL's superuser
	temporal string   // address
	ports    []int
	files    string
}

// The ports of the machine, for what containers have an address each for.
const (
	composeTemporal = iota
	_               // eight more for Temporal's parts among themselves; see startTemporal
	_
	_
	_
	_
	_
	_
	_
	composeSite
	composeServeProbe
	composeWorkerProbe
	composePortCount
)

// TestTheComposeFileWorksAsProcesses starts the file's services in its order, with its commands and settings.
func TestTheComposeFileWorksAsProcesses(t *testing.T) {
	m := newComposeMachine(t)
	m.setUpDatabases(t)
	for range 2 { // jobs run again at every `docker compose up`
		m.runScript(t, "temporal-schema", map[string]string{
			"SQL_HOST": m.database.Hostname(), "SQL_PORT": m.database.Port(),
		})
	}
	m.startTemporal(t)
	for range 2 {
		m.runScript(t, "temporal-namespace", map[string]string{"TEMPORAL_ADDRESS": m.temporal})
	}
	m.checkNamespace(t)
	for range 2 {
		m.migrate(t)
	}
	serve := m.start(t, "serve", m.ports[composeServeProbe])
	worker := m.start(t, "worker", m.ports[composeWorkerProbe])
	m.checkSite(t)
	m.checkUnhealthy(t)
	for name, process := range map[string]*child.Process{"serve": serve, "worker": worker} {
		if err := process.Stop(syscall.SIGTERM, 30*time.Second); err != nil || process.Err() != nil {
			t.Errorf("%s did not stop in order: %v, %v", name, err, process.Err())
		}
	}
}

func newComposeMachine(t *testing.T) *composeMachine {
	t.Helper()
	m := &composeMachine{root: composeRoot(t), binary: harness.Binary(t), files: t.TempDir()}
	key, err := exec.CommandContext(t.Context(), m.binary, "keys", "generate").Output()
	if err != nil {
		t.Fatalf("todoke keys generate: %v", err)
	}
	secrets := maps.Clone(composeSecrets)
	secrets["TODOKE_KEYS"] = strings.TrimSpace(string(key))
	var complaint string
	if m.project, complaint, err = readCompose(t, secrets); err != nil {
		t.Fatalf("%v: %s", err, complaint)
	}
	if m.ports, err = temporalcli.FreePorts(composePortCount); err != nil {
		t.Fatal(err)
	}
	m.temporal = "127.0.0.1:" + strconv.Itoa(m.ports[composeTemporal])
	if m.database, err = url.Parse(testenv.PostgresServer(t).Admin()); err != nil {
		t.Fatal("the test server's address is no URL")
	}
	return m
}

// environment is the service's own with the given values in place of others, on top of what every process has.
func (m *composeMachine) environment(t *testing.T, service string, replaced map[string]string) []string {
	t.Helper()
	environment := maps.Clone(m.project.Services[service].Environment)
	for name, value := range replaced {
		if _, ok := environment[name]; !ok {
			t.Errorf("%s: docker-compose.yml does not set %s", service, name)
		}
		environment[name] = value
	}
	var list []string
	for name, value := range environment {
		list = append(list, name+"="+value)
	}
	return list
}

// setUpDatabases runs what PostgreSQL's image runs on its first start, and checks that the two accounts can do
// their own work and cannot look into each other's.
func (m *composeMachine) setUpDatabases(t *testing.T) {
	t.Helper()
	password, _ := m.database.User.Password()
	environment := append(m.environment(t, "postgres", nil),
		"PGHOST="+m.database.Hostname(), "PGPORT="+m.database.Port(), "PGPASSWORD="+password,
		"POSTGRES_USER="+m.database.User.Username())
	m.run(t, environment, "/bin/sh", filepath.Join(m.root, "deploy", "postgres", "init.sh"))

	for _, c := range []struct {
		user, password, database string
		allowed                  bool
	}{
		{"todoke", "TODOKE_DATABASE_PASSWORD", "todoke", true},
		{"temporal", "TEMPORAL_DATABASE_PASSWORD", "temporal", true},
		{"temporal", "TEMPORAL_DATABASE_PASSWORD", "temporal_visibility", true},
		{"todoke", "TODOKE_DATABASE_PASSWORD", "temporal", false},
		{"temporal", "TEMPORAL_DATABASE_PASSWORD", "todoke", false},
		{"todoke", "TEMPORAL_DATABASE_PASSWORD", "todoke", false},
	} {
		address := *m.database
		address.User, address.Path = url.UserPassword(c.user, composeSecrets[c.password]), "/"+c.database
		err := createTable(t.Context(), address.String())
		if (err == nil) != c.allowed {
			t.Errorf("%s with %s on %s: %v, want allowed: %v", c.user, c.password, c.database, err, c.allowed)
		}
	}
}

func createTable(ctx context.Context, dsn string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "CREATE TABLE tried (n int); DROP TABLE tried")
	return errors.Join(err, db.Close())
}

// run runs a program to its end with Temporal's tools on the PATH, as its images have them.
func (m *composeMachine) run(t *testing.T, environment []string, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(append(os.Environ(), environment...),
		"PATH="+m.tools(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", filepath.Base(program), args, err, out)
	}
}

// tools is the folder with Temporal's programs.
func (m *composeMachine) tools(t *testing.T) string {
	t.Helper()
	folder, err := testenv.BinDir()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := testenv.BuildTemporalServer(t.Context(), folder, os.Stderr); err != nil {
		t.Fatal(err)
	}
	if _, err := temporalcli.Build(t.Context(), folder, os.Stderr); err != nil {
		t.Fatal(err)
	}
	return folder
}

// runScript runs the job's entry point: a script of ours that the file mounts into an image of Temporal's.
func (m *composeMachine) runScript(t *testing.T, service string, addresses map[string]string) {
	t.Helper()
	s := m.project.Services[service]
	if len(s.Entrypoint) != 2 || len(s.Volumes) != 1 || s.Volumes[0].Target != s.Entrypoint[1] {
		t.Fatalf("%s: entry point %v does not run what is mounted: %+v", service, s.Entrypoint, s.Volumes)
	}
	m.run(t, m.environment(t, service, addresses), s.Entrypoint[0], s.Volumes[0].Source)
}

// startTemporal starts the server as its image does: configured by the environment alone.
func (m *composeMachine) startTemporal(t *testing.T) {
	t.Helper()
	environment := m.environment(t, "temporal", map[string]string{
		"POSTGRES_SEEDS": m.database.Hostname(), "DB_PORT": m.database.Port(), "BIND_ON_IP": "127.0.0.1",
		"DYNAMIC_CONFIG_FILE_PATH": filepath.Join(m.root, "deploy", "temporal", "dynamic.yaml"),
	})
	for i, name := range []string{
		"FRONTEND_GRPC_PORT", "FRONTEND_HTTP_PORT",
		"FRONTEND_MEMBERSHIP_PORT", "MATCHING_MEMBERSHIP_PORT", "HISTORY_MEMBERSHIP_PORT", "WORKER_MEMBERSHIP_PORT",
		"MATCHING_GRPC_PORT", "HISTORY_GRPC_PORT", "WORKER_GRPC_PORT",
	} {
		environment = append(environment, name+"="+strconv.Itoa(m.ports[i]))
	}
	log := filepath.Join(t.TempDir(), "temporal.log")
	process := m.begin(t, child.Spec{
		Path: filepath.Join(m.tools(t), "temporal-server"), Args: []string{"start"}, Env: environment, LogFile: log,
	})
	m.await(t, process, log, func(ctx context.Context) error {
		return temporalcli.Healthy(ctx, m.temporal, "temporal-system")
	})
}

// begin starts a process that ends with the test at the latest.
func (m *composeMachine) begin(t *testing.T, spec child.Spec) *child.Process {
	t.Helper()
	process, err := child.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Kill(); err != nil {
			t.Error(err)
		}
	})
	return process
}

// await polls until the service is well, and fails when its process ends before.
func (m *composeMachine) await(t *testing.T, process *child.Process, log string, well func(context.Context) error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline) && process.Running(); {
		if err = well(t.Context()); err == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, readErr := os.ReadFile(log)
	t.Fatalf("not well: %v; running: %v; its log (%v):\n%s", err, process.Running(), readErr, text)
}

func (m *composeMachine) checkNamespace(t *testing.T) {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: m.temporal})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	name := m.project.Services["serve"].Environment["TODOKE_TEMPORAL_NAMESPACE"]
	found, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: name})
	if err != nil {
		t.Fatalf("the namespace that serve and worker use: %v", err)
	}
	if kept := found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); kept != 30*24*time.Hour {
		t.Errorf("closed processes are kept for %s, want 30 days", kept)
	}
}

// ours is the environment of a service of ours on this machine.
func (m *composeMachine) ours(t *testing.T, service string, probe int) []string {
	t.Helper()
	given := m.project.Services[service].Environment
	if given["TODOKE_METRICS_ADDR"] != ":9090" {
		t.Errorf("%s: metrics on %s, but `todoke health` asks port 9090", service, given["TODOKE_METRICS_ADDR"])
	}
	if given["TODOKE_FILES_URL"] != "file://"+m.project.Services[service].Volumes[0].Target {
		t.Errorf("%s: files go to %s, which is no volume", service, given["TODOKE_FILES_URL"])
	}
	return append(m.environment(t, service, map[string]string{
		"TODOKE_DATABASE_URL":     strings.Replace(given["TODOKE_DATABASE_URL"], "postgres:5432", m.database.Host, 1),
		"TODOKE_TEMPORAL_ADDRESS": m.temporal,
		"TODOKE_FILES_URL":        "file://" + filepath.ToSlash(m.files),
		"TODOKE_HTTP_ADDR":        fmt.Sprintf("127.0.0.1:%d", m.ports[composeSite]),
		"TODOKE_METRICS_ADDR":     fmt.Sprintf("127.0.0.1:%d", probe),
	}), fmt.Sprintf("TODOKE_HEALTH_URL=http://127.0.0.1:%d/readyz", probe))
}

func (m *composeMachine) migrate(t *testing.T) {
	t.Helper()
	m.run(t, m.ours(t, "migrate", m.ports[composeServeProbe]), m.binary, m.project.Services["migrate"].Command...)
}

// start starts serve or worker and waits until the file's own health check is content.
func (m *composeMachine) start(t *testing.T, service string, probe int) *child.Process {
	t.Helper()
	s, environment := m.project.Services[service], m.ours(t, service, probe)
	log := filepath.Join(t.TempDir(), service+".log")
	process := m.begin(t, child.Spec{Path: m.binary, Args: s.Command, Env: environment, LogFile: log})
	m.await(t, process, log, func(ctx context.Context) error { return m.health(ctx, s, environment) })
	return process
}

// health runs the health check, whose first words are CMD and the binary's place in the image.
func (m *composeMachine) health(ctx context.Context, s composeService, environment []string) error {
	check := exec.CommandContext(ctx, m.binary, s.Healthcheck.Test[2:]...)
	check.Env = append(os.Environ(), environment...)
	if out, err := check.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func (m *composeMachine) checkSite(t *testing.T) {
	t.Helper()
	address := fmt.Sprintf("http://127.0.0.1:%d/healthz", m.ports[composeSite])
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, %v", address, response.Status, err)
	}
}

// checkUnhealthy asks where nobody answers: a health check that is always content would be none.
func (m *composeMachine) checkUnhealthy(t *testing.T) {
	t.Helper()
	nobody := []string{"TODOKE_HEALTH_URL=http://127.0.0.1:1/readyz"}
	if err := m.health(t.Context(), m.project.Services["serve"], nobody); err == nil {
		t.Error("the health check is content with nobody")
	}
}

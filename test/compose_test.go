//go:build e2e

package test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/testenv"
)

// composeSecrets are the variables without which docker-compose.yml refuses to start anything.
var composeSecrets = map[string]string{
	"POSTGRES_PASSWORD":          "secret-of-postgres",
	"TODOKE_DATABASE_PASSWORD":   "secret-of-todoke",
	"TEMPORAL_DATABASE_PASSWORD": "secret-of-temporal",
	"MAIL_PAGE_PASSWORD":         "secret-of-mail",
	"TODOKE_KEYS":                "1:secret-of-keys",
	"TODOKE_PUBLIC_URL":          "https://license.example.jp",
}

// composeProject is what the file comes to, as far as the tests look at it.
type composeProject struct {
	Services map[string]composeService
}

type composeService struct {
	Image       string
	Build       *struct{ Context, Dockerfile string }
	Command     []string
	Entrypoint  []string
	Environment map[string]string
	Restart     string
	Healthcheck *struct {
		Test              []string
		Interval, Timeout string
		Retries           int
		StartPeriod       string `json:"start_period"`
	}
	DependsOn map[string]struct{ Condition string } `json:"depends_on"`
	Volumes   []struct{ Type, Source, Target string }
	Ports     []struct {
		HostIP string `json:"host_ip"`
	}
	ReadOnly bool     `json:"read_only"`
	CapDrop  []string `json:"cap_drop"`
}

func composeRoot(t *testing.T) string {
	t.Helper()
	root, err := testenv.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// readCompose reads the file with nothing set but the given variables. Its output is what a person would see.
func readCompose(t *testing.T, variables map[string]string) (composeProject, string, error) {
	t.Helper()
	root := composeRoot(t)
	cmd := exec.CommandContext(t.Context(), "go", "run", "./compose", filepath.Join(root, "docker-compose.yml"))
	cmd.Dir = filepath.Join(root, "tools")
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		// What go needs to run, and nothing that could fill a gap of the file.
		if name == "PATH" || name == "HOME" || name == "TMPDIR" || strings.HasPrefix(name, "GO") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	for name, value := range variables {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return composeProject{}, complaint.String(), err
	}
	var project composeProject
	if err := json.Unmarshal(out, &project); err != nil {
		t.Fatal(err)
	}
	return project, complaint.String(), nil
}

func loadCompose(t *testing.T) composeProject {
	t.Helper()
	project, complaint, err := readCompose(t, composeSecrets)
	if err != nil {
		t.Fatalf("%v: %s", err, complaint)
	}
	return project
}

// jobs are the services that others wait for to end.
func (p composeProject) jobs() map[string]bool {
	jobs := map[string]bool{}
	for _, service := range p.Services {
		for name, dependency := range service.DependsOn {
			if dependency.Condition == "service_completed_successfully" {
				jobs[name] = true
			}
		}
	}
	return jobs
}

func TestEveryServiceOfTheComposeFileIsWhole(t *testing.T) {
	project := loadCompose(t)
	jobs := project.jobs()
	for name, service := range project.Services {
		pinned := regexp.MustCompile(`^[a-z0-9/.-]+:[A-Za-z0-9.-]+$`)
		if !pinned.MatchString(service.Image) || strings.HasSuffix(service.Image, ":latest") {
			t.Errorf("%s: image %q names no version", name, service.Image)
		}
		switch {
		case jobs[name]:
			if !strings.HasPrefix(service.Restart, "on-failure") || service.Healthcheck != nil {
				t.Errorf("%s is a job: it ends, so it restarts on failure only and has no health", name)
			}
		case service.Restart != "unless-stopped":
			t.Errorf("%s: restart %q", name, service.Restart)
		case service.Healthcheck == nil || len(service.Healthcheck.Test) < 2 || service.Healthcheck.Interval == "" ||
			service.Healthcheck.Timeout == "" || service.Healthcheck.Retries == 0 || service.Healthcheck.StartPeriod == "":
			t.Errorf("%s: health check %+v", name, service.Healthcheck)
		}
		for other, dependency := range service.DependsOn {
			switch dependency.Condition {
			case "service_healthy":
				if project.Services[other].Healthcheck == nil {
					t.Errorf("%s waits for the health of %s, which has none", name, other)
				}
			case "service_completed_successfully":
			default:
				t.Errorf("%s: does not wait for %s to be ready (%s)", name, other, dependency.Condition)
			}
		}
		for _, volume := range service.Volumes {
			if volume.Type != "bind" {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil {
				t.Errorf("%s mounts %s: %v", name, volume.Source, err)
			}
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: a port is open to the network (%q)", name, port.HostIP)
			}
		}
	}
	want := []string{
		"mail", "migrate", "postgres", "serve", "temporal", "temporal-namespace", "temporal-schema", "temporal-ui", "worker",
	}
	if got := slices.Sorted(maps.Keys(project.Services)); !slices.Equal(got, want) {
		t.Errorf("services %v, want %v", got, want)
	}
}

func TestOurServicesOfTheComposeFileAreConfined(t *testing.T) {
	project := loadCompose(t)
	for _, name := range []string{"migrate", "serve", "worker"} {
		service := project.Services[name]
		if service.Build == nil || service.Build.Dockerfile != "Dockerfile" || service.Build.Context != composeRoot(t) {
			t.Errorf("%s: build %+v", name, service.Build)
		}
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) {
			t.Errorf("%s: writable or with capabilities", name)
		}
		if !slices.Equal(service.Command, []string{name}) {
			t.Errorf("%s: command %v", name, service.Command)
		}
	}
}

func TestTheComposeFileRunsTheTestedTemporal(t *testing.T) {
	version := strings.TrimPrefix(testenv.TemporalServerVersion, "v")
	for name, image := range map[string]string{
		"temporal": "temporalio/server", "temporal-schema": "temporalio/admin-tools", "temporal-namespace": "temporalio/admin-tools",
	} {
		if got, want := loadCompose(t).Services[name].Image, image+":"+version; got != want {
			t.Errorf("%s: image %s, want %s", name, got, want)
		}
	}
}

func TestWithoutASecretNothingStarts(t *testing.T) {
	for missing := range composeSecrets {
		for _, value := range []string{"unset", ""} {
			variables := maps.Clone(composeSecrets)
			if delete(variables, missing); value == "" {
				variables[missing] = "" // as empty as a line in .env that nobody filled in
			}
			_, complaint, err := readCompose(t, variables)
			if err == nil || !strings.Contains(complaint, missing) {
				t.Errorf("without %s (%q): %v, %s", missing, value, err, complaint)
			}
		}
	}
}

func TestNoPasswordHasADefault(t *testing.T) {
	secret := regexp.MustCompile(`PASSWORD|PWD|SECRET|TOKEN|KEYS?$|AUTH$|DATABASE_URL`)
	found := 0
	for name, service := range loadCompose(t).Services {
		for variable, value := range service.Environment {
			if !secret.MatchString(variable) || value == "" || variable == "TEMPORAL_ALLOW_NO_AUTH" {
				continue
			}
			found++
			given := slices.ContainsFunc(slices.Collect(maps.Values(composeSecrets)), func(secret string) bool {
				return strings.Contains(value, secret)
			})
			if !given {
				t.Errorf("%s: %s has a value that nobody set: %q", name, variable, value)
			}
		}
	}
	if found < len(composeSecrets)-1 { // the public URL is no secret
		t.Errorf("only %d secrets found: the rule looks at too little", found)
	}
}

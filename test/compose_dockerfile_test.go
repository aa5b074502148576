//go:build e2e

package test

import (
	"debug/elf"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// dockerfile is a Dockerfile's instructions, per stage.
type dockerfile struct{ stages []dockerStage }

type dockerStage struct {
	from         string
	instructions []dockerInstruction
}

type dockerInstruction struct{ name, arguments string }

func readDockerfile(t *testing.T) dockerfile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(composeRoot(t), "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var file dockerfile
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, arguments, _ := strings.Cut(line, " ")
		arguments = strings.TrimSpace(arguments)
		if name == "FROM" {
			file.stages = append(file.stages, dockerStage{from: arguments})
			continue
		}
		if len(file.stages) == 0 {
			t.Fatalf("%s before any FROM", name)
		}
		stage := &file.stages[len(file.stages)-1]
		stage.instructions = append(stage.instructions, dockerInstruction{name, arguments})
	}
	if len(file.stages) != 2 {
		t.Fatalf("%d stages, want one to build and one to run", len(file.stages))
	}
	return file
}

func (s dockerStage) all(name string) (arguments []string) {
	for _, instruction := range s.instructions {
		if instruction.name == name {
			arguments = append(arguments, instruction.arguments)
		}
	}
	return arguments
}

// TestTheDockerfileBuilds runs the build stage on a copy of what an engine would be sent.
func TestTheDockerfileBuilds(t *testing.T) {
	file := readDockerfile(t)
	build, run := file.stages[0], file.stages[1]
	if want := "golang:" + goVersion(t) + "-"; !strings.HasPrefix(build.from, want) {
		t.Errorf("built from %s, want %s…", build.from, want)
	}
	out := buildImage(t, build)

	binary := filepath.Join(out, "todoke")
	version, err := exec.CommandContext(t.Context(), binary, "version").CombinedOutput()
	if err != nil || !strings.Contains(string(version), "tried") {
		t.Errorf("todoke version: %v, %s", err, version)
	}
	if runtime.GOOS == "linux" {
		isStatic(t, binary)
	}
	for _, copied := range run.all("COPY") {
		fields := strings.Fields(copied)
		source := strings.Replace(fields[len(fields)-2], "/out", out, 1)
		if _, err := os.Stat(source); err != nil || !strings.Contains(copied, "--from=build") {
			t.Errorf("COPY %s: %v", copied, err)
		}
	}
}

// TestTheImageRunsAsNobodyAndKnowsItsHealth holds the running stage to what docker-compose.yml counts on.
func TestTheImageRunsAsNobodyAndKnowsItsHealth(t *testing.T) {
	run := readDockerfile(t).stages[1]
	if user := run.all("USER"); len(user) != 1 || !regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`).MatchString(user[0]) {
		t.Errorf("user %v: want numbers that are not root's", user)
	}
	if len(run.all("RUN")) > 0 {
		t.Error("the running stage has no shell to RUN with")
	}
	const binary = "/usr/local/bin/todoke"
	entry, health := strings.Join(run.all("ENTRYPOINT"), ""), strings.Join(run.all("HEALTHCHECK"), "")
	if entry != `["`+binary+`"]` || !strings.HasSuffix(health, `CMD ["`+binary+`", "health"]`) {
		t.Errorf("entry point %s, health check %s", entry, health)
	}
	for name, service := range loadCompose(t).Services {
		if service.Build == nil || service.Healthcheck == nil {
			continue
		}
		if got := strings.Join(service.Healthcheck.Test, " "); got != "CMD "+binary+" health" {
			t.Errorf("%s: health check %s", name, got)
		}
	}
}

// buildImage carries out the instructions of the build stage and returns what stands for its folder /out.
func buildImage(t *testing.T, build dockerStage) (out string) {
	t.Helper()
	source := filepath.Join(t.TempDir(), "src")
	out = filepath.Join(t.TempDir(), "out")
	copyContext(t, composeRoot(t), source)
	environment := append(os.Environ(), "VERSION=tried")
	for _, settings := range build.all("ENV") {
		environment = append(environment, strings.Fields(settings)...)
	}
	for _, line := range build.all("RUN") {
		begun := time.Now()
		// The machine has no folder /out for us.
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", strings.ReplaceAll(line, "/out", out))
		cmd.Dir, cmd.Env = source, environment
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("RUN %s: %v\n%s", line, err, output)
		}
		t.Logf("RUN %s took %s", line, time.Since(begun).Round(time.Second))
	}
	return out
}

// copyContext copies what .dockerignore lets through.
func copyContext(t *testing.T, root, target string) {
	t.Helper()
	ignored := dockerIgnore(t, root)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if name != "." && ignored.MatchString(filepath.ToSlash(name)) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(target, name), 0o700)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(target, name), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// dockerIgnore is .dockerignore as one expression. It knows the patterns that the file uses: names, * and **/.
func dockerIgnore(t *testing.T, root string) *regexp.Regexp {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.ContainsAny(line, "!?[") {
			t.Fatalf(".dockerignore: this test does not know the pattern %s", line)
		}
		pattern := strings.ReplaceAll(regexp.QuoteMeta(line), `\*\*/`, `(?:.*/)?`)
		patterns = append(patterns, strings.ReplaceAll(pattern, `\*`, `[^/]*`))
	}
	return regexp.MustCompile(`^(?:` + strings.Join(patterns, "|") + `)$`)
}

func isStatic(t *testing.T, binary string) {
	t.Helper()
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range file.Progs {
		if program.Type == elf.PT_INTERP {
			t.Error("the binary needs a loader, so it is not static")
		}
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

func goVersion(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(composeRoot(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("go.mod names no Go version")
	}
	return string(found[1])
}

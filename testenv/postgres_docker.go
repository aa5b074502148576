package testenv

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/temporalcli"
)

// postgresImage is the release that docker-compose.yml runs, too.
const postgresImage = "postgres:17"

// container is a server in Docker.
type container struct {
	id       string
	port     int
	password string
	release  func() error
}

// dockerRuns says whether an engine answers, not only whether there is a client.
func dockerRuns(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	version, err := docker(ctx, "version", "--format", "{{.Server.Version}}")
	return err == nil && version != ""
}

func docker(ctx context.Context, args ...string) (string, error) {
	var complaint strings.Builder
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("docker %s: %w: %s", args[0], err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

func startContainer(ctx context.Context) (*container, error) {
	port, err := temporalcli.FreePort()
	if err != nil {
		return nil, err
	}
	c := &container{port: port, password: token()}
	c.id, err = docker(ctx, "run", "--detach",
		// A fixed port: one that Docker chooses would change with a restart.
		"--publish", "127.0.0.1:"+strconv.Itoa(port)+":5432",
		"--env", "POSTGRES_PASSWORD="+c.password,
		"--env", "POSTGRES_INITDB_ARGS=--encoding=UTF8 --lc-collate=C --lc-ctype=C.UTF-8",
		"--label", "todoke=test", postgresImage,
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "jit=off", "-c", "timezone=UTC")
	if err != nil {
		return nil, err
	}
	if c.release, err = keepContainer(c.id); err != nil {
		return nil, errors.Join(err, c.remove())
	}
	if err := c.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, c.remove())
	}
	return c, nil
}

func (c *container) adminDSN() string {
	return fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/postgres?sslmode=disable", c.password, c.port)
}

func (c *container) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return awaitAnswer(ctx, c.adminDSN(), nil)
}

func (c *container) start(ctx context.Context) error {
	if _, err := docker(ctx, "start", c.id); err != nil {
		return err
	}
	return c.awaitReady(ctx)
}

func (c *container) stop() error { return c.end("stop") }

func (c *container) kill() error { return c.end("kill") }

func (c *container) remove() error {
	err := c.end("rm", "--force", "--volumes")
	if c.release != nil {
		err = errors.Join(err, c.release())
	}
	return err
}

func (c *container) end(command string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := docker(ctx, append(append([]string{command}, args...), c.id)...)
	return err
}

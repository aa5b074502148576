package temporalcli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"

	"github.com/todoke/todoke/temporalcli/child"
)

const (
	loopback            = "127.0.0.1"
	defaultNamespace    = "default"
	defaultStartTimeout = 90 * time.Second
	stopPatience        = 15 * time.Second
)

// Options say how the development server runs. Path is required.
type Options struct {
	// Path is the Temporal CLI, as Find or Build return it.
	Path string
	// Namespace is created when it is missing. Empty is "default".
	Namespace string
	// FrontendPort is for workers and clients, UIPort for the browser, both on the loopback address. Zero takes
	// a free one.
	FrontendPort, UIPort int
	// Headless leaves the web UI out.
	Headless bool
	// DBFile is the SQLite file that processes live in. Empty keeps them in memory, until Stop.
	DBFile string
	// LogFile takes the server's log, appended. Empty throws it away.
	LogFile string
	// StartTimeout bounds the wait for the server to answer. Zero is 90 seconds.
	StartTimeout time.Duration
}

// Server is a running development server.
type Server struct {
	options Options
	mu      sync.Mutex
	process *child.Process
}

// PortInUseError says that another program listens where the server should.
type PortInUseError struct {
	// Purpose is what the port was for: "Temporal" or "Temporal UI".
	Purpose string
	Port    int
	cause   error
}

// Error is one sentence for a person.
func (e *PortInUseError) Error() string {
	return fmt.Sprintf("port %d (%s) is in use by another program", e.Port, e.Purpose)
}

// Unwrap is what the operating system said.
func (e *PortInUseError) Unwrap() error { return e.cause }

// Start runs the server as a child process and returns once it answers and has its namespace. ctx bounds only the
// start; the server runs until Stop or Kill, or until this process dies (on Linux).
// The error is a *PortInUseError, or says what the end of the log says.
func Start(ctx context.Context, options Options) (*Server, error) {
	options, err := complete(options)
	if err != nil {
		return nil, err
	}
	s := &Server{options: options}
	if err := s.launch(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func complete(o Options) (Options, error) {
	if o.Namespace == "" {
		o.Namespace = defaultNamespace
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = defaultStartTimeout
	}
	var err error
	if o.FrontendPort == 0 {
		if o.FrontendPort, err = FreePort(); err != nil {
			return o, err
		}
	}
	if o.UIPort == 0 && !o.Headless {
		if o.UIPort, err = FreePort(); err != nil {
			return o, err
		}
	}
	if o.DBFile != "" {
		if err := os.MkdirAll(filepath.Dir(o.DBFile), 0o700); err != nil {
			return o, fmt.Errorf("folder for Temporal's database: %w", err)
		}
	}
	return o, nil
}

func (s *Server) launch(ctx context.Context) error {
	if err := s.checkPorts(); err != nil {
		return err
	}
	process, err := child.Start(child.Spec{
		Path:    s.options.Path,
		Args:    s.arguments(),
		Env:     s.environment(),
		LogFile: s.options.LogFile,
	})
	if err != nil {
		return err
	}
	if err := s.awaitHealthy(ctx, process); err != nil {
		return errors.Join(err, process.Kill())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process = process
	return nil
}

func (s *Server) checkPorts() error {
	if err := checkPort("Temporal", s.options.FrontendPort); err != nil {
		return err
	}
	if s.options.Headless {
		return nil
	}
	return checkPort("Temporal UI", s.options.UIPort)
}

func checkPort(purpose string, port int) error {
	listener, err := net.Listen("tcp", address(port))
	if err != nil {
		return &PortInUseError{Purpose: purpose, Port: port, cause: err}
	}
	return listener.Close()
}

func address(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

func (s *Server) arguments() []string {
	o := s.options
	args := []string{
		"server", "start-dev",
		"--ip", loopback, "--port", strconv.Itoa(o.FrontendPort),
		"--namespace", o.Namespace,
		"--color", "never", "--log-level", "warn",
		// Nothing leaves this machine: the server otherwise asks its makers whether there is a newer one.
		"--dynamic-config-value", "frontend.enableServerVersionCheck=false",
	}
	if o.DBFile != "" {
		args = append(args, "--db-filename", o.DBFile)
	}
	if o.Headless {
		return append(args, "--headless")
	}
	return append(args, "--ui-port", strconv.Itoa(o.UIPort))
}

func (s *Server) environment() []string {
	env := []string{"TEMPORAL_VERSION_CHECK_DISABLED=1"}
	if s.options.DBFile == "" {
		// Without a database file the CLI notes a cluster's number in the person's home folder. Nothing needs it,
		// and without a home it leaves that out.
		env = append(env, "HOME=")
	}
	return env
}

// awaitHealthy polls until the server knows its namespace. The namespace comes last, so all before it is up.
func (s *Server) awaitHealthy(ctx context.Context, process *child.Process) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.StartTimeout)
	defer cancel()
	for {
		err := Healthy(ctx, s.HostPort(), s.options.Namespace)
		if err == nil {
			return nil
		}
		select {
		case <-process.Done():
			return fmt.Errorf("temporal's development server ended while starting (%w)%s", process.Err(), s.logEnd())
		case <-ctx.Done():
			return fmt.Errorf("temporal's development server does not answer on %s after %s: %w%s",
				s.HostPort(), s.options.StartTimeout, err, s.logEnd())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Healthy asks a Temporal server once whether it serves the namespace.
func Healthy(ctx context.Context, hostPort, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := client.NewLazyClient(client.Options{HostPort: hostPort, Namespace: namespace, Logger: silent})
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	return err
}

// silent keeps the SDK's remarks on a server that is only starting out of the output.
var silent = temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler))

// logEnd is the end of the log for an error message, or nothing.
func (s *Server) logEnd() string {
	if s.options.LogFile == "" {
		return ""
	}
	log, err := os.ReadFile(s.options.LogFile)
	if err != nil || len(log) == 0 {
		return ""
	}
	const kept = 1500
	return "; its log " + s.options.LogFile + " ends:\n" + string(log[max(0, len(log)-kept):])
}

// HostPort is the address for clients and workers.
func (s *Server) HostPort() string { return address(s.options.FrontendPort) }

// Files are what the server writes: its log, its database, and what of that is not in the database's own file yet.
func (s *Server) Files() []string {
	var files []string
	for _, file := range []string{s.options.LogFile, s.options.DBFile, s.options.DBFile + "-wal"} {
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
	}
	return files
}

// UIURL is the web UI's address, empty when there is none.
func (s *Server) UIURL() string {
	if s.options.Headless {
		return ""
	}
	return "http://" + address(s.options.UIPort)
}

// Namespace is the namespace that the server was started for.
func (s *Server) Namespace() string { return s.options.Namespace }

// Done is closed when the server's process has ended, however that came.
func (s *Server) Done() <-chan struct{} { return s.current().Done() }

func (s *Server) current() *child.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

// Stop asks the server to end and waits for it; after 15 seconds it is killed, which the error then says.
func (s *Server) Stop() error { return s.current().Stop(syscall.SIGTERM, stopPatience) }

// Kill ends the server at once, as a crash would.
func (s *Server) Kill() error { return s.current().Kill() }

// Restart starts the server again on the same ports and file after Stop or Kill.
func (s *Server) Restart(ctx context.Context) error {
	if s.current().Running() {
		if err := s.Stop(); err != nil {
			return err
		}
	}
	return s.launch(ctx)
}

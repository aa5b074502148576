package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"text/tabwriter"
	"time"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

type doctorCommand struct {
	Profile string `help:"Check only this vendor profile." type:"path"`
}

// finding is one line of the doctor's report; Advice says what to do about it.
type finding struct {
	subject string
	state   string // ok, warning or error
	detail  string
	advice  string
}

const (
	fine    = "ok"
	warning = "warning"
	broken  = "error"
)

// Run checks everything that can be checked and says what to do.
func (d doctorCommand) Run(ctx context.Context) error {
	if d.Profile != "" {
		_, findings := checkProfile(d.Profile)
		return report(os.Stdout, findings)
	}
	c, err := config.Load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p, findings := checkProfile(c.Profile)
	findings = append(findings, checkKeys(c))
	findings = append(findings, checkDatabase(ctx, c, p)...)
	findings = append(findings, checkFiles(ctx, c), checkTemporal(ctx, c), checkSMTP(ctx, c))
	findings = append(findings, checkRunning(ctx, c)...)
	findings = append(findings, checkMailDomains(ctx, net.DefaultResolver, c, p)...)
	return report(os.Stdout, findings)
}

// report prints the findings and fails when one is an error.
func report(w io.Writer, findings []finding) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	errorsFound := 0
	for _, f := range findings {
		if f.state == broken {
			errorsFound++
		}
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\n", f.state, f.subject, f.detail); err != nil {
			return err
		}
		if f.advice != "" && f.state != fine {
			if _, err := fmt.Fprintf(table, "\t\t→ %s\n", f.advice); err != nil {
				return err
			}
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if errorsFound > 0 {
		return fmt.Errorf("%d things need mending", errorsFound)
	}
	return nil
}

// result makes a finding of a check's outcome.
func result(subject, detail string, err error, advice string) finding {
	if err != nil {
		return finding{subject, broken, explain(err), advice}
	}
	return finding{subject: subject, state: fine, detail: detail}
}

func checkProfile(path string) (*profile.Profile, []finding) {
	p, err := profile.Load(path)
	if err != nil {
		return nil, []finding{result("profile", "", err, "mend the lines named; the profile that ships has comments on every key")}
	}
	name := path
	if name == "" {
		name = "the one that ships"
	}
	findings := []finding{{subject: "profile", state: fine, detail: name}}
	for _, w := range p.Warnings(models.DateOf(time.Now())) {
		findings = append(findings, finding{"calendar", warning, w.In(models.English), "add the holidays that the Cabinet Office has announced"})
	}
	return p, findings
}

// clockSkew is the difference between database and machine that starts to matter:
// mail leases and deadlines are compared across machines.
const clockSkew = 2 * time.Second

func checkDatabase(ctx context.Context, c config.Config, p *profile.Profile) []finding {
	options := store.Options{URL: c.DatabaseURL}
	if p != nil {
		options.Rules = p.Rules()
	}
	s, err := store.Open(ctx, options)
	if err != nil {
		return []finding{result("database", "", err, "check TODOKE_DATABASE_URL and that the server accepts connections from here")}
	}
	defer s.Close() //nolint:errcheck // nothing was written
	current, err := s.SchemaCurrent(ctx)
	if err == nil && !current {
		err = errors.New("the schema is older than this version")
	}
	findings := []finding{result("database", s.Dialect()+", schema up to date", err, "run `todoke migrate`")}
	skew, err := s.ClockSkew(ctx)
	if err == nil && skew.Abs() > clockSkew {
		err = fmt.Errorf("this machine and the database differ by %s", skew.Round(time.Millisecond))
	}
	return append(findings, result("clock", "within "+clockSkew.String()+" of the database", err, "let both follow the same time server"))
}

func checkFiles(ctx context.Context, c config.Config) finding {
	f, err := files.Open(ctx, c.FilesURL)
	if err == nil {
		err = errors.Join(f.Check(ctx), f.Close())
	}
	return result("files", c.FilesURL, err, "check TODOKE_FILES_URL and that this user may write there")
}

func checkTemporal(ctx context.Context, c config.Config) finding {
	const advice = "check TODOKE_TEMPORAL_ADDRESS and that the namespace is registered"
	t, err := client.DialContext(ctx, client.Options{HostPort: c.TemporalAddress, Namespace: c.TemporalNamespace})
	if err != nil {
		return result("temporal", "", err, advice)
	}
	defer t.Close()
	_, err = t.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: c.TemporalNamespace})
	return result("temporal", c.TemporalAddress+", namespace "+c.TemporalNamespace, err, advice)
}

// checkRunning compares what should run with what runs, where all else is well
// enough to look; the other findings say why it is not.
func checkRunning(ctx context.Context, c config.Config) []finding {
	a, err := openApp(ctx, appOptions{config: c, log: newLog("error")})
	if errors.Is(err, errHashKey) {
		return []finding{result("keys in use", "", err, "put the key back into TODOKE_KEYS")}
	}
	if err != nil {
		return nil
	}
	defer a.close() //nolint:errcheck // nothing was written
	if a.schemaCurrent(ctx) != nil {
		return nil
	}
	return append([]finding{a.checkProcesses(ctx)}, a.checkKeysInUse(ctx)...)
}

func checkSMTP(ctx context.Context, c config.Config) finding {
	a := app{config: c}
	sender := mail.NewSender(a.smtp())
	defer sender.Close()
	return result("smtp", fmt.Sprintf("%s:%d, %s", c.SMTPHost, c.SMTPPort, c.SMTPTLS), sender.Check(ctx),
		"check TODOKE_SMTP_HOST, _PORT, _TLS, _USER and _PASSWORD")
}

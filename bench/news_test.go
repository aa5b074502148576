//go:build bench

package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	gomail "github.com/wneessen/go-mail"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// Bounds on news by mail.
const (
	MaxNewsMemory  = 100 << 20 // bytes that the worker has resident beyond what it has when idle
	MaxNewsUnknown = 120       // mails that nobody knows of after one kill -9
	MinNewsRatio   = 0.15      // of a plain loop over one connection, which notes nothing
)

const (
	slowRate = 100 // mails a second, to see that a rate holds
	fastRate = 2000
	slowFor  = 10 * time.Second
	// newsDeadline bounds all of it.
	newsDeadline = 20 * time.Minute
)

// NewsFigures are what sending an issue to many subscribers came to.
type NewsFigures struct {
	Subscribers int
	Slow        float64 // mails a second where the rate was set to slowRate
	PerSecond   float64 // as fast as it goes, until the worker was killed
	Peer        float64 // go-mail over one connection, in a plain loop
	Ratio       float64
	Unknown     int64
	Twice       int
	Idle        int64 // bytes resident before
	Peak        int64
	Took        time.Duration
}

// TestNews sends an issue to 100,000 subscribers on PostgreSQL: slowly at first, paused, then as fast as it goes, with the
// worker killed in the middle: `go test -tags bench -run TestNews -v ./bench`.
func TestNews(t *testing.T) {
	n, peers := 100_000, 3000
	if chosenSizes().quick {
		n, peers = 6000, 500
	}
	ctx, cancel := context.WithTimeout(t.Context(), newsDeadline)
	defer cancel()
	r := newNewsRun(t, n)
	f, err := r.measure(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if f.Peer, err = r.sink.peer(ctx, peers); err != nil {
		t.Fatal(err)
	}
	f.Ratio = f.PerSecond / f.Peer
	fmt.Printf("news to %d subscribers in %s: %.0f mails/s, go-mail in a plain loop over one connection %.0f mails/s, ratio %.2f;\n"+
		"set to %d/s it sends %.1f/s; after kill -9 %d unknown, %d twice; worker idle %d MB, peak %d MB\n",
		f.Subscribers, f.Took.Round(time.Second), f.PerSecond, f.Peer, f.Ratio, slowRate, f.Slow, f.Unknown, f.Twice, f.Idle>>20, f.Peak>>20)
	for name, beyond := range map[string]bool{
		"somebody got it twice":            f.Twice > 0,
		"the rate is not obeyed":           f.Slow > slowRate*1.05 || f.Slow < slowRate/2,
		"the worker's memory grows":        f.Peak-f.Idle > MaxNewsMemory,
		"too many are unknown":             f.Unknown > MaxNewsUnknown,
		"it is slow beside the plain loop": f.Ratio < MinNewsRatio,
	} {
		if beyond {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// newsRun is an installation whose worker sends to the sink.
type newsRun struct {
	t       *testing.T
	in      *harness.Installation
	facts   *store.Store
	sink    *newsSink
	profile string
	n       int
}

func newNewsRun(t *testing.T, n int) *newsRun {
	t.Helper()
	r := &newsRun{t: t, n: n, sink: newNewsSink(t), profile: filepath.Join(t.TempDir(), "profile.yaml")}
	r.setRate(slowRate)
	r.in = harness.New(t, harness.Options{
		Database: harness.Postgres(t), Temporal: harness.DevTemporal(t),
		Env: map[string]string{"LOG_LEVEL": "warn", "PROFILE": r.profile, "SMTP_PORT": strconv.Itoa(r.sink.port)},
	})
	r.facts = r.in.Store(t)
	db, err := r.facts.DB()
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `INSERT INTO mail_subscriptions (address, topic, subscribed, link_salt, link_key, created_at)
		SELECT 'reader' || n || '@customer.example', 'news', true, md5(n::text), 1, now() FROM generate_series(1, $1) AS n`, n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// setRate writes the profile that the worker reads when it starts.
func (r *newsRun) setRate(perSecond int) {
	r.t.Helper()
	shipped := profile.DefaultYAML()
	text := bytes.Replace(shipped, []byte("news_per_second: 20\n"), fmt.Appendf(nil, "news_per_second: %d\n", perSecond), 1)
	if bytes.Equal(text, shipped) {
		r.t.Fatal("the profile that ships has no rate of news to change")
	}
	if err := os.WriteFile(r.profile, text, 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *newsRun) measure(ctx context.Context) (f NewsFigures, err error) {
	f.Subscribers = r.n
	if err := r.in.Worker.Start(ctx); err != nil {
		return f, err
	}
	time.Sleep(3 * time.Second) // until it is idle
	if f.Idle, err = r.in.Worker.SharedMemory(); err != nil {
		return f, err
	}
	watch := watchWorker(r.in.Worker)
	defer watch.stop()
	begun := time.Now()
	issue, err := r.begin(ctx)
	if err != nil {
		return f, err
	}
	if f.Slow, err = r.slowly(ctx); err != nil {
		return f, err
	}
	if f.PerSecond, err = r.fast(ctx, issue); err != nil {
		return f, err
	}
	if err := r.await(ctx, "the issue is sent", func() (bool, error) {
		d, err := r.facts.NewsDetail(ctx, issue.Number)
		return err == nil && d.Issue.Status == models.NewsSent, err
	}); err != nil {
		return f, err
	}
	f.Took, f.Peak = time.Since(begun), watch.stop()
	f.Unknown, f.Twice, err = r.compare(ctx, issue)
	return f, err
}

func (r *newsRun) begin(ctx context.Context) (models.NewsIssue, error) {
	paragraph := "ご利用の製品に関する重要なお知らせです。内容をご確認のうえ、お早めにご対応くださいますようお願いいたします。\n\n"
	text := models.NewsText{
		Title: models.Text{JA: "脆弱性に関するお知らせ", EN: "About a vulnerability"},
		Body:  models.Text{JA: "## 対象\n\n- Apex One\n\n" + repeat(paragraph, 10), EN: "## Products\n\n- Apex One"},
	}
	issue, err := r.facts.WriteNews(ctx, models.Process, text)
	if err != nil {
		return issue, err
	}
	done, err := r.facts.ScheduleNews(ctx, models.Process, store.DecideNews{Number: issue.Number}, time.Time{})
	return done.Issue, err
}

func repeat(s string, n int) string { return string(bytes.Repeat([]byte(s), n)) }

// slowly gives the rate over a while, from the first mail on.
func (r *newsRun) slowly(ctx context.Context) (float64, error) {
	if err := r.await(ctx, "the first mail", func() (bool, error) { return r.sink.count() > 0, nil }); err != nil {
		return 0, err
	}
	before, begun := r.sink.count(), time.Now()
	time.Sleep(slowFor)
	return float64(r.sink.count()-before) / time.Since(begun).Seconds(), nil
}

// fast pauses, has the worker begin anew with another rate, resumes, and kills the
// worker once half of the mails are out. It gives the rate until then.
func (r *newsRun) fast(ctx context.Context, issue models.NewsIssue) (float64, error) {
	paused, err := r.facts.PauseNews(ctx, models.Process, store.DecideNews{Number: issue.Number})
	if err != nil {
		return 0, err
	}
	if err := r.in.Worker.Stop(); err != nil {
		return 0, err
	}
	at := r.sink.count()
	r.setRate(fastRate)
	if err := r.in.Worker.Start(ctx); err != nil {
		return 0, err
	}
	if r.sink.count() != at {
		return 0, fmt.Errorf("%d mails went out while the issue was paused", r.sink.count()-at)
	}
	if _, err := r.facts.ResumeNews(ctx, models.Process, store.DecideNews{Number: issue.Number, Version: paused.Issue.Version}); err != nil {
		return 0, err
	}
	if err := r.await(ctx, "sending goes on", func() (bool, error) { return r.sink.count() > at+100, nil }); err != nil {
		return 0, err
	}
	from, begun := r.sink.count(), time.Now()
	if err := r.await(ctx, "half of it is out", func() (bool, error) { return r.sink.count() > r.n/2, nil }); err != nil {
		return 0, err
	}
	perSecond := float64(r.sink.count()-from) / time.Since(begun).Seconds()
	if err := r.in.Worker.Kill(); err != nil {
		return 0, err
	}
	return perSecond, r.in.Worker.Start(ctx)
}

func (r *newsRun) await(ctx context.Context, what string, is func() (bool, error)) error {
	for {
		if done, err := is(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w, with %d mails out", what, ctx.Err(), r.sink.count())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// compare sets what the ledger says beside what arrived: what was sent arrived once, and what nobody knows of at most once.
func (r *newsRun) compare(ctx context.Context, issue models.NewsIssue) (unknown int64, twice int, err error) {
	d, err := r.facts.NewsDetail(ctx, issue.Number)
	if err != nil {
		return 0, 0, err
	}
	got := r.sink.arrived()
	db, err := r.facts.DB()
	if err != nil {
		return 0, 0, err
	}
	rows, err := db.QueryContext(ctx, "SELECT recipient, status FROM mails WHERE news_issue_id = $1 AND kind = 'news'", issue.ID)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close() //nolint:errcheck // only read
	seen := 0
	for rows.Next() {
		var recipient string
		var status models.MailStatus
		if err := rows.Scan(&recipient, &status); err != nil {
			return 0, 0, err
		}
		seen++
		if n := got[recipient]; n > 1 {
			twice++
		} else if status == models.MailSent && n != 1 || status != models.MailSent && status != models.MailUnknown {
			return 0, 0, fmt.Errorf("a mail is %s and arrived %d times", status, n)
		}
	}
	if seen != r.n {
		return 0, 0, fmt.Errorf("there are %d mails to %d subscribers", seen, r.n)
	}
	return d.Counts.ByStatus[models.MailUnknown], twice, rows.Err()
}

// workerWatch looks again and again at how much the worker has resident.
type workerWatch struct {
	end     chan struct{}
	once    sync.Once
	looking sync.WaitGroup
	most    int64
}

func watchWorker(p *harness.Process) *workerWatch {
	w := &workerWatch{end: make(chan struct{})}
	w.looking.Go(func() {
		for {
			if now, err := p.SharedMemory(); err == nil { // else it is not running just now
				w.most = max(w.most, now)
			}
			select {
			case <-w.end:
				return
			case <-time.After(lookEvery):
			}
		}
	})
	return w
}

func (w *workerWatch) stop() int64 {
	w.once.Do(func() { close(w.end) })
	w.looking.Wait()
	return w.most
}

// newsSink is a mail server that keeps nothing but how often each recipient got a mail.
type newsSink struct {
	port int
	mu   sync.Mutex
	to   map[string]int
	all  int
}

func newNewsSink(t *testing.T) *newsSink {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &newsSink{port: listener.Addr().(*net.TCPAddr).Port, to: map[string]int{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &newsSession{sink: s}, nil }))
	server.Domain = "sink.example"
	go func() { _ = server.Serve(listener) }() // ends when it is closed
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func (s *newsSink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}

func (s *newsSink) arrived() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied := make(map[string]int, len(s.to))
	for to, n := range s.to {
		copied[to] = n
	}
	return copied
}

// peer sends mails of the same length as a plain program would: go-mail, one connection, one after the other.
func (s *newsSink) peer(ctx context.Context, n int) (perSecond float64, err error) {
	client, err := gomail.NewClient("127.0.0.1", gomail.WithPort(s.port), gomail.WithTLSPolicy(gomail.NoTLS))
	if err != nil {
		return 0, err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return 0, err
	}
	defer client.Close() //nolint:errcheck // all were answered
	body := repeat("ご利用の製品に関する重要なお知らせです。内容をご確認のうえ、お早めにご対応くださいますようお願いいたします。\n", 12)
	begun := time.Now()
	for i := range n {
		m := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64))
		if err := m.From("support@example.jp"); err != nil {
			return 0, err
		}
		if err := m.To(fmt.Sprintf("peer%d@customer.example", i)); err != nil {
			return 0, err
		}
		m.Subject("脆弱性に関するお知らせ")
		m.SetBodyString(gomail.TypeTextPlain, body)
		m.AddAlternativeString(gomail.TypeTextHTML, "<html><body><p>"+body+"</p></body></html>")
		if err := client.Send(m); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(begun).Seconds(), nil
}

type newsSession struct {
	sink *newsSink
	to   []string
}

func (s *newsSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *newsSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *newsSession) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	for _, to := range s.to {
		s.sink.to[to]++
		s.sink.all++
	}
	return nil
}

func (s *newsSession) Reset() { s.to = nil }

func (s *newsSession) Logout() error { return nil }

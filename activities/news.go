package activities

import (
	"context"
	"sync"
	"time"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"go.temporal.io/sdk/activity"
	"golang.org/x/time/rate"
)

// News are the steps of an issue of Support Information.
type News struct {
	Store *store.Store
	Mails *Mails
}

const (
	// newsRun is how long one run sends; the next one goes on.
	newsRun = 30 * time.Second
	// newsClaimed is how long a claimed mail may wait for its turn. Together with the
	// time that sending takes it stays within the lease.
	newsClaimed = 20 * time.Second
	// newsAtOnce bounds the mails claimed at once. A process that dies leaves so many
	// unknown: a fraction of a second's worth.
	newsAtOnce = 50
	// newsDeferred is how many recipients in a row may be refused for the moment before
	// that counts as the mail server's wish to be left alone for a while.
	newsDeferred = 20
	// newsNoted is how many outcomes are written at once, and newsNoting how long the
	// first of them waits for others.
	newsNoted  = 50
	newsNoting = 100 * time.Millisecond
)

// AdvanceNews takes an issue as far as one look does.
func (a *News) AdvanceNews(ctx context.Context, issueID int64) (protocol.NewsState, error) {
	progress, err := a.Store.AdvanceNews(ctx, issueID, lease)
	return protocol.NewsStateOf(progress), err
}

// SendNews sends an issue's mails at the profile's rate until none is due, its time is
// over, somebody paused the issue or the worker stops. Each mail is claimed before
// and noted after; never more than a handful are in memory. It fails where
// the mail server is away: what had been claimed is given back, and Temporal tries again.
func (a *News) SendNews(ctx context.Context, issueID int64) (protocol.NewsBatch, error) {
	issue, sending, err := a.Store.NewsToSend(ctx, issueID)
	if err != nil || !sending {
		return protocol.NewsBatch{}, err
	}
	r := &newsSending{News: a, issue: issue, rules: a.Store.Rules().News, bodies: map[models.Language]mail.NewsBody{}}
	for _, language := range []models.Language{models.Japanese, models.English} {
		if r.bodies[language], err = mail.NewNewsBody(issue.Body.In(language)); err != nil {
			return protocol.NewsBatch{}, models.Internal(err)
		}
	}
	done := make(chan struct{})
	defer close(done)
	go beat(ctx, done)
	return r.run(ctx)
}

// newsSending is one run.
type newsSending struct {
	*News
	issue  models.NewsIssue
	rules  models.NewsRules
	bodies map[models.Language]mail.NewsBody

	work     chan claimedNews
	outcomes chan newsOutcome
	stop     context.CancelFunc

	mu      sync.Mutex
	trouble error // why the run ended early
	row     int   // recipients refused for the moment in a row
	batch   protocol.NewsBatch
}

// claimedNews is a mail that is this run's, and since when.
type claimedNews struct {
	store.NewsMail
	since time.Time
}

// newsOutcome is what became of one.
type newsOutcome struct {
	mail    store.NewsMail
	outcome mail.Outcome
	back    bool // nothing of it left
}

func (r *newsSending) run(ctx context.Context) (protocol.NewsBatch, error) {
	until, stop := context.WithTimeout(ctx, newsRun)
	defer stop()
	r.stop, r.work, r.outcomes = stop, make(chan claimedNews), make(chan newsOutcome, newsNoted)
	go func() {
		select {
		case <-activity.GetWorkerStopChannel(ctx):
			stop()
		case <-until.Done():
		}
	}()
	var senders, noter sync.WaitGroup
	for range r.rules.Connections {
		senders.Go(func() { r.send(ctx) })
	}
	noter.Go(func() { r.note(settled(ctx)) })
	err := r.claim(ctx, until)
	close(r.work)
	senders.Wait()
	close(r.outcomes)
	noter.Wait()
	if err == nil {
		err = r.trouble
	}
	return r.batch, err
}

// group is how many mails are claimed at once: a quarter of a second's worth.
func (r *newsSending) group() int { return min(max(r.rules.PerSecond/4, 1), newsAtOnce) }

// claim hands out claimed mails at the rate. What it cannot hand out any more it gives back.
func (r *newsSending) claim(ctx, until context.Context) error {
	pace := rate.NewLimiter(rate.Limit(r.rules.PerSecond), 1)
	for after := int64(0); until.Err() == nil; {
		mails, last, err := r.Store.ClaimNews(ctx, r.issue.ID, after, r.group())
		if err != nil || last == 0 {
			return err
		}
		after = last
		since := time.Now()
		for i, m := range mails {
			if !r.handOut(until, pace, claimedNews{m, since}) {
				return r.Store.GiveBackNews(settled(ctx), mails[i:])
			}
		}
	}
	return nil
}

func (r *newsSending) handOut(until context.Context, pace *rate.Limiter, m claimedNews) bool {
	if pace.Wait(until) != nil {
		return false
	}
	select {
	case r.work <- m:
		return true
	case <-until.Done():
		return false
	}
}

// send sends what is handed out, over one connection after the other. A mail that was
// claimed too long ago is given back: somebody else may count it as lost soon.
func (r *newsSending) send(ctx context.Context) {
	for m := range r.work {
		if time.Since(m.since) > newsClaimed {
			r.outcomes <- newsOutcome{mail: m.NewsMail, back: true}
			continue
		}
		message, err := r.compose(m.NewsMail)
		if err != nil {
			r.end(err)
			r.outcomes <- newsOutcome{mail: m.NewsMail, back: true}
			continue
		}
		sending, cancel := context.WithTimeout(ctx, sendTimeout)
		outcome := r.Mails.Sender.Send(sending, message)
		cancel()
		r.outcomes <- newsOutcome{mail: m.NewsMail, outcome: outcome, back: r.judge(outcome)}
	}
}

func (r *newsSending) compose(m store.NewsMail) (mail.Message, error) {
	f := store.MailFacts{Mail: m.Mail, News: &r.issue, Subscription: &m.Subscription}
	data, err := r.Mails.newsWith(f, r.bodies[m.Language])
	if err != nil {
		return mail.Message{}, err
	}
	return r.Mails.message(f, data)
}

// judge counts an outcome, and says whether it speaks about us and our server and not
// about the recipient: then the mail is as if it had not been tried, and the run ends.
func (r *newsSending) judge(o mail.Outcome) (back bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	status := ledgerStatus(o)
	switch {
	case status == models.MailSent:
		r.batch.Sent++
		r.row = 0
	case status != models.MailQueued:
		r.batch.Ended++
		r.row = 0
	case o.Stage == mail.StageConnect || o.Stage == mail.StageAuth || o.Stage == mail.StageMail:
		r.endLocked(models.NewError(models.KindUnavailable, "mail_server_away"))
		return true
	default:
		r.batch.Deferred++
		if r.row++; r.row >= newsDeferred {
			r.endLocked(models.NewError(models.KindUnavailable, "mail_refused_for_now"))
		}
	}
	return false
}

func (r *newsSending) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endLocked(err)
}

func (r *newsSending) endLocked(err error) {
	if r.trouble == nil {
		r.trouble = err
	}
	r.stop()
}

// note writes outcomes into the ledger, those of mails that were sent many at a time.
func (r *newsSending) note(ctx context.Context) {
	var sent []store.NewsSent
	flush := func() {
		if err := r.insist(func() error { return r.Store.FinishNewsSent(ctx, sent) }); err != nil {
			r.end(err)
		}
		sent = sent[:0]
	}
	timer := time.NewTimer(newsNoting)
	defer timer.Stop()
	for {
		select {
		case o, open := <-r.outcomes:
			if !open {
				flush()
				return
			}
			if o.back || o.outcome.State != mail.Sent {
				r.noteOne(ctx, o)
				continue
			}
			if len(sent) == 0 {
				timer.Reset(newsNoting)
			}
			if sent = append(sent, store.NewsSent{MailID: o.mail.ID, Reply: replyLine(o.outcome)}); len(sent) == newsNoted {
				flush()
			}
		case <-timer.C:
			flush()
		}
	}
}

func (r *newsSending) noteOne(ctx context.Context, o newsOutcome) {
	err := r.insist(func() error {
		if o.back {
			return r.Store.GiveBackNews(ctx, []store.NewsMail{o.mail})
		}
		_, err := r.Store.FinishMail(ctx, o.mail.ID, ledgerStatus(o.outcome), replyLine(o.outcome))
		return err
	})
	if err != nil {
		r.end(err)
	}
}

// insist tries a few times: what a server answered is worth more than a moment's
// trouble with the database. What cannot be noted counts as unknown once its claim is old.
func (r *newsSending) insist(write func() error) (err error) {
	const tries = 5
	for try := range tries {
		if err = write(); err == nil || !models.IsKind(err, models.KindUnavailable) {
			return err
		}
		time.Sleep(time.Duration(try) * 500 * time.Millisecond)
	}
	return err
}

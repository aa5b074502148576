package mail

import (
	"context"
	"errors"
	"net/textproto"
	"strconv"
	"time"

	"github.com/todoke/todoke/models"
)

// Sender hands mails to one SMTP server over pooled connections. It may be used
// by many goroutines at once.
type Sender struct {
	config SMTPConfig
	pool   *pool
}

// NewSender makes a sender. It connects to nothing yet: intake goes on while
// the mail server is away.
func NewSender(config SMTPConfig) *Sender {
	config = config.withDefaults()
	return &Sender{config: config, pool: newPool(config)}
}

// Close ends idle connections; a Send in progress still finishes.
func (s *Sender) Close() { s.pool.close() }

// Send makes one attempt at one mail and says what is known afterwards. It
// tries a second connection only where the first one, taken from the pool, was
// gone before the server accepted MAIL; anything later is the caller's decision.
//
// Cancelling ctx before the final dot ends the attempt as Temporary. After it
// Send still waits a few seconds for the answer, so an activity needs more time
// than ConnectTimeout, a few CommandTimeouts and AnswerTimeout together.
func (s *Sender) Send(ctx context.Context, m Message) Outcome {
	if wrong := m.check(); len(wrong) > 0 {
		return Outcome{State: Refused, Stage: StageCompose, Err: models.Invalid(wrong...)}
	}
	raw, err := m.compose(time.Now())
	if err == nil && s.config.DKIM != nil {
		raw, err = s.config.DKIM.Sign(raw)
	}
	if err != nil {
		return Outcome{State: Refused, Stage: StageCompose, Err: models.Internal(err)}
	}
	if err := s.pool.acquire(ctx); err != nil {
		return outcomeOf(err)
	}
	defer s.pool.release()
	code, reply, err := s.attempt(ctx, m, raw)
	if err != nil {
		return outcomeOf(err, secretsOf(m)...)
	}
	enhanced, text := splitReply(reply, secretsOf(m))
	return Outcome{State: Sent, Stage: StageAnswer, Code: code, Enhanced: enhanced, Reply: text}
}

func (s *Sender) attempt(ctx context.Context, m Message, raw []byte) (code int, reply string, err error) {
	session, release, err := s.begin(ctx, m)
	if err != nil {
		return 0, "", err
	}
	code, reply, err = session.transfer(m.To.Email, raw)
	release()
	s.settle(session, err)
	return code, reply, err
}

// begin gives a session whose server has accepted MAIL, watched for ctx until
// the caller releases it. An idle connection that turns
// out to be gone, or that the server hangs up on, is replaced by a new one.
func (s *Sender) begin(ctx context.Context, m Message) (*session, func(), error) {
	utf8Addresses := !isASCII(m.sender()) || !isASCII(m.To.Email)
	if idle := s.pool.take(); idle != nil {
		release := idle.watch(ctx)
		err := idle.begin(m.sender(), utf8Addresses)
		if err == nil {
			return idle, release, nil
		}
		release()
		s.settle(idle, err)
		if reusable(err) {
			return nil, nil, err
		}
	}
	fresh, err := s.pool.dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	release := fresh.watch(ctx)
	if err := fresh.begin(m.sender(), utf8Addresses); err != nil {
		release()
		s.settle(fresh, err)
		return nil, nil, err
	}
	return fresh, release, nil
}

// settle keeps the connection for the next mail or drops it.
func (s *Sender) settle(session *session, err error) {
	if reusable(err) && !session.cancelledByCaller() {
		s.pool.give(session)
		return
	}
	session.drop()
}

// Check connects, protects and signs in as Send would and says goodbye, without
// sending anything. The error says which of these failed: smtp_unreachable,
// smtp_tls or smtp_auth, with host and port.
func (s *Sender) Check(ctx context.Context) error {
	session, err := connect(ctx, s.config)
	if err != nil {
		return s.checkError(err)
	}
	if err := session.quit(); err != nil {
		return s.checkError(at(StageConnect, err))
	}
	return nil
}

func (s *Sender) checkError(err error) error {
	code := "smtp_unreachable"
	reply, answered := errors.AsType[*textproto.Error](err)
	if f, ok := errors.AsType[*failure](err); ok && f.stage == StageAuth {
		code = "smtp_auth"
	} else if errors.Is(err, errTLS) {
		code = "smtp_tls"
	}
	params := []string{"host", s.config.Host, "port", strconv.Itoa(s.config.Port)}
	if answered {
		params = append(params, "smtp_code", strconv.Itoa(reply.Code))
	}
	return models.NewError(models.KindUnavailable, code, params...).WithCause(err)
}

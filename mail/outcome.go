package mail

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/todoke/todoke/models"
)

// State says what is known about a mail after an attempt to send it.
type State string

// The states an attempt can end in.
const (
	Sent      State = "sent"      // the server said that it has the mail
	Refused   State = "refused"   // the server said never, or the message can be no mail: trying again is pointless
	Temporary State = "temporary" // the server does not have the mail: trying again cannot make a second one
	Unknown   State = "unknown"   // the final dot went out and no answer came back: never send again by itself
)

// Stage is the step of the SMTP conversation that decided the outcome.
type Stage string

// The stages, in the order of the conversation.
const (
	StageCompose Stage = "compose" // no server was asked
	StageConnect Stage = "connect" // dialling, greeting, EHLO, STARTTLS
	StageAuth    Stage = "auth"
	StageMail    Stage = "mail"   // MAIL FROM: about the sender
	StageRcpt    Stage = "rcpt"   // RCPT TO: about the recipient
	StageData    Stage = "data"   // the DATA command and the content, before the final dot
	StageAnswer  Stage = "answer" // after the final dot
)

// Outcome is what an attempt to send came to. Nothing in it names a person:
// Reply and Err have had addresses taken out, so they may be stored and logged.
type Outcome struct {
	State    State
	Stage    Stage
	Code     int    // the server's reply code, 0 without a reply
	Enhanced string // the enhanced status code (RFC 3463) such as 5.1.1, empty without one
	Reply    string // the reply's text, at most 200 characters
	Err      error  // a *models.Error unless Sent
}

// failure is an error of one stage of the conversation.
type failure struct {
	stage Stage
	err   error
}

func (f *failure) Error() string { return string(f.stage) + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func at(stage Stage, err error) error {
	if err == nil {
		return nil
	}
	return &failure{stage, err}
}

// Reply codes of the 5xx family that speak about the connection between todoke
// and its own server, not about this mail: unknown or misplaced commands, and
// authentication (RFC 5321 4.2.2, RFC 4954 6). Refusing a recipient for them
// would send an order back for a mistake in the configuration.
var connectionTrouble = []int{500, 502, 503, 504, 530, 534, 535, 538}

// outcomeOf classifies an error of the conversation. Addresses that the reply
// may quote are given so that they can be taken out.
func outcomeOf(err error, secrets ...string) Outcome {
	stage := StageConnect
	if f, ok := errors.AsType[*failure](err); ok {
		stage = f.stage
	}
	o := Outcome{State: Temporary, Stage: stage}
	reply, answered := errors.AsType[*textproto.Error](err)
	switch {
	case answered:
		o.Code = reply.Code
		o.Enhanced, o.Reply = splitReply(reply.Msg, secrets)
		o.State = stateOf(stage, reply.Code)
		err = fmt.Errorf("%s: %d %s %s", stage, o.Code, o.Enhanced, o.Reply)
	case stage == StageAnswer:
		o.State = Unknown
	}
	o.Err = errorOf(o, err)
	return o
}

// stateOf reads a reply that is not the one the stage hoped for.
func stateOf(stage Stage, code int) State {
	transaction := stage == StageMail || stage == StageRcpt || stage == StageData || stage == StageAnswer
	switch {
	case code >= 400 && code < 500:
		return Temporary
	case code >= 500 && code < 600:
		if transaction && !slices.Contains(connectionTrouble, code) {
			return Refused
		}
		return Temporary
	case stage == StageAnswer:
		return Unknown // neither yes nor no, and the server has the content
	}
	return Temporary
}

// errorOf gives the domain error of an outcome; its parameters hold no person.
func errorOf(o Outcome, cause error) error {
	kind := map[State]models.Kind{
		Refused: models.KindInvalid, Temporary: models.KindUnavailable, Unknown: models.KindInternal,
	}[o.State]
	e := models.NewError(kind, "mail_"+string(o.State), "stage", string(o.Stage), "smtp_code", strconv.Itoa(o.Code))
	return e.WithCause(cause)
}

var (
	enhancedCode = regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)`)
	addressLike  = regexp.MustCompile(`[^\s<>"'(),;:]*[@＠][^\s<>"'(),;:]*`)
)

const maxReplyRunes = 200

// splitReply parts the enhanced status code from a reply's text and takes out
// of the text whatever could name a person: anything with an at sign, and the
// names and local parts given in secrets, which servers like to quote alone.
func splitReply(msg string, secrets []string) (enhanced, text string) {
	var lines []string
	for line := range strings.SplitSeq(msg, "\n") {
		line = strings.TrimSpace(line)
		if m := enhancedCode.FindStringSubmatch(line); m != nil {
			enhanced = m[1]
			line = line[len(m[0]):]
		}
		lines = append(lines, line)
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.Join(lines, " "))
	text = addressLike.ReplaceAllString(strings.ToValidUTF8(text, "?"), "…")
	for _, secret := range secrets {
		text = takeOut(text, secret)
	}
	if runes := []rune(text); len(runes) > maxReplyRunes {
		text = string(runes[:maxReplyRunes])
	}
	return enhanced, strings.TrimSpace(text)
}

var wordEnd = regexp.MustCompile(`\w$`)

// takeOut replaces every occurrence of a word, in whatever case. A word of
// ASCII letters is replaced only where it stands by itself: local parts can be
// a single letter.
func takeOut(text, word string) string {
	if word == "" || !utf8.ValidString(word) {
		return text // the text is valid UTF-8, so such a word cannot stand in it
	}
	pattern := regexp.QuoteMeta(word)
	if isASCII(word) && wordEnd.MatchString(word) {
		pattern += `\b`
		if wordEnd.MatchString(word[:1]) {
			pattern = `\b` + pattern
		}
	}
	return regexp.MustCompile(`(?i)`+pattern).ReplaceAllString(text, "…")
}

// secretsOf gives the parts of a message's addresses that a reply must not repeat.
func secretsOf(m Message) []string {
	local, _, _ := strings.Cut(m.To.Email, "@")
	return []string{m.To.Email, m.To.Name, local}
}

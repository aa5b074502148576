package models

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// TopicNews is Support Information: news by mail (contracts.md). It goes to those who
// asked for it.
const TopicNews MailTopic = "news"

// ProcessNewsIssue sends one issue of Support Information.
const ProcessNewsIssue ProcessName = "NewsIssue"

// NewsStatus is the state of an issue of Support Information.
type NewsStatus string

// The states. A draft has no process yet; a cancelled issue that was being sent goes
// to nobody more.
const (
	NewsDraft     NewsStatus = "draft"
	NewsScheduled NewsStatus = "scheduled"
	NewsSending   NewsStatus = "sending"
	NewsPaused    NewsStatus = "paused"
	NewsSent      NewsStatus = "sent"
	NewsCancelled NewsStatus = "cancelled"
)

// NewsStatuses lists the states in the order an issue passes them.
var NewsStatuses = []NewsStatus{NewsDraft, NewsScheduled, NewsSending, NewsPaused, NewsSent, NewsCancelled}

// NewsShown are the states in which the portal shows an issue: from its first mail
// on, which leads there. A cancelled one was wrong.
var NewsShown = []NewsStatus{NewsSending, NewsPaused, NewsSent}

var newsTransitions = map[NewsStatus][]NewsStatus{
	NewsDraft:     {NewsScheduled, NewsCancelled},
	NewsScheduled: {NewsDraft, NewsSending, NewsCancelled},
	NewsSending:   {NewsPaused, NewsSent, NewsCancelled},
	NewsPaused:    {NewsSending, NewsCancelled},
}

// CanBecome says whether the state may follow.
func (s NewsStatus) CanBecome(next NewsStatus) bool { return slices.Contains(newsTransitions[s], next) }

// NewsIssue is one issue of Support Information. Title and body exist in both
// languages; bodies are Markdown.
type NewsIssue struct {
	ID      int64
	Number  string
	Status  NewsStatus
	Version int64 // counts every change; decisions are accepted against it
	Title   Text  `gorm:"embedded;embeddedPrefix:title_"`
	Body    Text  `gorm:"embedded;embeddedPrefix:body_"`
	// TitleKey is what titles are searched by.
	TitleKey string
	// Products narrows whom it goes to: those who hold one of them, as codes with
	// spaces between; empty is everybody who subscribed.
	Products    string
	ScheduledAt *time.Time
	StartedAt   *time.Time
	PausedAt    *time.Time
	ClosedAt    *time.Time // sent or cancelled
	// PreparedTo is the last subscription that was looked at for this issue, PreparedAt
	// when there were no more of them.
	PreparedTo int64
	PreparedAt *time.Time
	Recipients int // mails queued
	LeftOut    int // subscribers without a mail, because their address is marked as dead
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// WorkflowID is the process that sends the issue: its business number.
func (i NewsIssue) WorkflowID() string { return "news/" + i.Number }

// ProductCodes gives the products whose holders it goes to, or none for everybody.
func (i NewsIssue) ProductCodes() []string { return strings.Fields(i.Products) }

// Text gives what the issue says, as its editor has it.
func (i NewsIssue) Text() NewsText {
	return NewsText{Title: i.Title, Body: i.Body, Products: i.ProductCodes()}
}

// Longest texts of an issue, in characters.
const (
	MaxNewsTitle = 120
	MaxNewsBody  = 20_000
)

// NewsText is what staff write: title and body in both languages, and whom it is for.
type NewsText struct {
	Title    Text
	Body     Text
	Products []string
}

// Trim takes the spaces around the values away, and puts line ends into one form.
func (t *NewsText) Trim() {
	for _, value := range []*string{&t.Title.JA, &t.Title.EN, &t.Body.JA, &t.Body.EN} {
		*value = strings.TrimSpace(strings.ReplaceAll(*value, "\r\n", "\n"))
	}
	slices.Sort(t.Products)
	t.Products = slices.Compact(t.Products)
}

// Check says what is wrong with the text, all at once. A draft may leave things out
// that a mail needs: see CheckWhole.
func (t NewsText) Check(c *Catalogue) []FieldError {
	var errs []FieldError
	for _, f := range t.fields() {
		text := f.value
		if f.longest == MaxNewsBody {
			text = strings.NewReplacer("\n", " ", "\t", " ").Replace(text)
		}
		errs = append(errs, CheckLine(f.name, text, f.longest)...)
	}
	if t.Title.JA == "" {
		errs = append(errs, Field("title_ja", "required"))
	}
	for _, code := range t.Products {
		if _, known := c.Product(code); !known {
			errs = append(errs, Field("products", "product_unknown"))
			break
		}
	}
	return errs
}

// CheckWhole says what is missing before the text can go out: everything exists in
// both languages.
func (t NewsText) CheckWhole() []FieldError {
	var errs []FieldError
	for _, f := range t.fields() {
		if f.value == "" {
			errs = append(errs, Field(f.name, "required"))
		}
	}
	return errs
}

type newsField struct {
	name, value string
	longest     int
}

func (t NewsText) fields() []newsField {
	return []newsField{
		{"title_ja", t.Title.JA, MaxNewsTitle}, {"body_ja", t.Body.JA, MaxNewsBody},
		{"title_en", t.Title.EN, MaxNewsTitle}, {"body_en", t.Body.EN, MaxNewsBody},
	}
}

// NewsTitleKey gives the key that titles are searched by: width and case make no
// difference.
func NewsTitleKey(t Text) string { return NewsSearchKey(t.JA) + "\n" + NewsSearchKey(t.EN) }

// NewsSearchKey gives the form in which a typed part of a title is looked for.
func NewsSearchKey(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), " "))
}

// newsAhead is how far ahead an issue can be scheduled.
const newsAhead = 366 * 24 * time.Hour

// CheckNewsTime says whether an issue can be scheduled for that moment.
func CheckNewsTime(at, now time.Time) []FieldError {
	switch {
	case at.Before(now):
		return []FieldError{Field("at", "news_time_past")}
	case at.After(now.Add(newsAhead)):
		return []FieldError{Field("at", "news_time_far")}
	}
	return nil
}

// NewsDecisionKind is what somebody decided about an issue.
type NewsDecisionKind string

// The decisions. Started and finished are the process's.
const (
	NewsWritten    NewsDecisionKind = "written"
	NewsEdited     NewsDecisionKind = "edited"
	NewsSchedule   NewsDecisionKind = "scheduled"
	NewsUnschedule NewsDecisionKind = "unscheduled"
	NewsStarted    NewsDecisionKind = "started"
	NewsPause      NewsDecisionKind = "paused"
	NewsResume     NewsDecisionKind = "resumed"
	NewsCancel     NewsDecisionKind = "cancelled"
	NewsFinished   NewsDecisionKind = "finished"
)

// NewsDecision is a decision about an issue; its note is what was said.
type NewsDecision struct {
	ID           int64
	NewsIssueID  int64
	Kind         NewsDecisionKind
	IssueVersion int64 // the version that it made
	ActorKind    ActorKind
	ActorID      int64
	ActorName    string
	Note         string
	CreatedAt    time.Time
}

// NewsRules is what the profile says about news by mail.
type NewsRules struct {
	PerSecond   int           // mails a second
	Connections int           // to the mail server, at once
	Retry       time.Duration // until a mail that was refused for the moment is tried again
}

// What an issue's process does next, beside NextWait and NextDone.
const (
	NextLook Next = "look" // look again: there is more to prepare, or to end
	NextSend Next = "send" // mails are due
)

// NewsProgress is where an issue stands, for its process.
type NewsProgress struct {
	Next    Next
	Status  NewsStatus
	Version int64
	At      time.Time // when to look again; zero is when somebody decides
}

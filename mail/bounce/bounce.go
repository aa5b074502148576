// Package bounce reads the reports that mail servers send about a mail that
// could not be delivered (RFC 3464, and what older servers write instead).
package bounce

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	"github.com/todoke/todoke/models"
)

// Kind is what a mail that came for a bounce address turned out to be.
type Kind string

// The kinds. Only Failed and Delayed say something about our mail.
const (
	Failed    Kind = "failed"    // it will not arrive
	Delayed   Kind = "delayed"   // still on its way
	Delivered Kind = "delivered" // arrived, or handed to a server that sends no reports
	NoReport  Kind = "no_report" // an answer of an absent person, or anything else
)

// Report is what a mail says about one of ours.
type Report struct {
	Kind       Kind
	Status     string   // RFC 3463 such as 5.1.1, empty without one
	Recipients []string // the addresses it speaks of
}

// Class says what a failure or delay means for the mail and its address.
func (r Report) Class() models.BounceClass {
	switch {
	case r.Kind == Delayed:
		return models.BounceDelayed
	case slices.Contains(dead, r.Status):
		return models.BounceHard
	}
	return models.BounceSoft
}

// dead are the status codes that speak of the address and not of the moment, of
// the mail or of us. Everything else leaves the address alone: a full mailbox
// (5.2.2), a policy (5.7.x), and every temporary code (4.x.x) that was tried
// until the server gave up. Source: RFC 3463 sections 3.2 to 3.5, RFC 7505 for
// 5.1.10, and Microsoft's list of non-delivery reports for its use of 5.4.1 and
// 5.4.310.
var dead = []string{
	"5.1.1",   // no such mailbox
	"5.1.2",   // no such domain
	"5.1.3",   // no address at all
	"5.1.6",   // the mailbox has moved
	"5.1.10",  // no such recipient; the domain takes no mail
	"5.2.1",   // the mailbox is closed
	"5.4.1",   // Exchange Online: no such recipient at that domain
	"5.4.4",   // no route: the domain is not in the DNS
	"5.4.310", // Exchange Online: the domain does not exist
}

// Bounds on what is read: a report has three parts, and its sender is anybody.
const (
	maxParts  = 50
	maxDepth  = 5
	maxFields = 64 << 10
	maxText   = 64 << 10
)

// Parse reads a mail. It never fails: what cannot be read is no report.
func Parse(data []byte) Report {
	entity, err := message.Read(bytes.NewReader(data))
	if entity == nil || (err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err)) {
		return Report{Kind: NoReport}
	}
	r := reader{}
	r.walk(entity, 0)
	if len(r.groups) > 0 {
		return reportOf(r.groups)
	}
	// Exim writes no report for programs but names the recipients in a header.
	if failed := entity.Header.Get("X-Failed-Recipients"); failed != "" {
		return Report{Kind: Failed, Status: statusIn(r.text.String()), Recipients: addressesIn(failed)}
	}
	return Report{Kind: NoReport}
}

// reader collects what parts of a mail say.
type reader struct {
	parts  int
	groups []textproto.MIMEHeader // of the delivery-status part: the mail's, then one for each recipient
	text   strings.Builder        // what people read, for servers that write nothing else
}

// walk looks at a part and those within it. A mail inside the mail is not
// entered: it is ours come back, and says nothing about itself.
func (r *reader) walk(e *message.Entity, depth int) {
	r.parts++
	if r.parts > maxParts || depth > maxDepth {
		return
	}
	if parts := e.MultipartReader(); parts != nil {
		for r.parts <= maxParts {
			part, err := parts.NextPart()
			if part == nil || (err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err)) {
				return // the end, or broken: what was read counts
			}
			r.walk(part, depth+1)
		}
		return
	}
	kind, _, err := e.Header.ContentType()
	switch {
	case err == nil && (kind == "message/delivery-status" || kind == "message/global-delivery-status"):
		r.groups = append(r.groups, groupsOf(e.Body)...)
	case err != nil || kind == "text/plain" || kind == "":
		_, _ = io.Copy(&r.text, io.LimitReader(e.Body, int64(max(0, maxText-r.text.Len())))) // what was read counts
	}
}

// groupsOf reads groups of fields with blank lines between them. A line that is
// no field ends its group, and what stands before it counts.
func groupsOf(body io.Reader) []textproto.MIMEHeader {
	var groups []textproto.MIMEHeader
	lines := textproto.NewReader(bufio.NewReader(io.LimitReader(body, maxFields)))
	for len(groups) < maxParts {
		fields, err := lines.ReadMIMEHeader()
		if len(fields) > 0 {
			groups = append(groups, fields)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return groups
		}
		if _, broken := errors.AsType[textproto.ProtocolError](err); err != nil && !broken {
			return groups
		}
	}
	return groups
}

// reportOf gives the worst that the groups say: our mails have one recipient,
// but a list behind it may report several.
func reportOf(groups []textproto.MIMEHeader) Report {
	worst := Report{Kind: NoReport}
	for _, g := range groups {
		kind, known := actions[strings.ToLower(firstWord(g.Get("Action")))]
		if !known {
			continue
		}
		if one := (Report{Kind: kind, Status: statusOf(g), Recipients: recipientsOf(g)}); grave(one) > grave(worst) {
			worst = one
		}
	}
	return worst
}

// grave orders reports, the gravest highest.
func grave(r Report) int {
	switch {
	case r.Kind == Failed && r.Class() == models.BounceHard:
		return 4
	case r.Kind == Failed:
		return 3
	}
	return slices.Index([]Kind{NoReport, Delivered, Delayed}, r.Kind)
}

// actions are the words of RFC 3464, 2.3.3.
var actions = map[string]Kind{
	"failed": Failed, "delayed": Delayed, "delivered": Delivered, "relayed": Delivered, "expanded": Delivered,
}

var (
	statusCode = regexp.MustCompile(`(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:$|[^\d.]|\.\s|\.$)`)
	// replyStatus is the code right after a reply's number, as servers quote it:
	// elsewhere in a text such digits may be an address or a version.
	replyStatus = regexp.MustCompile(`\b[45]\d\d[ -]\s*([45]\.\d{1,3}\.\d{1,3})\b`)
	addressLike = regexp.MustCompile(`[^\s<>"'(),;:]+@[^\s<>"'(),;:]+`)
)

// statusOf gives a recipient's status code. Where the server says no more than
// "something", the other server's reply may say what.
func statusOf(g textproto.MIMEHeader) string {
	status := ""
	if m := statusCode.FindStringSubmatch(g.Get("Status")); m != nil {
		status = m[1]
	}
	if status == "" || strings.HasSuffix(status, ".0.0") {
		if quoted := statusIn(g.Get("Diagnostic-Code")); quoted != "" {
			return quoted
		}
	}
	return status
}

func statusIn(text string) string {
	if m := replyStatus.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

func recipientsOf(g textproto.MIMEHeader) []string {
	return addressesIn(g.Get("Original-Recipient") + " " + g.Get("Final-Recipient"))
}

func addressesIn(text string) []string { return addressLike.FindAllString(text, maxParts) }

func firstWord(s string) string {
	if words := strings.Fields(s); len(words) > 0 {
		return strings.TrimRight(words[0], ";")
	}
	return ""
}

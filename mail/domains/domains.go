// Package domains looks up what the DNS says about the domains that mails come
// from: whether receivers can tell our mails from forged ones, and whether
// bounces find their way back.
package domains

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/todoke/todoke/mail"
)

// Resolver asks the DNS; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
}

// Setup is how mails are sent.
type Setup struct {
	Senders      []string   // domains of From addresses
	BounceDomain string     // empty: bounces go to the From addresses
	DKIM         *mail.DKIM // nil: mails are not signed here
}

// State is how a record was found.
type State string

// The states. NotLooked says nothing about the record: the DNS did not answer.
const (
	Right     State = "right"
	Missing   State = "missing"
	Wrong     State = "wrong"
	NotLooked State = "not looked"
)

// Finding is what was found about one record.
type Finding struct {
	Record  string // SPF, DKIM, DMARC or MX
	Name    string // where it stands in the DNS
	State   State
	Detail  string
	Publish string // what to publish there
}

// lookTimeout bounds one look, so that a DNS that is away is told of soon.
const lookTimeout = 5 * time.Second

// Check looks at the records of all domains, at the same time.
func Check(ctx context.Context, r Resolver, s Setup) []Finding {
	var checks []func(context.Context, Resolver) Finding
	for _, d := range s.Senders {
		checks = append(checks, spf(d), dmarc(d))
	}
	if s.BounceDomain != "" {
		if !slices.Contains(s.Senders, s.BounceDomain) {
			checks = append(checks, spf(s.BounceDomain))
		}
		checks = append(checks, mx(s.BounceDomain))
	}
	if s.DKIM != nil {
		checks = append(checks, key(s.DKIM))
		for _, d := range s.Senders {
			if !aligned(d, s.DKIM.Domain) {
				checks = append(checks, notAligned(d, s.DKIM.Domain))
			}
		}
	}
	findings := make([]Finding, len(checks))
	var done sync.WaitGroup
	for i, check := range checks {
		done.Go(func() {
			looking, cancel := context.WithTimeout(ctx, lookTimeout)
			defer cancel()
			findings[i] = check(looking, r)
		})
	}
	done.Wait()
	return findings
}

// failed puts an error of the DNS into a finding: no such record, or no answer.
func failed(f Finding, err error) Finding {
	answer, ok := errors.AsType[*net.DNSError](err)
	if ok && answer.IsNotFound {
		f.State, f.Detail = Missing, "there is no such record"
		return f
	}
	f.State, f.Detail, f.Publish = NotLooked, "the DNS does not answer from here, so this could not be looked at", ""
	return f
}

// beginning gives those of the texts that begin with a tag.
func beginning(texts []string, tag string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(t string) bool {
		rest, found := strings.CutPrefix(strings.ToLower(strings.TrimSpace(t)), tag)
		return !found || (rest != "" && !strings.ContainsAny(rest[:1], "; "))
	})
}

// spf says who may send mails of a domain (RFC 7208).
func spf(domain string) func(context.Context, Resolver) Finding {
	return func(ctx context.Context, r Resolver) Finding {
		f := Finding{Record: "SPF", Name: domain, Publish: `"v=spf1 mx -all", with the servers that send your mails in place of mx`}
		texts, err := r.LookupTXT(ctx, domain)
		if err != nil {
			return failed(f, err)
		}
		switch found := beginning(texts, "v=spf1"); len(found) {
		case 0:
			f.State, f.Detail = Missing, "the domain does not say who may send its mails"
		case 1:
			f.State, f.Detail = Right, found[0]
		default:
			f.State, f.Detail = Wrong, fmt.Sprintf("there are %d records, and receivers then believe none", len(found))
			f.Publish = "one of them"
		}
		return f
	}
}

// dmarc says what receivers do with what fails (RFC 7489). A domain without a
// record has that of the one above it.
func dmarc(domain string) func(context.Context, Resolver) Finding {
	return func(ctx context.Context, r Resolver) Finding {
		f := Finding{Record: "DMARC", Name: "_dmarc." + domain, Publish: `"v=DMARC1; p=none; rua=mailto:…", and a stricter p once the reports are clean`}
		for above := domain; strings.Contains(above, "."); _, above, _ = strings.Cut(above, ".") {
			texts, err := r.LookupTXT(ctx, "_dmarc."+above)
			if err != nil {
				if f = failed(f, err); f.State == NotLooked {
					return f
				}
				continue
			}
			if found := beginning(texts, "v=dmarc1"); len(found) == 1 {
				f.State, f.Name, f.Detail = Right, "_dmarc."+above, found[0]
				return f
			}
		}
		f.State, f.Detail = Missing, "there is no such record"
		return f
	}
}

// mx says where bounces and replies go.
func mx(domain string) func(context.Context, Resolver) Finding {
	return func(ctx context.Context, r Resolver) Finding {
		f := Finding{Record: "MX", Name: domain, Publish: "an MX record that leads to the listener for bounces"}
		hosts, err := r.LookupMX(ctx, domain)
		if err != nil {
			return failed(f, err)
		}
		var names []string
		for _, h := range hosts {
			names = append(names, strings.TrimSuffix(h.Host, "."))
		}
		if len(names) == 1 && names[0] == "" {
			f.State, f.Detail = Wrong, "the domain says that it takes no mail"
			return f
		}
		f.State, f.Detail = Right, strings.Join(names, ", ")
		return f
	}
}

// key compares the public key in the DNS with ours (RFC 6376).
func key(d *mail.DKIM) func(context.Context, Resolver) Finding {
	return func(ctx context.Context, r Resolver) Finding {
		f := Finding{Record: "DKIM", Name: d.RecordName()}
		want, err := d.Record()
		if err != nil {
			f.State, f.Detail = Wrong, err.Error()
			return f
		}
		f.Publish = `"` + want + `"`
		texts, err := r.LookupTXT(ctx, d.RecordName())
		if err != nil {
			return failed(f, err)
		}
		for _, t := range texts {
			if tagOf(t, "p") == tagOf(want, "p") {
				f.State, f.Detail = Right, "holds our public key"
				return f
			}
		}
		f.State, f.Detail = Wrong, "holds another key than ours: receivers take our mails for forged"
		return f
	}
}

// tagOf gives a tag's value in a record of tags, spaces left out.
func tagOf(record, tag string) string {
	for part := range strings.SplitSeq(record, ";") {
		name, value, _ := strings.Cut(part, "=")
		if strings.TrimSpace(name) == tag {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}

// aligned says whether a signature of one domain speaks for a sender of another.
func aligned(sender, signer string) bool {
	return strings.EqualFold(sender, signer) || under(sender, signer) || under(signer, sender)
}

func under(domain, above string) bool {
	return strings.HasSuffix(strings.ToLower(domain), "."+strings.ToLower(above))
}

func notAligned(sender, signer string) func(context.Context, Resolver) Finding {
	return func(context.Context, Resolver) Finding {
		return Finding{
			Record: "DKIM", Name: sender, State: Wrong, Publish: "nothing: sign as " + sender + ", or send as " + signer,
			Detail: "mails from this domain are signed as " + signer + ", which says nothing about them to DMARC",
		}
	}
}

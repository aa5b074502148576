package main

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/mail/domains"
	"github.com/todoke/todoke/profile"
)

// checkMailDomains looks at what the DNS says about the domains that mails come from.
func checkMailDomains(ctx context.Context, dns domains.Resolver, c config.Config, p *profile.Profile) []finding {
	if p == nil {
		return nil // there are no senders to look at
	}
	a := app{config: c, profile: p}
	signer, err := a.dkim()
	if err != nil {
		return []finding{result("dkim", "", err, "check TODOKE_DKIM_KEY_FILE or TODOKE_DKIM_KEY; openssl genpkey makes a key")}
	}
	var findings []finding
	if signer == nil {
		findings = append(findings, finding{subject: "dkim", state: fine, detail: "mails are not signed here; your mail server may do it"})
	}
	setup := domains.Setup{Senders: senderDomains(p), BounceDomain: a.mailDomain(), DKIM: signer}
	for _, f := range domains.Check(ctx, dns, setup) {
		findings = append(findings, mailFinding(f))
	}
	return findings
}

// senderDomains are the domains that the profile's kinds of mails come from.
func senderDomains(p *profile.Profile) []string {
	var list []string
	for _, s := range p.Mail.Senders {
		_, domain, _ := strings.Cut(s.Address, "@")
		list = append(list, strings.ToLower(domain))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// mailFinding words what was found in the DNS. Only a record that says something
// wrong is an error: without one mails still go out.
func mailFinding(f domains.Finding) finding {
	state := map[domains.State]string{
		domains.Right: fine, domains.Missing: warning, domains.NotLooked: warning, domains.Wrong: broken,
	}[f.State]
	line := finding{subject: strings.ToLower(f.Record), state: state, detail: f.Name + ": " + f.Detail}
	if f.Publish != "" {
		line.advice = "publish at " + f.Name + ": " + f.Publish
	}
	return line
}

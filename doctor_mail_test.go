package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net"
	"strings"
	"testing"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/profile"
	"golang.org/x/net/dns/dnsmessage"
)

// dnsThatSays starts a DNS server on loopback that knows texts and nothing else,
// and gives a resolver that asks it.
func dnsThatSays(t *testing.T, texts map[string]string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		question := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(question[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.RCode, m.Additionals = true, dnsmessage.RCodeNameError, nil
			if text, known := texts[strings.TrimSuffix(q.Name.String(), ".")]; known && q.Type == dnsmessage.TypeTXT {
				m.RCode = dnsmessage.RCodeSuccess
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}, Body: &dnsmessage.TXTResource{TXT: []string{text}},
				}}
			}
			if answer, err := m.Pack(); err == nil {
				_, _ = server.WriteTo(answer, from) // the resolver asks again
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// TestDoctorLooksAtTheMailDomains has the DNS hold the right records, then none,
// then a key that is not ours: only the last is an error, and what is missing is
// told together with what to publish.
func TestDoctorLooksAtTheMailDomains(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	p, err := profile.Default()
	must(t, err)
	c := config.Config{DKIMKey: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), DKIMDomain: "example.jp", DKIMSelector: "k1"}
	record, err := (&mail.DKIM{Domain: "example.jp", Selector: "k1", Key: key}).Record()
	must(t, err)
	right := map[string]string{"k1._domainkey.example.jp": record}
	for _, d := range senderDomains(p) {
		right[d], right["_dmarc."+d] = "v=spf1 mx -all", "v=DMARC1; p=none"
	}
	other := map[string]string{"k1._domainkey.example.jp": "v=DKIM1; k=ed25519; p=AAAA"}
	for name, want := range map[string]struct {
		texts  map[string]string
		states []string
		say    []string
		err    bool
	}{
		"right":       {right, []string{fine}, []string{"dkim", "spf", "dmarc"}, false},
		"nothing":     {nil, []string{warning}, []string{"publish at k1._domainkey.example.jp", record, "v=spf1", "v=DMARC1"}, false},
		"another key": {other, []string{broken, warning}, []string{"holds another key than ours"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			findings := checkMailDomains(t.Context(), dnsThatSays(t, want.texts), c, p)
			if len(findings) < 3 {
				t.Errorf("only %d things were looked at", len(findings))
			}
			for _, f := range findings {
				if !strings.Contains(strings.Join(want.states, " "), f.state) {
					t.Errorf("%s is %s: %s", f.subject, f.state, f.detail)
				}
			}
			var printed bytes.Buffer
			if err := report(&printed, findings); (err != nil) != want.err {
				t.Errorf("the report ends with %v", err)
			}
			for _, words := range want.say {
				if !strings.Contains(printed.String(), words) {
					t.Errorf("the report does not say %q:\n%s", words, printed.String())
				}
			}
		})
	}
}

// TestDoctorSaysThatMailsAreNotSigned has no key, and then one that is none.
func TestDoctorSaysThatMailsAreNotSigned(t *testing.T) {
	p, err := profile.Default()
	must(t, err)
	dns := dnsThatSays(t, nil)
	unsigned := checkMailDomains(t.Context(), dns, config.Config{}, p)
	if unsigned[0].subject != "dkim" || unsigned[0].state != fine {
		t.Errorf("without a key the doctor says %+v", unsigned[0])
	}
	wrong := checkMailDomains(t.Context(), dns, config.Config{DKIMKey: "no key", DKIMSelector: "k1"}, p)
	if len(wrong) != 1 || wrong[0].state != broken || wrong[0].advice == "" || strings.Contains(wrong[0].detail, "no key") {
		t.Errorf("of a key that is none the doctor says %+v", wrong)
	}
}

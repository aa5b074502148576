package domains_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"net"
	"strings"
	"testing"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/mail/domains"
	"golang.org/x/net/dns/dnsmessage"
)

// zone is what the test's DNS knows.
type zone struct {
	txt map[string][]string
	mx  map[string]string
}

// resolver starts a DNS server on loopback and gives a resolver that asks it.
func resolver(t *testing.T, z zone) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		question := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			if answer := z.answer(question[:n]); answer != nil {
				_, _ = server.WriteTo(answer, from) // the resolver asks again
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// answer gives nothing to a question about a silent domain.
func (z zone) answer(raw []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(raw) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name := strings.TrimSuffix(q.Name.String(), ".")
	m.Response, m.RCode, m.Additionals = true, dnsmessage.RCodeNameError, nil
	header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}
	if q.Type == dnsmessage.TypeTXT {
		for _, text := range z.txt[name] {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.TXTResource{TXT: pieces(text)}})
		}
	}
	if host, ok := z.mx[name]; ok && q.Type == dnsmessage.TypeMX {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName(host)}})
	}
	if len(m.Answers) > 0 {
		m.RCode = dnsmessage.RCodeSuccess
	}
	if strings.HasSuffix(name, "broken.example") {
		m.Answers, m.RCode = nil, dnsmessage.RCodeServerFailure
	}
	packed, err := m.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// pieces parts a text as the DNS holds long ones.
func pieces(text string) []string {
	var list []string
	for len(text) > 200 {
		list, text = append(list, text[:200]), text[200:]
	}
	return append(list, text)
}

func signer(t *testing.T, domain string) (*mail.DKIM, string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &mail.DKIM{Domain: domain, Selector: "k1", Key: key}
	record, err := d.Record()
	if err != nil {
		t.Fatal(err)
	}
	return d, record
}

// states gives the findings by record and name.
func states(findings []domains.Finding) map[string]domains.State {
	by := map[string]domains.State{}
	for _, f := range findings {
		by[f.Record+" "+f.Name] = f.State
	}
	return by
}

func expect(t *testing.T, findings []domains.Finding, want map[string]domains.State) {
	t.Helper()
	got := states(findings)
	for name, state := range want {
		if got[name] != state {
			t.Errorf("%s is %q, want %q", name, got[name], state)
		}
	}
	if len(got) != len(want) {
		t.Errorf("findings are %v", got)
	}
}

func TestEverythingInPlace(t *testing.T) {
	t.Parallel()
	dkim, record := signer(t, "example.jp")
	r := resolver(t, zone{
		txt: map[string][]string{
			"license.example.jp":         {"v=spf1 mx -all", "something=else"},
			"bounce.example.jp":          {"V=SPF1 ip4:203.0.113.9 -all"},
			"_dmarc.example.jp":          {"v=DMARC1; p=reject"},
			"k1._domainkey.example.jp":   {strings.Replace(record, "p=", "p= ", 1)},
			"_dmarc.bounce.example.jp.x": {"v=DMARC1"},
		},
		mx: map[string]string{"bounce.example.jp": "mail.example.jp."},
	})
	expect(t, domains.Check(t.Context(), r, domains.Setup{Senders: []string{"license.example.jp"}, BounceDomain: "bounce.example.jp", DKIM: dkim}),
		map[string]domains.State{
			"SPF license.example.jp": domains.Right, "SPF bounce.example.jp": domains.Right, "DMARC _dmarc.example.jp": domains.Right,
			"MX bounce.example.jp": domains.Right, "DKIM k1._domainkey.example.jp": domains.Right,
		})
}

func TestWhatIsMissingOrWrong(t *testing.T) {
	t.Parallel()
	dkim, record := signer(t, "example.jp")
	_, other := signer(t, "example.jp")
	r := resolver(t, zone{
		txt: map[string][]string{
			"example.jp":               {"v=spf1 mx -all", "v=spf1 a -all"},
			"other.example":            {"v=spf10 nonsense"},
			"k1._domainkey.example.jp": {other},
		},
		mx: map[string]string{"bounce.example.jp": "."},
	})
	findings := domains.Check(t.Context(), r, domains.Setup{Senders: []string{"example.jp", "other.example"}, BounceDomain: "bounce.example.jp", DKIM: dkim})
	expect(t, findings, map[string]domains.State{
		"SPF example.jp": domains.Wrong, "SPF other.example": domains.Missing, "SPF bounce.example.jp": domains.Missing,
		"DMARC _dmarc.example.jp": domains.Missing, "DMARC _dmarc.other.example": domains.Missing,
		"MX bounce.example.jp": domains.Wrong, "DKIM k1._domainkey.example.jp": domains.Wrong, "DKIM other.example": domains.Wrong,
	})
	for _, f := range findings {
		if f.Publish == "" {
			t.Errorf("%s %s: nothing is said about what to publish", f.Record, f.Name)
		}
		if f.Name == "k1._domainkey.example.jp" && !strings.Contains(f.Publish, record) {
			t.Errorf("the record to publish is %s", f.Publish)
		}
	}
}

// TestADNSThatDoesNotAnswer says nothing about records that were not seen.
func TestADNSThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	dkim, _ := signer(t, "broken.example")
	r := resolver(t, zone{})
	setup := domains.Setup{Senders: []string{"broken.example"}, BounceDomain: "broken.example", DKIM: dkim}
	for _, f := range domains.Check(t.Context(), r, setup) {
		if f.State != domains.NotLooked || f.Publish != "" {
			t.Errorf("%s is %s, to publish: %s", f.Record, f.State, f.Publish)
		}
	}
}

package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/todoke/todoke/mail/mailbox"
)

func pemOf(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// TestSignedMails sends mails by SMTP and verifies what arrived, whole and
// tampered with, as a receiver does.
func TestSignedMails(t *testing.T) {
	t.Parallel()
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, small, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"RSA": pemOf(t, large), "Ed25519": pemOf(t, small),
		"RSA, PKCS #1": pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(large)}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := ParseDKIMKey(text)
			if err != nil {
				t.Fatal(err)
			}
			arrived, record := signedArrival(t, key)
			verify := func(raw []byte) *dkim.Verification {
				list, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(domain string) ([]string, error) {
					if domain != "k1._domainkey.example.jp" {
						return nil, &net.DNSError{IsNotFound: true}
					}
					return []string{record}, nil
				}})
				if err != nil || len(list) != 1 {
					t.Fatalf("%d signatures: %v", len(list), err)
				}
				return list[0]
			}
			if v := verify(arrived); v.Err != nil || v.Domain != "example.jp" {
				t.Errorf("the signature of %s does not hold: %v", v.Domain, v.Err)
			}
			for what, tampered := range map[string][]byte{
				"another subject": bytes.Replace(arrived, []byte("\r\nSubject: "), []byte("\r\nSubject: x"), 1),
				"another body":    append(bytes.Clone(arrived), "more\r\n"...),
				"a second sender": append([]byte("From: somebody@example.com\r\n"), arrived...),
				"an added Cc":     append([]byte("Cc: somebody@example.com\r\n"), arrived...),
			} {
				if v := verify(tampered); v.Err == nil {
					t.Errorf("%s goes unnoticed", what)
				}
			}
		})
	}
}

// signedArrival sends a mail through a mailbox and gives it as it arrived, with
// the record for the DNS.
func signedArrival(t *testing.T, key crypto.Signer) (raw []byte, record string) {
	t.Helper()
	box, err := mailbox.New(mailbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = box.ServeSMTP(listener) }() // ends with Close
	t.Cleanup(func() { _ = box.Close() })
	sign := &DKIM{Domain: "example.jp", Selector: "k1", Key: key}
	sender := NewSender(SMTPConfig{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: TLSNone, DKIM: sign})
	t.Cleanup(sender.Close)
	outcome := sender.Send(t.Context(), Message{
		From: Address{Name: "電子納品", Email: "ship@example.jp"}, To: Address{Email: "nouhin@customer.example.jp"},
		EnvelopeFrom: "bounce+1.abc@example.jp", Subject: "重要:納品 ORDC0000017 ID", Text: "本文\n.\n行頭の点", HTML: "<p>本文</p>",
		MessageID: "1@example.jp", Language: "ja",
	})
	if outcome.State != Sent {
		t.Fatal(outcome.Err)
	}
	if record, err = sign.Record(); err != nil {
		t.Fatal(err)
	}
	m := box.Messages()[0]
	if m.From != "bounce+1.abc@example.jp" || !strings.HasPrefix(string(m.Raw), "DKIM-Signature: ") {
		t.Errorf("the mail from %s begins with %.40s", m.From, m.Raw)
	}
	return m.Raw, record
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "secret", "a certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	} {
		if _, err := ParseDKIMKey([]byte(text)); err == nil {
			t.Errorf("%s is taken for a key", name)
		}
	}
}

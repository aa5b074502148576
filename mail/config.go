package mail

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"strconv"
	"time"
)

// TLSMode says how the connection to the server is protected.
type TLSMode string

// The modes. There is no "if offered": a server that stops offering STARTTLS
// could otherwise have the password in the clear.
const (
	TLSStart    TLSMode = "starttls" // plain first, then STARTTLS, which must be offered
	TLSImplicit TLSMode = "tls"      // TLS from the first byte
	TLSNone     TLSMode = "none"     // for a mailbox on the same machine
)

// SMTPConfig says how to reach the mail server. Zero values take the defaults
// named at the fields.
type SMTPConfig struct {
	Host     string
	Port     int // 587 for starttls, 465 for tls, 25 for none
	User     string
	Password string
	TLS      TLSMode        // starttls
	RootCAs  *x509.CertPool // nil: the system's
	Helo     string         // the machine's host name
	DKIM     *DKIM          // signs mails; nil: the server signs them, or nobody

	PoolSize       int           // connections at once, 4
	MaxIdle        time.Duration // an idle connection older than this is not used again, 30 s
	ConnectTimeout time.Duration // dialling and greeting up to AUTH, 15 s
	CommandTimeout time.Duration // each command, and each write of content, 30 s
	// AnswerTimeout bounds the wait after the final dot. Giving up there leaves
	// the mail unknown, so it is long: 2 minutes.
	AnswerTimeout time.Duration
}

func (c SMTPConfig) withDefaults() SMTPConfig {
	if c.TLS == "" {
		c.TLS = TLSStart
	}
	if c.Port == 0 {
		c.Port = map[TLSMode]int{TLSStart: 587, TLSImplicit: 465, TLSNone: 25}[c.TLS]
	}
	if c.Helo == "" {
		c.Helo = "localhost"
		if name, err := os.Hostname(); err == nil && name != "" {
			c.Helo = name
		}
	}
	if c.PoolSize <= 0 {
		c.PoolSize = 4
	}
	orElse(&c.MaxIdle, 30*time.Second)
	orElse(&c.ConnectTimeout, 15*time.Second)
	orElse(&c.CommandTimeout, 30*time.Second)
	orElse(&c.AnswerTimeout, 2*time.Minute)
	return c
}

func orElse(d *time.Duration, value time.Duration) {
	if *d <= 0 {
		*d = value
	}
}

func (c SMTPConfig) address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

func (c SMTPConfig) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: c.Host, RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12}
}

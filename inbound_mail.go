package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/mail/bounce"
	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
)

// mailDomain is where bounces and replies come to; empty where nobody receives
// them, and then mails carry no address that could be answered there.
func (a *app) mailDomain() string {
	if a.config.BounceDomain == "" && a.config.BounceSMTP != "" {
		return a.profile.Mail.MessageIDDomain
	}
	return a.config.BounceDomain
}

// returnPath gives each mail an envelope sender of its own, so that a bounce says
// which mail it is about even when it quotes nothing; none where nobody receives bounces.
func (a *app) returnPath() func(mailID int64) (string, error) {
	domain := a.mailDomain()
	if domain == "" {
		return nil
	}
	return func(mailID int64) (string, error) {
		tag, err := a.ring.Tag(bounce.TagPurpose, mailID)
		return bounce.Address(tag, domain), err
	}
}

// dkim gives what mails are signed with, or nothing.
func (a *app) dkim() (*mail.DKIM, error) {
	text := []byte(strings.ReplaceAll(a.config.DKIMKey, `\n`, "\n"))
	var err error
	if a.config.DKIMKeyFile != "" {
		text, err = os.ReadFile(a.config.DKIMKeyFile)
	}
	if err != nil || len(text) == 0 {
		return nil, err
	}
	signer := &mail.DKIM{Domain: a.config.DKIMDomain, Selector: a.config.DKIMSelector}
	if signer.Domain == "" {
		signer.Domain = a.profile.Mail.MessageIDDomain
	}
	if signer.Key, err = mail.ParseDKIMKey(text); err != nil {
		return nil, fmt.Errorf("%sDKIM_KEY: %w", config.Prefix, err)
	}
	return signer, nil
}

// inboundRoutes are the mails that the installation receives.
func (a *app) inboundRoutes(teller *outbox.Outbox) []inbound.Route {
	return []inbound.Route{bounce.Route(a.ring, func(ctx context.Context, r models.BounceReport) (bool, error) {
		done, err := a.store.RecordBounce(ctx, r)
		teller.Tell(done.OutboxID)
		return done.Repeated, err
	}), a.inquiryRoute()}
}

// inboundMail receives mails on an address.
type inboundMail struct {
	*inbound.Server
	address string
}

// inboundServer makes the server that receives mails.
func (a *app) inboundServer(m *metrics.Metrics, teller *outbox.Outbox) (*inboundMail, error) {
	options := inbound.Options{Domains: []string{a.mailDomain()}, Routes: a.inboundRoutes(teller), Log: a.log, Registry: m.Registry}
	if a.config.BounceTLSCert != "" {
		if _, err := tls.LoadX509KeyPair(a.config.BounceTLSCert, a.config.BounceTLSKey); err != nil {
			return nil, fmt.Errorf("%sBOUNCE_TLS_CERT: %w", config.Prefix, err)
		}
		options.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.bounceCertificate}
	}
	server, err := inbound.New(options)
	if err != nil {
		return nil, err
	}
	return &inboundMail{Server: server, address: a.config.BounceSMTP}, nil
}

// bounceCertificate reads the files for every connection, of which there are
// few, so that a renewed certificate is used at once.
func (a *app) bounceCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(a.config.BounceTLSCert, a.config.BounceTLSKey)
	return &pair, err
}

// ListenAndServe receives mails until Shutdown.
func (i *inboundMail) ListenAndServe() error {
	listener, err := net.Listen("tcp", i.address)
	if err != nil {
		return err
	}
	return i.Serve(listener)
}

// receiveInDev has the mailbox hand over what this installation receives, on a
// port of its own: what people answer to in dev goes to the mailbox's.
func (d *dev) receiveInDev(m *metrics.Metrics, teller *outbox.Outbox) error {
	server, err := d.app.inboundServer(m, teller)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", server.address)
	if err != nil {
		return fmt.Errorf("--bounce-smtp: %w", err)
	}
	go func() { _ = server.Serve(listener) }() // ends with Shutdown, which reports
	d.closers = append(d.closers, func() error {
		ending, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		return server.Shutdown(ending)
	})
	d.mailbox.HandOver(server.Claims, listener.Addr().String())
	return nil
}

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/metrics"
)

// mailDomain is where bounces and replies come to; empty where nobody receives
// them, and then mails carry no address that could be answered there.
func (a *app) mailDomain() string {
	if a.config.BounceDomain == "" && a.config.BounceSMTP != "" {
		return a.profile.Mail.MessageIDDomain
	}
	return a.config.BounceDomain
}

// inboundRoutes are the mails that the installation receives.
func (a *app) inboundRoutes() []inbound.Route {
	return nil
}

// inboundMail receives mails on an address.
type inboundMail struct {
	*inbound.Server
	address string
}

// inboundServer makes the server that receives mails.
func (a *app) inboundServer(m *metrics.Metrics) (*inboundMail, error) {
	options := inbound.Options{Domains: []string{a.mailDomain()}, Routes: a.inboundRoutes(), Log: a.log, Registry: m.Registry}
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
func (d *dev) receiveInDev(m *metrics.Metrics) error {
	server, err := d.app.inboundServer(m)
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

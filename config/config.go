// Package config reads the environment into one struct and checks it once. Only
// main reads it.
package config

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Prefix stands before every variable's name.
const Prefix = "TODOKE_"

// Config is everything an installation sets.
type Config struct {
	DatabaseURL    string `env:"DATABASE_URL,required"` // postgres://… or sqlite:PATH
	MaxConnections int    `env:"DATABASE_MAX_CONNECTIONS" envDefault:"20"`

	TemporalAddress   string        `env:"TEMPORAL_ADDRESS" envDefault:"127.0.0.1:7233"`
	TemporalNamespace string        `env:"TEMPORAL_NAMESPACE" envDefault:"default"`
	TemporalUIURL     string        `env:"TEMPORAL_UI_URL"` // linked from the console; empty: no link
	DrainEvery        time.Duration `env:"OUTBOX_DRAIN_EVERY" envDefault:"10s"`

	SMTPHost     string `env:"SMTP_HOST" envDefault:"127.0.0.1"`
	SMTPPort     int    `env:"SMTP_PORT" envDefault:"587"`
	SMTPUser     string `env:"SMTP_USER"`
	SMTPPassword string `env:"SMTP_PASSWORD"`
	SMTPTLS      string `env:"SMTP_TLS" envDefault:"starttls"` // starttls, tls or none
	SMTPPool     int    `env:"SMTP_POOL" envDefault:"8"`

	DKIMKeyFile  string `env:"DKIM_KEY_FILE"` // PEM; RSA or Ed25519; empty with DKIM_KEY: mails are not signed here
	DKIMKey      string `env:"DKIM_KEY"`      // the same inline, line ends as \n where they must be on one line
	DKIMSelector string `env:"DKIM_SELECTOR"`
	DKIMDomain   string `env:"DKIM_DOMAIN"` // empty: the profile's mail domain

	BounceSMTP    string `env:"BOUNCE_SMTP"`     // where serve receives bounces and replies by SMTP; empty: nowhere
	BounceDomain  string `env:"BOUNCE_DOMAIN"`   // the domain they come to; empty: the profile's mail domain where BOUNCE_SMTP is set
	BounceTLSCert string `env:"BOUNCE_TLS_CERT"` // PEM files; empty: STARTTLS is not offered
	BounceTLSKey  string `env:"BOUNCE_TLS_KEY"`

	FilesURL string `env:"FILES_URL,required"` // file:///folder or s3://bucket
	Keys     string `env:"KEYS,required"`      // 1:base64,2:base64
	// LicenseKeys sign license files, 1:base64,2:base64 of Ed25519 seeds; empty: none are issued.
	LicenseKeys string `env:"LICENSE_KEYS"`

	Profile string `env:"PROFILE"` // path of a vendor profile; empty: the one that ships

	PublicURL      string   `env:"PUBLIC_URL,required"`
	HTTPAddr       string   `env:"HTTP_ADDR" envDefault:":8080"`
	MetricsAddr    string   `env:"METRICS_ADDR" envDefault:"127.0.0.1:9090"`
	TrustedProxies []string `env:"TRUSTED_PROXIES"`

	WorkerConcurrency int    `env:"WORKER_CONCURRENCY" envDefault:"20"`
	RendersAtOnce     int    `env:"RENDERS_AT_ONCE" envDefault:"0"` // 0: one per processor
	LogLevel          string `env:"LOG_LEVEL" envDefault:"info"`
}

// Load reads the environment and says everything that is wrong with it.
func Load() (Config, error) {
	var c Config
	if err := env.ParseWithOptions(&c, env.Options{Prefix: Prefix}); err != nil {
		return c, err
	}
	err := c.Check()
	return c, err
}

// Check says what is wrong with values that are there.
func (c *Config) Check() error {
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%sPUBLIC_URL must be an address such as https://license.example.jp", Prefix)
	}
	switch c.SMTPTLS {
	case "starttls", "tls", "none":
	default:
		return fmt.Errorf("%sSMTP_TLS must be starttls, tls or none", Prefix)
	}
	if (c.BounceTLSCert == "") != (c.BounceTLSKey == "") {
		return fmt.Errorf("%sBOUNCE_TLS_CERT and %sBOUNCE_TLS_KEY go together", Prefix, Prefix)
	}
	if c.DKIMKey != "" && c.DKIMKeyFile != "" {
		return fmt.Errorf("%sDKIM_KEY and %sDKIM_KEY_FILE are two ways to say the same: set one", Prefix, Prefix)
	}
	if (c.DKIMKey != "" || c.DKIMKeyFile != "") != (c.DKIMSelector != "") {
		return fmt.Errorf("%sDKIM_SELECTOR and a key for DKIM go together", Prefix)
	}
	return nil
}

// Secure says whether people reach the installation over TLS.
func (c *Config) Secure() bool { return strings.HasPrefix(c.PublicURL, "https://") }

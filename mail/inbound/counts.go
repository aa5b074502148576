package inbound

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are what operations see of received mails; no label holds anything that
// a sender wrote.
type counts struct {
	mails    *prometheus.CounterVec
	turnaway *prometheus.CounterVec
}

func newCounts(registry prometheus.Registerer) (*counts, error) {
	c := &counts{
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "todoke_inbound_mails_total",
			Help: "Mails received by SMTP, by what they came for and what became of them: received, ignored or failed (sent again later).",
		}, []string{"route", "outcome", "reason"}),
		turnaway: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "todoke_inbound_refused_total", Help: "Connections and mails turned away: connections, rate, recipient or size.",
		}, []string{"reason"}),
	}
	if registry == nil {
		return c, nil
	}
	if err := errors.Join(registry.Register(c.mails), registry.Register(c.turnaway)); err != nil {
		return nil, fmt.Errorf("inbound mail: %w", err)
	}
	return c, nil
}

func (c *counts) mail(route, outcome, reason string) {
	c.mails.WithLabelValues(route, outcome, reason).Inc()
}

func (c *counts) refused(reason string) { c.turnaway.WithLabelValues(reason).Inc() }

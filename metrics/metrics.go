// Package metrics is what operations see of orders, mails and processes.
package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Metrics holds the registry and the counters that processes raise.
type Metrics struct {
	Registry         *prometheus.Registry
	ActivityFailures *prometheus.CounterVec
	strays           *prometheus.GaugeVec
	straysSeen       prometheus.Gauge
}

// New makes the registry with what every process shows. With a store it also
// counts orders and mails; the counts are read when they are asked for.
func New(s *store.Store, calendarUntil models.Date) *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		ActivityFailures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "todoke_activity_failures_total", Help: "Failed activity attempts by activity and error code.",
		}, []string{"activity", "code"}),
	}
	m.Registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.ActivityFailures, &business{store: s})
	m.strays = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "todoke_processes_missing", Help: "Orders, applications and mails with something left to do and no running process, as a worker last saw it.",
	}, []string{"state"})
	m.straysSeen = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "todoke_processes_seen_seconds", Help: "When a worker last compared them, as Unix time; 0 before the first time.",
	})
	m.Registry.MustRegister(m.strays, m.straysSeen)
	calendar := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "todoke_calendar_covered_until_seconds", Help: "Last day that the profile knows holidays for, as Unix time.",
	})
	calendar.Set(float64(calendarUntil.Start().Unix()))
	m.Registry.MustRegister(calendar)
	return m
}

// Failed counts a failed attempt.
func (m *Metrics) Failed(activity, code string) {
	m.ActivityFailures.WithLabelValues(activity, code).Inc()
}

// SawProcesses notes how many processes should run and do not, by what became of them.
func (m *Metrics) SawProcesses(missing map[string]int, at time.Time) {
	for state, n := range missing {
		m.strays.WithLabelValues(state).Set(float64(n))
	}
	m.straysSeen.Set(float64(at.Unix()))
}

// scrapeTimeout bounds the queries of one scrape.
const scrapeTimeout = 5 * time.Second

// business collects counts from the database at each scrape.
type business struct{ store *store.Store }

var (
	ordersDesc  = prometheus.NewDesc("todoke_orders", "Orders by state.", []string{"status"}, nil)
	mailsDesc   = prometheus.NewDesc("todoke_mails", "Mails of the ledger by state.", []string{"status"}, nil)
	waitingDesc = prometheus.NewDesc("todoke_oldest_waiting_seconds", "Age of the order that has waited longest for somebody.", nil, nil)
	outboxDesc  = prometheus.NewDesc("todoke_outbox_waiting", "Calls to Temporal that are still to be made.", nil, nil)
	outboxAge   = prometheus.NewDesc("todoke_outbox_oldest_seconds", "Age of the oldest call still to be made.", nil, nil)
	upDesc      = prometheus.NewDesc("todoke_database_up", "Whether the counts could be read.", nil, nil)
)

// Describe lists the metrics.
func (b *business) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{ordersDesc, mailsDesc, waitingDesc, outboxDesc, outboxAge, upDesc} {
		ch <- d
	}
}

// Collect reads the counts.
func (b *business) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counts, err := b.store.Counts(ctx)
	if err != nil {
		gauge(upDesc, 0)
		return
	}
	gauge(upDesc, 1)
	for _, status := range models.OrderStatuses {
		gauge(ordersDesc, float64(counts.Orders[status]), string(status))
	}
	for _, status := range models.MailStatuses {
		gauge(mailsDesc, float64(counts.Mails[status]), string(status))
	}
	now := b.store.Now()
	gauge(waitingDesc, age(now, counts.OldestWaiting))
	gauge(outboxDesc, float64(counts.OutboxWaiting))
	gauge(outboxAge, age(now, counts.OutboxOldest))
}

func age(now time.Time, since *time.Time) float64 {
	if since == nil {
		return 0
	}
	return now.Sub(*since).Seconds()
}

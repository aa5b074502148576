package api

import (
	"errors"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// httpMetrics are the numbers about requests.
type httpMetrics struct {
	duration *prometheus.HistogramVec
	underWay prometheus.Gauge
}

// newHTTPMetrics registers the metrics, or finds them where they are registered already.
func newHTTPMetrics(registry prometheus.Registerer) (httpMetrics, error) {
	m := httpMetrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "todoke_http_request_duration_seconds",
			Help:    "Time from a request's arrival to the end of its answer, by route, method and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "method", "status"}),
		underWay: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "todoke_http_requests_in_flight",
			Help: "Requests being answered right now.",
		}),
	}
	var err error
	if m.duration, err = registered(registry, m.duration); err != nil {
		return m, err
	}
	m.underWay, err = registered(registry, m.underWay)
	return m, err
}

func registered[C prometheus.Collector](registry prometheus.Registerer, collector C) (C, error) {
	err := registry.Register(collector)
	if known, ok := errors.AsType[prometheus.AlreadyRegisteredError](err); ok {
		if same, ok := known.ExistingCollector.(C); ok {
			return same, nil
		}
	}
	return collector, err
}

// Metrics measures every request. Labels are the route's template, the method
// and the status, so that their number is bounded whatever clients send.
func Metrics(registry prometheus.Registerer) (gin.HandlerFunc, error) {
	m, err := newHTTPMetrics(registry)
	if err != nil {
		return nil, err
	}
	return func(c *gin.Context) {
		start := time.Now()
		m.underWay.Inc()
		defer m.underWay.Dec()
		c.Next()
		m.duration.WithLabelValues(routeOf(c), knownMethod(c.Request.Method), strconv.Itoa(c.Writer.Status())).
			Observe(time.Since(start).Seconds())
	}, nil
}

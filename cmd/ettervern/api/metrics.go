package api

import (
	"context"
	"iter"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ettervern/cmd/ettervern/access"
	"ettervern/commands"
	"ettervern/events"
	"ettervern/projections"
)

// Metrics counts what happens at every door. Nothing in it is about one youth.
type Metrics struct {
	registry *prometheus.Registry
	appends  prometheus.Histogram
	events   prometheus.Counter
	refusals *prometheus.CounterVec
	watching sync.Once
}

// NewMetrics has a registry of its own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		appends: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ettervern_append_seconds", Help: "Time to make an entry durable.", Buckets: prometheus.ExponentialBuckets(0.00025, 2, 16),
		}),
		events: prometheus.NewCounter(prometheus.CounterOpts{Name: "ettervern_events_recorded_total", Help: "Events recorded since the start."}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ettervern_refusals_total", Help: "Events refused since the start, by code.",
		}, []string{"code"}),
	}
	m.registry.MustRegister(m.appends, m.events, m.refusals, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ofMetrics serves the metrics to those who run the machine.
func ofMetrics(metrics http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := access.Allowed(r.Context(), access.Metrics); err != nil {
			problemOf(err).write(w)
			return
		}
		metrics.ServeHTTP(w, r)
	}
}

// Handler serves the metrics to anyone.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// watch adds what is read from the ledger when it is asked for.
func (m *Metrics) watch(ledger Ledger, youths *projections.Youths) {
	m.watching.Do(func() {
		m.registry.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "ettervern_projection_lag_entries", Help: "Durable entries that questions do not see yet."},
				func() float64 { return float64(ledger.Durable() - min(ledger.Applied(), ledger.Durable())) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "ettervern_sequence", Help: "The last durable entry."},
				func() float64 { return float64(ledger.Durable()) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "ettervern_stopped", Help: "1 when the ledger has found something wrong with itself and takes nothing more; /readyz says what."},
				func() float64 {
					if ledger.Stopped() != nil {
						return 1
					}
					return 0
				}),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "ettervern_witness_quorum_missing", Help: "1 when fewer witnesses have cosigned the last checkpoint than must; /readyz says how many."},
				func() float64 {
					if _, enough := ledger.Witnesses(); !enough {
						return 1
					}
					return 0
				}),
			overdueByOffice{youths},
		)
	})
}

// Log measures a ledger's appends.
func (m *Metrics) Log(log commands.Log) commands.Log { return measuredLog{log, m} }

type measuredLog struct {
	commands.Log
	metrics *Metrics
}

// Append appends and measures how long it took.
func (l measuredLog) Append(ctx context.Context, entry events.Entry, after uint64) (events.Entry, error) {
	began := time.Now()
	stored, err := l.Log.Append(ctx, entry, after)
	if err == nil {
		l.metrics.appends.Observe(time.Since(began).Seconds())
		l.metrics.events.Add(float64(len(stored.Events)))
	}
	return stored, err
}

// Recorder counts the refusals of a recorder.
func (m *Metrics) Recorder(r Recorder) Recorder { return countingRecorder{r, m} }

type countingRecorder struct {
	recorder Recorder
	metrics  *Metrics
}

func (m *Metrics) count(r commands.Receipt) commands.Receipt {
	if r.Err != nil {
		m.refusals.WithLabelValues(commands.ProblemOf(r.Err).Code).Inc()
	}
	return r
}

// Record is the recorder's.
func (c countingRecorder) Record(ctx context.Context, raw []byte, actor string) commands.Receipt {
	return c.metrics.count(c.recorder.Record(ctx, raw, actor))
}

// RecordAfter is the recorder's.
func (c countingRecorder) RecordAfter(ctx context.Context, raw []byte, actor string, number uint64) commands.Receipt {
	return c.metrics.count(c.recorder.RecordAfter(ctx, raw, actor, number))
}

// RecordAtomic is the recorder's.
func (c countingRecorder) RecordAtomic(ctx context.Context, raws [][]byte, actor string) []commands.Receipt {
	receipts := c.recorder.RecordAtomic(ctx, raws, actor)
	for _, r := range receipts {
		c.metrics.count(r)
	}
	return receipts
}

// RecordAll is the recorder's.
func (c countingRecorder) RecordAll(ctx context.Context, raws iter.Seq2[[]byte, error], actor string, each func(commands.Receipt) error) error {
	return c.recorder.RecordAll(ctx, raws, actor, func(r commands.Receipt) error { return each(c.metrics.count(r)) })
}

package api

import (
	"github.com/prometheus/client_golang/prometheus"

	"ettervern/projections"
)

// overdueByOffice counts today's overdue verdicts. It tells of offices, not municipalities, and not of fewer than five: small
// counts identify people.
type overdueByOffice struct{ youths *projections.Youths }

const leastCount = 5

var overdueDesc = prometheus.NewDesc("ettervern_overdue", "Duties overdue today, by county governor.", []string{"office"}, nil)

// Describe describes the one metric.
func (overdueByOffice) Describe(out chan<- *prometheus.Desc) { out <- overdueDesc }

// Collect counts.
func (o overdueByOffice) Collect(out chan<- prometheus.Metric) {
	counts := map[string]int{}
	for municipality, n := range o.youths.OverdueByMunicipality() {
		counts[projections.OfficeOf(municipality)] += n
	}
	for office, n := range counts {
		if n < leastCount {
			continue
		}
		out <- prometheus.MustNewConstMetric(overdueDesc, prometheus.GaugeValue, float64(n), office)
	}
}

package api

import (
	"github.com/prometheus/client_golang/prometheus"

	"ettervern/events"
	"ettervern/projections"
)

// county says which county governor supervises the municipalities whose numbers begin with it.
type county struct {
	number string // the first two digits
	from   events.Date
	until  events.Date // exclusive; zero: still in force
	office string      // of the county governor (statsforvalteren), of whom there are ten
}

var (
	in2018 = events.MustDate("2018-01-01")
	in2020 = events.MustDate("2020-01-01")
	in2024 = events.MustDate("2024-01-01")
)

// counties are those since 2020, when a number came to belong to one office only, with Viken from 2020 to 2023 left
// out: three offices shared it afterwards. A change of counties is a new row.
var counties = []county{
	{"03", in2018, 0, "Oslo og Akershus"}, {"11", in2018, 0, "Rogaland"}, {"15", in2018, 0, "Møre og Romsdal"},
	{"18", in2018, 0, "Nordland"}, {"31", in2024, 0, "Østfold"}, {"32", in2024, 0, "Oslo og Akershus"},
	{"33", in2024, 0, "Buskerud"}, {"34", in2020, 0, "Innlandet"}, {"38", in2020, in2024, "Vestfold og Telemark"},
	{"39", in2024, 0, "Vestfold og Telemark"}, {"40", in2024, 0, "Vestfold og Telemark"}, {"42", in2020, 0, "Agder"},
	{"46", in2020, 0, "Vestland"}, {"50", in2018, 0, "Trøndelag"}, {"54", in2020, in2024, "Troms og Finnmark"},
	{"55", in2024, 0, "Troms og Finnmark"}, {"56", in2024, 0, "Troms og Finnmark"},
}

// officeOf is the county governor of a municipality, also of one whose number has ended.
func officeOf(municipality string) string {
	for _, c := range counties {
		if len(municipality) == 4 && municipality[:2] == c.number {
			return c.office
		}
	}
	return "unknown"
}

// overdueByOffice counts today's overdue verdicts. It tells of offices, not municipalities: small counts identify people.
type overdueByOffice struct{ youths *projections.Youths }

var overdueDesc = prometheus.NewDesc("ettervern_overdue", "Duties overdue today, by county governor.", []string{"office"}, nil)

// Describe describes the one metric.
func (overdueByOffice) Describe(out chan<- *prometheus.Desc) { out <- overdueDesc }

// Collect counts.
func (o overdueByOffice) Collect(out chan<- prometheus.Metric) {
	counts := map[string]int{}
	for municipality, n := range o.youths.OverdueByMunicipality() {
		counts[officeOf(municipality)] += n
	}
	for office, n := range counts {
		out <- prometheus.MustNewConstMetric(overdueDesc, prometheus.GaugeValue, float64(n), office)
	}
}

package register

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/projections"
)

// TestTheSamplesAreOverdueAsExpected imports the eight sample cases whole, twice, and asks on each day of
// testdata/samples.txt what is overdue.
func TestTheSamplesAreOverdueAsExpected(t *testing.T) {
	text, err := os.ReadFile("testdata/samples.txt")
	require.NoError(t, err)
	d := openDesk(t)
	youths := map[string]string{}
	for range 2 {
		for n := range 8 {
			youths[fmt.Sprintf("sak-%03d", n)] = d.one(sample(t, fmt.Sprint(n))).Youth
		}
	}
	require.Equal(t, uint64(8), d.ledger.Durable(), "the second import is a no-op")
	d.tellsNoNumber(youths)
	youth, asked := "", 0
	for _, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		switch words := strings.Fields(line); {
		case len(words) == 0:
		case strings.HasPrefix(words[0], "sak-"):
			youth = youths[words[0]]
			require.NotEmpty(t, youth, line)
		default:
			asked++
			require.Equal(t, strings.Join(words[1:], " "), strings.Join(d.overdue(youth, events.MustDate(words[0])), " "), line)
		}
	}
	require.Equal(t, 8*3, asked, "each case on three days")
}

// tellsNoNumber demands that no identity number of the samples is in what the ledger tells.
func (d *desk) tellsNoNumber(youths map[string]string) {
	numbers := regexp.MustCompile(`Fodselsnummer="([0-9]{11})"`)
	for n := range 8 {
		number := numbers.FindStringSubmatch(sample(d.t, fmt.Sprint(n)))[1]
		for _, youth := range youths {
			entries, err := d.ledger.History(d.t.Context(), events.YouthEntity(youth))
			require.NoError(d.t, err)
			for _, entry := range entries {
				for _, o := range entry.Events {
					told := string(events.EncodeSubmission(events.Submission{Entity: entry.Entity, Occurrence: o}))
					require.NotContains(d.t, told, number)
				}
			}
		}
	}
}

// overdue are the requirements overdue on a day, with what sets apart one instance from another and the flags.
func (d *desk) overdue(youth string, day events.Date) (all []string) {
	_, rows, err := d.youths.Verdicts(projections.Query{Youths: []string{youth}, ValidAt: day, Status: []string{"overdue"}})
	require.NoError(d.t, err)
	for v := range rows {
		word := v.Requirement
		if v.Instance != "" {
			word += "/" + v.Instance
		}
		for _, flag := range v.Flags {
			word += "+" + flag
		}
		all = append(all, word)
	}
	return all
}

package projections

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// TestADutyIsOpenFromItsBeginningUntilItIsFulfilled: born 2004-06-02 with a voluntary measure, so that the window is the year
// before 2022-06-02; responsible is 3020.
func TestADutyIsOpenFromItsBeginningUntilItIsFulfilled(t *testing.T) {
	y := folded(bornWithMeasure("2004-06-02", "2021-07-01"))
	open := func(municipality, from, to, validAt string) bool {
		return y.DutyOpen(municipality, events.MustDate(from), events.MustDate(to), events.MustDate(validAt), 9)
	}
	require.False(t, open("3020", "2020-07-01", "2021-06-30", "2021-06-30"), "before the measure")
	require.True(t, open("3020", "2020-07-02", "2021-07-01", "2021-07-01"), "the measure brings the duties about")
	require.True(t, open("3020", "2022-06-02", "2023-06-01", "2023-06-01"), "still overdue")
	require.False(t, open("3020", "2020-01-01", "2021-06-01", "2023-06-01"), "the window had not begun")
	require.True(t, open("3020", "2020-01-01", "2021-06-02", "2023-06-01"), "the first day of the window")
	require.False(t, open("0301", "2020-07-01", "2021-07-01", "2021-07-01"), "another municipality")
	require.False(t, y.DutyOpen("3020", 0, events.MustDate("2023-01-01"), events.MustDate("2023-01-01"), 1), "before the measure was known")
	require.False(t, open("302", "2020-07-01", "2021-07-01", "2021-07-01"), "no municipality")
}

package commands_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
)

const (
	unit = "3020-nav"

	deviation = `v 2024-02-01 DeviationReported {"deviationId":"v1","topic":"late_plan"}` + "\n"
	closed    = `w 2024-03-01 DeviationClosed {"deviationId":"v1"}` + "\n"
)

func TestWhatIsRefusedOfUnits(t *testing.T) {
	for _, c := range []struct{ name, history, code string }{
		{"anything begins a unit's history", `x 2024-01-01 RoutineAdopted {"topic":"plan","value":"P14D"}`, ""},
		{"a deviation id used before", deviation + again(deviation), "already_used"},
		{"an unknown deviation closed", closed, "unknown_deviation"},
		{"a deviation closed twice", deviation + closed + again(closed), "deviation_closed_twice"},
		{"a routine in the future", `x 2026-03-02 RoutineAdopted {"topic":"plan","value":"P14D"}`, "in_the_future"},
		{"a retracted deviation closed", deviation + retraction("x", "v") + closed, "unknown_deviation"},
		{"an unknown event retracted", retraction("x", "v"), "unknown_event"},
		{"an old event", `x 1994-01-01 TrainingHeld {"topic":"law","services":["nav"]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			decided(t, unit, c.history, c.code)
		})
	}
}

const (
	opened     = `s 2019-04-01 SupervisionOpened {"theme":"aftercare","year":2019,"authority":"Statsforvalteren i Vestland","units":["3020-child_welfare","3020-nav"]}` + "\n"
	report     = `i 2019-12-01 ReportIssued {}` + "\n"
	supervised = `z 2020-06-01 SupervisionClosed {}` + "\n"
)

func finding(id, kind string) string {
	return fmt.Sprintf(`f%s 2019-10-01 FindingRecorded {"findingId":%q,"unit":"3020-nav","kind":%q,"themes":["participation"],"legalBasis":"STL § 42"}`+"\n", id, id, kind)
}

func rectified(id string) string {
	return fmt.Sprintf(`r%s 2020-03-01 FindingRectified {"findingId":%q,"evidence":{"id":"sak-1","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}`+"\n", id, id)
}

func TestWhatIsRefusedOfSupervisions(t *testing.T) {
	for _, c := range []struct{ name, history, code string }{
		{"anything before it was opened", report, "not_opened"},
		{"a retraction before it was opened", retraction("x", "s"), "unregistered"}, // of an unknown UUID: a youth, as far as the ledger knows
		{"opened twice", opened + again(opened), "opened_twice"},
		{"a visit after the report", opened + report + `v 2019-11-30 VisitHeld {"from":"2019-09-01","to":"2019-09-03"}`, ""},
		{"a report before the opening", opened + `i 2019-03-01 ReportIssued {}`, ""},
		{"a finding on another unit", opened + `f 2019-10-01 FindingRecorded {"findingId":"1","unit":"3020-health","kind":"breach","themes":[],"legalBasis":"HOL"}`, "unit_not_included"},
		{"a finding id used before", opened + finding("1", "breach") + again(finding("1", "remark")), "already_used"},
		{"an unknown finding put right", opened + rectified("1"), "unknown_finding"},
		{"a finding put right twice", opened + finding("1", "breach") + rectified("1") + again(rectified("1")), "rectified_twice"},
		{"a plan without its parts", opened + `p 2020-01-01 PlanReceived {"parts":["measures"]}`, ""},
		{"closed without findings", opened + supervised, ""},
		{"closed with an open breach", opened + finding("1", "breach") + supervised, "open_findings"},
		{"closed with an open deviation", opened + finding("1", "deviation") + supervised, "open_findings"},
		{"closed with a remark", opened + finding("1", "remark") + supervised, ""},
		{"closed when all is put right", opened + finding("1", "breach") + finding("2", "deviation") + rectified("1") + rectified("2") + supervised, ""},
		{"closed when a wrong finding is retracted", opened + finding("1", "breach") + retraction("x", "f1") + supervised, ""},
		{"closed when the putting right is retracted", opened + finding("1", "breach") + rectified("1") + retraction("x", "r1") + supervised, "open_findings"},
		{"closed when a remark is corrected to a breach", opened + finding("1", "remark") + correction("x", "f1", "2019-10-01", `FindingRecorded {"findingId":"1","unit":"3020-nav","kind":"breach","themes":[],"legalBasis":"STL § 42"}`) + supervised, "open_findings"},
		{"anything after it was closed", opened + supervised + report, "supervision_closed"},
		{"a finding corrected after it was closed", opened + finding("1", "remark") + supervised + correction("x", "f1", "2019-10-02", `FindingRecorded {"findingId":"1","unit":"3020-nav","kind":"remark","themes":["plan"],"legalBasis":"STL § 42"}`), ""},
		{"a finding retracted after it was closed", opened + finding("1", "remark") + supervised + retraction("x", "f1"), ""},
		{"anything after the closing was retracted", opened + supervised + retraction("x", "z") + report, ""},
		{"closed twice", opened + supervised + again(supervised), "supervision_closed"},
		{"anything after the opening was retracted", opened + retraction("x", "s") + report, "not_opened"},
		{"the opening corrected", opened + finding("1", "breach") + correction("x", "s", "2019-04-02", `SupervisionOpened {"theme":"aftercare","year":2019,"authority":"Statsforvalteren i Vestland","units":["3020-nav"]}`), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			decided(t, anna, c.history, c.code)
		})
	}
}

// TestClosingListsWhatIsOpen: nine findings, one of them open.
func TestClosingListsWhatIsOpen(t *testing.T) {
	history := opened
	for i := range 9 {
		id := fmt.Sprint(i)
		history += finding(id, "breach")
		if i != 4 {
			history += rectified(id)
		}
	}
	r := decided(t, anna, history+supervised, "open_findings")
	want := []events.Fault{{Pointer: "/type", Problem: "finding 4 in 3020-nav is open"}}
	require.Equal(t, want, commands.ProblemOf(r.Err).Faults)
	sent, err := r.MarshalJSON()
	require.NoError(t, err)
	var back commands.Receipt
	require.NoError(t, back.UnmarshalJSON(sent))
	require.Equal(t, want, commands.ProblemOf(back.Err).Faults)
}

// TestARetractionFindsItsSupervision: whose UUID it names is known when its turn comes, also within one batch.
func TestARetractionFindsItsSupervision(t *testing.T) {
	d := openDesk(t)
	batch := [][]byte{
		cloudEvent(bo, "/s", "1", "SupervisionOpened", "2019-04-01", `{"theme":"aftercare","year":2019,"authority":"Statsforvalteren","units":["3020-nav"]}`),
		cloudEvent(bo, "/s", "2", "EventRetracted", "2019-04-02", `{"eventId":"1","reason":"duplicate"}`),
	}
	for _, raws := range [][][]byte{batch, batch[1:]} { // the second time alone: it is a duplicate
		for _, r := range d.handler.RecordAtomic(t.Context(), raws, "emitter") {
			require.NoError(t, r.Err)
		}
	}
	history, err := d.ledger.History(t.Context(), events.Entity{Kind: events.Supervision, ID: bo})
	require.NoError(t, err)
	require.Len(t, history, 1)
}

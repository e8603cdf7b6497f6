package commands_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

// move is the nth move of Anna's.
func move(n int) events.Submission {
	return submission(cloudEvent(anna, "/f", fmt.Sprint("m", n), "ResidenceChanged", "2024-02-10", `{"municipality":"0301"}`))
}

func registerAnna() events.Submission {
	return submission(cloudEvent(anna, "/f", "r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`))
}

func submission(raw []byte) events.Submission {
	s, err := events.ReadSubmission(raw)
	if err != nil {
		panic(err)
	}
	return s
}

func statusesOf(receipts []commands.Receipt) (all []string) {
	for _, r := range receipts {
		if r.Err != nil {
			all = append(all, commands.ProblemOf(r.Err).Code)
		} else {
			all = append(all, fmt.Sprint(r.Status, " ", r.Number))
		}
	}
	return all
}

func TestARevisionSeesTheWholeHistoryAndAddsToIt(t *testing.T) {
	d := openDesk(t)
	var seen []int
	add := func(all ...events.Submission) []string {
		receipts, err := d.handler.Revise(t.Context(), events.YouthEntity(anna), "emitter", func(history []events.Entry) []events.Submission {
			seen = append(seen, len(history))
			return all
		})
		require.NoError(t, err)
		return statusesOf(receipts)
	}
	wrong := move(9)
	wrong.Event = &events.ResidenceChanged{Municipality: "Oslo"}
	require.Equal(t, []string{"unregistered", "recorded 1", "recorded 1", "bad_form", "not_together"},
		add(move(1), registerAnna(), move(2), wrong, submission(cloudEvent(bo, "/f", "b", "YouthDied", "2024-02-10", `{}`))))
	require.Equal(t, []string{"duplicate 1", "recorded 2"}, add(move(2), move(3)))
	require.Equal(t, []int{0, 1}, seen)
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 2)
}

func TestALongRevisionIsStoredInSeveralEntries(t *testing.T) {
	d := openDesk(t)
	all := []events.Submission{registerAnna()}
	for n := range 2*events.MaxEntryEvents + 1 {
		all = append(all, move(n))
	}
	receipts, err := d.handler.Revise(t.Context(), events.YouthEntity(anna), "emitter", func([]events.Entry) []events.Submission { return all })
	require.NoError(t, err)
	require.Equal(t, uint64(1), receipts[99].Number)
	require.Equal(t, uint64(2), receipts[100].Number)
	require.Equal(t, uint64(3), receipts[201].Number)
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 3)
}

func TestARehearsalRecordsNothing(t *testing.T) {
	d := openDesk(t)
	receipts, err := d.handler.Rehearse(t.Context(), events.YouthEntity(anna), func([]events.Entry) []events.Submission {
		return []events.Submission{move(1), registerAnna(), move(2)}
	})
	require.NoError(t, err)
	require.Equal(t, []string{"unregistered", "recorded 0", "recorded 0"}, statusesOf(receipts))
	require.Empty(t, ledgertest.CheckInvariants(t, d.ledger))
}

func TestARevisionIsMadeAnewWhenAnotherWasFaster(t *testing.T) {
	ledger := ledgertest.Open(t)
	registration := registerAnna()
	log := &outpaced{Ledger: ledger, other: events.Entry{Entity: registration.Entity, Number: 1, Actor: "emitter", Events: []events.Occurrence{registration.Occurrence}}}
	handler := commands.NewHandler(log, commands.NewStates(), func() time.Time { return today })
	var seen []int
	receipts, err := handler.Revise(t.Context(), events.YouthEntity(anna), "emitter", func(history []events.Entry) []events.Submission {
		seen = append(seen, len(history))
		if len(history) == 0 {
			return []events.Submission{registerAnna()}
		}
		return []events.Submission{move(1)}
	})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1}, seen)
	require.Equal(t, []string{"recorded 2"}, statusesOf(receipts))
}

func TestTheHolderOfAnEventIsWhoseHistoryItIsIn(t *testing.T) {
	d := openDesk(t)
	d.register()
	holder, err := d.handler.Holder(t.Context(), "/fagsystem", "r")
	require.NoError(t, err)
	require.Equal(t, events.YouthEntity(anna), holder)
	_, err = d.handler.Holder(t.Context(), "/fagsystem", "x")
	require.ErrorIs(t, err, events.ErrNotFound)
	none, err := d.handler.History(t.Context(), events.YouthEntity(bo))
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestASubmissionMayBeReadBeforeABirthAndAfterALife(t *testing.T) {
	d := openDesk(t)
	read := `{"caseId":"s","submissionId":"b","secretId":"h","whole":true,"confirmed":[],"empty":[]}`
	requireCode(t, "unregistered", d.record("s1", "SubmissionRead", "2024-01-11", read))
	d.register()
	d.mustRecord("s2", "SubmissionRead", "2007-11-11", read)
}

func TestALostAcknowledgementOfARevisionIsLookedFor(t *testing.T) {
	ledger, handler := openLossy(t, 1)
	all := []events.Submission{move(1), registerAnna(), move(2)}
	receipts, err := handler.Revise(t.Context(), events.YouthEntity(anna), "emitter", func([]events.Entry) []events.Submission { return all })
	require.NoError(t, err)
	require.Equal(t, []string{"unregistered", "recorded 1", "recorded 1"}, statusesOf(receipts))
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1)
}

func TestARevisionThatMayBeStoredCanBeMadeAgain(t *testing.T) {
	ledger := ledgertest.Open(t)
	log := &silent{Ledger: ledger, fail: true}
	handler := commands.NewHandler(log, commands.NewStates(), func() time.Time { return today })
	revise := func(of string) []string {
		receipts, err := handler.Revise(t.Context(), events.YouthEntity(of), "emitter", func([]events.Entry) []events.Submission {
			return []events.Submission{submission(registrationOf(of))}
		})
		require.NoError(t, err)
		return statusesOf(receipts)
	}
	require.Equal(t, []string{"outcome_unknown"}, revise(anna))
	require.Equal(t, []string{"id_in_flight"}, revise(bo), "it could still show up in the history of the first")
	log.fail = false
	require.Equal(t, []string{"recorded 1"}, revise(anna))
	require.Equal(t, []string{"id_reused"}, revise(bo))
}

// silent is a ledger that does not store and does not say so.
type silent struct {
	*jetstream.Ledger
	fail bool
}

func (s *silent) Append(ctx context.Context, e events.Entry, after uint64) (events.Entry, error) {
	if s.fail {
		return events.Entry{}, events.ErrOutcomeUnknown
	}
	return s.Ledger.Append(ctx, e, after)
}

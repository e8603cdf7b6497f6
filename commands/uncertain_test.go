package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
)

// gate is a barrier that waits for the test.
type gate struct {
	asked chan struct{}
	let   chan error
}

func openGated(t *testing.T, changes ...func(*jetstream.Config)) (desk, gate) {
	g := gate{make(chan struct{}, 1), make(chan error, 1)}
	g.let <- nil // the barrier of opening
	d := openDesk(t, append(changes, func(c *jetstream.Config) {
		c.Barrier = func() error { g.asked <- struct{}{}; return <-g.let }
	})...)
	<-g.asked
	return d, g
}

func registrationOf(youth string) []byte {
	return cloudEvent(youth, "/fagsystem", "r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`)
}

func TestNoReceiptOrDuplicateIsGivenBeforeTheBarrierReturns(t *testing.T) {
	d, g := openGated(t)
	answers := make(chan commands.Receipt, 3)
	send := func() {
		go func() { answers <- d.handler.Record(context.Background(), registrationOf(anna), "emitter") }()
	}
	send()
	<-g.asked // published and acknowledged; the barrier has not returned
	send()
	send()
	receipts, err := d.handler.Receipts(t.Context(), "/fagsystem", []string{"r"})
	require.NoError(t, err)
	require.Equal(t, commands.Unknown, receipts[0].Status, "nothing is told of what is not durable")
	select {
	case r := <-answers:
		t.Fatalf("answered %s before the barrier returned", r.Status)
	case <-g.asked:
		t.Fatal("a second barrier for the same event")
	default:
	}
	g.let <- nil
	told := map[commands.Status]int{}
	for range 3 {
		r := <-answers
		require.NoError(t, r.Err)
		require.Equal(t, uint64(1), r.Sequence)
		told[r.Status]++
	}
	require.Equal(t, map[commands.Status]int{commands.Recorded: 1, commands.Duplicate: 2}, told)
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 1)
}

func TestAFailedBarrierIsAnUnknownOutcomeNeverARefusal(t *testing.T) {
	dir := t.TempDir()
	d, g := openGated(t, func(c *jetstream.Config) { c.Dir = dir })
	g.let <- errors.New("input/output error")
	r := d.handler.Record(t.Context(), registrationOf(anna), "emitter")
	require.Equal(t, commands.OutcomeUnknown, r.Status)
	require.Equal(t, "outcome_unknown", commands.ProblemOf(r.Err).Code)
	require.Equal(t, 503, commands.HTTPStatus(commands.ProblemOf(r.Err).Code))
	<-g.asked

	for _, again := range []string{anna, bo} { // the writer has stopped
		r = d.handler.Record(t.Context(), cloudEvent(again, "/g", "x", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`), "emitter")
		require.Equal(t, commands.Refused, r.Status)
		require.Equal(t, "unavailable", commands.ProblemOf(r.Err).Code)
	}
	require.NoError(t, d.ledger.Close(t.Context()))

	d = openDesk(t, func(c *jetstream.Config) { c.Dir = dir }) // a start looks at the store again
	r = d.handler.Record(t.Context(), registrationOf(anna), "emitter")
	require.Equal(t, commands.Duplicate, r.Status, "it had been stored; sent again it gets its receipt")
}

// lossy is a ledger whose first acknowledgements are lost, though the entry is stored.
type lossy struct {
	*jetstream.Ledger
	lose int
}

func (l *lossy) Append(ctx context.Context, e events.Entry, after uint64) (events.Entry, error) {
	stored, err := l.Ledger.Append(ctx, e, after)
	if l.lose--; l.lose >= 0 {
		return events.Entry{}, events.ErrOutcomeUnknown
	}
	return stored, err
}

// openLossy has a handler that knows only what it is told: its states are not folded from the stream.
func openLossy(t *testing.T, lose int) (*jetstream.Ledger, *commands.Handler) {
	ledger := ledgertest.Open(t)
	return ledger, commands.NewHandler(&lossy{ledger, lose}, commands.NewStates(), func() time.Time { return today })
}

func TestALostAcknowledgementIsLookedForBeforeAnswering(t *testing.T) {
	ledger, handler := openLossy(t, 1)
	r := handler.Record(t.Context(), registrationOf(anna), "emitter")
	require.NoError(t, r.Err)
	require.Equal(t, commands.Recorded, r.Status)
	require.Equal(t, uint64(1), r.Sequence)
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1)
}

func TestAfterLostAcknowledgementsTheEventIsNeitherStoredTwiceNorForAnother(t *testing.T) {
	ledger, handler := openLossy(t, 2)
	r := handler.Record(t.Context(), registrationOf(anna), "emitter")
	require.Equal(t, commands.OutcomeUnknown, r.Status)

	requireCode(t, "id_in_flight", handler.Record(t.Context(), registrationOf(bo), "emitter"))
	r = handler.Record(t.Context(), registrationOf(anna), "emitter")
	require.Equal(t, commands.Duplicate, r.Status)
	requireCode(t, "id_reused", handler.Record(t.Context(), registrationOf(bo), "emitter"))
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1)
}

// CheckInvariants demands that each source's id is recorded once.
func TestOneIDOnManyYouthsAtOnceIsRecordedOnOne(t *testing.T) {
	d := openDesk(t)
	for round := range 20 {
		var clients sync.WaitGroup
		told := make(chan string, 8)
		for n := range 8 {
			youth := fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%06d%06d", round, n)
			body := cloudEvent(youth, "/f", fmt.Sprint("same-", round), "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`)
			clients.Go(func() {
				r := d.handler.Record(t.Context(), body, "emitter")
				if r.Err != nil {
					told <- commands.ProblemOf(r.Err).Code
				} else {
					told <- string(r.Status)
				}
			})
		}
		clients.Wait()
		counts := map[string]int{}
		for range 8 {
			counts[<-told]++
		}
		require.Equal(t, map[string]int{"recorded": 1, "id_reused": 7}, counts)
	}
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 20)
}

func TestWhatComesTooLateToBeDecidedIsNotRecorded(t *testing.T) {
	d, g := openGated(t)
	first := make(chan commands.Receipt, 1)
	go func() { first <- d.handler.Record(context.Background(), registrationOf(anna), "emitter") }()
	<-g.asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, youth := range []string{anna, bo} { // one waits for its turn on the youth, the other for its id
		r := d.handler.Record(ctx, registrationOf(youth), "emitter")
		require.Equal(t, commands.Refused, r.Status)
		require.Equal(t, "unavailable", commands.ProblemOf(r.Err).Code)
	}
	g.let <- nil
	require.NoError(t, (<-first).Err)
	require.NoError(t, d.ledger.Close(t.Context()))
	r := d.handler.Record(t.Context(), registrationOf(bo), "emitter")
	require.Equal(t, "unavailable", commands.ProblemOf(r.Err).Code)
}

func TestADuplicateIsOneWhateverIfMatchSays(t *testing.T) {
	d := openDesk(t)
	require.NoError(t, d.handler.RecordAfter(t.Context(), registrationOf(anna), "emitter", 0).Err)
	again := d.handler.RecordAfter(t.Context(), registrationOf(anna), "emitter", 0)
	require.Equal(t, commands.Duplicate, again.Status, "its first answer was lost, and it is sent again as it was")
	other := cloudEvent(anna, "/fagsystem", "r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-04","municipality":"0301"}`)
	require.ErrorIs(t, d.handler.RecordAfter(t.Context(), other, "emitter", 0).Err, events.ErrConflict)
}

func TestAnAtomicBatchThatIsTooLargeSaysSo(t *testing.T) {
	d := openDesk(t)
	batch := [][]byte{registrationOf(anna)}
	for n := range 100 {
		batch = append(batch, cloudEvent(anna, "/f", fmt.Sprint(n), "ResidenceChanged", "2024-02-10", `{"municipality":"0302"}`))
	}
	for _, r := range d.handler.RecordAtomic(t.Context(), batch, "emitter") {
		requireCode(t, "not_together", r)
	}
	fat := [][]byte{registrationOf(anna)}
	for n := range 30 {
		fat = append(fat, cloudEvent(anna, "/f", fmt.Sprint(n), "ResidenceChanged", "2024-02-10", `{"municipality":"0302"`+strings.Repeat(" ", 10_000)+`}`))
	}
	for _, r := range d.handler.RecordAtomic(t.Context(), fat, "emitter") {
		requireCode(t, "not_together", r)
	}
	require.Empty(t, d.handler.RecordAtomic(t.Context(), nil, "emitter"))
	for _, r := range d.handler.RecordAtomic(t.Context(), batch[:100], "emitter") {
		require.NoError(t, r.Err)
		require.Equal(t, uint64(1), r.Number)
	}
	for _, r := range d.handler.RecordAtomic(t.Context(), batch[:100], "emitter") {
		require.Equal(t, commands.Duplicate, r.Status)
	}
}

package commands_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
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

const (
	anna = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"
	bo   = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c02"
)

var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// desk is a ledger with its handler, as every door has it.
type desk struct {
	t       *testing.T
	ledger  *jetstream.Ledger
	handler *commands.Handler
}

func openDesk(t *testing.T, changes ...func(*jetstream.Config)) desk {
	states := commands.NewStates()
	changes = append(changes, func(c *jetstream.Config) { c.Views = append(c.Views, states) })
	ledger := ledgertest.Open(t, changes...)
	require.NoError(t, ledger.Await(t.Context(), ledger.Durable()))
	return desk{t, ledger, commands.NewHandler(ledger, states, func() time.Time { return today })}
}

// cloudEvent is one event as it comes in. The type is the short name; data is JSON.
func cloudEvent(youth, source, id, name, date, data string) []byte {
	if !strings.Contains(date, "T") {
		date += "T12:00:00Z"
	}
	return fmt.Appendf(nil, `{"specversion":"1.0","id":%q,"source":%q,"type":"ettervern.%s.v1","subject":%q,"time":%q,"data":%s}`,
		id, source, name, youth, date, data)
}

func (d desk) record(id, name, date, data string) commands.Receipt {
	return d.handler.Record(d.t.Context(), cloudEvent(anna, "/fagsystem", id, name, date, data), "emitter")
}

func (d desk) mustRecord(id, name, date, data string) {
	d.t.Helper()
	r := d.record(id, name, date, data)
	require.NoError(d.t, r.Err)
	require.Equal(d.t, commands.Recorded, r.Status)
}

func (d desk) register() {
	d.t.Helper()
	d.mustRecord("r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`)
}

func TestAnEventIsRecordedOnce(t *testing.T) {
	d := openDesk(t)
	first := d.record("r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`)
	require.Equal(t, commands.Recorded, first.Status)
	again := d.record("r", "YouthRegistered", "2024-01-10", ` {"municipality":"0301","birthDate":"2008-02-03"}`)
	require.Equal(t, commands.Duplicate, again.Status)
	require.Equal(t, first.Sequence, again.Sequence)
	require.Equal(t, first.Recorded, again.Recorded)
	other := d.record("r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-04","municipality":"0301"}`)
	requireCode(t, "id_reused", other)
	elsewhere := d.handler.Record(t.Context(), cloudEvent(bo, "/fagsystem", "r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`), "emitter")
	requireCode(t, "id_reused", elsewhere)
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 1)
}

func TestAReceiptIsTheSameAfterARestart(t *testing.T) {
	dir := t.TempDir()
	in := func(c *jetstream.Config) { c.Dir = dir }
	d := openDesk(t, in)
	d.register()
	require.NoError(t, d.ledger.Close(t.Context()))
	d = openDesk(t, in)
	again := d.record("r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`)
	require.Equal(t, commands.Duplicate, again.Status)
	receipts, err := d.handler.Receipts(t.Context(), "/fagsystem", []string{"r", "s"})
	require.NoError(t, err)
	require.Equal(t, commands.Recorded, receipts[0].Status)
	require.Equal(t, uint64(1), receipts[0].Sequence)
	require.Equal(t, commands.Unknown, receipts[1].Status)
}

func requireCode(t *testing.T, code string, r commands.Receipt) {
	t.Helper()
	require.Equal(t, commands.Refused, r.Status)
	var refusal *commands.Refusal
	require.ErrorAs(t, r.Err, &refusal)
	require.Equal(t, code, refusal.Code)
	require.Zero(t, r.Sequence)
}

func TestBadFormIsRefusedWithItsPlace(t *testing.T) {
	d := openDesk(t)
	r := d.record("m", "MeasureStarted", "2024-01-10", `{"measureId":"m1","kind":"voluntry","category":"4.6","legalBasis":"BVL2021 § 3-1"}`)
	require.Equal(t, commands.Refused, r.Status)
	require.Equal(t, "m", r.ID)
	var form *events.FormError
	require.ErrorAs(t, r.Err, &form)
	require.Equal(t, []events.Fault{{Pointer: "/data/kind", Problem: "must be one of voluntary, care_order, placement, behaviour"}}, form.Faults)
}

func TestEightWritersOnOneYouthEachSendingTwice(t *testing.T) {
	d := openDesk(t)
	d.register()
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for _, n := range rand.Perm(100) {
				r := d.record(fmt.Sprintf("w%d-%d", w, n/2), "ResidenceChanged", "2025-01-01", `{"municipality":"0301"}`)
				if r.Err != nil {
					t.Errorf("writer %d: %v", w, r.Err)
				}
			}
		})
	}
	writers.Wait()
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 401)
}

func TestConsecutiveEventsOfOneYouthShareAnEntry(t *testing.T) {
	d := openDesk(t)
	raws := [][]byte{
		cloudEvent(anna, "/f", "1", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`),
		cloudEvent(anna, "/nav", "2", "ResidenceChanged", "2024-02-10", `{"municipality":"0302"}`),
		cloudEvent(anna, "/f", "3", "MeasureEnded", "2024-02-10", `{"measureId":"m","reason":"other"}`),
		cloudEvent(anna, "/f", "1", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`),
		cloudEvent(bo, "/f", "4", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`),
		[]byte(`{"id":`),
		cloudEvent(anna, "/f", "5", "ResidenceChanged", "2024-03-10", `{"municipality":"0301"}`),
	}
	receipts := d.recordAll(raws)
	require.Equal(t, []string{"1 recorded 1", "2 recorded 1", "3 unknown_measure", "1 recorded 1", "4 recorded 1", " bad_form", "5 recorded 2"}, receipts)
	entries := ledgertest.CheckInvariants(t, d.ledger)
	require.Len(t, entries, 3)
	first, err := d.ledger.History(t.Context(), events.YouthEntity(anna))
	require.NoError(t, err)
	require.Len(t, first[0].Events, 2, "from two sources, in one entry")
}

func TestAStreamIsAnsweredWhileItGoesOn(t *testing.T) {
	d := openDesk(t)
	answered := make(chan struct{})
	stream := func(yield func([]byte, error) bool) {
		register := func(youth, id string) bool {
			return yield(cloudEvent(youth, "/f", id, "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`), nil)
		}
		if register(anna, "1") && register(bo, "2") {
			<-answered // who sends waits for what became of the first before the last
			register(anna[:35]+"3", "3")
		}
	}
	var told []string
	require.NoError(t, d.handler.RecordAll(t.Context(), stream, "emitter", func(r commands.Receipt) error {
		if told = append(told, r.ID); len(told) == 1 {
			close(answered)
		}
		return r.Err
	}))
	require.Equal(t, []string{"1", "2", "3"}, told)
}

func (d desk) recordAll(raws [][]byte) []string {
	var told []string
	err := d.handler.RecordAll(d.t.Context(), each(raws), "emitter", func(r commands.Receipt) error {
		if r.Err != nil {
			told = append(told, r.ID+" "+commands.ProblemOf(r.Err).Code)
		} else {
			told = append(told, fmt.Sprint(r.ID, " ", r.Status, " ", r.Number))
		}
		return nil
	})
	require.NoError(d.t, err)
	return told
}

func each(raws [][]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, raw := range raws {
			if !yield(raw, nil) {
				return
			}
		}
	}
}

func TestAnAtomicBatchStandsOrFallsWhole(t *testing.T) {
	d := openDesk(t)
	good := [][]byte{
		cloudEvent(anna, "/f", "1", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`),
		cloudEvent(anna, "/f", "2", "ResidenceChanged", "2024-02-10", `{"municipality":"0302"}`),
	}
	bad := append(good[:2:2], cloudEvent(anna, "/f", "3", "MeasureEnded", "2024-02-10", `{"measureId":"m","reason":"other"}`))
	two := append(good[:2:2], cloudEvent(bo, "/f", "3", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`))
	for last, batch := range map[string][][]byte{"unknown_measure": bad, "not_together": two} {
		receipts := d.handler.RecordAtomic(t.Context(), batch, "emitter")
		requireCode(t, "others_refused", receipts[0])
		requireCode(t, "others_refused", receipts[1])
		requireCode(t, last, receipts[2])
	}
	require.Empty(t, ledgertest.CheckInvariants(t, d.ledger))
	for _, r := range d.handler.RecordAtomic(t.Context(), good, "emitter") {
		require.Equal(t, commands.Recorded, r.Status)
		require.Equal(t, uint64(1), r.Sequence)
	}
}

func TestIfMatchIsTheNumberOfTheHistory(t *testing.T) {
	d := openDesk(t)
	d.register()
	move := cloudEvent(anna, "/f", "2", "ResidenceChanged", "2024-02-10", `{"municipality":"0302"}`)
	require.ErrorIs(t, d.handler.RecordAfter(t.Context(), move, "emitter", 2).Err, events.ErrConflict)
	require.NoError(t, d.handler.RecordAfter(t.Context(), move, "emitter", 1).Err)
}

// outpaced is a ledger in which another writer is faster the first time.
type outpaced struct {
	*jetstream.Ledger
	once  sync.Once
	other events.Entry
}

func (o *outpaced) Append(ctx context.Context, e events.Entry, after uint64) (events.Entry, error) {
	o.once.Do(func() { _, _ = o.Ledger.Append(ctx, o.other, after) })
	return o.Ledger.Append(ctx, e, after)
}

func TestALostRaceIsDecidedAgainOnTheNewHistory(t *testing.T) {
	ledger := ledgertest.Open(t)
	registration, err := events.ReadSubmission(cloudEvent(anna, "/f", "1", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`))
	require.NoError(t, err)
	log := &outpaced{Ledger: ledger, other: events.Entry{Entity: registration.Entity, Number: 1, Actor: "emitter", Events: []events.Occurrence{registration.Occurrence}}}
	handler := commands.NewHandler(log, commands.NewStates(), func() time.Time { return today })
	r := handler.Record(t.Context(), cloudEvent(anna, "/g", "2", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`), "emitter")
	requireCode(t, "already_registered", r)
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1)
}

func TestWhatALostRaceLeftIsTheSameEvent(t *testing.T) {
	ledger := ledgertest.Open(t)
	raw := cloudEvent(anna, "/f", "1", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`)
	same, err := events.ReadSubmission(raw)
	require.NoError(t, err)
	log := &outpaced{Ledger: ledger, other: events.Entry{Entity: same.Entity, Number: 1, Actor: "emitter", Events: []events.Occurrence{same.Occurrence}}}
	handler := commands.NewHandler(log, commands.NewStates(), func() time.Time { return today })
	require.Equal(t, commands.Duplicate, handler.Record(t.Context(), raw, "emitter").Status)
	require.Len(t, ledgertest.CheckInvariants(t, ledger), 1)
}

// startled is a ledger that cannot say the first time whether the history has grown.
type startled struct {
	*jetstream.Ledger
	once sync.Once
}

func (s *startled) Append(ctx context.Context, e events.Entry, after uint64) (_ events.Entry, err error) {
	s.once.Do(func() { err = events.ErrConflict })
	if err != nil {
		return events.Entry{}, err
	}
	return s.Ledger.Append(ctx, e, after)
}

func TestIfMatchFailsOnlyWhenTheHistoryHasGrown(t *testing.T) {
	ledger := ledgertest.Open(t)
	handler := commands.NewHandler(&startled{Ledger: ledger}, commands.NewStates(), func() time.Time { return today })
	registration := cloudEvent(anna, "/f", "1", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`)
	require.NoError(t, handler.RecordAfter(t.Context(), registration, "emitter", 0).Err)
}

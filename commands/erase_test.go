package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

// openSealed is a desk on a sealed ledger, with its operator.
func openSealed(t *testing.T, dir string, master vault.Master) (desk, *commands.Privacy) {
	d := openDesk(t, func(c *jetstream.Config) { c.Dir, c.Master = dir, master })
	return d, &commands.Privacy{Handler: d.handler, Keys: d.ledger}
}

func TestAnErasedYouthTakesNothingMore(t *testing.T) {
	dir, master := t.TempDir(), vault.NewMasterKey()
	d, operator := openSealed(t, dir, master)
	d.register()
	d.mustRecord("m", "MeasureStarted", "2024-02-01", `{"measureId":"m1","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}`)
	r, goneFrom, err := operator.Erase(t.Context(), anna, "unlawful", "Arkivverket 2026/1234", "administrator")
	require.NoError(t, err)
	require.NoError(t, r.Err)
	require.Equal(t, uint64(3), r.Number)
	require.Greater(t, goneFrom, events.DateOf(today))

	refusesAll := func(d desk) {
		t.Helper()
		requireCode(t, "erased", d.record("later", "ResidenceChanged", "2025-01-01", `{"municipality":"0301"}`))
		requireCode(t, "erased", d.record("r", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`))
		requireCode(t, "erased", d.handler.RecordAtomic(t.Context(), [][]byte{cloudEvent(anna, "/fagsystem", "a", "YouthDied", "2025-01-01", `{}`)}, "emitter")[0])
		receipts, err := d.handler.Receipts(t.Context(), "/fagsystem", []string{"r", "m"})
		require.NoError(t, err)
		require.Equal(t, commands.Unknown, receipts[0].Status, "which ids the youth's events had is forgotten")
		require.Equal(t, commands.Unknown, receipts[1].Status)
		elsewhere := d.handler.Record(t.Context(), cloudEvent(bo, "/fagsystem", "bo", "YouthRegistered", "2024-01-10", `{"birthDate":"2008-02-03","municipality":"0301"}`), "emitter")
		require.NoError(t, elsewhere.Err, "others are recorded as before")
	}
	refusesAll(d)
	requireCode(t, "erased", operator.Restrict(t.Context(), anna, "objection", "administrator"))
	r, _, err = operator.Erase(t.Context(), anna, "unlawful", "Arkivverket 2026/1234", "administrator")
	require.NoError(t, err, "what is left of the key would be destroyed")
	requireCode(t, "erased", r)

	require.NoError(t, d.ledger.Close(context.Background()))
	d, _ = openSealed(t, dir, master)
	refusesAll(d)
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 4)
}

func TestARestrictedYouthIsRecordedAsBefore(t *testing.T) {
	d, operator := openSealed(t, t.TempDir(), vault.NewMasterKey())
	d.register()
	requireCode(t, "not_restricted", operator.Lift(t.Context(), anna, "settled", "administrator"))
	require.NoError(t, operator.Restrict(t.Context(), anna, "accuracy_contested", "administrator").Err)
	requireCode(t, "restricted_twice", operator.Restrict(t.Context(), anna, "objection", "administrator"))
	d.mustRecord("m", "ResidenceChanged", "2025-01-01", `{"municipality":"0301"}`)
	require.NoError(t, operator.Lift(t.Context(), anna, "settled", "administrator").Err)
	require.NoError(t, operator.Restrict(t.Context(), anna, "objection", "administrator").Err)
}

func TestWhatTheOperatorSaysIsChecked(t *testing.T) {
	d, operator := openSealed(t, t.TempDir(), vault.NewMasterKey())
	d.register()
	r, _, err := operator.Erase(t.Context(), anna, "because", "Arkivverket 2026/1234", "administrator")
	require.NoError(t, err)
	require.ErrorContains(t, r.Err, "/data/reason")
	r, _, err = operator.Erase(t.Context(), anna, "unlawful", strings.Repeat("x", 81), "administrator")
	require.NoError(t, err)
	require.ErrorContains(t, r.Err, "/data/clearance")
	r, _, err = operator.Erase(t.Context(), anna, "unlawful", "", "administrator")
	require.NoError(t, err)
	require.ErrorContains(t, r.Err, "/data/clearance", "without clearance nothing is destroyed")
	require.ErrorIs(t, operator.Restrict(t.Context(), bo, "objection", "administrator").Err, events.ErrNotFound)
	require.ErrorContains(t, operator.Restrict(t.Context(), "anna", "objection", "administrator").Err, "/subject")
	require.Len(t, ledgertest.CheckInvariants(t, d.ledger), 1)

	plain := openDesk(t)
	plain.register()
	r, _, err = (&commands.Privacy{Handler: plain.handler, Keys: plain.ledger}).Erase(t.Context(), anna, "unlawful", "Arkivverket 2026/1234", "administrator")
	require.NoError(t, err)
	requireCode(t, "not_sealed", r)
	require.Len(t, ledgertest.CheckInvariants(t, plain.ledger), 1, "it is not recorded where it cannot be done")
}

func TestOnlyTheOperatorHidesAndErases(t *testing.T) {
	d, operator := openSealed(t, t.TempDir(), vault.NewMasterKey())
	d.register()
	requireCode(t, "operators_only", d.record("x", "YouthErased", "2025-01-01", `{"reason":"unlawful","clearance":"Arkivverket 1","keyGoneFrom":"2027-01-01"}`))
	requireCode(t, "operators_only", d.record("y", "YouthRestricted", "2025-01-01", `{"reason":"objection"}`))
	require.NoError(t, operator.Restrict(t.Context(), anna, "objection", "administrator").Err)
	history, err := d.ledger.History(t.Context(), events.YouthEntity(anna))
	require.NoError(t, err)
	act := history[1].Events[0]
	requireCode(t, "operators_only", d.record("z", "EventRetracted", "2025-01-01", `{"eventId":"`+act.ID+`","reason":"not_happened"}`))
	requireCode(t, "operators_only", d.record("w", "EventCorrected", "2025-01-01", `{"eventId":"`+act.ID+`","reason":"typing_error","replacement":`+
		string(cloudEvent(anna, act.Source, act.ID, "YouthRestricted", "2025-01-01", `{"reason":"settled"}`))+`}`))
}

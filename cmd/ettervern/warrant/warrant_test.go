package warrant_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/warrant"
	"ettervern/commands"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/projections"
)

const (
	anna        = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"
	bo          = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c02"
	supervision = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c03"
)

// desk is a ledger and those who may record in it.
type desk struct {
	t       *testing.T
	handler *commands.Handler
	leave   warrant.Config
}

func open(t *testing.T) desk {
	now := func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }
	states, youths, supervisions := commands.NewStates(), projections.NewYouths(), projections.NewSupervisions()
	youths.Now = now
	ledger := ledgertest.Open(t, func(c *jetstream.Config) { c.Views, c.Now = []jetstream.View{states, youths, supervisions}, now })
	return desk{t, commands.NewHandler(ledger, states, now), warrant.Config{Youths: youths, Supervisions: supervisions, Await: ledger.Await}}
}

func emitter(service, source string, municipalities ...string) *access.Principal {
	return &access.Principal{Role: access.Emitter, Actor: "emitter", Scope: access.Scope{Service: service, Source: source, Municipalities: municipalities}}
}

var (
	hamar      = emitter("child_welfare", "/hamar", "3403")
	lillehamar = emitter("child_welfare", "/lillehammer", "3405")
	navHamar   = emitter("nav", "/nav/3403", "3403")
	governor   = emitter("supervisor", "/sf", "3403", "3405")
	anyone     = access.Open("operator")
)

func event(source, subject, id, name, data string) []byte {
	return fmt.Appendf(nil, `{"specversion":"1.0","id":%q,"source":%q,"type":"ettervern.%s.v1","subject":%q,"time":"2025-01-10T12:00:00Z","data":%s}`, id, source, name, subject, data)
}

// tell records an event as somebody; "" or the code of the refusal.
func (d desk) tell(who *access.Principal, raw []byte) string {
	d.t.Helper()
	ctx, actor, err := d.leave.Issue(access.With(d.t.Context(), who), access.Record)
	require.NoError(d.t, err)
	receipt := d.handler.Record(ctx, raw, actor)
	if receipt.Err != nil {
		return commands.ProblemOf(receipt.Err).Code
	}
	return ""
}

func registered(source, subject, id, municipality string) []byte {
	return event(source, subject, id, "YouthRegistered", `{"birthDate":"2008-02-03","municipality":"`+municipality+`"}`)
}

const (
	told    = `{"service":"child_welfare","topics":["aftercare"],"form":"oral","adapted":true}`
	toldNav = `{"service":"nav","topics":["aftercare"],"form":"oral","adapted":true}`
	measure = `{"measureId":"m1","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}`
)

func TestAnEmitterTellsOfItsOwnYouths(t *testing.T) {
	d := open(t)
	require.Equal(t, "not_your_municipality", d.tell(hamar, registered("/hamar", anna, "r", "3405")))
	require.Equal(t, "not_your_source", d.tell(hamar, registered("/lillehammer", anna, "r", "3403")))
	require.Equal(t, "", d.tell(hamar, registered("/hamar", anna, "r", "3403")))
	require.Equal(t, "not_your_municipality", d.tell(lillehamar, event("/lillehammer", anna, "i", "InformationGiven", told)))
	require.Equal(t, "not_your_service", d.tell(hamar, event("/hamar", anna, "i", "InformationGiven", toldNav)))
	require.Equal(t, "", d.tell(navHamar, event("/nav/3403", anna, "i", "InformationGiven", toldNav)))
	require.Equal(t, "not_your_service", d.tell(navHamar, event("/nav/3403", anna, "m", "MeasureStarted", measure)))
	require.Equal(t, "not_your_service", d.tell(hamar, event("/hamar", anna, "a", "ChildWelfareHistoryAsked", `{"answer":"yes"}`)))
	require.Equal(t, "", d.tell(anyone, event("/anyone", anna, "a", "ChildWelfareHistoryAsked", `{"answer":"yes"}`)))
	require.Equal(t, "unregistered", d.tell(hamar, event("/hamar", bo, "m", "MeasureStarted", measure)))
}

// TestResponsibilityPassesOn: the municipality that hands a youth over tells of it; from then on the other one does.
func TestResponsibilityPassesOn(t *testing.T) {
	d := open(t)
	require.Equal(t, "", d.tell(hamar, registered("/hamar", anna, "r", "3403")))
	over := `{"municipality":"3405","basis":"agreement"}`
	require.Equal(t, "not_your_municipality", d.tell(lillehamar, event("/lillehammer", anna, "o", "ResponsibilityAssigned", over)), "nobody takes a youth")
	require.Equal(t, "", d.tell(hamar, event("/hamar", anna, "o", "ResponsibilityAssigned", over)))
	require.Equal(t, "not_your_municipality", d.tell(hamar, event("/hamar", anna, "m", "MeasureStarted", measure)))
	require.Equal(t, "", d.tell(hamar, event("/hamar", anna, "o", "ResponsibilityAssigned", over)), "what was recorded then is still a duplicate")
	require.Equal(t, "", d.tell(lillehamar, event("/lillehammer", anna, "m", "MeasureStarted", measure)))
}

// TestOnlyItsOwnSourceTakesAnEventBack, or corrects it.
func TestOnlyItsOwnSourceTakesAnEventBack(t *testing.T) {
	d := open(t)
	require.Equal(t, "", d.tell(hamar, registered("/hamar", anna, "r", "3403")))
	retraction := func(source string) []byte {
		return event(source, anna, "x"+source, "EventRetracted", `{"eventId":"r","reason":"not_happened"}`)
	}
	require.Equal(t, "not_your_source", d.tell(navHamar, retraction("/nav/3403")))
	require.Equal(t, "not_your_source", d.tell(hamar, retraction("/hamar/other")))
	correction := func(source, municipality string) []byte {
		return event(source, anna, "c"+municipality, "EventCorrected", `{"eventId":"r","reason":"typing_error","replacement":`+string(registered("/hamar", anna, "r", municipality))+`}`)
	}
	require.Equal(t, "not_your_service", d.tell(navHamar, correction("/nav/3403", "3403")))
	require.Equal(t, "not_your_municipality", d.tell(hamar, correction("/hamar", "3405")), "nor is a youth given away by a correction")
	require.Equal(t, "", d.tell(hamar, correction("/hamar", "3403")))
	require.Equal(t, "", d.tell(hamar, retraction("/hamar")))
	require.Equal(t, "", d.tell(lillehamar, registered("/lillehammer", anna, "r2", "3405")), "whose registration does not stand is anybody's")
}

func TestUnitsAndSupervisions(t *testing.T) {
	d := open(t)
	forum := `{"services":["child_welfare","nav"]}`
	require.Equal(t, "", d.tell(hamar, event("/hamar", "3403-child_welfare", "f", "CooperationForumHeld", forum)))
	require.Equal(t, "not_your_service", d.tell(hamar, event("/hamar", "3403-nav", "f2", "CooperationForumHeld", forum)))
	require.Equal(t, "not_your_municipality", d.tell(hamar, event("/hamar", "3405-child_welfare", "f3", "CooperationForumHeld", forum)))

	opened := func(unit string) string {
		return `{"theme":"aftercare","year":2025,"authority":"Statsforvalteren i Innlandet","units":["` + unit + `"]}`
	}
	require.Equal(t, "not_your_service", d.tell(hamar, event("/hamar", supervision, "s", "SupervisionOpened", opened("3403-nav"))))
	require.Equal(t, "not_your_municipality", d.tell(governor, event("/sf", supervision, "s", "SupervisionOpened", opened("0301-nav"))))
	require.Equal(t, "", d.tell(governor, event("/sf", supervision, "s", "SupervisionOpened", opened("3403-nav"))))
	require.Equal(t, "", d.tell(governor, event("/sf", supervision, "v", "ReportIssued", `{}`)))
	elsewhere := emitter("supervisor", "/sf2", "0301")
	require.Equal(t, "not_your_municipality", d.tell(elsewhere, event("/sf2", supervision, "c", "CommentsReceived", `{}`)))
}

func TestWithoutALeaveNothingIsRecorded(t *testing.T) {
	d := open(t)
	for _, who := range []*access.Principal{nil, {Role: access.Caseworker}, {Role: access.Administrator}} {
		ctx := t.Context()
		if who != nil {
			ctx = access.With(ctx, who)
		}
		_, _, err := d.leave.Issue(ctx, access.Record)
		var denied *access.Denied
		require.ErrorAs(t, err, &denied)
	}
	failing := d.leave
	failing.Await = func(context.Context, uint64) error { return errors.New("the views have stopped") }
	ctx, actor, err := failing.Issue(access.With(t.Context(), hamar), access.Record)
	require.NoError(t, err)
	require.ErrorContains(t, d.handler.Record(ctx, registered("/hamar", anna, "r", "3403"), actor).Err, "the views have stopped")
	require.Equal(t, "", d.tell(hamar, registered("/hamar", anna, "r", "3403")))
}

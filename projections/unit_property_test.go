package projections

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// The histories drawn here are as odd as the ledger allows: late, out of order, corrected, retracted, with numbers that change
// and come back.

var someUnits = []string{"3001-nav", "3101-nav", "3101-child_welfare", "3003-nav", "0301_01-nav", "3001-municipality"}

type unitDrawer struct {
	t       *rapid.T
	kinds   []int // of event
	entries []events.Entry
	now     time.Time
}

// What is drawn: everything, or what routines come from and hold by.
var allKinds, ruleKinds = []int{0, 1, 2, 3, 4, 5, 6, 7, 8}, []int{4, 5, 5, 6, 8, 8}

func drawUnits(t *rapid.T, corrections bool, kinds []int) []events.Entry {
	d := unitDrawer{t: t, now: firstDay.Time(), kinds: kinds}
	for range rapid.IntRange(1, 25).Draw(t, "entries") {
		d.now = d.now.Add(time.Duration(rapid.SampledFrom([]int{0, 3600, 86400 * 30, 86400 * 100}).Draw(t, "pause")) * time.Second)
		unit := rapid.SampledFrom(someUnits).Draw(t, "unit")
		e := events.Entry{Entity: events.Entity{Kind: events.Unit, ID: unit}, Sequence: uint64(len(d.entries)+1) * 2, Recorded: d.now}
		o := events.Occurrence{ID: fmt.Sprintf("e%d", e.Sequence), Source: "/s", Time: d.day(), Event: d.event()}
		if before := d.told(unit); corrections && len(before) > 0 && rapid.IntRange(0, 4).Draw(t, "correct") == 0 {
			o.Event = d.correction(e.Entity, rapid.SampledFrom(before).Draw(t, "about"))
		}
		e.Events = []events.Occurrence{o}
		d.entries = append(d.entries, e)
	}
	return d.entries
}

func (d *unitDrawer) day() time.Time {
	return d.now.Add(-time.Duration(rapid.IntRange(0, 500).Draw(d.t, "ago")) * 24 * time.Hour)
}

// told is what was told of a unit, retractions aside.
func (d *unitDrawer) told(unit string) (all []events.Occurrence) {
	for _, e := range d.entries {
		if _, taken := e.Events[0].Event.(*events.EventRetracted); e.Entity.ID == unit && !taken {
			all = append(all, e.Events[0])
		}
	}
	return all
}

func (d *unitDrawer) correction(of events.Entity, about events.Occurrence) events.Event {
	if _, corrects := about.Event.(*events.EventCorrected); corrects || rapid.Bool().Draw(d.t, "retract") {
		return &events.EventRetracted{EventID: about.ID, Reason: "duplicate"}
	}
	kind := events.RowOf(about.Event)
	about.Time = d.day()
	for about.Event = d.event(); events.RowOf(about.Event) != kind; about.Event = d.event() {
	}
	return &events.EventCorrected{EventID: about.ID, Reason: "typing_error", Replacement: events.Submission{Entity: of, Occurrence: about}}
}

func (d *unitDrawer) event() events.Event {
	unit := func() string { return rapid.SampledFrom(someUnits).Draw(d.t, "of") }
	both := []events.Service{events.Nav, events.ChildWelfare}
	switch rapid.SampledFrom(d.kinds).Draw(d.t, "kind") {
	case 0:
		e := &events.CooperationAgreementSigned{Parties: []string{unit()}}
		if rapid.Bool().Draw(d.t, "ends") {
			e.ValidTo = events.DateOf(d.now).AddDays(rapid.IntRange(0, 300).Draw(d.t, "days"))
		}
		return e
	case 1:
		return &events.CooperationForumHeld{Services: both[:rapid.IntRange(1, 2).Draw(d.t, "services")]}
	case 2:
		return &events.TrainingHeld{Topic: "t", Services: both[1:]}
	case 3:
		return &events.CooperationReviewed{}
	case 4:
		return &events.UnitServes{Municipalities: []string{municipalityOf(unit()), "3411"}}
	case 5:
		return &events.UnitRenumbered{From: unit(), To: unit()}
	case 6:
		return &events.UnitsMerged{From: []string{unit(), unit()}, To: unit()}
	case 7:
		return &events.DeviationReported{DeviationID: "d", Topic: "t"}
	}
	return &events.RoutineAdopted{Topic: events.RoutineInGoodTime, Value: events.Duration{Months: rapid.IntRange(1, 12).Draw(d.t, "months")}}
}

// unitsOf is a read model of the entries. Under 3101 there was a case in 2022, elsewhere always.
func unitsOf(entries []events.Entry) *Units {
	u := NewUnits()
	always := [][2]events.Date{{firstEver, lastEver}}
	u.Cases = openCases{"3001": always, "0301": always, "3003": always, "3101": {{events.MustDate("2022-01-01"), events.MustDate("2022-12-31")}}}
	for _, e := range entries {
		u.Apply(e)
	}
	return u
}

// everything is all that can be asked of the units at a moment.
func everything(t require.TestingT, u *Units, day events.Date, known uint64) any {
	at := AsOf{ValidAt: day, Sequence: known}
	page, err := u.List(UnitQuery{}, at)
	require.NoError(t, err)
	answers := []any{page, u.Routines(day, known)}
	for _, id := range someUnits {
		a := u.at(day, known) // as Unit answers once it was heard of, on whatever day
		one := a.view(a.of(id), at, func(*UnitVerdict) bool { return true })
		m, err := u.Municipality(municipalityOf(id), UnitQuery{}, at)
		require.NoError(t, err)
		answers = append(answers, one, m)
	}
	return answers
}

func drawUnitDay(t *rapid.T) events.Date {
	return firstDay.AddDays(rapid.IntRange(-600, 900).Draw(t, "day"))
}

func TestUnitsRebuiltAreAsTheyWereLive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawUnits(t, true, allKinds)
		live, day := unitsOf(nil), drawUnitDay(t)
		for _, e := range entries {
			live.Apply(e)
			live.Apply(e) // told twice, it counts once
			if rapid.IntRange(0, 4).Draw(t, "asked") == 0 {
				everything(t, live, day, e.Sequence)
			}
		}
		last := entries[len(entries)-1].Sequence
		require.Equal(t, everything(t, unitsOf(entries), day, last), everything(t, live, day, last))
		require.Equal(t, live.Routines(lastEver, last), unitsOf(entries).Routines(lastEver, last))
	})
}

func TestWhatWasKnownOfUnitsIsTheHistoryCutThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawUnits(t, true, allKinds)
		n, day := rapid.IntRange(0, len(entries)).Draw(t, "known"), drawUnitDay(t)
		known := uint64(n)*2 + uint64(rapid.IntRange(0, 1).Draw(t, "other entries"))
		cut := unitsOf(entries[:n])
		require.Equal(t, everything(t, cut, day, known), everything(t, unitsOf(entries), day, known))
	})
}

func TestWhatIsDatedLaterChangesNothingOfUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, day := drawUnits(t, false, allKinds), drawUnitDay(t)
		earlier := slices.DeleteFunc(slices.Clone(entries), func(e events.Entry) bool { return e.Events[0].Date() > day })
		last := entries[len(entries)-1].Sequence
		require.Equal(t, everything(t, unitsOf(earlier), day, last), everything(t, unitsOf(entries), day, last))
	})
}

func TestATakenBackEventOfAUnitWasNeverTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries, day := drawUnits(t, false, allKinds), drawUnitDay(t)
		i := rapid.IntRange(0, len(entries)-1).Draw(t, "which")
		last := entries[len(entries)-1].Sequence + 2
		taken := events.Entry{Entity: entries[i].Entity, Sequence: last, Events: []events.Occurrence{{ID: "x", Time: entries[i].Events[0].Time,
			Event: &events.EventRetracted{EventID: entries[i].Events[0].ID, Reason: "not_happened"}}}}
		with := unitsOf(append(slices.Clone(entries), taken))
		without := unitsOf(slices.Delete(slices.Clone(entries), i, i+1))
		require.Equal(t, everything(t, without, day, last), everything(t, with, day, last))
	})
}

// TestAPastDaysRoutineStaysAsItIs: a limit that a routine once set does not move when days pass.
func TestAPastDaysRoutineStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := drawUnits(t, true, ruleKinds)
		u, last := unitsOf(entries), entries[len(entries)-1].Sequence
		asked := drawUnitDay(t)
		day := asked.AddDays(-rapid.IntRange(0, 300).Draw(t, "before"))
		for _, served := range append(slices.Clone(someUnits), "3411-nav", "3411-child_welfare", "0301-nav") {
			require.Equal(t, held(u, served, day, day, last), held(u, served, day, asked, last), served)
		}
	})
}

// held is the routine that a service had to keep on a day, by the facts dated up to validAt, as requirements.Routines finds it.
func held(u *Units, service string, day, validAt events.Date, known uint64) string {
	units, serves := u.at(validAt, known).routines()
	for _, unit := range append([]string{service}, serves[service]...) {
		var found *requirements.Routine
		for i, r := range units[unit] {
			if r.Date <= day && (r.Until == 0 || day < r.Until) && (found == nil || r.Date >= found.Date) {
				found = &units[unit][i]
			}
		}
		if found != nil {
			return strings.Join([]string{found.EventID, found.Value.String()}, " ")
		}
	}
	return ""
}

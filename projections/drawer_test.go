package projections

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// The histories drawn here are as odd as the ledger allows: late, out of order, corrected, retracted. Most of what they tell
// belongs together and lies around the days that decide, so that duties are fulfilled, excused, late and ended too.

// life draws one youth's history.
type life struct {
	t            *rapid.T
	youth        string
	adult, upper events.Date
	told         []telling
	named        map[string]int // how many things have a name with this letter
}

// telling is an event with whom it is about and the day on which it is recorded.
type telling struct {
	entity   events.Entity
	recorded events.Date
	events.Occurrence
}

func youthNumber(n int) string {
	return fmt.Sprintf("%08x-5a43-4c6e-9a55-2f0e7a1d9c01", n*2654435761%(1<<32))
}

// drawLedger draws the entries about a few youths.
func drawLedger(t *rapid.T) []events.Entry {
	var all []telling
	for n := range rapid.IntRange(1, 4).Draw(t, "youths") {
		all = append(all, drawLife(t, youthNumber(n+1))...)
	}
	all = append(all, drawRoutines(t, all[0].recorded)...)
	slices.SortStableFunc(all, func(a, b telling) int { return cmp.Compare(a.recorded, b.recorded) })
	return entriesOf(t, all)
}

// drawRoutines draws what units adopt, from the day of the first registration on.
func drawRoutines(t *rapid.T, first events.Date) (all []telling) {
	for n := range rapid.IntRange(0, 3).Draw(t, "routines") {
		unit := rapid.SampledFrom([]string{"3020-child_welfare", "0301-child_welfare", "3020-nav"}).Draw(t, "unit")
		e := &events.RoutineAdopted{
			Topic: rapid.SampledFrom([]events.Routine{events.RoutineInGoodTime, events.RoutineFollowUp, events.RoutinePlan, events.RoutineNavHandover}).Draw(t, "topic"),
			Value: rapid.SampledFrom([]events.Duration{{Months: 1}, {Months: 4}, {Months: 9}, {Days: 7}, {Days: 45}}).Draw(t, "value"),
		}
		recorded := first.AddDays(rapid.IntRange(0, 2500).Draw(t, "recorded"))
		day := recorded.AddDays(-rapid.SampledFrom([]int{0, 1, 100, 500}).Draw(t, "ago"))
		all = append(all, telling{events.Entity{Kind: events.Unit, ID: unit}, recorded, events.Occurrence{ID: fmt.Sprint("routine-", n), Source: "/s", Time: day.Time().Add(12 * time.Hour), Event: e}})
	}
	return all
}

// entriesOf puts events that were recorded one after the other, about one youth, on one day, in one entry, or not. A routine
// stands alone.
func entriesOf(t *rapid.T, all []telling) (entries []events.Entry) {
	for _, o := range all {
		entity, recorded := o.entity, o.recorded.Time().Add(12*time.Hour)
		if n := len(entries); n > 0 && entity.Kind == events.Youth && entries[n-1].Entity == entity && entries[n-1].Recorded.Equal(recorded) && rapid.Bool().Draw(t, "together") {
			entries[n-1].Events = append(entries[n-1].Events, o.Occurrence)
			continue
		}
		entries = append(entries, events.Entry{Entity: entity, Sequence: uint64(len(entries) + 1), Recorded: recorded, Actor: "emitter", Events: []events.Occurrence{o.Occurrence}})
	}
	return entries
}

// drawDay draws a day near one on which something happened, or any.
func drawDay(t *rapid.T, entries []events.Entry) events.Date {
	e := rapid.SampledFrom(entries).Draw(t, "entry")
	day := rapid.SampledFrom(e.Events).Draw(t, "near").Date()
	if rapid.Bool().Draw(t, "any") {
		return day.AddDays(rapid.IntRange(-400, 3000).Draw(t, "day"))
	}
	return day.AddDays(rapid.SampledFrom([]int{-1, 0, 1, 7, 8, 14, 15, 30, 31, 92, 93, 365, 366}).Draw(t, "later"))
}

// drawLife draws the threads of a life, some of them, and what was then said to be otherwise.
func drawLife(t *rapid.T, youth string) []telling {
	l := life{t: t, youth: youth, named: map[string]int{}}
	born := l.born()
	l.adult, l.upper = born.Birthday(18), requirements.UpperBirthday(born)
	l.tell(l.adult.AddDays(-900), 0, &events.YouthRegistered{BirthDate: born, Municipality: l.pick("3020", "0301")})
	for _, thread := range []func(){l.measures, l.transition, l.offer, l.request, l.nav, l.death} {
		if l.yes() {
			thread()
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "odd") {
		l.odd()
	}
	return l.told
}

func (l *life) pick(of ...string) string { return rapid.SampledFrom(of).Draw(l.t, "pick") }

func (l *life) yes() bool { return rapid.Bool().Draw(l.t, "yes") }

// born is around the days on which the upper age changed, or late enough for the law of today.
func (l *life) born() events.Date {
	if l.yes() {
		return events.MustDate("1998-01-01").AddDays(rapid.IntRange(-200, 200).Draw(l.t, "born"))
	}
	return events.NewDate(2003, 6, 1).AddDays(rapid.IntRange(0, 2000).Draw(l.t, "born"))
}

// after is one of these numbers of days after a day.
func (l *life) after(day events.Date, numbers ...int) events.Date {
	return day.AddDays(rapid.SampledFrom(numbers).Draw(l.t, "days"))
}

// happens tells of an event, at once or later.
func (l *life) happens(day events.Date, e events.Event) {
	l.tell(day, rapid.SampledFrom([]int{0, 0, 0, 0, 1, 14, 15, 40}).Draw(l.t, "lag"), e)
}

func (l *life) tell(day events.Date, lag int, e events.Event) {
	id := fmt.Sprintf("%s-%d", l.youth[:4], len(l.told)+1)
	l.told = append(l.told, telling{events.YouthEntity(l.youth), max(l.adult.AddDays(-900), day.AddDays(lag)), events.Occurrence{ID: id, Source: "/s", Time: day.Time().Add(12 * time.Hour), Event: e}})
}

// fresh is an id that nothing has yet: the ledger refuses one that was used before.
func (l *life) fresh(letter string) string {
	l.named[letter]++
	return fmt.Sprint(letter, l.named[letter])
}

// some is an id that something has, if anything does.
func (l *life) some(letter string) string {
	return fmt.Sprint(letter, rapid.IntRange(1, max(1, l.named[letter])).Draw(l.t, letter))
}

// odd takes back what was told, puts something else in its place, or tells what belongs to nothing.
func (l *life) odd() {
	about := rapid.SampledFrom(l.told).Draw(l.t, "about")
	at := l.after(about.recorded, 0, 1, 20, 300)
	switch e := about.Event.(type) {
	case *events.EventRetracted, *events.YouthRegistered:
	case *events.EventCorrected:
		l.tell(at, 0, &events.EventRetracted{EventID: about.ID, Reason: "not_happened"})
		return
	default:
		if l.yes() {
			l.tell(at, 0, &events.EventRetracted{EventID: about.ID, Reason: "not_happened"})
			return
		}
		instead := about.Occurrence
		instead.Time = l.after(about.Date(), -31, -1, 0, 1, 31).Time().Add(12 * time.Hour)
		if kind := slices.IndexFunc(plainKinds, func(k events.Event) bool { return events.RowOf(k) == events.RowOf(e) }); l.yes() {
			instead.Event = l.plain(kind)
		}
		l.tell(at, 0, &events.EventCorrected{EventID: about.ID, Reason: "typing_error", Replacement: events.Submission{Entity: events.YouthEntity(l.youth), Occurrence: instead}})
		return
	}
	l.happens(at, l.plain(rapid.IntRange(1, len(plainKinds)-1).Draw(l.t, "kind")))
}

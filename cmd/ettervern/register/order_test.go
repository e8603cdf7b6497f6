package register

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
)

// standing is what a history says now: every event that was not retracted, in its corrected form, sorted.
func (d *desk) standing(youth string) (lines []string) {
	entries, err := d.ledger.History(d.t.Context(), events.YouthEntity(youth))
	require.NoError(d.t, err)
	now, gone := map[string]events.Occurrence{}, map[string]bool{}
	for _, entry := range entries {
		for _, o := range entry.Events {
			switch e := o.Event.(type) {
			case *events.EventCorrected:
				now[e.EventID] = e.Replacement.Occurrence
			case *events.EventRetracted:
				gone[e.EventID] = true
			case *events.SubmissionRead:
			default:
				now[o.ID] = o
			}
		}
	}
	for id, o := range now {
		if !gone[id] {
			lines = append(lines, o.Date().String()+" "+events.RowOf(o.Event).Name+" "+string(events.Data(o.Event)))
		}
	}
	slices.Sort(lines)
	return lines
}

// life is a case in a case system: what its elements are now, and what changed since the last file.
type life struct {
	t       *rapid.T
	kinds   []string            // the elements that it is about; few, so that each has a story
	now     map[string]string   // elements by type and id, as XML
	gone    []string            // deletions, as XML
	before  map[string][]string // what each element once was
	changed map[string]bool
	fresh   []string // deletions since the last file
	day     int
}

// step lets something happen to the case.
func (l *life) step() {
	key := rapid.SampledFrom(l.kinds).Draw(l.t, "element")
	kind, which, _ := strings.Cut(key, " ")
	id := map[string]string{"Tiltak a": measureA, "Tiltak b": measureB, "Vedtak a": decisionA, "Plan a": planA, "Ettervern a": offerA}[kind+" "+which]
	if slices.Contains(l.gone, deleted(kind, id)) {
		return
	}
	if l.now[key] != "" && rapid.IntRange(0, 5).Draw(l.t, "delete") == 0 {
		delete(l.now, key)
		delete(l.changed, key)
		l.gone, l.fresh = append(l.gone, deleted(kind, id)), append(l.fresh, deleted(kind, id))
		return
	}
	before := l.before[key]
	if len(before) > 1 { // then it goes back and forth: what was put right was right
		l.now[key] = rapid.SampledFrom(before).Draw(l.t, "as before")
	} else {
		l.now[key] = l.draw(kind, id)
		l.before[key] = append(before, l.now[key])
	}
	l.changed[key] = true
}

func (l *life) draw(kind, id string) string {
	date := func(what string, from, to int) string {
		return events.MustDate("2024-01-01").AddDays(rapid.IntRange(from, to).Draw(l.t, what)).String()
	}
	maybe := func(what string) bool { return rapid.Bool().Draw(l.t, what) }
	switch kind {
	case "Tiltak":
		var within, held []string
		for i := range 2 { // what was held stays held
			held = append(held, fmt.Sprintf("d726c86b-9c3a-43cd-a67a-9b75fc3947%s%d", id[35:], i), events.MustDate("2024-06-01").AddDays(30*i).String())
		}
		within = append(within, visits(held...))
		start := rapid.IntRange(0, 600).Draw(l.t, "start")
		if maybe("ended") {
			within = append(within, ends(date("end", start, start+100)))
		}
		return measure(id, date("starts", start, start), rapid.SampledFrom([]string{"2.2", "4.6"}).Draw(l.t, "category"), within...)
	case "Vedtak":
		return decision(id, date("decided", 0, 300), rapid.SampledFrom([]string{"3-6", "3-1"}).Draw(l.t, "law"), rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(l.t, "status"))
	case "Plan":
		var within []string
		for range rapid.IntRange(0, 2).Draw(l.t, "evaluations") {
			within = append(within, fmt.Sprintf(`<Evaluering UtfortDato=%q/>`, date("evaluated", 300, 310)))
		}
		return plan(id, date("plan", 0, 300), rapid.SampledFrom([]string{"5", "1"}).Draw(l.t, "type"), within...)
	}
	if maybe("answered") {
		return offer(id, date("offered", 0, 300), endsAs(date("answer", 301, 400), rapid.SampledFrom([]string{"1", "2", "3"}).Draw(l.t, "answer")))
	}
	return offer(id, date("offered", 0, 300))
}

// files are the case's next file as a total, and as one of changes.
func (l *life) files() (total, changes string) {
	l.day++
	f := form{
		submission: fmt.Sprintf("d39630d6-9c90-41ef-a56b-adf9a7e6%04d", l.day), extracted: fmt.Sprintf("2026-11-%02dT02:00:00+01:00", l.day),
	}
	if l.day > 1 {
		f.previous = fmt.Sprintf("d39630d6-9c90-41ef-a56b-adf9a7e6%04d", l.day-1)
	}
	t, c := f, f
	for _, key := range slices.Sorted(func(yield func(string) bool) {
		for key := range l.now {
			if !yield(key) {
				return
			}
		}
	}) {
		t.elements = append(t.elements, l.now[key])
		if l.changed[key] {
			c.elements = append(c.elements, l.now[key])
		}
	}
	t.elements, c.elements = append(t.elements, l.gone...), append(c.elements, l.fresh...)
	l.changed, l.fresh = map[string]bool{}, nil
	return t.String(), c.String()
}

// TestTheOrderOfFilesDoesNotMatter: however the files of a case come, in any order, one by one or together, as totals
// or as changes after a total, and with some of them twice, the ledger says what the last total says.
func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	var youth string
	d, count := openDesk(t), 0
	// someoneElses are the same files about another child, so that one ledger can hold them all.
	someoneElses := func(files []string) (others []string) {
		count++
		for _, file := range files {
			file = strings.ReplaceAll(file, number, "12070700100") // no number yet: the child is known by the case
			others = append(others, strings.ReplaceAll(file, caseA, fmt.Sprintf("27e9e06f-59b4-4e92-affd-%012d", count)))
		}
		return others
	}
	rapid.Check(t, func(rt *rapid.T) {
		kinds := rapid.Permutation([]string{"Tiltak a", "Tiltak b", "Vedtak a", "Plan a", "Ettervern a"}).Draw(rt, "kinds")
		l := &life{t: rt, kinds: kinds[:rapid.IntRange(1, 2).Draw(rt, "how many")], now: map[string]string{}, before: map[string][]string{}, changed: map[string]bool{}}
		var totals, mixed []string
		for n := range rapid.IntRange(3, 5).Draw(rt, "files") {
			for range rapid.IntRange(1, 2).Draw(rt, "steps") {
				l.step()
			}
			total, changes := l.files()
			totals = append(totals, total)
			if n == 0 || rapid.Bool().Draw(rt, "total") {
				changes = total
			}
			mixed = append(mixed, changes)
		}
		in := func(files []string, options Options, together bool) []string {
			files = someoneElses(files)
			if together {
				youth = d.load(options, files...)[0].Youth
			} else {
				for _, file := range files {
					youth = d.load(options, file)[0].Youth
				}
			}
			return d.standing(youth)
		}
		want := in(totals[len(totals)-1:], Options{}, false)
		require.Equal(rt, want, in(mixed, Options{}, false), "as they were made")
		shuffled := rapid.Permutation(append(slices.Clone(mixed), rapid.SampledFrom(mixed).Draw(rt, "twice"))).Draw(rt, "order")
		require.Equal(rt, want, in(shuffled, Options{}, false), "in another order")
		require.Equal(rt, want, in(shuffled, Options{}, true), "together")
		require.Equal(rt, want, in(totals, Options{Total: true}, false), "totals as totals")
	})
}

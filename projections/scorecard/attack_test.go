package scorecard

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/disclosure"
	"ettervern/projections/disclosure/attack"
	"ettervern/projections/requirements"
)

// atom is verdicts alike in all that answers tell apart.
type atom struct {
	municipality uint16
	kind         requirements.Kinds
	limit        string
	requirement  string
	status       requirements.Status
}

// drawn is made-up verdicts of two duties of the same youths.
type drawn struct {
	atoms    []atom
	count    []int
	verdicts [][]Verdict
	youths   [][]int // the atoms of the one duty that are as many as those of the other
}

func drawVerdicts(t *rapid.T) *drawn {
	d := &drawn{}
	duties := []string{"information", "participation"}
	for _, m := range []uint16{1101, 1102, 3401, 3402} {
		for _, kind := range []requirements.Kinds{requirements.CareOrder, requirements.Voluntary} {
			for _, limit := range []string{"2025-02-01", "2025-05-01"} {
				n := rapid.SampledFrom([]int{0, 0, 1, 2, 3, 5, 8, 20, 70}).Draw(t, "youths")
				var of [2][]int
				for k, requirement := range duties {
					met := rapid.IntRange(0, n).Draw(t, "met")
					of[k] = []int{len(d.atoms), len(d.atoms) + 1}
					d.add(met, atom{m, kind, limit, requirement, requirements.Met})
					d.add(n-met, atom{m, kind, limit, requirement, requirements.Overdue})
				}
				d.youths = append(d.youths, of[0], of[1])
			}
		}
	}
	return d
}

func (d *drawn) add(n int, a atom) {
	v := verdict(a.requirement, a.municipality, a.limit, a.status)
	v.Kind = a.kind
	d.atoms, d.count, d.verdicts = append(d.atoms, a), append(d.count, n), append(d.verdicts, times(n, v))
}

// of is the atoms that a number of a row counts; status -1 is the total.
func (d *drawn) of(r *Row, from, to events.Date, status int) (of []int) {
	for i, a := range d.atoms {
		limit := events.MustDate(a.limit)
		m := requirements.FormatMunicipality(a.municipality)
		if a.requirement == r.Requirement && limit >= from && limit <= to && (status < 0 || int(a.status) == status) &&
			(r.Office == "" || officeOf(m) == r.Office) && (r.Municipality == "" || m == r.Municipality) &&
			(r.Kind == "" || kindName(a.kind) == r.Kind) && (r.Quarter == "" || quarterName(limit) == r.Quarter) {
			of = append(of, i)
		}
	}
	return of
}

// spy asks everything that can be asked, and keeps what was told.
type spy struct {
	*attack.Attacker
	drawn *drawn
	heard map[string]bool
	small [][]int // numbers that were withheld for being small
}

func (s *spy) hear(card Card) {
	for i := range card.Rows {
		r := &card.Rows[i]
		s.number(r.Total, s.drawn.of(r, card.From, card.To, -1))
		for status := range requirements.Status(requirements.StatusCount) {
			if status > requirements.Upcoming { // these are not told
				s.number(*r.Statuses.Of(status), s.drawn.of(r, card.From, card.To, int(status)))
			}
		}
	}
}

func (s *spy) number(told *int, of []int) {
	key := fmt.Sprint(of)
	if s.heard[key] || len(of) == 0 {
		return
	}
	s.heard[key] = true
	sum := 0
	for _, i := range of {
		sum += s.drawn.count[i]
	}
	switch {
	case told != nil:
		s.Learn(float64(sum), terms(of)...)
	case sum > 0 && sum < disclosure.Smallest:
		s.small = append(s.small, of)
	}
}

func terms(of []int) (all []attack.Term) {
	for _, i := range of {
		all = append(all, attack.Term{Number: i, Factor: 1})
	}
	return all
}

// everything that others than a municipality can ask for.
func everything() (all []Question) {
	add := func(change func(*Question)) {
		q := in2025()
		change(&q)
		if field, _ := q.Check(); field == "" {
			all = append(all, q)
		}
	}
	for _, by := range append([]string{""}, Breakdowns()...) {
		for _, office := range []string{"", "West", "East"} {
			for _, to := range []string{"2025-12-31", "2025-06-30", "2025-03-31"} {
				add(func(q *Question) { q.By, q.Office, q.To = By(by), office, events.MustDate(to) })
			}
			add(func(q *Question) { q.By, q.Office, q.From = By(by), office, events.MustDate("2025-04-01") })
			add(func(q *Question) { q.By, q.Office, q.From = By(by), office, events.MustDate("2024-01-01") })
		}
		for _, m := range []uint16{1101, 1102, 3401, 3402} {
			add(func(q *Question) { q.By, q.Municipality = By(by), m })
		}
	}
	return all
}

// Whoever asks everything and holds the answers against each other finds no small number: at least four values stay possible.
func TestNoSmallNumberCanBeWorkedOutOfAllAnswersTogether(t *testing.T) {
	questions := everything()
	require.Greater(t, len(questions), 40)
	rapid.Check(t, func(t *rapid.T) {
		d := drawVerdicts(t)
		s := &spy{Attacker: attack.New(len(d.atoms)), drawn: d, heard: map[string]bool{}}
		for i := 0; i < len(d.youths); i += 2 {
			same := terms(d.youths[i])
			for _, term := range terms(d.youths[i+1]) {
				same = append(same, attack.Term{Number: term.Number, Factor: -1})
			}
			s.Learn(0, same...)
		}
		for _, q := range questions {
			s.hear(ask(q, d.verdicts...))
		}
		for range min(3, len(s.small)) {
			of := rapid.SampledFrom(s.small).Draw(t, "small")
			low, high := s.Bounds(terms(of)...)
			if high-low < disclosure.Width-0.001 {
				for i, a := range d.atoms {
					if slices.Contains(of, i) {
						t.Log(a, d.count[i])
					}
				}
				t.Fatalf("it is between %v and %v", low, high)
			}
		}
	})
}

package projections

import (
	"iter"
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// LawSide is a verdict by the law of one day.
type LawSide struct {
	Status       string       `json:"status"`
	Target       *events.Date `json:"target"`
	Limit        *events.Date `json:"limit"`
	Municipality string       `json:"municipality"`
	LegalBasis   *string      `json:"legalBasis"`
	TargetMonth  string       `json:"targetMonth,omitempty" doc:"Instead of target, for those beyond the municipality."`
	LimitMonth   string       `json:"limitMonth,omitempty" doc:"Instead of limit, likewise."`
}

// LawDifference is a duty that two days' laws judge differently: another status, target, limit or municipality, or one that
// only one of them brings about. Another legal basis alone is no difference. It is a rehearsal and not an administrative decision.
type LawDifference struct {
	Youth       string              `json:"youth"`
	Requirement string              `json:"requirement"`
	Instance    string              `json:"instance"`
	From        *LawSide            `json:"from"` // null: not applicable by that law
	To          *LawSide            `json:"to"`
	Why         []requirements.Text `json:"why"` // what differs between the laws that the duty rests on
	ValidAt     events.Date         `json:"validAt"`
	Sequence    uint64              `json:"sequence"`
}

// LawDiff streams the duties that the laws of two days judge differently, sorted by youth, requirement and instance; the page
// is only its head. The query's LawAt, Status, Limit and After are not used. Its only errors are *BadQuery.
func (y *Youths) LawDiff(q Query, from, to events.Date) (Page, iter.Seq[LawDifference], error) {
	q.LawAt, q.Status, q.Limit, q.After = 0, nil, 0, ""
	f, err := q.filter()
	if err != nil {
		return Page{}, nil, err
	}
	m, err := y.moment(&q)
	if err != nil {
		return Page{}, nil, err
	}
	d := lawDiff{moment: m, filter: f, old: m.Moment, new: m.Moment}
	d.old.LawAt, d.new.LawAt = from, to
	return m.page(nil, 0), func(yield func(LawDifference) bool) {
		for _, id := range y.ids(f.youths) {
			if facts, ok := y.factsOf(id, f.within); ok && !d.youth(id, facts, yield) {
				return
			}
		}
	}, nil
}

type lawDiff struct {
	moment   moment
	filter   filter
	old, new requirements.Moment
	a, b     requirements.Case
}

// youth yields the differences of one youth; false when no more are wanted.
func (d *lawDiff) youth(id requirements.UUID, facts requirements.Facts, yield func(LawDifference) bool) bool {
	if !d.a.Open(facts, d.old) || !d.b.Open(facts, d.new) {
		return true
	}
	for rank, r := range requirements.Sorted {
		if d.filter.requirements&(1<<rank) == 0 {
			continue
		}
		from, to := byInstance(&d.a, r), byInstance(&d.b, r)
		for _, instance := range slices.Compact(slices.Sorted(both(from, to))) {
			row := LawDifference{
				Youth: id.String(), Requirement: requirements.Requirements[r].ID, Instance: instance,
				From: from[instance], To: to[instance], ValidAt: d.moment.ValidAt, Sequence: d.moment.Known,
			}
			if !row.differs() || !d.wants(&row) {
				continue
			}
			if row.Why = requirements.Differences(r, &d.a, &d.b); !yield(row) {
				return false
			}
		}
	}
	return true
}

// byInstance is each verdict on a requirement that is more than not applicable.
func byInstance(c *requirements.Case, r int) map[string]*LawSide {
	var sides map[string]*LawSide
	for _, j := range c.Judge(r) {
		if j.Status == requirements.NotApplicable {
			continue
		}
		side := &LawSide{
			Status: j.Status.String(), Target: present(j.Target), Limit: present(j.Limit),
			Municipality: requirements.FormatMunicipality(c.Municipality(j.Limit)),
		}
		if basis := c.LegalBasis(j); basis != nil {
			side.LegalBasis = &basis.Text
		}
		if sides == nil {
			sides = map[string]*LawSide{}
		}
		sides[c.Instance(j)] = side
	}
	return sides
}

func both(a, b map[string]*LawSide) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, m := range [...]map[string]*LawSide{a, b} {
			for k := range m {
				if !yield(k) {
					return
				}
			}
		}
	}
}

func (l *LawDifference) differs() bool {
	if l.From == nil || l.To == nil {
		return l.From != l.To
	}
	return l.From.Status != l.To.Status || l.From.Municipality != l.To.Municipality || !same(l.From.Target, l.To.Target) || !same(l.From.Limit, l.To.Limit)
}

func same(a, b *events.Date) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// wants tells whether one of the sides belongs to the municipality asked for, and every side to one that may be asked for.
func (d *lawDiff) wants(l *LawDifference) bool {
	wanted := d.filter.municipality == 0
	for _, side := range [...]*LawSide{l.From, l.To} {
		if side == nil {
			continue
		}
		of, _ := requirements.ParseMunicipality(side.Municipality)
		if !d.filter.within.holds(of) {
			return false
		}
		wanted = wanted || of == d.filter.municipality
	}
	return wanted
}

// factsOf is false for a youth that the ledger does not know, or that is not to be seen.
func (y *Youths) factsOf(id requirements.UUID, within *Within) (requirements.Facts, bool) {
	y.mu.RLock()
	defer y.mu.RUnlock()
	i, ok := y.byID[id]
	if !ok || within.hides(y.all[i]) {
		return requirements.Facts{}, false
	}
	return y.all[i].facts, true
}

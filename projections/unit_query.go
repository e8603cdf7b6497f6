package projections

import (
	"maps"
	"math"
	"slices"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// UnitQuery is a question about units. Empty fields ask for all.
type UnitQuery struct {
	Municipality string   // four digits: its units, districts among them, and those that serve it
	Requirement  string   // of requirements.UnitIDs
	Norm         string   // statute, guideline or routine
	Status       []string // of requirements.UnitStatusNames
	Limit        int      // rows in a page, at most MaxLimit; 0 is DefaultLimit
	After        string   // the Next of the page before
}

// UnitPage is one page of units, by their ids. The Next of a page is its last unit.
type UnitPage struct {
	Rows []Unit `json:"rows"`
	Next string `json:"next"` // the After of the next page; empty on the last
	AsOf
}

// MunicipalityUnits is the services of a municipality, districts' and inter-municipal ones among them.
type MunicipalityUnits struct {
	Municipality string   `json:"municipality"`
	Name         string   `json:"name"`   // empty without a table of municipalities
	Office       string   `json:"office"` // of the county governor
	Flags        []string `json:"flags"`
	Units        []Unit   `json:"units"`
	AsOf
}

// Unit is how one unit stands. Child welfare and Nav have duties before they have told anything: such a unit of a municipality
// that is known is answered for, with nothing documented. It is events.ErrNotFound for any other that the ledger has never
// heard of, and a *BadQuery for what is no unit.
func (u *Units) Unit(id string, q UnitQuery, at AsOf) (Unit, error) {
	if !events.IsUnitID(id) {
		return Unit{}, &BadQuery{"unit", "a unit such as 3403-nav, 0301_01-child_welfare in a district, or a municipality number"}
	}
	if err := q.check(); err != nil {
		return Unit{}, err
	}
	a := u.at(at.ValidAt, at.Sequence)
	if !u.mentions(id) && !(slices.Contains(dutiful, serviceOf(id)) && u.knows(municipalityOf(id))) {
		return Unit{}, events.ErrNotFound
	}
	return a.view(a.of(id), at, q.wants), nil
}

// Municipality is how the services of a municipality stand; events.ErrNotFound for a number that neither the ledger nor the
// table of municipalities has ever heard of, and a *BadQuery for what is no number.
func (u *Units) Municipality(code string, q UnitQuery, at AsOf) (MunicipalityUnits, error) {
	q.Municipality = code
	if err := q.check(); err != nil {
		return MunicipalityUnits{}, err
	}
	a := u.at(at.ValidAt, at.Sequence)
	if !u.knows(code) {
		return MunicipalityUnits{}, events.ErrNotFound
	}
	m := MunicipalityUnits{
		Municipality: code, Name: u.Municipalities.Name(code, at.ValidAt), Office: OfficeOf(code), Flags: []string{}, Units: []Unit{}, AsOf: at,
	}
	if !u.Municipalities.Valid(code, at.ValidAt) {
		m.Flags = append(m.Flags, MunicipalityNotValid)
	}
	for _, id := range a.in(code) {
		m.Units = append(m.Units, a.view(a.of(id), at, q.wants))
	}
	return m, nil
}

// List is a page of units: those of one municipality, or all that there are on the day under the number they have then. With
// a requirement, norm or status, it is those that have such a verdict, and only these verdicts. Its only errors are *BadQuery.
func (u *Units) List(q UnitQuery, at AsOf) (UnitPage, error) {
	page := UnitPage{Rows: []Unit{}, AsOf: at}
	if err := q.check(); err != nil {
		return page, err
	}
	a := u.at(at.ValidAt, at.Sequence)
	for _, id := range a.asked(&q) {
		s := a.of(id)
		if id <= q.After || q.Municipality == "" && !a.exists(s) {
			continue
		}
		v := a.view(s, at, q.wants)
		if q.narrow() && len(v.Requirements) == 0 {
			continue
		}
		if len(page.Rows) == q.Limit {
			page.Next = page.Rows[q.Limit-1].Unit
			break
		}
		page.Rows = append(page.Rows, v)
	}
	return page, nil
}

// asked is the units that a list is made of.
func (a *unitsAt) asked(q *UnitQuery) []string {
	switch {
	case q.Municipality == "":
		return a.units.ids()
	case a.units.knows(q.Municipality):
		return a.in(q.Municipality)
	}
	return nil
}

// check understands the query; its only errors are *BadQuery.
func (q *UnitQuery) check() error {
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	_, four := requirements.ParseMunicipality(q.Municipality)
	switch {
	case q.Limit < 1 || q.Limit > MaxLimit:
		return &BadQuery{"limit", "a number from 1 to " + utoa(MaxLimit)}
	case q.Municipality != "" && !four:
		return &BadQuery{"municipality", "a municipality number of four digits"}
	case q.Requirement != "" && requirements.FindUnit(q.Requirement) < 0:
		return oneOf("requirement", requirements.UnitIDs())
	case q.Norm != "" && !slices.Contains(requirements.Norms(), q.Norm):
		return oneOf("norm", requirements.Norms())
	case q.After != "" && !events.IsUnitID(q.After):
		return &BadQuery{"after", "the next that came with the page before"}
	}
	for _, s := range q.Status {
		if !slices.Contains(requirements.UnitStatusNames(), s) {
			return oneOf("status", requirements.UnitStatusNames())
		}
	}
	return nil
}

// narrow tells whether only some verdicts are asked for.
func (q *UnitQuery) narrow() bool { return q.Requirement != "" || q.Norm != "" || len(q.Status) > 0 }

func (q *UnitQuery) wants(v *UnitVerdict) bool {
	return (q.Requirement == "" || q.Requirement == v.Requirement) && (q.Norm == "" || q.Norm == v.Norm) &&
		(len(q.Status) == 0 || slices.Contains(q.Status, v.Status))
}

// dutiful is the services that the requirements are for.
var dutiful = []events.Service{events.ChildWelfare, events.Nav}

// mentions tells whether any history tells something of a unit, municipality or district.
func (u *Units) mentions(key string) bool {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return len(u.about[key]) > 0
}

// ids is every unit that was ever mentioned, sorted.
func (u *Units) ids() []string {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return slices.Sorted(func(yield func(string) bool) {
		for key := range maps.Keys(u.about) {
			if events.IsUnitID(key) && !yield(key) {
				return
			}
		}
	})
}

// What can be recorded lies between these days.
var firstEver, lastEver = events.MustDate("1900-01-01"), events.MustDate("2200-12-31")

// knows tells whether a municipality was ever heard of, on whatever day.
func (u *Units) knows(municipality string) bool {
	return u.mentions(municipality) || u.Municipalities.Has(municipality) ||
		u.Cases != nil && u.Cases.DutyOpen(municipality, firstEver, lastEver, lastEver, math.MaxUint64)
}

// exists tells whether the unit was heard of by then, is not at an end, and has this number now.
func (a *unitsAt) exists(s *standing) bool {
	return s.ended == 0 && len(s.next) == 0 && slices.ContainsFunc(a.about(s.id), func(t unitTold) bool {
		return t.unit == s.id || slices.Contains(named(t.Event), s.id)
	})
}

// in is the units of a municipality, sorted: its own, those in its districts, those that serve it. Where none was heard of in a
// service that has duties, the municipality's own stands for it: silence is to be seen.
func (a *unitsAt) in(municipality string) []string {
	found := map[string]bool{}
	for _, t := range a.about(municipality) {
		for _, id := range append([]string{t.unit}, named(t.Event)...) {
			found[id] = found[id] || events.IsUnitID(id) && municipalityOf(id) == municipality
		}
		if _, is := t.Event.(*events.UnitServes); is && a.nowServes(t.unit, municipality) {
			found[a.of(t.unit).current()] = true
		}
	}
	maps.DeleteFunc(found, func(_ string, is bool) bool { return !is })
	for _, service := range dutiful {
		has := false
		for id := range found {
			has = has || serviceOf(id) == service
		}
		if !has {
			found[municipality+"-"+string(service)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func (a *unitsAt) nowServes(unit, municipality string) bool {
	s := a.of(unit)
	return slices.ContainsFunc(s.serves, func(by serving) bool {
		return by.on(a.day) && slices.Contains(by.municipalities, municipality)
	})
}

package projections

import (
	"slices"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// AsOf is what an answer was computed from, so that it can be asked again.
type AsOf struct {
	ValidAt  events.Date `json:"validAt"`
	KnownAt  time.Time   `json:"knownAt"`
	Sequence uint64      `json:"sequence"`
}

// Unit is how one service stands: the public answer about a unit. Its fields are a contract; fields are only added. Names are
// empty without a table of municipalities.
type Unit struct {
	Unit             string           `json:"unit"`
	Service          events.Service   `json:"service"`
	Municipality     string           `json:"municipality"`
	MunicipalityName string           `json:"municipalityName"`
	District         string           `json:"district"` // two digits; empty outside districts
	Office           string           `json:"office"`   // of the county governor
	Serves           []Served         `json:"serves"`   // municipalities besides its own
	RenumberedFrom   []UnitLink       `json:"renumberedFrom"`
	RenumberedTo     []UnitLink       `json:"renumberedTo"` // several when it was split
	MergedFrom       []UnitLink       `json:"mergedFrom"`   // it inherits nothing from them
	MergedInto       []UnitLink       `json:"mergedInto"`
	Ended            *events.Date     `json:"ended"` // the first day on which it was no more
	Flags            []string         `json:"flags"`
	Requirements     []UnitVerdict    `json:"requirements"` // of child welfare and Nav; other services have none
	Deviations       []OpenDeviation  `json:"deviations"`
	Routines         []RoutineInForce `json:"routines"`
	AsOf
}

// Served is a municipality that a unit serves, with the event that says so.
type Served struct {
	Municipality string      `json:"municipality"`
	Name         string      `json:"name"`
	From         events.Date `json:"from"`
	Event        string      `json:"event"`
}

// UnitLink is another unit, or another number of the same, with when that came to be and the event that says so.
type UnitLink struct {
	Unit  string      `json:"unit"`
	From  events.Date `json:"from"`
	Event string      `json:"event"`
}

// UnitVerdict is what is said of one requirement for one unit.
type UnitVerdict struct {
	Unit        string            `json:"unit"`
	Requirement string            `json:"requirement"`
	Status      string            `json:"status"`
	Norm        string            `json:"norm"`
	Last        *events.Date      `json:"last"`       // when it was last done
	Evidence    []string          `json:"evidence"`   // event ids, by date
	PeriodFrom  *events.Date      `json:"periodFrom"` // the first day that counts; null for what lasts until it ends
	PeriodTo    events.Date       `json:"periodTo"`   // the last, on which the unit is judged
	LegalBasis  *string           `json:"legalBasis"`
	Explanation requirements.Text `json:"explanation"`
	Catalogue   string            `json:"catalogue"`
}

// OpenDeviation is a deviation that was reported and not closed.
type OpenDeviation struct {
	Unit        string      `json:"unit"` // in whose history it was reported: an earlier number, perhaps
	DeviationID string      `json:"deviationId"`
	Topic       string      `json:"topic"`
	Reported    events.Date `json:"reported"`
	Event       string      `json:"event"`
}

// RoutineInForce is the routine that holds on a topic.
type RoutineInForce struct {
	Topic events.Routine `json:"topic"`
	Value string         `json:"value"` // ISO 8601
	From  events.Date    `json:"from"`
	Event string         `json:"event"`
}

// view puts a unit into the words of the public contract; wants picks the verdicts.
func (a *unitsAt) view(s *standing, at AsOf, wants func(*UnitVerdict) bool) Unit {
	municipality, table := municipalityOf(s.id), a.units.Municipalities
	v := Unit{
		Unit: s.id, Service: serviceOf(s.id), Municipality: municipality, MunicipalityName: table.Name(municipality, a.day),
		District: districtOf(s.id), Office: OfficeOf(municipality), Serves: a.served(s),
		RenumberedFrom: links(s.previous), RenumberedTo: links(s.next), MergedFrom: links(s.from), MergedInto: links(s.into),
		Ended: present(s.ended), Flags: []string{}, Requirements: []UnitVerdict{}, Deviations: a.deviations(s), Routines: a.inForce(s), AsOf: at,
	}
	if !table.Valid(municipality, a.day) {
		v.Flags = append(v.Flags, MunicipalityNotValid)
	}
	if v.Service != events.ChildWelfare && v.Service != events.Nav {
		return v
	}
	c := a.judged(s)
	for i := range requirements.UnitRequirements {
		if verdict := unitVerdict(c, c.Judge(i)); wants(&verdict) {
			v.Requirements = append(v.Requirements, verdict)
		}
	}
	return v
}

func unitVerdict(c *requirements.UnitCase, j requirements.UnitJudgement) UnitVerdict {
	r := &requirements.UnitRequirements[j.Requirement]
	first, last := c.Period()
	v := UnitVerdict{
		Unit: c.Unit, Requirement: r.ID, Status: j.Status.String(), Norm: string(r.Norm), Evidence: []string{}, PeriodTo: last,
		Explanation: c.Explain(j), Catalogue: requirements.Version,
	}
	for i := range j.Evidence {
		v.Evidence = append(v.Evidence, j.Evidence[i].ID)
	}
	if f := j.Last(); f != nil {
		v.Last = &f.Date
	}
	if !r.Lasting {
		v.PeriodFrom = &first
	}
	if b := c.LegalBasis(); b != nil {
		v.LegalBasis = &b.Text
	}
	return v
}

func links(all []link) []UnitLink {
	told := make([]UnitLink, len(all))
	for i, l := range all {
		told[i] = UnitLink{l.unit, l.date, l.ID}
	}
	return told
}

// served is the municipalities that the unit serves on the day, besides its own.
func (a *unitsAt) served(s *standing) []Served {
	all := []Served{}
	for i := range s.serves {
		if by := s.serves[i]; by.on(a.day) {
			for _, m := range by.municipalities {
				if !s.at(m) && !slices.ContainsFunc(all, func(o Served) bool { return o.Municipality == m }) {
					all = append(all, Served{m, a.units.Municipalities.Name(m, a.day), by.by.date, by.by.ID})
				}
			}
		}
	}
	return all
}

// deviations is those reported and not closed, by date. They are closed in the history in which they were reported.
func (a *unitsAt) deviations(s *standing) []OpenDeviation {
	open := []OpenDeviation{}
	for _, n := range s.numbers {
		history := a.own(n.id)
		for _, t := range history {
			if e, is := t.Event.(*events.DeviationReported); is && !closed(history, e.DeviationID) {
				open = append(open, OpenDeviation{n.id, e.DeviationID, e.Topic, t.date, t.ID})
			}
		}
	}
	slices.SortStableFunc(open, func(a, b OpenDeviation) int { return int(a.Reported) - int(b.Reported) })
	return open
}

func closed(history []unitTold, deviation string) bool {
	return slices.ContainsFunc(history, func(t unitTold) bool {
		e, is := t.Event.(*events.DeviationClosed)
		return is && e.DeviationID == deviation
	})
}

// inForce is the routine in force on each topic, by topic; of a unit that has ended, none.
func (a *unitsAt) inForce(s *standing) []RoutineInForce {
	latest := map[events.Routine]requirements.Routine{}
	for _, r := range a.adopted(s) {
		if was, is := latest[r.Topic]; s.ended == 0 && (!is || was.Date <= r.Date) {
			latest[r.Topic] = r
		}
	}
	all := []RoutineInForce{}
	for _, topic := range events.Routines() {
		if r, is := latest[topic]; is {
			all = append(all, RoutineInForce{r.Topic, r.Value.String(), r.Date, r.EventID})
		}
	}
	return all
}

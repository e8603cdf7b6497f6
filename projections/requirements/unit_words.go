package requirements

import (
	"strconv"
)

// unitWords are the sentences about units of one language, beside those about youths. A sentence that ends in a date lacks its
// full stop.
type unitWords struct {
	*words
	status          [unitStatuses]string
	last, expires   string // a sentence or date follows
	nothing, noCase string
	several, of     string // around a number
	told            string // before the unit in whose history it lies
	first, through  string // around the period's days
	until           string // the unit's last day follows
	lawIs, noLawIs  string
	periodIs        string // the period's length follows
}

var unitBokmaal = unitWords{
	words:  &bokmaal,
	status: [unitStatuses]string{"oppfylt", "ikke lenger oppfylt", "ikke dokumentert", "kan ikke vurderes"},
	last:   "Sist: ", expires: "Avtalen gjelder til og med", nothing: "Ingen registrert hendelse viser det per",
	noCase:  "Ingen ungdom som kommunen hadde ansvaret for, hadde en plikt som var åpen i perioden. ",
	several: "Det er ", of: " hendelser som oppfyller kravet. ", told: ", ført på ",
	first: "Perioden er fra og med ", through: " til og med ",
	until: "Enheten finnes ikke lenger; den er vurdert per sin siste dag,", lawIs: "Hjemmel: ", noLawIs: "Ingen hjemmel er kjent for denne dagen. ",
	periodIs: "Perioden er regnet som ",
}

var unitNynorsk = unitWords{
	words:  &nynorsk,
	status: [unitStatuses]string{"oppfylt", "ikkje lenger oppfylt", "ikkje dokumentert", "kan ikkje vurderast"},
	last:   "Sist: ", expires: "Avtala gjeld til og med", nothing: "Inga registrert hending viser det per",
	noCase:  "Ingen ungdom som kommunen hadde ansvaret for, hadde ei plikt som var open i perioden. ",
	several: "Det er ", of: " hendingar som oppfyller kravet. ", told: ", ført på ",
	first: "Perioden er frå og med ", through: " til og med ",
	until: "Eininga finst ikkje lenger; ho er vurdert per sin siste dag,", lawIs: "Heimel: ", noLawIs: "Ingen heimel er kjend for denne dagen. ",
	periodIs: "Perioden er rekna som ",
}

var unitEnglish = unitWords{
	words:  &english,
	status: [unitStatuses]string{"fulfilled", "no longer fulfilled", "not documented", "cannot be assessed"},
	last:   "Most recently: ", expires: "The agreement is in force until", nothing: "No recorded event shows it as of",
	noCase:  "No youth whom the municipality was responsible for had a duty open in the period. ",
	several: "There are ", of: " events that fulfil it. ", told: ", recorded on ",
	first: "The period is from ", through: " to ",
	until: "The unit no longer exists; it is judged as of its last day,", lawIs: "Legal basis: ", noLawIs: "No legal basis is known for that day. ",
	periodIs: "The period is taken as ",
}

// Explain puts a judgement into words that a person can read.
func (c *UnitCase) Explain(j UnitJudgement) Text {
	return Text{
		NB: string(c.explain(nil, &j, &unitBokmaal)), NN: string(c.explain(nil, &j, &unitNynorsk)), EN: string(c.explain(nil, &j, &unitEnglish)),
	}
}

// explain says in one language: what it is about, how it stands, what happened, in which period, under which law, what was
// assumed.
func (c *UnitCase) explain(b []byte, j *UnitJudgement, w *unitWords) []byte {
	r := &UnitRequirements[j.Requirement]
	b = append(append(b, w.pick(&r.Title)...), ": "...)
	b = append(append(b, w.status[j.Status]...), ". "...)
	b = c.why(b, j, w)
	if c.Ended {
		b = w.dated(b, w.until, c.Day)
	}
	b = c.law(b, w)
	if UnitPeriod.Assumed && c.periodic(j) {
		length, _ := UnitPeriod.On(c.Day)
		b = append(w.length(append(b, w.periodIs...), length.Duration), w.assumedEnd...)
	}
	return append(b, w.notDecision...)
}

// periodic tells whether the period has anything to do with the status.
func (c *UnitCase) periodic(j *UnitJudgement) bool {
	return !UnitRequirements[j.Requirement].Lasting || j.Status == UnitNotAssessable
}

// why tells the events and the period that the status rests on.
func (c *UnitCase) why(b []byte, j *UnitJudgement, w *unitWords) []byte {
	if j.Status == UnitNotAssessable {
		b = append(b, w.noCase...)
	}
	switch last := j.Last(); {
	case last != nil:
		b = c.lastly(b, j, last, w)
	case j.Status == UnitNotDocumented:
		b = w.dated(b, w.nothing, c.Day)
	}
	if c.periodic(j) {
		first, last := c.Period()
		b = first.Append(append(b, w.first...))
		b = last.Append(append(b, w.through...))
		b = append(b, ". "...)
	}
	return b
}

// lastly names the last event of the evidence, and how many there are.
func (c *UnitCase) lastly(b []byte, j *UnitJudgement, last *UnitFact, w *unitWords) []byte {
	b = append(append(b, w.last...), w.pick(&UnitRequirements[j.Requirement].Fulfilled)...)
	b = last.Date.Append(append(b, ' '))
	b = append(append(b, w.event...), last.ID...)
	if last.Unit != c.Unit {
		b = append(append(b, w.told...), last.Unit...)
	}
	b = append(b, "). "...)
	if until := expires(last.Event); until != 0 {
		b = w.dated(b, w.expires, until)
	}
	if n := len(j.Evidence); n > 1 {
		b = append(strconv.AppendInt(append(b, w.several...), int64(n), 10), w.of...)
	}
	return b
}

// law names the legal basis in force on the day judged, or says that none is known.
func (c *UnitCase) law(b []byte, w *unitWords) []byte {
	basis := c.LegalBasis()
	if basis == nil {
		return append(b, w.noLawIs...)
	}
	return append(append(append(b, w.lawIs...), w.pick(&basis.In)...), ". "...)
}

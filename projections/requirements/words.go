package requirements

import (
	"strconv"

	"ettervern/events"
)

// words are the sentences of one language. A sentence that ends in a date lacks its full stop.
type words struct {
	pick                                       func(*Text) string
	status                                     [statuses]string
	kinds                                      [4]string // of measure, in the order of their bits
	limit, lastDay, target, begins, nothing    string    // a date follows
	upper, appliesFrom, noneNow, noneFrom      string
	recorded, died, ended, resumed, rehearsed  string
	event                                      string // before the id of an event, in brackets
	theEvent                                   string // before the id of an event, first in a sentence
	and                                        string // between the last two of a list
	unheard, lateMore, lateDays, recordedAfter string
	unsaid                                     string // of a decision; a date follows
	running                                    string // the status open, where no period has to begin first
	guideline, routineNorm                     string
	refersRetracted                            string
	law, noLaw                                 string
	windowIs, goodTimeIs, withinIs, triesAre   string // a length or number follows
	before18, after, assumedEnd, routine, lax  string
	day, days, month, months                   string // with the space before
	early, leapDay                             string
	notDecision                                string
}

func (w *words) dated(b []byte, sentence string, day events.Date) []byte {
	b = append(append(b, sentence...), ' ')
	return append(day.Append(b), ". "...)
}

// standing is the status in words.
func (w *words) standing(r *Requirement, s Status) string {
	if s == Open && r.duties != nil {
		return w.running
	}
	return w.status[s]
}

// binding says how binding a requirement is, where no statute lays it down.
func (w *words) binding(n Norm) string {
	switch n {
	case Guideline:
		return w.guideline
	case RoutineNorm:
		return w.routineNorm
	}
	return ""
}

// length writes a duration: 30 days, 1 month.
func (w *words) length(b []byte, d events.Duration) []byte {
	n, unit := d.Days, w.days
	switch {
	case d.Months == 1:
		n, unit = 1, w.month
	case d.Months != 0:
		n, unit = d.Months, w.months
	case d.Days == 1:
		unit = w.day
	}
	return append(strconv.AppendInt(b, int64(n), 10), unit...)
}

var bokmaal = words{
	pick: func(t *Text) string { return t.NB },
	status: [statuses]string{"ikke aktuelt", "kommer senere", "perioden er i gang", "bør gjøres nå", "oppfylt", "oppfylt for sent",
		"fristen er passert uten at det er oppfylt", "ble aldri oppfylt, og kan ikke lenger oppfylles", "unntatt av en registrert grunn"},
	kinds: [4]string{"hjelpetiltak", "omsorgsovertakelse", "plassering", "atferdstiltak"},
	limit: "Fristen er før 18-årsdagen", lastDay: "Siste dag i tide er", target: "«I god tid» er før", begins: "Perioden begynner",
	nothing: "Ingen registrert hendelse oppfyller kravet per", upper: "På grunn av alder kunne ettervern ikke gis fra",
	appliesFrom: "Kravet gjelder for dem som fyller 18 år fra", noneNow: "Ingen tiltak som omfattes, er i kraft",
	noneFrom: "Ingen tiltak som omfattes, er registrert i kraft i tiden før 18-årsdagen, regnet fra",
	theEvent: "Hendelse ", and: " og ", recorded: " ble ført i protokollen", died: "Ungdommen døde", ended: "Ettervernet tok slutt", resumed: "Et tiltak ble iverksatt igjen", rehearsed: "Vurdert etter loven slik den er per", event: " (hendelse ",
	running: "fristen løper", guideline: "Kravet følger av veiledning og ikke av lov. ", routineNorm: "Fristen følger av rutine og ikke av lov. ",
	unsaid:   "Begrunnelsen er ikke dokumentert i registeret for vedtaket som ble truffet",
	unheard:  "Det er ikke registrert at ungdommen ble hørt før vurderingen. ",
	lateMore: "Det var mer enn ", lateDays: " etter at det skjedde (grensen er en antatt verdi). ",
	recordedAfter:   "Det var etter fristen, men hendelsen er datert i tide. ",
	refersRetracted: "En hendelse som svaret bygger på, viser til en annen som er trukket tilbake. ",
	law:             "Hjemmel ved fristen: ", noLaw: "Ingen hjemmel er kjent for dette tidspunktet. ",
	windowIs: "Perioden er regnet fra ", goodTimeIs: "«I god tid» er regnet som mer enn ", withinIs: "Fristen er regnet som ", triesAre: "Antall forsøk som trengs, er regnet som ",
	before18: " før 18-årsdagen", after: " etter ", assumedEnd: "; det er en antatt verdi. ", routine: "; det er kommunens egen rutine fra ", lax: "Rutinen gir mer tid enn standardverdien. ",
	day: " dag", days: " dager", month: " måned", months: " måneder",
	early:       "Verdiene gjaldt ikke ennå da perioden begynte, og er antatt. ",
	leapDay:     "Født 29. februar: fødselsdagen er regnet som 1. mars, en antatt verdi. ",
	notDecision: "Dette er en beregning og ikke et enkeltvedtak.",
}

var nynorsk = words{
	pick: func(t *Text) string { return t.NN },
	status: [statuses]string{"ikkje aktuelt", "kjem seinare", "perioden er i gang", "bør gjerast no", "oppfylt", "oppfylt for seint",
		"fristen er passert utan at det er oppfylt", "vart aldri oppfylt, og kan ikkje lenger oppfyllast", "unnateke av ein registrert grunn"},
	kinds: [4]string{"hjelpetiltak", "omsorgsovertaking", "plassering", "åtferdstiltak"},
	limit: "Fristen er før 18-årsdagen", lastDay: "Siste dag i tide er", target: "«I god tid» er før", begins: "Perioden byrjar",
	nothing: "Inga registrert hending oppfyller kravet per", upper: "På grunn av alder kunne ettervern ikkje givast frå",
	appliesFrom: "Kravet gjeld for dei som fyller 18 år frå", noneNow: "Ingen tiltak som er omfatta, er i kraft",
	noneFrom: "Ingen tiltak som er omfatta, er registrerte i kraft i tida før 18-årsdagen, rekna frå",
	theEvent: "Hending ", and: " og ", recorded: " vart ført i protokollen", died: "Ungdomen døydde", ended: "Ettervernet tok slutt", resumed: "Eit tiltak vart sett i verk att", rehearsed: "Vurdert etter lova slik ho er per", event: " (hending ",
	running: "fristen går", guideline: "Kravet følgjer av rettleiing og ikkje av lov. ", routineNorm: "Fristen følgjer av rutine og ikkje av lov. ",
	unsaid:   "Grunngivinga er ikkje dokumentert i registeret for vedtaket som vart gjort",
	unheard:  "Det er ikkje registrert at ungdomen vart høyrd før vurderinga. ",
	lateMore: "Det var meir enn ", lateDays: " etter at det hende (grensa er ein anteken verdi). ",
	recordedAfter:   "Det var etter fristen, men hendinga er datert i tide. ",
	refersRetracted: "Ei hending som svaret byggjer på, viser til ei anna som er trekt tilbake. ",
	law:             "Heimel ved fristen: ", noLaw: "Ingen heimel er kjend for dette tidspunktet. ",
	windowIs: "Perioden er rekna frå ", goodTimeIs: "«I god tid» er rekna som meir enn ", withinIs: "Fristen er rekna som ", triesAre: "Talet på forsøk som trengst, er rekna som ",
	before18: " før 18-årsdagen", after: " etter ", assumedEnd: "; det er ein anteken verdi. ", routine: "; det er kommunen sin eigen rutine frå ", lax: "Rutinen gir meir tid enn standardverdien. ",
	day: " dag", days: " dagar", month: " månad", months: " månader",
	early:       "Verdiane galdt ikkje enno då perioden byrja, og er antekne. ",
	leapDay:     "Fødd 29. februar: fødselsdagen er rekna som 1. mars, ein anteken verdi. ",
	notDecision: "Dette er ei utrekning og ikkje eit enkeltvedtak.",
}

var english = words{
	pick: func(t *Text) string { return t.EN },
	status: [statuses]string{"not applicable", "comes later", "the period has begun", "should be done now", "fulfilled", "fulfilled too late",
		"the limit has passed and it is not fulfilled", "never fulfilled, and nothing can be done any more", "excused by a recorded reason"},
	kinds: [4]string{"voluntary measures", "care orders", "placements", "behaviour measures"},
	limit: "It must be done before the 18th birthday,", lastDay: "The last day in time is", target: "“In good time” is before", begins: "The period begins on",
	nothing: "No recorded event fulfils it as of", upper: "By age aftercare was no longer possible from",
	appliesFrom: "The requirement applies to those who turn 18 from", noneNow: "No measure that is covered is active on",
	noneFrom: "No measure that is covered is recorded as active in the time before the 18th birthday, counted from",
	theEvent: "Event ", and: " and ", recorded: " was recorded on", died: "The youth died on", ended: "Aftercare ended on", resumed: "A measure started again on", rehearsed: "Judged by the law of", event: " (event ",
	running: "the time is running", guideline: "The requirement follows from guidance and not from statute. ", routineNorm: "The limit follows from routine and not from statute. ",
	unsaid:   "The reasons are not documented in the register for the decision made on",
	unheard:  "It is not recorded that the youth was heard before the assessment. ",
	lateMore: "That was more than ", lateDays: " after it happened (an assumed value). ",
	recordedAfter:   "That was after the limit, though the event is dated in time. ",
	refersRetracted: "An event that the answer rests on refers to one that was retracted. ",
	law:             "Legal basis at the limit: ", noLaw: "No legal basis is known for that time. ",
	windowIs: "The period is taken to begin ", goodTimeIs: "“In good time” is taken as more than ", withinIs: "The time allowed is taken as ", triesAre: "The number of attempts needed is taken as ",
	before18: " before the 18th birthday", after: " after ", assumedEnd: ", an assumed value. ", routine: ", the municipality’s own routine of ", lax: "The routine gives more time than the default. ",
	day: " day", days: " days", month: " month", months: " months",
	early:       "The values were not yet in force when the period began, and are assumed. ",
	leapDay:     "Born on 29 February: the birthday is taken as 1 March, an assumed value. ",
	notDecision: "This is a computation and not an administrative decision.",
}

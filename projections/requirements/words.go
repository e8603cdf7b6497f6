package requirements

import (
	"strconv"

	"ettervern/events"
)

// words are the sentences of one language. A sentence that ends in a date lacks its full stop.
type words struct {
	pick                                       func(*Text) string
	status                                     [statuses]string
	limit, target, begins, nothing             string // a date follows
	upper, appliesFrom, noneNow, noneFrom      string
	recorded, died                             string
	event                                      string // before the id of an event, in brackets
	unheard, lateMore, lateDays, recordedAfter string
	refersRetracted                            string
	law, noLaw                                 string
	windowIs, goodTimeIs, months, assumedEnd   string
	before, leapDay                            string
	notDecision                                string
}

func (w *words) dated(b []byte, sentence string, day events.Date) []byte {
	b = append(append(b, sentence...), ' ')
	return append(day.Append(b), ". "...)
}

func (w *words) assumed(b []byte, what string, v Value) []byte {
	b = strconv.AppendInt(append(b, what...), int64(v.Duration.Months), 10)
	return append(append(b, w.months...), w.assumedEnd...)
}

var bokmaal = words{
	pick: func(t *Text) string { return t.NB },
	status: [statuses]string{"ikke aktuelt", "kommer senere", "perioden er i gang", "bør gjøres nå", "oppfylt", "oppfylt for sent",
		"fristen er passert uten at det er oppfylt", "ble aldri oppfylt, og kan ikke lenger oppfylles", "unntatt av en registrert grunn"},
	limit: "Fristen er før 18-årsdagen", target: "«I god tid» er før", begins: "Perioden begynner",
	nothing: "Ingen registrert hendelse oppfyller kravet per", upper: "Ettervern kunne ikke gis fra",
	appliesFrom: "Kravet gjelder for dem som fyller 18 år fra", noneNow: "Ingen tiltak som omfattes, er i kraft",
	noneFrom: "Ingen tiltak som omfattes, er registrert i kraft før 18-årsdagen, regnet fra",
	recorded: "Hendelsen ble ført i protokollen", died: "Ungdommen døde", event: " (hendelse ",
	unheard:  "Ungdommen er ikke registrert hørt før vurderingen. ",
	lateMore: "Det var mer enn ", lateDays: " dager etter at det skjedde (grensen er en antatt verdi). ",
	recordedAfter:   "Det var etter fristen, men hendelsen er datert i tide. ",
	refersRetracted: "Hendelsen viser til en hendelse som er trukket tilbake. ",
	law:             "Hjemmel ved fristen: ", noLaw: "Ingen hjemmel er kjent for dette tidspunktet. ",
	windowIs: "Perioden er regnet som ", goodTimeIs: "«I god tid» er regnet som ", months: " måneder før 18-årsdagen", assumedEnd: "; det er en antatt verdi. ",
	before:      "Verdiene gjaldt ikke ennå da perioden begynte, og er antatt. ",
	leapDay:     "Født 29. februar: fødselsdagen er regnet som 1. mars, en antatt verdi. ",
	notDecision: "Dette er en beregning og ikke et enkeltvedtak.",
}

var nynorsk = words{
	pick: func(t *Text) string { return t.NN },
	status: [statuses]string{"ikkje aktuelt", "kjem seinare", "perioden er i gang", "bør gjerast no", "oppfylt", "oppfylt for seint",
		"fristen er passert utan at det er oppfylt", "vart aldri oppfylt, og kan ikkje lenger oppfyllast", "unnateke av ein registrert grunn"},
	limit: "Fristen er før 18-årsdagen", target: "«I god tid» er før", begins: "Perioden byrjar",
	nothing: "Inga registrert hending oppfyller kravet per", upper: "Ettervern kunne ikkje givast frå",
	appliesFrom: "Kravet gjeld for dei som fyller 18 år frå", noneNow: "Ingen tiltak som er omfatta, er i kraft",
	noneFrom: "Ingen tiltak som er omfatta, er registrerte i kraft før 18-årsdagen, rekna frå",
	recorded: "Hendinga vart ført i protokollen", died: "Ungdomen døydde", event: " (hending ",
	unheard:  "Ungdomen er ikkje registrert høyrd før vurderinga. ",
	lateMore: "Det var meir enn ", lateDays: " dagar etter at det hende (grensa er ein anteken verdi). ",
	recordedAfter:   "Det var etter fristen, men hendinga er datert i tide. ",
	refersRetracted: "Hendinga viser til ei hending som er trekt tilbake. ",
	law:             "Heimel ved fristen: ", noLaw: "Ingen heimel er kjend for dette tidspunktet. ",
	windowIs: "Perioden er rekna som ", goodTimeIs: "«I god tid» er rekna som ", months: " månader før 18-årsdagen", assumedEnd: "; det er ein anteken verdi. ",
	before:      "Verdiane galdt ikkje enno då perioden byrja, og er antekne. ",
	leapDay:     "Fødd 29. februar: fødselsdagen er rekna som 1. mars, ein anteken verdi. ",
	notDecision: "Dette er ei utrekning og ikkje eit enkeltvedtak.",
}

var english = words{
	pick: func(t *Text) string { return t.EN },
	status: [statuses]string{"not applicable", "comes later", "the period has begun", "should be done now", "fulfilled", "fulfilled too late",
		"the limit has passed and it is not fulfilled", "never fulfilled, and nothing can be done any more", "excused by a recorded reason"},
	limit: "It must be done before the 18th birthday,", target: "“In good time” is before", begins: "The period begins on",
	nothing: "No recorded event fulfils it as of", upper: "Aftercare was no longer possible from",
	appliesFrom: "The requirement applies to those who turn 18 from", noneNow: "No measure that is covered is active on",
	noneFrom: "No measure that is covered is recorded as active before the 18th birthday, counted from",
	recorded: "The event was recorded on", died: "The youth died on", event: " (event ",
	unheard:  "The youth is not recorded as heard before the assessment. ",
	lateMore: "That was more than ", lateDays: " days after it happened (an assumed value). ",
	recordedAfter:   "That was after the limit, though the event is dated in time. ",
	refersRetracted: "The event refers to one that was retracted. ",
	law:             "Legal basis at the limit: ", noLaw: "No legal basis is known for that time. ",
	windowIs: "The period is taken as ", goodTimeIs: "“In good time” is taken as ", months: " months before the 18th birthday", assumedEnd: ", an assumed value. ",
	before:      "The values were not yet in force when the period began, and are assumed. ",
	leapDay:     "Born on 29 February: the birthday is taken as 1 March, an assumed value. ",
	notDecision: "This is a computation and not an administrative decision.",
}

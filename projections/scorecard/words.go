package scorecard

import "ettervern/projections/requirements"

func say(nb, nn, en string) requirements.Text { return requirements.Text{NB: nb, NN: nn, EN: en} }

// Figure is one number of a row, and what it means.
type Figure struct {
	Name       string            `json:"name"`
	Definition requirements.Text `json:"definition"`
}

// figures is every number of a row, in the order they are shown.
var figures = []Figure{
	{"total", say(
		"Alle vurderinger på linjen med frist i perioden. Før 18 år uten dem som ikke er aktuelle eller kommer senere.",
		"Alle vurderingar på linja med frist i perioden. Før 18 år utan dei som ikkje er aktuelle eller kjem seinare.",
		"All verdicts of the line with their limit in the period. Before 18 without those not applicable or upcoming.")},
	{"not_applicable", say(
		"Plikten fantes ikke, eller falt bort før fristen.", "Plikta fanst ikkje, eller fall bort før fristen.",
		"There was no duty, or it fell away before the limit.")},
	{"upcoming", say(
		"Et tiltak er i kraft, men perioden for plikten har ikke begynt.", "Eit tiltak er i kraft, men perioden for plikta har ikkje byrja.",
		"A measure is active, but the period of the duty has not begun.")},
	{"open", say(
		"Perioden har begynt; dagen det bør være gjort, ligger foran.", "Perioden har byrja; dagen det bør vere gjort, ligg framfor.",
		"The period has begun; the day it should be done by lies ahead.")},
	{"due", say(
		"Det burde vært gjort; fristen er ikke passert.", "Det burde vore gjort; fristen er ikkje passert.",
		"It should have been done; the limit has not passed.")},
	{"met", say("Oppfylt innen fristen.", "Oppfylt innan fristen.", "Fulfilled within the limit.")},
	{"met_late", say("Oppfylt etter fristen.", "Oppfylt etter fristen.", "Fulfilled after the limit.")},
	{"overdue", say(
		"Fristen er passert, og det er ikke oppfylt.", "Fristen er passert, og det er ikkje oppfylt.",
		"The limit has passed and it is not fulfilled.")},
	{"missed", say(
		"Fristen er passert, det er ikke oppfylt, og ingenting kan gjøres lenger.", "Fristen er passert, det er ikkje oppfylt, og ingenting kan gjerast lenger.",
		"The limit has passed, it is not fulfilled, and nothing can be done any more.")},
	{"excused", say(
		"En registrert grunn står i stedet: ville ikke medvirke, eller var ikke å få tak i.", "Ein registrert grunn står i staden: ville ikkje medverke, eller var ikkje å få tak i.",
		"A recorded reason stands instead: did not want to take part, or could not be reached.")},
	{medianDays, say(
		"Median av antall dager før 18-årsdagen det som oppfylte plikten, skjedde; negativ etter den. Bare plikter før 18 år.",
		"Median av talet på dagar før 18-årsdagen det som oppfylte plikta, skjedde; negativ etter han. Berre plikter før 18 år.",
		"Median of how many days before the 18th birthday what fulfilled the duty took place; negative after it. Only duties before 18.")},
	{"recordedLate", say(
		"Vurderinger som hviler på en hendelse som ble ført for lenge etter at den skjedde (grensen er en antatt verdi).",
		"Vurderingar som kviler på ei hending som vart ført for lenge etter at ho skjedde (grensa er ein anteken verdi).",
		"Verdicts that rest on an event recorded too long after it took place (an assumed value).")},
	{"recordedAfterLimit", say(
		"Vurderinger som hviler på en hendelse som er datert i tide, men ble ført etter fristen.",
		"Vurderingar som kviler på ei hending som er datert i tide, men vart ført etter fristen.",
		"Verdicts that rest on an event dated in time but recorded after the limit.")},
}

// sentences are what a definition is made of in one language.
type sentences struct {
	pick                            func(*requirements.Text) string
	before18, elsewhere             string
	norm                            map[requirements.Norm]string
	service                         map[requirements.Owner]string
	level, of, covers, turned, from string
	until                           string
}

var languages = [...]sentences{
	{
		pick:     func(t *requirements.Text) string { return t.NB },
		before18: "Hver ungdom telles én gang, etter 18-årsdagen, som er fristen.", elsewhere: "Hver plikt telles etter siste dag i tide; én ungdom kan ha flere.",
		norm:    map[requirements.Norm]string{requirements.Statute: "lov", requirements.Guideline: "veiledning", requirements.RoutineNorm: "rutine"},
		service: map[requirements.Owner]string{requirements.OfChildWelfare: "barnevernet", requirements.OfNavOffice: "Nav", requirements.OfBoth: "barnevernet og Nav sammen"},
		level:   "Normnivå: ", of: "Plikten ligger på ", covers: "Loven omfattet ", turned: "Gjelder dem som fylte 18 år ", from: "fra og med ", until: "til og med ",
	},
	{
		pick:     func(t *requirements.Text) string { return t.NN },
		before18: "Kvar ungdom er talt éin gong, etter 18-årsdagen, som er fristen.", elsewhere: "Kvar plikt er talt etter siste dag i tide; éin ungdom kan ha fleire.",
		norm:    map[requirements.Norm]string{requirements.Statute: "lov", requirements.Guideline: "rettleiing", requirements.RoutineNorm: "rutine"},
		service: map[requirements.Owner]string{requirements.OfChildWelfare: "barnevernet", requirements.OfNavOffice: "Nav", requirements.OfBoth: "barnevernet og Nav saman"},
		level:   "Normnivå: ", of: "Plikta ligg på ", covers: "Lova omfatta ", turned: "Gjeld dei som fylte 18 år ", from: "frå og med ", until: "til og med ",
	},
	{
		pick:     func(t *requirements.Text) string { return t.EN },
		before18: "Each youth is counted once, by the 18th birthday, which is the limit.", elsewhere: "Each duty is counted by its last day in time; a youth can have several.",
		norm:    map[requirements.Norm]string{requirements.Statute: "statute", requirements.Guideline: "guideline", requirements.RoutineNorm: "routine"},
		service: map[requirements.Owner]string{requirements.OfChildWelfare: "child welfare", requirements.OfNavOffice: "Nav", requirements.OfBoth: "child welfare and Nav together"},
		level:   "Norm level: ", of: "The duty of ", covers: "The law covered ", turned: "Those who turned 18 ", from: "from ", until: "up to ",
	},
}

// define says what a line counts.
func (l *Line) define(covered requirements.Kinds) requirements.Text {
	kinds := covered.Text()
	var said [len(languages)]string
	for i := range languages {
		s := &languages[i]
		counted := s.elsewhere
		if l.Group == requirements.Before18 {
			counted = s.before18
		}
		said[i] = s.pick(&l.Title) + ". " + counted + " " + s.level + s.norm[l.Norm] + ". " + s.of + s.service[l.Service] + "."
		if l.Turned18From != nil {
			said[i] += " " + s.turned + s.from + l.Turned18From.String() + "."
		}
		if l.Turned18Until != nil {
			said[i] += " " + s.turned + s.until + l.Turned18Until.String() + "."
		}
		if covered != 0 {
			said[i] += " " + s.covers + s.pick(&kinds) + "."
		}
	}
	return say(said[0], said[1], said[2])
}

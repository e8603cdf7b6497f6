package bundle

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
)

// Languages lists those that a report can be written in.
func Languages() []string { return []string{"nb", "nn", "en"} }

// tongue is how a report is written in one language. The verbs take the values that the report has.
type tongue struct {
	right, wrong, notChecked string // the conclusion, and before a point that was not reached
	about                    string // youth, ledger, day; not told of an archive that cannot be read
	unsigned                 string // instead of about, where the ledger's name is not to be believed: youth, day
	points                   map[Point]words
	nobody                   string // instead of Complete, for a youth without entries
	law                      string // instead of Judged, for another catalogue
	closed                   string // instead of Judged, when some entries cannot be opened
	detail                   string
	closing                  string
	year                     yearTongue
}

// yearTongue is what is said otherwise of a year of accesses.
type yearTongue struct {
	right, wrong string
	about        string // year, ledger
	points       map[Point]words
	nobody       string // instead of Complete, for a year without entries
	closed       string // instead of Unchanged, when some entries cannot be opened
}

// words name a point, and are those of one that holds, that does not, and that nobody asked for.
type words struct{ topic, holds, fails, unasked string }

var tongues = map[string]tongue{
	"nb": {
		right: "PAKKEN HOLDER.", wrong: "PAKKEN HOLDER IKKE.", notChecked: "ikke kontrollert",
		about:    "Revisjonspakke for ungdom %s\nProtokoll: %s · vurdert per %s\n",
		unsigned: "Revisjonspakke for ungdom %s\nVurdert per %s\n",
		points: map[Point]words{
			Whole:     {"pakken", "Pakken er hel; ingen fil er endret", "Pakken er skadet eller endret", ""},
			Signed:    {"signaturen", "Protokollens tilstand er signert med nøkkelen du oppga; den har %[2]d innførsler", "Protokollens tilstand er ikke signert med nøkkelen du oppga", ""},
			Witnessed: {"vitnene", "Vitner har medsignert tilstanden (%[5]d): alle får se den samme protokollen", "For få vitner har medsignert tilstanden", "Vitner er ikke undersøkt: ingen ble oppgitt"},
			Grown:     {"veksten", "Protokollen har bare vokst siden den hadde %[3]d innførsler; ingenting er endret eller fjernet", "Protokollen er ikke en fortsettelse av den du tok vare på", "Om protokollen er endret siden forrige revisjon er ikke undersøkt: ingen tidligere tilstand var med"},
			Unchanged: {"innførslene", "Innførslene (%[1]d) ligger alle uendret i protokollen", "En innførsel ligger ikke slik i protokollen", ""},
			Complete:  {"fullstendigheten", "Innførslene er alle som er ført om ungdommen: nummer 1 til %[1]d, og ingen etter", "Noe som er ført, er holdt tilbake eller lagt til", ""},
			All:       {"hele listen", "Hele protokollens liste stemmer: ingen holdes utenfor", "Hele protokollens liste stemmer ikke", "Hele protokollens liste er ikke undersøkt (--full)"},
			Judged:    {"vurderingene", "Vurderingene (%[4]d) følger av innførslene; regnet på nytt med samme resultat", "Vurderingene følger ikke av innførslene", ""},
		},
		nobody: "Ingenting er ført om ungdommen i denne protokollen", law: "Vurderingene er gjort etter andre krav enn dette programmet kjenner",
		closed: "Innførsler som ikke kan åpnes: %d. Innholdet er slettet, eller nøkkelen er holdt tilbake. Vurderingene bygger på resten",
		detail: "    Nærmere bestemt: %v\n", closing: "En vurdering er en beregning og ikke et enkeltvedtak.\n",
		year: yearTongue{
			right: "LOGGEN HOLDER.", wrong: "LOGGEN HOLDER IKKE.", about: "Innsynslogg for %s\nProtokoll: %s\n",
			points: map[Point]words{
				Whole:     {"filen", "Filen er av riktig form", "Filen er ikke av riktig form", ""},
				Grown:     {"veksten", "Loggen har bare vokst siden den hadde %[3]d innførsler; ingenting er endret eller fjernet", "Loggen er ikke en fortsettelse av den du tok vare på", "Om loggen er endret siden forrige revisjon er ikke undersøkt: ingen tidligere tilstand ble oppgitt"},
				Unchanged: {"innførslene", "Innførslene (%[1]d, med %[6]d innsyn) ligger alle uendret i loggen", "En innførsel ligger ikke slik i loggen", ""},
				Complete:  {"fullstendigheten", "Innførslene er alle som er ført det året: nummer 1 til %[1]d, og ingen etter", "Noe som er ført, er holdt tilbake eller lagt til", ""},
			},
			nobody: "Ingen innsyn er ført det året",
			closed: "Innførslene (%[1]d) ligger uendret i loggen. De som ikke kan åpnes: %[7]d. Innholdet er slettet, eller nøkkelen er holdt tilbake",
		},
	},
	"nn": {
		right: "PAKKEN HELD.", wrong: "PAKKEN HELD IKKJE.", notChecked: "ikkje kontrollert",
		about:    "Revisjonspakke for ungdom %s\nProtokoll: %s · vurdert per %s\n",
		unsigned: "Revisjonspakke for ungdom %s\nVurdert per %s\n",
		points: map[Point]words{
			Whole:     {"pakken", "Pakken er heil; inga fil er endra", "Pakken er skadd eller endra", ""},
			Signed:    {"signaturen", "Tilstanden til protokollen er signert med nøkkelen du oppgav; han har %[2]d innføringar", "Tilstanden til protokollen er ikkje signert med nøkkelen du oppgav", ""},
			Witnessed: {"vitna", "Vitne har medsignert tilstanden (%[5]d): alle får sjå den same protokollen", "For få vitne har medsignert tilstanden", "Vitne er ikkje undersøkte: ingen vart oppgjevne"},
			Grown:     {"veksten", "Protokollen har berre vakse sidan han hadde %[3]d innføringar; ingenting er endra eller fjerna", "Protokollen held ikkje fram frå den du tok vare på", "Om protokollen er endra sidan førre revisjon er ikkje undersøkt: ingen tidlegare tilstand var med"},
			Unchanged: {"innføringane", "Innføringane (%[1]d) ligg alle uendra i protokollen", "Ei innføring ligg ikkje slik i protokollen", ""},
			Complete:  {"at det er alt", "Innføringane er alle som er førte om ungdommen: nummer 1 til %[1]d, og ingen etter", "Noko som er ført, er halde tilbake eller lagt til", ""},
			All:       {"heile lista", "Heile lista til protokollen stemmer: ingen er haldne utanfor", "Heile lista til protokollen stemmer ikkje", "Heile lista til protokollen er ikkje undersøkt (--full)"},
			Judged:    {"vurderingane", "Vurderingane (%[4]d) følgjer av innføringane; rekna på nytt med same resultat", "Vurderingane følgjer ikkje av innføringane", ""},
		},
		nobody: "Ingenting er ført om ungdommen i denne protokollen", law: "Vurderingane er gjorde etter andre krav enn dette programmet kjenner",
		closed: "Innføringar som ikkje kan opnast: %d. Innhaldet er sletta, eller nøkkelen er halden tilbake. Vurderingane byggjer på resten",
		detail: "    Nærare bestemt: %v\n", closing: "Ei vurdering er ei utrekning og ikkje eit enkeltvedtak.\n",
		year: yearTongue{
			right: "LOGGEN HELD.", wrong: "LOGGEN HELD IKKJE.", about: "Innsynslogg for %s\nProtokoll: %s\n",
			points: map[Point]words{
				Whole:     {"fila", "Fila er av rett form", "Fila er ikkje av rett form", ""},
				Grown:     {"veksten", "Loggen har berre vakse sidan han hadde %[3]d innføringar; ingenting er endra eller fjerna", "Loggen held ikkje fram frå den du tok vare på", "Om loggen er endra sidan førre revisjon er ikkje undersøkt: ingen tidlegare tilstand vart oppgjeven"},
				Unchanged: {"innføringane", "Innføringane (%[1]d, med %[6]d innsyn) ligg alle uendra i loggen", "Ei innføring ligg ikkje slik i loggen", ""},
				Complete:  {"at det er alt", "Innføringane er alle som er førte det året: nummer 1 til %[1]d, og ingen etter", "Noko som er ført, er halde tilbake eller lagt til", ""},
			},
			nobody: "Ingen innsyn er førte det året",
			closed: "Innføringane (%[1]d) ligg uendra i loggen. Dei som ikkje kan opnast: %[7]d. Innhaldet er sletta, eller nøkkelen er halden tilbake",
		},
	},
	"en": {
		right: "THE BUNDLE HOLDS.", wrong: "THE BUNDLE DOES NOT HOLD.", notChecked: "not checked",
		about:    "Audit bundle of youth %s\nLedger: %s · judged as of %s\n",
		unsigned: "Audit bundle of youth %s\nJudged as of %s\n",
		points: map[Point]words{
			Whole:     {"the archive", "The bundle is whole; no file was changed", "The bundle is damaged or was changed", ""},
			Signed:    {"the signature", "The ledger's state is signed by the key that you gave; it has %[2]d entries", "The ledger's state is not signed by the key that you gave", ""},
			Witnessed: {"witnesses", "Witnesses have cosigned the state (%[5]d): everyone is shown the same ledger", "Too few witnesses have cosigned the state", "Witnesses were not looked at: none were given"},
			Grown:     {"the growth", "The ledger has only grown since it had %[3]d entries; nothing was changed or removed", "The ledger does not continue the one that you kept", "Whether the ledger was changed since the last audit was not looked at: no earlier state was there"},
			Unchanged: {"the entries", "The entries (%[1]d) are all in the ledger, unchanged", "An entry is not in the ledger like this", ""},
			Complete:  {"completeness", "The entries are all that is recorded of the youth: number 1 to %[1]d, and none after", "Something recorded was held back, or something was added", ""},
			All:       {"the whole list", "The list of the whole ledger fits: nobody is kept out", "The list of the whole ledger does not fit", "The list of the whole ledger was not looked at (--full)"},
			Judged:    {"the verdicts", "The verdicts (%[4]d) follow from the entries; computed anew with the same result", "The verdicts do not follow from the entries", ""},
		},
		nobody: "Nothing is recorded of the youth in this ledger", law: "The verdicts were made by other requirements than this program knows",
		closed: "Entries that cannot be opened: %d. Their contents were erased, or the key was held back. The verdicts rest on the others",
		detail: "    In detail: %v\n", closing: "A verdict is a computation and not an administrative decision.\n",
		year: yearTongue{
			right: "THE LOG HOLDS.", wrong: "THE LOG DOES NOT HOLD.", about: "Log of accesses of %s\nLedger: %s\n",
			points: map[Point]words{
				Whole:     {"the file", "The file has the right form", "The file does not have the right form", ""},
				Grown:     {"the growth", "The log has only grown since it had %[3]d entries; nothing was changed or removed", "The log does not continue the one that you kept", "Whether the log was changed since the last audit was not looked at: no earlier state was given"},
				Unchanged: {"the entries", "The entries (%[1]d, with %[6]d accesses) are all in the log, unchanged", "An entry is not in the log like this", ""},
				Complete:  {"completeness", "The entries are all that is recorded of the year: number 1 to %[1]d, and none after", "Something recorded was held back, or something was added", ""},
			},
			nobody: "No access is recorded of the year",
			closed: "The entries (%[1]d) are in the log, unchanged. Those that cannot be opened: %[7]d. Their contents were erased, or the key was held back",
		},
	},
}

// Text is the report in one of Languages.
func (r *Report) Text(language string) string {
	t := tongues[language]
	var b strings.Builder
	switch {
	case r.Year != "":
		t.inYear()
		fmt.Fprintf(&b, t.about+"\n", r.Year, r.Origin)
	case r.Origin != "":
		fmt.Fprintf(&b, t.about+"\n", r.Question.Youth, r.Origin, r.Question.ValidAt)
	case r.Question.Youth != "":
		fmt.Fprintf(&b, t.unsigned+"\n", r.Question.Youth, r.Question.ValidAt)
	}
	for _, f := range r.Findings {
		mark, line := r.line(&t, f)
		fmt.Fprintf(&b, "%s %s\n", mark, line)
		if f.Err != nil && !errors.Is(f.Err, errNotReached) {
			fmt.Fprintf(&b, t.detail, f.Err)
		}
	}
	if r.Holds() {
		fmt.Fprintln(&b, strings.TrimRight("\n"+t.right+" "+t.closing, " \n"))
	} else {
		fmt.Fprintf(&b, "\n%s\n", t.wrong)
	}
	return b.String()
}

// inYear makes the tongue speak of a year of accesses.
func (t *tongue) inYear() {
	t.right, t.wrong, t.about, t.nobody, t.closing = t.year.right, t.year.wrong, t.year.about, t.year.nobody, ""
	t.points = maps.Clone(t.points)
	maps.Copy(t.points, t.year.points)
}

// line is how a point is marked, and what is said of it.
func (r *Report) line(t *tongue, f Finding) (mark, line string) {
	w := t.points[f.Point]
	switch {
	case !f.Asked:
		return "–", w.unasked
	case errors.Is(f.Err, errNotReached):
		return "–", t.notChecked + ": " + w.topic
	case errors.Is(f.Err, ErrLaw):
		return "✗", t.law
	case f.Err != nil:
		return "✗", w.fails
	case f.Point == Unchanged && r.Year != "" && r.Closed > 0:
		return "!", r.filled(t.year.closed)
	case f.Point == Judged && r.Closed > 0:
		return "!", fmt.Sprintf(t.closed, r.Closed)
	case f.Point == Complete && r.Entries == 0:
		return "✓", t.nobody
	}
	return "✓", r.filled(w.holds)
}

// slot is where a value of the report stands in a sentence.
var slot = regexp.MustCompile(`%\[[1-7]\]d`)

// filled is a sentence with the values of the report.
func (r *Report) filled(sentence string) string {
	values := []int{r.Entries, int(r.Size), int(r.Earlier), r.Verdicts, r.Cosigned, r.Accesses, r.Closed}
	return slot.ReplaceAllStringFunc(sentence, func(at string) string { return strconv.Itoa(values[at[2]-'1']) })
}

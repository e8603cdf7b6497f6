package register

import "strings"

// shape is what the form has in one element: its attributes, the elements within that are read, and those that the
// ledger has no use for. The names are those of the form's versions 1 to 4; whatever else turns up is of a later
// version, and is told.
type shape struct {
	attrs  string // with spaces between them
	unused string
	read   map[string]*shape
}

// top are the elements that are read, down from the outermost.
var top = &shape{"Id DatoUttrekk ForrigeId", "Fagsystem", map[string]*shape{
	"Avgiver": {attrs: "Organisasjonsnummer Kommunenummer Kommunenavn Bydelsnummer Bydelsnavn Distriktsnummer"},
	"Sak":     {attrs: "Id MigrertId StartDato SluttDato Journalnummer Avsluttet ErSlettet Fodselsnummer Fodseldato Kjonn DUFnummer Saksbehandler", unused: othersInCase, read: inCase},
}}

// othersInCase are the elements of a case of which no more than the dates is read, for the rules about them.
const othersInCase = "Melding Undersokelse OversendelseFylkesnemnd Flytting"

var inCase = map[string]*shape{
	"Virksomhet": {attrs: "Id MigrertId StartDato SluttDato Organisasjonsnummer Bydelsnummer Bydelsnavn Distriktsnummer", unused: othersInCase},
	"Personalia": {attrs: "Id StartDato Fodselsnummer Fodseldato Kjonn DUFnummer ErSlettet"},
	"Plan": {"Id MigrertId StartDato Plantype ErSlettet", "", map[string]*shape{
		"Evaluering": {attrs: "UtfortDato"},
		"Konklusjon": ending,
	}},
	"Tiltak": {"Id MigrertId StartDato ErSlettet", "Tilsyn Tiltaksgrunnlag", map[string]*shape{
		"Lovhjemmel":     basis,
		"JmfrLovhjemmel": basis,
		"Kategori":       {attrs: "Kode Presisering"},
		"Oppfolging":     {"Id UtfortDato", "Hyppighet", map[string]*shape{"Utfort": {attrs: "Id UtfortDato"}}},
		"Opphevelse":     {attrs: "Kode Presisering SluttDato"},
		"Konklusjon":     ending,
	}},
	"Vedtak": {"Id MigrertId StartDato ErSlettet", "Krav", map[string]*shape{
		"Lovhjemmel":     basis,
		"JmfrLovhjemmel": basis,
		"Status":         {attrs: "Id EndretDato Kode"},
		"Konklusjon":     ending,
	}},
	"Ettervern": {"Id MigrertId TilbudSendtDato ErSlettet", "", map[string]*shape{"Konklusjon": {attrs: "SluttDato Kode"}}},
	"Relasjon":  {attrs: "Id FraId FraType TilId TilType ErSlettet"},
	"Slettet":   {attrs: "Id Type SluttDato"},
}

var (
	ending = &shape{attrs: "SluttDato"}
	basis  = &shape{read: map[string]*shape{"Lov": {}, "Kapittel": {}, "Paragraf": {}, "Ledd": {}, "Bokstav": {}, "Punktum": {}}}
)

// names tells whether a name is one of several with spaces between them.
func names(all, name string) bool {
	at := strings.Index(all, name)
	for at >= 0 {
		end := at + len(name)
		if (at == 0 || all[at-1] == ' ') && (end == len(all) || all[end] == ' ') {
			return true
		}
		next := strings.Index(all[end:], name)
		if next < 0 {
			return false
		}
		at = end + next
	}
	return false
}

// account notes what of an element, and of what lies in it, is not used or not known. path is the element's name, below
// those it lies in.
func (r *reading) account(of *shape, place, path string, n *node) {
	for _, a := range n.attrs {
		if a.Name.Space == "" && a.Name.Local != "xmlns" && !names(of.attrs, a.Name.Local) {
			r.unknown(place, path+"/@", a.Name.Local)
		}
	}
	for i := range n.children {
		child := &n.children[i]
		switch below := of.read[child.name]; {
		case below != nil && len(child.attrs)+len(child.children) == 0:
		case below != nil:
			r.account(below, place, path+"/"+child.name, child)
		case names(of.unused, child.name):
			r.report.Ignored.add(path + "/" + child.name)
		default:
			r.unknown(place, path+"/", child.name)
		}
	}
}

// unknown notes what the form does not have. Its name is told only when it can be nothing but a name.
func (r *reading) unknown(place, path, name string) {
	if !elementName.MatchString(name) {
		name = "?"
	}
	r.report.Unknown.add(path + name)
	r.report.find(FileFinding{Element: place, Rule: "import/unknown", Severity: Warning,
		Message: path + name + " is not in the versions of the form that are read (1, 3 and 4); it was passed over"})
}

package requirements

import (
	"slices"
	"strings"

	"ettervern/events"
)

// Cover says which kinds of measure bring the duty about, for 18th birthdays from a date on.
type Cover struct {
	From  events.Date
	Kinds Kinds
}

// Basis is the legal basis from a date on. Text goes into the answer; In names the same law in each language.
type Basis struct {
	From events.Date
	Text string
	In   Text
}

// Requirement is one duty towards a youth. When the law changes, add a Cover or Basis from that day: what was in
// force stays as it is, so that past days are judged by their own law.
type Requirement struct {
	ID          string
	Group       string
	Norm        Norm
	Title       Text
	Covers      []Cover     // ascending; the one in force on the 18th birthday counts
	Basis       []Basis     // ascending; the one in force at the limit counts, none before the first
	AppliesFrom events.Date // 18th birthdays before it: not applicable; zero is always
	Target      *Parameter  // how long before the limit it should be done; nil where only the limit counts
	Flags       Flags       // those of its own, beside the ones any verdict may carry
	Fulfilled   Text        // what fulfils it, with its date following
	Excuse      Text        // what excuses it, with its date following
	Short       Text        // what is there but does not fulfil it

	fulfils func(*fact) bool
	excuses func(*fact) bool // nil: nothing does
	short   func(*fact) bool // nil, or what looks like it but falls short
	lacking Flags            // the flag where only such exist
}

func since(d string, k Kinds) Cover { return Cover{events.MustDate(d), k} }

func basis(from, en, nb, nn string) Basis {
	return Basis{events.MustDate(from), en, Text{NB: nb, NN: nn, EN: en}}
}

var everyone = []Cover{since("1993-01-01", allKinds)}

// Requirements is the catalogue: the duties before 18.
var Requirements = []Requirement{
	{
		ID: "information", Group: "before_18", Norm: Statute, Covers: everyone, Target: &InGoodTime, Flags: NotAdapted,
		Title: Text{"Informasjon om ettervern før 18 år", "Informasjon om ettervern før 18 år", "Information about aftercare before 18"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 1-3, Public Administration Act § 11", "barnevernloven 1992 § 1-3, forvaltningsloven § 11", "barnevernlova 1992 § 1-3, forvaltingslova § 11"),
			basis("2018-07-01", "Child Welfare Act 1992 §§ 1-3, 1-6, Public Administration Act § 11", "barnevernloven 1992 §§ 1-3, 1-6, forvaltningsloven § 11", "barnevernlova 1992 §§ 1-3, 1-6, forvaltingslova § 11"),
			basis("2023-01-01", "Child Welfare Act 2021 §§ 3-6, 1-4", "barnevernsloven 2021 §§ 3-6, 1-4", "barnevernslova 2021 §§ 3-6, 1-4"),
		},
		Fulfilled: Text{"Tilpasset informasjon om ettervern ble gitt", "Tilpassa informasjon om ettervern vart gitt", "Adapted information about aftercare was given on"},
		Short:     Text{"Informasjon som ikke var tilpasset, ble gitt", "Informasjon som ikkje var tilpassa, vart gitt", "Information that was not adapted was given on"},
		fulfils:   func(f *fact) bool { return informed(f) && f.has(adapted) },
		short:     informed, lacking: NotAdapted,
	},
	{
		ID: "participation", Group: "before_18", Norm: Statute, Covers: everyone, Target: &InGoodTime, Flags: Denied,
		Title: Text{"Ungdommen har fått medvirke før 18 år", "Ungdomen har fått medverke før 18 år", "The youth took part before 18"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 6-3", "barnevernloven 1992 § 6-3", "barnevernlova 1992 § 6-3"),
			basis("2018-07-01", "Child Welfare Act 1992 §§ 1-6, 6-3", "barnevernloven 1992 §§ 1-6, 6-3", "barnevernlova 1992 §§ 1-6, 6-3"),
			basis("2023-01-01", "Child Welfare Act 2021 § 1-4", "barnevernsloven 2021 § 1-4", "barnevernslova 2021 § 1-4"),
		},
		Fulfilled: Text{"Ungdommen medvirket", "Ungdomen medverka", "The youth took part on"},
		Excuse:    Text{"Ungdommen ønsket ikke å medvirke", "Ungdomen ønskte ikkje å medverke", "The youth did not want to take part on"},
		Short:     Text{"Ungdommen fikk ikke anledning til å medvirke", "Ungdomen fekk ikkje høve til å medverke", "The youth was not given the chance to take part on"},
		fulfils:   func(f *fact) bool { return heard(f) && f.code == tookPart },
		excuses:   func(f *fact) bool { return heard(f) && f.code == unwilling },
		short:     func(f *fact) bool { return heard(f) && f.code == denied },
	},
	{
		ID: "assessment", Group: "before_18", Norm: Statute, Target: &InGoodTime, Flags: WithoutParticipation,
		Covers: []Cover{since("1993-01-01", CareOrder|Placement|Behaviour), since("2023-01-01", allKinds)},
		Title:  Text{"Behovet for ettervern er vurdert før 18 år", "Behovet for ettervern er vurdert før 18 år", "The need for aftercare was assessed before 18"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 4-15 fourth paragraph, § 1-3", "barnevernloven 1992 § 4-15 fjerde ledd, § 1-3", "barnevernlova 1992 § 4-15 fjerde ledd, § 1-3"),
			basis("2023-01-01", "Child Welfare Act 2021 § 3-6 second paragraph", "barnevernsloven 2021 § 3-6 andre ledd", "barnevernslova 2021 § 3-6 andre ledd"),
		},
		Fulfilled: Text{"Behovet ble vurdert", "Behovet vart vurdert", "The need was assessed on"},
		fulfils:   func(f *fact) bool { return f.kind == assessment && f.service == childWelfare },
	},
	{
		ID: "decision", Group: "before_18", Norm: Statute, Covers: everyone, AppliesFrom: events.MustDate("2009-09-01"), Flags: Unreasoned,
		Title: Text{"Vedtak om videreføring eller opphør før 18 år", "Vedtak om vidareføring eller opphøyr før 18 år", "Decision to continue or end before 18"},
		Basis: []Basis{
			basis("2009-09-01", "Child Welfare Act 1992 § 1-3 second paragraph", "barnevernloven 1992 § 1-3 andre ledd", "barnevernlova 1992 § 1-3 andre ledd"),
			basis("2023-01-01", "Child Welfare Act 2021 § 3-6 second paragraph", "barnevernsloven 2021 § 3-6 andre ledd", "barnevernslova 2021 § 3-6 andre ledd"),
		},
		Fulfilled: Text{"Skriftlig vedtak begrunnet i barnets beste ble truffet", "Skriftleg vedtak grunngitt i barnets beste vart gjort", "A written decision reasoned in the best interests was made on"},
		Short:     Text{"Vedtak som var muntlig eller ikke begrunnet i barnets beste, ble truffet", "Vedtak som var munnleg eller ikkje grunngitt i barnets beste, vart gjort", "A decision that was oral or not reasoned in the best interests was made on"},
		fulfils:   func(f *fact) bool { return decided(f) && f.has(inWriting|bestInterests) },
		short:     decided, lacking: Unreasoned,
	},
}

func informed(f *fact) bool {
	return f.kind == informationGiven && f.service == childWelfare && f.has(ofAftercare)
}

func heard(f *fact) bool {
	return f.kind == participation && f.service == childWelfare && f.has(ofAftercare)
}

func decided(f *fact) bool {
	return f.kind == decisionMade && f.service == childWelfare && f.code == carriesOn
}

// Find is the index of the requirement of that id in Requirements, or -1.
func Find(id string) int {
	for i := range Requirements {
		if Requirements[i].ID == id {
			return i
		}
	}
	return -1
}

// IDs lists the ids of the requirements in the catalogue's order.
func IDs() []string {
	ids := make([]string, len(Requirements))
	for i := range Requirements {
		ids[i] = Requirements[i].ID
	}
	return ids
}

// Covered is the kinds of measure that bring the duty about for an 18th birthday on that day.
func (r *Requirement) Covered(birthday events.Date) Kinds {
	kinds := r.Covers[0].Kinds
	for _, c := range r.Covers[1:] {
		if c.From <= birthday {
			kinds = c.Kinds
		}
	}
	return kinds
}

// BasisOn is the legal basis in force on a day, or nil.
func (r *Requirement) BasisOn(day events.Date) *Basis {
	var found *Basis
	for i := range r.Basis {
		if r.Basis[i].From <= day {
			found = &r.Basis[i]
		}
	}
	return found
}

// Sorted is the indexes of Requirements by their ids in alphabetical order: the order of rows in lists.
var Sorted = func() []int {
	order := make([]int, len(Requirements))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(Requirements[a].ID, Requirements[b].ID) })
	return order
}()

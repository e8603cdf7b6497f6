package access

import (
	"regexp"
	"slices"
	"strings"

	"ettervern/events"
)

// what a role's scope must and may hold beside what others have.
type shape struct{ must, may []string }

var shapes = map[Role]shape{
	Emitter:       {must: []string{"municipalities", "service", "source", "organisation"}},
	Caseworker:    {must: []string{"municipalities"}, may: []string{"organisation", "protected"}},
	Supervisor:    {may: []string{"organisation", "municipalities", "office", "nation", "protected"}},
	Auditor:       {must: []string{"until"}, may: []string{"organisation", "youths", "protected", "accessLog"}},
	Witness:       {may: []string{"organisation"}},
	Administrator: {may: []string{"organisation"}},
}

// given tells which fields of a scope are.
func (s *Scope) given() map[string]bool {
	return map[string]bool{
		"organisation": s.Organisation != "", "municipalities": len(s.Municipalities) > 0, "service": s.Service != "", "source": s.Source != "",
		"office": s.Office != "", "nation": s.Nation, "youths": len(s.Youths) > 0, "until": s.Until != 0, "protected": s.Protected,
		"accessLog": s.AccessLog,
	}
}

// fields in the order in which faults are told.
var fields = []string{"organisation", "municipalities", "service", "source", "office", "nation", "youths", "until", "protected", "accessLog"}

var (
	municipalityNumber = regexp.MustCompile(`^[0-9]{4}$`)
	sourcePrefix       = regexp.MustCompile(`^[0-9A-Za-z._~:/?#@!$&'()*+,;=%-]{2,128}$`)
	name               = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._@:/+-]{0,63}$`)
)

// Places are those that a scope may name.
type Places struct {
	Offices      []string                 // every county governor's
	Municipality func(number string) bool // tells whether a number is, or ever was, a municipality's; nil for all of four digits
}

// Check is what is wrong with the name, role and scope of a credential, each with a pointer to the field: none when it can be
// handed out.
func Check(label string, role Role, s Scope, known Places) (faults []events.Fault) {
	fault := func(field, problem string) {
		faults = append(faults, events.Fault{Pointer: "/" + field, Problem: problem})
	}
	if !name.MatchString(label) || events.HoldsIdentityNumber(label) {
		fault("name", "must be 1 to 64 letters, digits and . _ @ : / + - that say whose it is, without an identity number")
	}
	shape, exists := shapes[role]
	if !exists {
		fault("role", "must be emitter, caseworker, supervisor, auditor, witness or administrator")
		return faults
	}
	given := s.given()
	for _, field := range fields {
		switch must := slices.Contains(shape.must, field); {
		case must && !given[field]:
			fault(field, "must be given for "+string(role))
		case given[field] && !must && !slices.Contains(shape.may, field):
			fault(field, "must be left out for "+string(role))
		}
	}
	if role == Supervisor && oneOf(given["municipalities"], given["office"], given["nation"]) != 1 {
		fault("municipalities", "must be given for supervisor, or office, or nation: exactly one of them")
	}
	if role == Auditor && !given["youths"] && !given["accessLog"] {
		fault("youths", "must be given for auditor, or the log of who has looked named")
	}
	return append(faults, s.values(known)...)
}

func oneOf(all ...bool) (n int) {
	for _, given := range all {
		if given {
			n++
		}
	}
	return n
}

// values is what is wrong with what the fields say.
func (s *Scope) values(known Places) (faults []events.Fault) {
	check := func(field, allowed string, right bool) {
		if !right {
			faults = append(faults, events.Fault{Pointer: "/" + field, Problem: "must be " + allowed})
		}
	}
	check("organisation", "an organisation number: nine digits, the last of them a control digit", s.Organisation == "" || organisationNumber(s.Organisation))
	for _, m := range s.Municipalities {
		check("municipalities", "municipality numbers of four digits", municipalityNumber.MatchString(m))
		check("municipalities", "numbers of municipalities that are or were: "+m+" is none", !municipalityNumber.MatchString(m) || known.Municipality == nil || known.Municipality(m))
	}
	services := []string{"", string(events.ChildWelfare), string(events.Nav), string(events.Health), string(events.Supervisor), string(events.MunicipalService)}
	check("service", "one of"+strings.Join(services, " "), slices.Contains(services, s.Service))
	check("source", "2 to 128 characters of a URI reference, such as /fagsystem/3403", s.Source == "" || sourcePrefix.MatchString(s.Source) && s.Source != "//")
	check("office", "one of "+strings.Join(known.Offices, "; "), s.Office == "" || slices.Contains(known.Offices, s.Office))
	for _, y := range s.Youths {
		check("youths", "UUIDs in lower-case canonical form", events.CanonicalUUID(y))
	}
	return faults
}

// organisationNumber checks the control digit, modulo 11 (Enhetsregisteret).
func organisationNumber(s string) bool {
	if len(s) != 9 || strings.Trim(s, "0123456789") != "" {
		return false
	}
	sum := 0
	for i, weight := range [...]int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += weight * int(s[i]-'0')
	}
	control := (11 - sum%11) % 11
	return control < 10 && int(s[8]-'0') == control
}

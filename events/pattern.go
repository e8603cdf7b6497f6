package events

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Pattern is what a text must look like. Its regular expression goes into the JSON Schemas; matches says the same
// in code, fifty times as fast, and a test holds them together.
type Pattern struct {
	Name    string // in words, for the one who got it wrong
	Regexp  string // ECMA 262
	Max     int    // characters
	matches func([]byte) bool
}

const (
	lower = "abcdefghijklmnopqrstuvwxyz"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digit = "0123456789"
)

// The patterns of text in events. There is no free text: each of them is a name, a code or a date.
var (
	identifier   = &Pattern{"an id of letters, digits and . _ : -, beginning with a letter or digit", `^[0-9A-Za-z][0-9A-Za-z._:-]*$`, 64, of(digit+lower+upper, "._:-")}
	youthID      = &Pattern{"a UUID in lower-case canonical form", `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`, 36, canonicalUUID}
	unitID       = &Pattern{"a unit such as 3403-nav, or 0301_01-child_welfare in a district", `^[0-9]{4}(_[0-9]{2})?-(child_welfare|nav|health|supervisor|municipality)$`, 24, isUnit}
	entityID     = &Pattern{"a UUID in lower-case canonical form, or a unit such as 3403-nav", `^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9]{4}(_[0-9]{2})?-(child_welfare|nav|health|supervisor|municipality))$`, 36, func(b []byte) bool { return canonicalUUID(b) || isUnit(b) }}
	themeCode    = &Pattern{"a theme as a code of lower-case letters, digits, - and _", `^[a-z][0-9a-z_-]*$`, 64, of(lower, digit+"_-")}
	authority    = &Pattern{"the name of an authority, such as Statsforvalteren i Vestland", `^[0-9A-ZÆØÅa-zæøå.,() –-]+$`, 80, of("", digit+upper+lower+"ÆØÅæøå.,() –-")}
	period       = &Pattern{"a period such as 2024, 2024-Q1, 2024-03 or 2024-01-01/2024-06-30", `^[0-9]{4}(-(Q[1-4]|H[12]|(0[1-9]|1[0-2])))?$|^[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{4}-[0-9]{2}-[0-9]{2}$`, 21, isPeriod}
	duration     = &Pattern{"an ISO 8601 duration in one unit, such as P6M, P1Y, P4W or P30D", `^P([0-9]{1,2}Y|[0-9]{1,3}[MW]|[0-9]{1,4}D)$`, 6, func(b []byte) bool { _, err := ParseDuration(string(b)); return err == nil }}
	municipality = &Pattern{"a municipality number of four digits", `^[0-9]{4}$`, 4, exactly(4, digit)}
	district     = &Pattern{"a district number of two digits", `^[0-9]{2}$`, 2, exactly(2, digit)}
	office       = &Pattern{"a Nav office number of four digits", `^[0-9]{4}$`, 4, exactly(4, digit)}
	category     = &Pattern{"a register code such as 4.6", `^[0-9]{1,2}(\.[0-9]{1,2})?$`, 5, isCategory}
	legalBasis   = &Pattern{"a short reference to the law, such as BVL2021 § 3-6", `^[0-9A-ZÆØÅa-zæøå§.,;/() –-]+$`, 120, of("", digit+upper+lower+"ÆØÅæøå§.,;/() –-")}
	clearance    = &Pattern{"a reference to the archive authority's clearance, such as Arkivverket 2026/1234", `^[0-9A-ZÆØÅa-zæøå.,:;/() –-]+$`, 80, of("", digit+upper+lower+"ÆØÅæøå.,:;/() –-")}
	language     = &Pattern{"a language tag such as nb or se", `^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`, 35, isLanguage}
	reasonCode   = &Pattern{"a reason as a code of lower-case letters, digits and _", `^[a-z][0-9a-z_]*$`, 40, of(lower, digit+"_")}
	civilDate    = &Pattern{"a date that exists, as YYYY-MM-DD", `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, 10, func(b []byte) bool { _, ok := parseDate(b); return ok }}
	digest       = &Pattern{"a SHA-256 in lower-case hexadecimal", `^[0-9a-f]{64}$`, 64, exactly(64, digit+"abcdef")}
	eventID      = &Pattern{"an id of printable characters without spaces, quotes or backslashes", `^[!#-\[\]-~]+$`, 128, printable}
	sourceURI    = &Pattern{"a URI reference", `^[0-9A-Za-z._~:/?#@!$&'()*+,;=%-]+$`, 128, of("", digit+lower+upper+"._~:/?#@!$&'()*+,;=%-")}
	role         = &Pattern{"a role", `^[a-z][a-z_]*$`, 32, of(lower, "_")}
	asker        = &Pattern{"who asks, in letters, digits and . _ @ : / + # ( ) -", `^[0-9A-ZÆØÅa-zæøå ._@:/+#()-]+$`, 160, of("", digit+upper+lower+"ÆØÅæøå ._@:/+#()-")}
	question     = &Pattern{"a question's parameters as a URL's query", `^[0-9A-Za-z._~%&=+,:;*-]+$`, 4096, of("", digit+upper+lower+"._~%&=+,:;*-")}
	accessYear   = &Pattern{"a year", `^[0-9]{4}$`, 4, exactly(4, digit)}
	instant      = &Pattern{"an RFC 3339 time with its offset, between 1900 and 2200", `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`, 40, func(b []byte) bool { _, ok := parseTime(b); return ok }}
	version      = &Pattern{`"1.0"`, `^1\.0$`, 3, func(b []byte) bool { return string(b) == "1.0" }}
	contentType  = &Pattern{"application/json", `^application/json$`, 16, func(b []byte) bool { return string(b) == "application/json" }}
)

// check is what is wrong with a text, in words, or nothing.
func (p *Pattern) check(text []byte) string {
	switch {
	case len(text) > p.Max && utf8.RuneCount(text) > p.Max:
		return "must be " + p.Name + ", at most " + strconv.Itoa(p.Max) + " characters"
	case !p.matches(text):
		return "must be " + p.Name
	case p.Max > len("11 digits") && p != digest && p != question && !canonicalUUID(text) && holdsIdentityNumber(text):
		return "must not hold a national identity number"
	}
	return ""
}

// of matches one or more characters, the first from first and the others from first or rest; an empty first asks
// nothing. What is in first is ASCII.
func of(first, rest string) func([]byte) bool {
	begins, goes := newSet(first), newSet(first+rest)
	return func(b []byte) bool {
		return len(b) > 0 && (first == "" || begins.all(b[:1])) && goes.all(b)
	}
}

// set is a set of characters, most of them ASCII.
type set struct {
	ascii  [utf8.RuneSelf]bool
	others string
}

func newSet(characters string) *set {
	s := &set{}
	for _, c := range characters {
		if c < utf8.RuneSelf {
			s.ascii[c] = true
		} else {
			s.others += string(c)
		}
	}
	return s
}

// all tells whether every character of b is in the set.
func (s *set) all(b []byte) bool {
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if !s.ascii[c] {
				return false
			}
			i++
			continue
		}
		c, size := utf8.DecodeRune(b[i:])
		if !strings.ContainsRune(s.others, c) {
			return false
		}
		i += size
	}
	return true
}

func exactly(n int, characters string) func([]byte) bool {
	matches := of("", characters)
	return func(b []byte) bool { return len(b) == n && matches(b) }
}

func printable(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return len(b) > 0
}

func isUnit(b []byte) bool {
	place, service, ok := bytes.Cut(b, []byte("-"))
	code, part, inDistrict := bytes.Cut(place, []byte("_"))
	_, known := services.find(service)
	return ok && known && len(code) == 4 && digits(code) == 4 && (!inDistrict || len(part) == 2 && digits(part) == 2)
}

func isPeriod(b []byte) bool {
	from, to, interval := bytes.Cut(b, []byte("/"))
	if interval {
		first, ok := parseDate(from)
		last, also := parseDate(to)
		return ok && also && first <= last
	}
	year, part, parted := bytes.Cut(b, []byte("-"))
	if len(year) != 4 || digits(year) != 4 {
		return false
	}
	return !parted || len(part) == 2 && (isMonth(part) || part[0] == 'Q' && part[1] >= '1' && part[1] <= '4' || part[0] == 'H' && (part[1] == '1' || part[1] == '2'))
}

func isMonth(b []byte) bool { return digits(b) == 2 && number(b) >= 1 && number(b) <= 12 }

func isCategory(b []byte) bool {
	whole := digits(b)
	if whole == len(b) || whole == 0 {
		return whole == 1 || whole == 2
	}
	part := b[whole+1:]
	return whole <= 2 && b[whole] == '.' && len(part) >= 1 && len(part) <= 2 && digits(part) == len(part)
}

func isLanguage(b []byte) bool {
	from := 0
	for i := 0; i <= len(b); i++ {
		if i < len(b) && b[i] != '-' {
			continue
		}
		part := b[from:i]
		if from == 0 && (len(part) < 2 || len(part) > 3 || !small(part)) || from > 0 && !subtag(part) {
			return false
		}
		from = i + 1
	}
	return true
}

var small, alphanumeric = of("", lower), of("", digit+lower+upper)

func subtag(b []byte) bool { return len(b) >= 2 && len(b) <= 8 && alphanumeric(b) }

// CanonicalUUID tells whether s is a UUID in the lower-case canonical form, the only one that names a youth.
func CanonicalUUID(s string) bool { return canonicalUUID([]byte(s)) }

var hexadecimal = newSet(digit + "abcdef")

func canonicalUUID(b []byte) bool {
	return len(b) == 36 && b[8] == '-' && b[13] == '-' && b[18] == '-' && b[23] == '-' && hexadecimal.all(b[:8]) &&
		hexadecimal.all(b[9:13]) && hexadecimal.all(b[14:18]) && hexadecimal.all(b[19:23]) && hexadecimal.all(b[24:])
}

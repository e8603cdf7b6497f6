package register

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"ettervern/events"
)

var (
	elementName = regexp.MustCompile(`^[A-Za-z]{1,40}$`)
	shortName   = regexp.MustCompile(`^[A-Z]{2,6}([0-9]{4})?$`)
	zone        = regexp.MustCompile(`^(Z|[+-][0-9]{2}:[0-9]{2})$`)
)

// pattern is what an attribute must look like, in words and in code: files come in thousands.
type pattern struct {
	words   string
	matches func(string) bool
}

var (
	uuid       = pattern{"a UUID", func(s string) bool { return events.CanonicalUUID(strings.ToLower(s)) }}
	fourDigits = pattern{"a municipality number of four digits", func(s string) bool { return len(s) == 4 && digits(s) == 4 }}
	twoDigits  = pattern{"a district number of two digits", func(s string) bool { return len(s) == 2 && digits(s) == 2 }}
	anyCode    = pattern{"a code such as 4.6", func(s string) bool {
		whole, part, parted := strings.Cut(s, ".")
		return oneOrTwo(whole) && (!parted || oneOrTwo(part))
	}}
)

func oneOrTwo(s string) bool { return (len(s) == 1 || len(s) == 2) && digits(s) == len(s) }

// digits is how many digits s begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// legalPart tells whether s can be a chapter or section of a law: 4, 12 or 25a.
func legalPart(s string) bool {
	n := digits(s)
	return n >= 1 && n <= 4 && len(s)-n <= 2 && strings.Trim(s[n:], "abcdefghijklmnopqrstuvwxyz") == ""
}

const (
	badForm = "Innholdet er feil i forhold til filbeskrivelsen / XSD" // the register's own words
	ofForm  = "Filbeskrivelse"
)

// reading is one file on its way into a Submission. What is wrong goes into the report; what is wrong with one
// element leaves that element out and lets the rest stand.
type reading struct {
	parser *parser
	report *Report
	s      Submission
	sender bool // Avgiver was read
	cases  int
	seen   map[string]bool // types and ids
	failed bool            // nothing of the file can be recorded
}

// read reads a whole file. When it cannot be used it is nil, and the report says why.
func read(in io.Reader, report *Report) *Submission {
	buffer := buffers.Get().(*bufio.Reader)
	defer buffers.Put(buffer)
	p, err := newParser(in, buffer)
	if err != nil {
		report.refuse(ofForm, "", badForm+": "+err.Error())
		return nil
	}
	r := &reading{parser: p, report: report, seen: map[string]bool{}}
	if err := r.file(); err != nil {
		report.refuse(ofForm, "", badForm+": "+err.Error())
		return nil
	}
	if r.check(); r.failed {
		report.Outcome = Refused
		return nil
	}
	return &r.s
}

func (r *reading) file() error {
	root, err := r.parser.root()
	if err != nil {
		return err
	}
	switch root.Name.Local {
	case "Barnevern":
	case "BarnevernregisterInnrapportering":
		return errors.New("it is in version 5 of the form; versions 1, 3 and 4 are read")
	default:
		return errors.New("it is not a submission to the child-welfare register: the outermost element must be Barnevern")
	}
	n := node{name: "Barnevern", attrs: root.Attr}
	r.account(top, "/Barnevern", "Barnevern", &n)
	f := r.fields(&n, "/Barnevern", "")
	r.s.ID, r.s.PreviousID = f.optionalID("Id"), f.optionalID("ForrigeId")
	r.s.Extracted = f.instant("DatoUttrekk")
	r.failed = r.failed || f.bad
	if err := r.parser.children(r.part); err != nil {
		return err
	}
	return r.parser.end()
}

// part reads one element of the outermost.
func (r *reading) part(start xml.StartElement) error {
	switch start.Name.Local {
	case "Sak":
		r.cases++
		return r.kase(start)
	case "Avgiver":
		n, err := r.parser.whole(start)
		if err == nil {
			r.from(&n)
		}
		return err
	}
	if start.Name.Local != "Fagsystem" {
		r.unknown("/Barnevern", "Barnevern/", start.Name.Local)
	}
	_, err := r.parser.whole(start)
	return err
}

// from reads who sends the file.
func (r *reading) from(n *node) {
	r.sender = true
	r.account(top.read["Avgiver"], "/Barnevern/Avgiver", "Avgiver", n)
	f := r.fields(n, "/Barnevern/Avgiver", "")
	r.s.Municipality = f.matching("Kommunenummer", fourDigits, true)
	if f.bad {
		r.failed = true
	}
	r.s.District = f.matching("Bydelsnummer", twoDigits, false)
	r.s.Organisation, _ = n.attr("Organisasjonsnummer")
	_, r.s.DistrictName = n.attr("Bydelsnavn")
}

// check is what can be said only when the whole file was read.
func (r *reading) check() {
	if !r.sender {
		r.fault("/Barnevern", "the element Avgiver is missing")
		r.failed = true
	}
	if r.cases != 1 {
		r.fault("/Barnevern", fmt.Sprintf("it must hold one Sak, not %d", r.cases))
		r.failed = true
	}
	if r.s.ID == "" && r.s.Case.ID != "" { // version 1.0 gives submissions no id
		r.s.ID = uuidOf("submission", r.s.Case.ID, r.s.Extracted.UTC().Format(time.RFC3339Nano))
	}
}

// fault reports what is wrong with the form.
func (r *reading) fault(place, problem string) {
	r.report.find(FileFinding{Element: place, Rule: ofForm, Severity: Fatal, Message: badForm + ": " + problem, Refused: true})
}

// fields are an element's attributes on their way in; bad when one of them is not right.
type fields struct {
	r     *reading
	n     *node
	place string // of the element of the case
	below string // the path from there
	bad   bool
}

func (r *reading) fields(n *node, place, below string) *fields {
	return &fields{r: r, n: n, place: place, below: below}
}

// within are the fields of an element within.
func (f *fields) within(n *node) *fields { return f.r.fields(n, f.place, f.below+"/"+n.name) }

func (f *fields) fault(name, problem string) {
	f.bad = true
	f.r.fault(f.place+f.below, "@"+name+" "+problem)
}

// text is an attribute that must be there.
func (f *fields) text(name string) string {
	text, there := f.n.attr(name)
	if !there || text == "" {
		f.fault(name, "is required")
	}
	return text
}

// matching is an attribute of some form, "" when it is not there or wrong. One that may be missing and is wrong is
// told, but leaves nothing out.
func (f *fields) matching(name string, form pattern, required bool) string {
	text, there := f.n.attr(name)
	switch {
	case there && form.matches(text):
		return text
	case there && required:
		f.fault(name, "must be "+form.words)
	case there:
		f.r.report.find(FileFinding{Element: f.place + f.below, Rule: ofForm, Severity: Fatal, Message: badForm + ": @" + name + " must be " + form.words})
	case required:
		f.fault(name, "is required")
	}
	return ""
}

func (f *fields) id(name string) string {
	return strings.ToLower(f.matching(name, uuid, true))
}

func (f *fields) optionalID(name string) string {
	text, there := f.n.attr(name)
	if there && !uuid.matches(text) {
		f.fault(name, "must be a UUID")
		return ""
	}
	return strings.ToLower(text)
}

// date is an attribute that must be a date. Older versions have times; their civil date in Norway counts.
func (f *fields) date(name string) events.Date {
	if _, there := f.n.attr(name); !there {
		f.fault(name, "is required")
		return 0
	}
	return f.optionalDate(name)
}

func (f *fields) optionalDate(name string) events.Date {
	text, there := f.n.attr(name)
	if !there {
		return 0
	}
	date, ok := parseDate(text)
	if !ok {
		f.fault(name, "must be a date that exists, as YYYY-MM-DD")
	}
	return date
}

// parseDate reads an xs:date, with or without a zone, or an xs:dateTime.
func parseDate(text string) (events.Date, bool) {
	if len(text) > 10 && text[10] == 'T' {
		at, ok := parseInstant(text)
		return events.DateOf(at), ok
	}
	if len(text) > 10 && !zone.MatchString(text[10:]) {
		return 0, false
	}
	date, err := events.ParseDate(text[:min(10, len(text))])
	return date, err == nil
}

// parseInstant reads an xs:dateTime; without a zone it is Norwegian time.
func parseInstant(text string) (time.Time, bool) {
	if at, err := time.Parse("2006-01-02T15:04:05Z07:00", text); err == nil {
		return at.UTC(), true
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05", text, events.Norway)
	return at.UTC(), err == nil
}

func (f *fields) instant(name string) time.Time {
	at, ok := parseInstant(f.text(name))
	if !ok && !f.bad {
		f.fault(name, "must be a date and time such as 2026-11-02T02:00:00+01:00")
	}
	return at
}

func (f *fields) yes(name string) bool {
	text, _ := f.n.attr(name)
	return text == "true" || text == "1"
}

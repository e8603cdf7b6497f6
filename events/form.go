package events

import (
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// form goes through the fields of an event once for each use: reading JSON into the event, comparing JSON with it,
// writing the event as JSON, describing the fields for the documentation, or checking an event that was made here. One
// description serves them all, so they cannot drift.
type form struct {
	use     use
	json    []byte        // reading: what lies in it was taken apart
	members []member      // reading: what the object holds, of the json
	next    int           // reading: the first member that was not asked for yet
	at      int           // reading stored bytes: the place of the next member
	items   []member      // reading stored bytes: of the last list
	faults  *[]Fault      // reading, checking: what is wrong with it
	found   []Fault       // reading, checking: that of the outermost
	outer   *form         // reading, checking: of the object around
	name    string        // reading, checking: of the object in it
	inner   *form         // reading: for an object within, made once
	depth   int           // reading, checking: how many replacements it lies within
	trusted bool          // reading: stored bytes, whose texts were checked before they were appended
	lately  texts         // reading: of the event before, to be compared and not copied: most often they are the same
	out     []byte        // writing: the object so far
	fields  []Description // describing
}

// texts are those of an event that many have in common.
type texts struct{ subject, source, actor string }

// lent holds forms for reading between their uses: their members would be half of what decoding allocates.
var lent = sync.Pool{New: func() any { return new(form) }}

// borrow is a form for a use that finds faults; give it back with lent.Put.
func borrow(use use, trusted bool) *form {
	f := lent.Get().(*form)
	f.use, f.faults, f.found, f.depth, f.trusted, f.next = use, &f.found, nil, 0, trusted, 0
	return f
}

// cut takes apart the object at text[at], for its fields to be read. It is the place behind it, or 0.
func (f *form) cut(text []byte, at int) (end int) {
	f.members, end = cut(f.members[:0], text, at, maxDepth)
	f.json, f.next = text, 0
	return end
}

type use uint8

const (
	reading   use = iota
	comparing     // reading, and finding fault with what is not as the event has it
	writing
	describing
	checking
)

// Description tells what one field of an event holds.
type Description struct {
	Name     string
	Optional bool
	Many     bool          // a list of it, of at most MaxItems; codes without repetition
	Codes    []string      // the closed list it is from
	Text     *Pattern      // or the pattern of its text
	Boolean  bool          // or true and false
	Number   bool          // or a year
	Object   string        // or an object of this name
	Fields   []Description // of that object
}

// MaxItems is the longest list a field may hold.
const MaxItems = 20

// value is what a member holds: as written, and what lies within it. One that is missing is zero.
type value struct {
	raw    jsontext.Value
	within []member
}

// take is the value of the member called name, and a fault when it is missing and must not be.
func (f *form) take(name string, optional bool) value {
	if f.trusted {
		return f.takeNext(name, optional)
	}
	i := f.find(name)
	if i < 0 {
		if !optional {
			f.fault(name, "is required")
		}
		return value{}
	}
	f.members[i].used = true
	for f.next < len(f.members) && f.members[f.next].used {
		f.next = f.after(f.next)
	}
	return value{f.members[i].value.of(f.json), f.members[i+1 : f.after(i)]}
}

// find is the place of the member called name, or -1.
func (f *form) find(name string) int {
	for i := f.next; i < len(f.members); i = f.after(i) {
		if string(f.members[i].name.of(f.json)) == name {
			return i
		}
	}
	return -1
}

// after is the place of the next member of the same object.
func (f *form) after(i int) int { return i + 1 + int(f.members[i].within) }

// fault reports what is wrong at name, which may go on into a list: topics/2.
func (f *form) fault(name, problem string) {
	*f.faults = append(*f.faults, Fault{f.pointer(name), problem})
}

func (f *form) pointer(name string) string {
	if name != "" {
		name = "/" + name
	}
	if f.outer == nil {
		return name
	}
	return f.outer.pointer(f.name) + name
}

// finish reports the members that no field asked for.
func (f *form) finish() {
	if f.trusted {
		f.leave()
		return
	}
	for i := f.next; i < len(f.members); i = f.after(i) {
		if !f.members[i].used {
			f.fault(safeName(string(f.members[i].name.of(f.json))), "is not a field of this event")
		}
	}
}

// safeName is a member's name for a pointer, or a mark for one that could carry content.
func safeName(name string) string {
	if len(name) > 64 || HoldsIdentityNumber(name) || !printable([]byte(name)) {
		return "?"
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func (f *form) key(name string) {
	if len(f.out) > 0 && f.out[len(f.out)-1] != '{' {
		f.out = append(f.out, ',')
	}
	f.out = append(f.out, '"')
	f.out = append(f.out, name...)
	f.out = append(f.out, '"', ':')
}

func (f *form) describe(d Description) { f.fields = append(f.fields, d) }

// learn gives a field the value that was read. Comparing, it reports when the event has another, and leaves it.
func learn[T comparable](f *form, name string, p *T, v T) {
	switch {
	case f.use == reading:
		*p = v
	case *p != v:
		f.fault(name, "does not read back equal")
	}
}

// text shows a field of patterned text; an optional one is absent when empty.
func (f *form) text(name string, p *string, pat *Pattern, optional bool) {
	switch f.use {
	case reading, comparing:
		if text, _ := f.read(name, pat, optional); string(text) != *p { // what it would be anyhow costs no copy
			learn(f, name, p, string(text))
		}
	case writing:
		if *p != "" || !optional {
			f.key(name)
			f.out = appendText(f.out, *p)
		}
	case describing:
		f.describe(Description{Name: name, Optional: optional, Text: pat})
	case checking:
		if *p != "" || !optional {
			f.checkText(name, *p, pat)
		}
	}
}

// read is the text of the member called name, when it is there and matches.
func (f *form) read(name string, pat *Pattern, optional bool) ([]byte, bool) {
	v := f.take(name, optional)
	if v.raw == nil {
		return nil, false
	}
	text, problem := f.matched(v.raw, pat)
	if problem != "" {
		f.fault(name, problem)
		return nil, false
	}
	return text, true
}

// matched is a JSON string's text, or what is wrong with it.
func (f *form) matched(raw jsontext.Value, pat *Pattern) (text []byte, problem string) {
	if raw.Kind() != '"' {
		return nil, "must be a string: " + pat.Name
	}
	if text = unquote(raw); !f.trusted {
		problem = pat.check(text)
	}
	return text, problem
}

// appendText writes s as a JSON string. Invalid UTF-8 cannot occur: the decoder refuses it.
func appendText(out []byte, s string) []byte {
	if !quotable(s) {
		out, _ = jsontext.AppendQuote(out, s)
		return out
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}

// date shows a civil date; an optional one is absent when zero.
func (f *form) date(name string, p *Date, optional bool) {
	switch f.use {
	case reading, comparing:
		learn(f, name, p, f.readDate(name, optional))
	case writing:
		if *p != 0 || !optional {
			f.key(name)
			f.out = append(p.appendText(append(f.out, '"')), '"')
		}
	case describing:
		f.describe(Description{Name: name, Optional: optional, Text: civilDate})
	}
}

func (f *form) readDate(name string, optional bool) Date {
	text, ok := f.read(name, civilDate, optional)
	if !ok {
		return 0
	}
	d, ok := parseDate(text)
	if !ok {
		f.fault(name, "must be "+civilDate.Name) // only in the store: at a door the pattern has reported it
	}
	return d
}

// duration shows a length of time that must be told.
func (f *form) duration(name string, p *Duration) {
	if f.use == reading || f.use == comparing {
		learn(f, name, p, f.readDuration(name))
		return
	}
	text := p.String()
	f.text(name, &text, duration, false)
}

func (f *form) readDuration(name string) Duration {
	text, ok := f.read(name, duration, false)
	if !ok {
		return Duration{}
	}
	d, err := ParseDuration(string(text))
	if err != nil {
		f.fault(name, "must be "+duration.Name) // only in the store: at a door the pattern has reported it
	}
	return d
}

// boolean shows a yes or no that must be told.
func (f *form) boolean(name string, p *bool) {
	answer := No
	if *p {
		answer = Yes
	}
	f.yesNo(name, &answer, false)
	if f.use == reading {
		*p = answer == Yes
	}
}

// answer shows a yes or no that may be absent: then it is not documented.
func (f *form) answer(name string, p *Answer) { f.yesNo(name, p, true) }

func (f *form) yesNo(name string, p *Answer, optional bool) {
	switch f.use {
	case reading, comparing:
		learn(f, name, p, f.readAnswer(name, optional))
	case writing:
		if *p != NotDocumented {
			f.key(name)
			f.out = strconv.AppendBool(f.out, *p == Yes)
		}
	case describing:
		f.describe(Description{Name: name, Optional: optional, Boolean: true})
	case checking:
		if *p == NotDocumented && !optional {
			f.fault(name, "is required")
		}
	}
}

func (f *form) readAnswer(name string, optional bool) Answer {
	v := f.take(name, optional)
	switch {
	case v.raw == nil:
		return NotDocumented
	case v.raw.Kind() == 't':
		return Yes
	case v.raw.Kind() != 'f':
		f.fault(name, "must be true or false")
	}
	return No
}

// year shows a calendar year.
func (f *form) year(name string, p *int) {
	switch f.use {
	case reading, comparing:
		learn(f, name, p, f.readYear(name))
	case writing:
		f.key(name)
		f.out = strconv.AppendInt(f.out, int64(*p), 10)
	case describing:
		f.describe(Description{Name: name, Number: true})
	case checking:
		if *p < 1000 || *p > 9999 {
			f.fault(name, "must be a year, a number of four digits")
		}
	}
}

func (f *form) readYear(name string) int {
	v := f.take(name, false)
	if v.raw == nil {
		return 0
	}
	if len(v.raw) != 4 || digits(v.raw) != 4 || v.raw[0] == '0' {
		f.fault(name, "must be a year, a number of four digits")
		return 0
	}
	return number(v.raw)
}

// code shows a field from a closed list; an optional one is absent when empty.
func code[T ~string](f *form, name string, p *T, of list[T], optional bool) {
	switch f.use {
	case reading, comparing:
		learn(f, name, p, readCode(f, name, of, optional))
	case writing:
		if *p != "" || !optional {
			f.key(name)
			f.out = appendText(f.out, string(*p))
		}
	case describing:
		f.describe(Description{Name: name, Optional: optional, Codes: of.strings()})
	case checking:
		if *p != "" || !optional {
			checkCode(f, name, *p, of)
		}
	}
}

func readCode[T ~string](f *form, name string, of list[T], optional bool) T {
	v := f.take(name, optional)
	if v.raw == nil {
		return ""
	}
	c, ok := findCode(v.raw, of)
	if !ok {
		f.fault(name, oneOf(of))
	}
	return c
}

package events

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// form goes through the fields of an event once for each use: reading JSON into the event, writing the event as
// JSON, or describing the fields for the documentation. One description serves all three, so they cannot drift.
type form struct {
	use     use
	at      string        // reading: the JSON pointer of the object
	members []member      // reading: what the object holds
	faults  *[]Fault      // reading: what is wrong with it
	inner   *form         // reading: for an object within, made once
	depth   int           // reading: how many replacements it lies within
	trusted bool          // reading: stored bytes, whose texts were checked before they were appended
	out     []byte        // writing: the object so far
	fields  []Description // describing
}

// lent holds forms for reading between their uses: their members would be half of what decoding allocates.
var lent = sync.Pool{New: func() any { return new(form) }}

// borrow is a form for reading; give it back with lent.Put.
func borrow(faults *[]Fault, trusted bool) *form {
	f := lent.Get().(*form)
	f.use, f.at, f.faults, f.depth, f.trusted = reading, "", faults, 0, trusted
	return f
}

type use uint8

const (
	reading use = iota
	writing
	describing
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

// take is the member called name, or nil, and a fault when it is missing and must not be.
func (f *form) take(name string, optional bool) jsontext.Value {
	for i := range f.members {
		if string(f.members[i].name) == name {
			f.members[i].used = true
			return f.members[i].raw
		}
	}
	if !optional {
		f.fault(name, "is required")
	}
	return nil
}

// fault reports what is wrong at name, which may go on into a list: topics/2.
func (f *form) fault(name, problem string) {
	pointer := f.at
	if name != "" {
		pointer += "/" + name
	}
	*f.faults = append(*f.faults, Fault{pointer, problem})
}

// finish reports the members that no field asked for.
func (f *form) finish() {
	for _, m := range f.members {
		if !m.used {
			f.fault(safeName(string(m.name)), "is not a field of this event")
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

// text shows a field of patterned text; an optional one is absent when empty.
func (f *form) text(name string, p *string, pat *Pattern, optional bool) {
	switch f.use {
	case reading:
		if text, ok := f.read(name, pat, optional); ok && string(text) != *p { // what it would be anyhow costs no copy
			*p = string(text)
		}
	case writing:
		if *p != "" || !optional {
			f.key(name)
			f.out = appendText(f.out, *p)
		}
	case describing:
		f.describe(Description{Name: name, Optional: optional, Text: pat})
	}
}

// read is the text of the member called name, when it is there and matches.
func (f *form) read(name string, pat *Pattern, optional bool) ([]byte, bool) {
	raw := f.take(name, optional)
	if raw == nil {
		return nil, false
	}
	return f.matched(name, raw, pat)
}

// matched is a JSON string's text, when it matches.
func (f *form) matched(at string, raw jsontext.Value, pat *Pattern) ([]byte, bool) {
	if raw.Kind() != '"' {
		f.fault(at, "must be a string: "+pat.Name)
		return nil, false
	}
	text := unquote(raw)
	if f.trusted {
		return text, true
	}
	problem := pat.check(text)
	if problem != "" {
		f.fault(at, problem)
	}
	return text, problem == ""
}

// unquote is the text of a valid JSON string, without a copy where it holds no escapes.
func unquote(raw jsontext.Value) []byte {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') >= 0 {
		text, _ := jsontext.AppendUnquote(nil, raw) // the decoder has found it valid
		return text
	}
	return inner
}

// appendText writes s as a JSON string. Invalid UTF-8 cannot occur: the decoder refuses it.
func appendText(out []byte, s string) []byte {
	if !plain(s) {
		out, _ = jsontext.AppendQuote(out, s)
		return out
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}

// plain tells whether s is a JSON string as it is: nearly all text in events is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// date shows a civil date; an optional one is absent when zero.
func (f *form) date(name string, p *Date, optional bool) {
	if f.use == reading {
		f.readDate(name, p, optional)
		return
	}
	text := p.String()
	f.text(name, &text, civilDate, optional)
}

func (f *form) readDate(name string, p *Date, optional bool) {
	text, ok := f.read(name, civilDate, optional)
	if !ok {
		return
	}
	var err error
	if *p, err = ParseDate(string(text)); err != nil {
		f.fault(name, "must be "+civilDate.Name) // only in the store: at a door the pattern has reported it
	}
}

// duration shows a length of time that must be told.
func (f *form) duration(name string, p *Duration) {
	if f.use != reading {
		text := p.String()
		f.text(name, &text, duration, false)
		return
	}
	text, ok := f.read(name, duration, false)
	if !ok {
		return
	}
	var err error
	if *p, err = ParseDuration(string(text)); err != nil {
		f.fault(name, "must be "+duration.Name) // only in the store: at a door the pattern has reported it
	}
}

// boolean shows a yes or no that must be told.
func (f *form) boolean(name string, p *bool) {
	answer := No
	if *p {
		answer = Yes
	}
	f.yesNo(name, &answer, false)
	*p = answer == Yes
}

// answer shows a yes or no that may be absent: then it is not documented.
func (f *form) answer(name string, p *Answer) { f.yesNo(name, p, true) }

func (f *form) yesNo(name string, p *Answer, optional bool) {
	switch f.use {
	case reading:
		raw := f.take(name, optional)
		switch raw.Kind() {
		case 't':
			*p = Yes
		case 'f':
			*p = No
		default:
			if raw != nil {
				f.fault(name, "must be true or false")
			}
		}
	case writing:
		if *p != NotDocumented {
			f.key(name)
			f.out = strconv.AppendBool(f.out, *p == Yes)
		}
	case describing:
		f.describe(Description{Name: name, Optional: optional, Boolean: true})
	}
}

// year shows a calendar year.
func (f *form) year(name string, p *int) {
	switch f.use {
	case reading:
		raw := f.take(name, false)
		if raw == nil {
			return
		}
		if len(raw) != 4 || digits(raw) != 4 || raw[0] == '0' {
			f.fault(name, "must be a year, a number of four digits")
			return
		}
		*p = number(raw)
	case writing:
		f.key(name)
		f.out = strconv.AppendInt(f.out, int64(*p), 10)
	case describing:
		f.describe(Description{Name: name, Number: true})
	}
}

// code shows a field from a closed list; an optional one is absent when empty.
func code[T ~string](f *form, name string, p *T, of list[T], optional bool) {
	switch f.use {
	case reading:
		if raw := f.take(name, optional); raw != nil {
			var ok bool
			if *p, ok = findCode(raw, of); !ok {
				f.fault(name, oneOf(of))
			}
		}
	case writing:
		if *p != "" || !optional {
			f.key(name)
			f.out = appendText(f.out, string(*p))
		}
	case describing:
		f.describe(Description{Name: name, Optional: optional, Codes: of.strings()})
	}
}

func findCode[T ~string](raw jsontext.Value, of list[T]) (T, bool) {
	if raw.Kind() != '"' {
		return "", false
	}
	return of.find(unquote(raw))
}

func oneOf[T ~string](of list[T]) string { return "must be one of " + strings.Join(of.strings(), ", ") }

// codes shows a list of codes from a closed list. It may be empty: none of them is an answer too.
func codes[T ~string](f *form, name string, p *[]T, of list[T]) {
	switch f.use {
	case reading:
		f.each(name, func(i int, raw jsontext.Value) {
			c, ok := findCode(raw, of)
			switch {
			case !ok:
				f.fault(place(name, i), oneOf(of))
			case slices.Contains(*p, c):
				f.fault(place(name, i), "must not be repeated")
			}
			if *p == nil {
				*p = make([]T, 0, 4) // few lists are longer
			}
			*p = append(*p, c)
		})
	case writing:
		f.key(name)
		f.out = appendList(f.out, *p)
	case describing:
		f.describe(Description{Name: name, Many: true, Codes: of.strings()})
	}
}

// texts shows a list of patterned texts.
func (f *form) texts(name string, p *[]string, pat *Pattern) {
	switch f.use {
	case reading:
		f.each(name, func(i int, raw jsontext.Value) {
			if text, ok := f.matched(place(name, i), raw, pat); ok {
				*p = append(*p, string(text))
			}
		})
	case writing:
		f.key(name)
		f.out = appendList(f.out, *p)
	case describing:
		f.describe(Description{Name: name, Many: true, Text: pat})
	}
}

func appendList[T ~string](out []byte, all []T) []byte {
	out = append(out, '[')
	for i, s := range all {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendText(out, string(s))
	}
	return append(out, ']')
}

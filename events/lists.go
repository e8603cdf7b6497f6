package events

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// learnEach calls item for every element of the list called name. An empty list is nil in the event.
func learnEach[T any](f *form, name string, p *[]T, item func(i int, raw jsontext.Value)) {
	v := f.take(name, false)
	switch {
	case v.raw == nil:
		return
	case v.raw.Kind() != '[':
		f.fault(name, "must be a list")
		return
	case len(v.within) > MaxItems:
		f.fault(name, "must hold at most "+strconv.Itoa(MaxItems)+" items")
		return
	case f.use == comparing && len(v.within) != len(*p):
		f.fault(name, "does not read back equal")
		return
	}
	if f.use == reading && len(v.within) > 0 {
		*p = make([]T, 0, len(v.within))
	}
	for i := range v.within {
		item(i, v.within[i].value.of(f.json))
	}
}

// learnItem is learn for an element of a list.
func learnItem[T comparable](f *form, name string, p *[]T, i int, v T) {
	switch {
	case f.use == reading:
		*p = append(*p, v)
	case (*p)[i] != v:
		f.fault(place(name, i), "does not read back equal")
	}
}

// place is the name of element i of a list.
func place(name string, i int) string { return name + "/" + strconv.Itoa(i) }

// inside is the form of an object that is the value of the member called name, until the next object within f.
func (f *form) inside(name string, v value) *form {
	if f.inner == nil {
		f.inner = new(form)
	}
	in := f.inner
	in.use, in.outer, in.name, in.faults, in.depth, in.trusted = f.use, f, name, f.faults, f.depth, f.trusted
	in.json, in.members, in.next, in.at = f.json, v.within, 0, f.at+1
	return in
}

// codes shows a list of codes from a closed list. It may be empty: none of them is an answer too.
func codes[T ~string](f *form, name string, p *[]T, of list[T]) {
	switch f.use {
	case reading, comparing:
		learnEach(f, name, p, func(i int, raw jsontext.Value) {
			c, ok := findCode(raw, of)
			switch {
			case !ok:
				f.fault(place(name, i), oneOf(of))
			case f.use == reading && slices.Contains(*p, c):
				f.fault(place(name, i), "must not be repeated")
			}
			learnItem(f, name, p, i, c)
		})
	case writing:
		f.key(name)
		f.out = appendList(f.out, *p)
	case describing:
		f.describe(Description{Name: name, Many: true, Codes: of.strings()})
	case checking:
		f.checkEach(name, len(*p), func(i int) {
			checkCode(f, place(name, i), (*p)[i], of)
			if slices.Contains((*p)[:i], (*p)[i]) {
				f.fault(place(name, i), "must not be repeated")
			}
		})
	}
}

// texts shows a list of patterned texts.
func (f *form) texts(name string, p *[]string, pat *Pattern) {
	switch f.use {
	case reading, comparing:
		learnEach(f, name, p, func(i int, raw jsontext.Value) {
			text, problem := f.matched(raw, pat)
			if problem != "" {
				f.fault(place(name, i), problem)
			}
			learnItem(f, name, p, i, string(text))
		})
	case writing:
		f.key(name)
		f.out = appendList(f.out, *p)
	case describing:
		f.describe(Description{Name: name, Many: true, Text: pat})
	case checking:
		f.checkEach(name, len(*p), func(i int) { f.checkText(place(name, i), (*p)[i], pat) })
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

// Document is a document referred to: never its content, only where it is filed and what it must hash to.
type Document struct {
	ID     string // in the archive of the one who holds it
	SHA256 string // lower-case hexadecimal
}

// document shows a reference to a document; an optional one is absent when it has no id.
func (f *form) document(name string, p *Document, optional bool) {
	switch f.use {
	case reading, comparing:
		v := f.take(name, optional)
		switch {
		case v.raw == nil:
			learn(f, name, p, Document{})
		case v.raw.Kind() != '{':
			f.fault(name, "must be an object with id and sha256")
		default:
			inner := f.inside(name, v)
			p.fields(inner)
			inner.finish()
		}
	case writing:
		if p.ID != "" || !optional {
			f.key(name)
			f.out = append(f.out, '{')
			p.fields(f)
			f.out = append(f.out, '}')
		}
	case describing:
		within := form{use: describing}
		p.fields(&within)
		f.describe(Description{Name: name, Optional: optional, Object: "Document", Fields: within.fields})
	case checking:
		if p.ID != "" || !optional {
			f.below(name, p.fields)
		}
	}
}

func (p *Document) fields(f *form) {
	f.text("id", &p.ID, identifier, false)
	f.text("sha256", &p.SHA256, digest, false)
}

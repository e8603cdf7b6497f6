package events

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// each calls item for every element of the list called name.
func (f *form) each(name string, item func(i int, raw jsontext.Value)) {
	raw := f.take(name, false)
	if raw == nil {
		return
	}
	if raw.Kind() != '[' {
		f.fault(name, "must be a list")
		return
	}
	i := 0
	for c := cut(raw, '['); c.next(); i++ {
		if i == MaxItems {
			f.fault(name, "must hold at most "+strconv.Itoa(MaxItems)+" items")
			return
		}
		item(i, c.value)
	}
}

// place is the name of element i of a list.
func place(name string, i int) string { return name + "/" + strconv.Itoa(i) }

// within is the form of the object raw, the member called name, until the next object within f.
func (f *form) within(name string, raw jsontext.Value) *form {
	if f.inner == nil {
		f.inner = new(form)
	}
	in := f.inner
	in.at, in.faults, in.depth, in.trusted = f.at+"/"+name, f.faults, f.depth, f.trusted
	in.members = cutMembers(in.members[:0], raw)
	return in
}

// Document is a document referred to: never its content, only where it is filed and what it must hash to.
type Document struct {
	ID     string // in the archive of the one who holds it
	SHA256 string // lower-case hexadecimal
}

// document shows a reference to a document; an optional one is absent when it has no id.
func (f *form) document(name string, p *Document, optional bool) {
	switch f.use {
	case reading:
		raw := f.take(name, optional)
		if raw == nil {
			return
		}
		if raw.Kind() != '{' {
			f.fault(name, "must be an object with id and sha256")
			return
		}
		inner := f.within(name, raw)
		p.fields(inner)
		inner.finish()
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
	}
}

func (p *Document) fields(f *form) {
	f.text("id", &p.ID, identifier, false)
	f.text("sha256", &p.SHA256, digest, false)
}

package events

// Stored bytes are as Encode wrote them: members in the order in which the fields are described, without white space, and
// checked before they were appended. So they are read from the front to the back, once: a member is the next one, or it
// is not there. A field that stands elsewhere in a later description is one that old entries do not have.

// takeNext is take on stored bytes. Of an object it gives the beginning; read it by inside, and finish that.
func (f *form) takeNext(name string, optional bool) value {
	from := f.named(name)
	if from == 0 {
		if !optional {
			f.fault(name, "is required")
		}
		return value{}
	}
	end, within := 0, []member(nil)
	switch f.json[from] {
	case '"':
		end = stringEnd(f.json, from)
	case '{':
		f.at = from
		return value{raw: f.json[from:]}
	case '[':
		f.items, end = cut(f.items[:0], f.json, from, 0)
		within = f.items
	default:
		_, end = cutValue(nil, f.json, from, 0)
	}
	if end == 0 {
		f.fault(name, "is not whole")
		return value{}
	}
	f.behind(end)
	return value{f.json[from:end], within}
}

// named is the place of the value of the next member if that has the name, or 0.
func (f *form) named(name string) int {
	b, from := f.json, f.at+len(name)+len(`"":`)
	if from >= len(b) || b[f.at] != '"' || string(b[f.at+1:from-2]) != name || b[from-2] != '"' || b[from-1] != ':' {
		return 0
	}
	return from
}

// behind goes on at a place behind a member, or behind the comma there.
func (f *form) behind(at int) {
	if at < len(f.json) && f.json[at] == ',' {
		at++
	}
	f.at = at
}

// leave is finish on stored bytes: the object must end here. The form around it goes on behind that.
func (f *form) leave() {
	switch {
	case f.at >= len(f.json) || f.json[f.at] != '}':
		f.fault("", "holds what is not a field of this event, or stands in another place")
	case f.outer == nil:
		f.at++
	default:
		f.outer.behind(f.at + 1)
	}
}

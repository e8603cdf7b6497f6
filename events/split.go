package events

import "github.com/go-json-experiment/json/jsontext"

// The decoder of the doors (jsontext) tells once whether the whole is valid JSON without a name twice; after that
// an event is only cut along its commas, here, without looking at each byte again for every level. Stored bytes
// were checked before they were appended and are only cut. On anything that is not JSON cutting stops: it never
// panics, and what it could not cut is missing, which the fields report.

// member is one name and value of an object.
type member struct {
	name []byte // as written, between the quotes
	raw  jsontext.Value
	used bool
}

// cutMembers appends the members of the object raw.
func cutMembers(into []member, raw []byte) []member {
	c := cut(raw, '{')
	for c.next() {
		into = append(into, member{name: c.name, raw: c.value})
	}
	return into
}

// cursor goes through the values of one object or list.
type cursor struct {
	b           []byte
	at          int
	open        byte
	began       bool
	whole       bool   // it has come to the end of the object or list, which is at
	name, value []byte // of the value it is at; a list has no names
}

// cut is a cursor before the first value of the object or list at the beginning of b.
func cut(b []byte, open byte) cursor {
	at := space(b, 0)
	if at >= len(b) || b[at] != open {
		return cursor{}
	}
	return cursor{b: b, at: at + 1, open: open}
}

// next goes to the next value; it is false at the end, and where it goes on with something else than JSON.
func (c *cursor) next() bool {
	if c.at = space(c.b, c.at); c.at >= len(c.b) || c.whole {
		return false
	}
	if c.b[c.at] == c.open+2 { // in ASCII } lies two after {, and ] two after [
		c.at++
		c.whole = true
		return false
	}
	if c.began && !c.pass(',') {
		return false
	}
	c.began = true
	if c.open == '{' {
		if c.name = c.take(); len(c.name) < 2 || c.name[0] != '"' || !c.pass(':') {
			return false
		}
		c.name = c.name[1 : len(c.name)-1]
	}
	c.value = c.take()
	return len(c.value) > 0
}

// pass goes over a mark and the space around it.
func (c *cursor) pass(mark byte) bool {
	if c.at = space(c.b, c.at); c.at >= len(c.b) || c.b[c.at] != mark {
		return false
	}
	c.at = space(c.b, c.at+1)
	return true
}

// take is the value at the cursor, which goes past it.
func (c *cursor) take() []byte {
	from := c.at
	c.at += valueLength(c.b[from:])
	return c.b[from:c.at]
}

// space is the first place from i on that is not white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// valueLength is the length of the JSON value at the beginning of b, or 0.
func valueLength(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case '"':
		return stringLength(b)
	case '{', '[':
		return nestedLength(b)
	}
	for i, c := range b {
		if c == ',' || c == ']' || c == '}' || c <= ' ' {
			return i
		}
	}
	return len(b)
}

// stringLength goes byte by byte: the strings are short, and most of them end before a search would have begun.
func stringLength(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return 0
}

func nestedLength(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := stringLength(b[i:])
			if n == 0 {
				return 0
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

package events

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

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

// cutMembers appends the members of the object at the beginning of b, and tells how long the object is; 0 when it is none.
func cutMembers(into []member, b []byte) ([]member, int) {
	return into, cutItems(b, '{', '}', func(name, value []byte) { into = append(into, member{name: name, raw: value}) })
}

// cutItems calls item for each value of the object or list at the beginning of b.
func cutItems(b []byte, open, end byte, item func(name, value []byte)) int {
	i := space(b, 0)
	if i >= len(b) || b[i] != open {
		return 0
	}
	i = space(b, i+1)
	for first := true; i < len(b) && b[i] != end; first = false {
		if !first {
			if b[i] != ',' {
				return 0
			}
			i = space(b, i+1)
		}
		var name []byte
		if open == '{' {
			n := valueLength(b[i:])
			if n < 2 || b[i] != '"' {
				return 0
			}
			name = b[i+1 : i+n-1]
			i = space(b, i+n)
			if i >= len(b) || b[i] != ':' {
				return 0
			}
			i = space(b, i+1)
		}
		n := valueLength(b[min(i, len(b)):])
		if n == 0 {
			return 0
		}
		item(name, b[i:i+n])
		i = space(b, i+n)
	}
	if i >= len(b) {
		return 0
	}
	return i + 1
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
	n := bytes.IndexAny(b, ",]} \n\r\t")
	if n < 0 {
		return len(b)
	}
	return n
}

func stringLength(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
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

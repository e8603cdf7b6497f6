package events

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// An event is cut along its commas, here, in one pass over its bytes. Of most events that is enough to know that they are
// JSON: they are sure. The decoder of the doors (jsontext) tells of the others, and of all in which a fault was found,
// whether the whole is valid JSON without a name twice. On anything that is not JSON cutting stops: it never panics, and
// what it could not cut is missing, which the fields report.

// maxDepth is how deep events go: a list or document within the data of a replacement within data. What lies deeper is
// not a field, and is not taken apart.
const maxDepth = 5

// member is a value of an object or list, in an object with its name. Behind it lie the members within it. It holds
// places in the text and no pointers: there are many of them, and the garbage collector need not look at them.
type member struct {
	name, value span
	within      int32 // how many members lie within it, at all depths
	used        bool
}

// span is a part of a text.
type span struct{ from, to int32 }

func (s span) of(text []byte) []byte { return text[s.from:s.to] }

// cut appends the members of the object or list at b[at], each followed by those within it, down to depth. It is the
// place behind the object or list, or 0 when that is not whole.
func cut(into []member, b []byte, at, depth int) ([]member, int) {
	if at >= len(b) || b[at] != '{' && b[at] != '[' {
		return into, 0
	}
	named, end := b[at] == '{', b[at]+2 // in ASCII } lies two after {, and ] two after [
	if at = space(b, at+1); at < len(b) && b[at] == end {
		return into, at + 1
	}
	for at < len(b) {
		this := len(into)
		into = append(into, member{})
		if named {
			from := at + 1
			if at = stringEnd(b, at); at == 0 {
				return into[:this], 0
			}
			into[this].name = span{int32(from), int32(at - 1)}
			if at = pass(b, at, ':'); at == 0 {
				return into[:this], 0
			}
		}
		from := at
		if into, at = cutValue(into, b, at, depth); at == 0 {
			return into[:this], 0
		}
		into[this].value, into[this].within = span{int32(from), int32(at)}, int32(len(into)-this-1)
		if at = space(b, at); at < len(b) && b[at] == end {
			return into, at + 1
		}
		if at = pass(b, at, ','); at == 0 {
			break
		}
	}
	return into, 0
}

// sure tells whether what was cut whole, of plain text, is JSON: it holds only what cutting demands of JSON, for besides
// strings, objects and lists there are but true, false, null and whole numbers, and nothing lay too deep to be cut.
func (f *form) sure() bool {
	for _, m := range f.members {
		switch v := m.value.of(f.json); v[0] {
		case '"':
		case '{', '[':
			if m.within == 0 && len(v) > len("{}") {
				return false
			}
		default:
			if s := string(v); s != "true" && s != "false" && s != "null" && (v[0] == '0' || digits(v) != len(v)) {
				return false
			}
		}
	}
	return true
}

// plain tells whether text is ASCII without control codes and backslashes: every string in it is then one of JSON, and
// means what stands there. It looks at eight bytes at a time (Hacker's Delight, 2nd ed., § 6-1).
func plain(text []byte) bool {
	const ones, highs, backslashes = 0x0101010101010101, 0x8080808080808080, 0x5c5c5c5c5c5c5c5c
	for ; len(text) >= 8; text = text[8:] {
		w := binary.LittleEndian.Uint64(text)
		if (w|(w-ones*' ')|((w^backslashes)-ones))&highs != 0 {
			return false
		}
	}
	for _, c := range text {
		if c < ' ' || c >= utf8.RuneSelf || c == '\\' {
			return false
		}
	}
	return true
}

// quotable tells whether s is a JSON string as it is, between quotes: nearly all text in events is.
func quotable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// cutValue is the place behind the value at b[at], or 0.
func cutValue(into []member, b []byte, at, depth int) ([]member, int) {
	if at >= len(b) {
		return into, 0
	}
	switch b[at] {
	case '"':
		return into, stringEnd(b, at)
	case '{', '[':
		if depth == 0 {
			return into, nestedEnd(b, at)
		}
		return cut(into, b, at, depth-1)
	}
	from := at
	for at < len(b) && b[at] != ',' && b[at] != ']' && b[at] != '}' && b[at] > ' ' {
		at++
	}
	if at == from {
		return into, 0
	}
	return into, at
}

// pass is the place behind a mark at b[at] and the space around it, or 0.
func pass(b []byte, at int, mark byte) int {
	if at = space(b, at); at >= len(b) || b[at] != mark {
		return 0
	}
	return space(b, at+1)
}

// space is the first place from at on that is not white space.
func space(b []byte, at int) int {
	for at < len(b) && b[at] <= ' ' && (b[at] == ' ' || b[at] == '\n' || b[at] == '\r' || b[at] == '\t') {
		at++
	}
	return at
}

// stringEnd is the place behind the string at b[at], or 0. A quote ends it unless a backslash is before it.
func stringEnd(b []byte, at int) int {
	if at >= len(b) || b[at] != '"' {
		return 0
	}
	end := at + 1 + bytes.IndexByte(b[at+1:], '"')
	switch {
	case end == at:
		return 0
	case b[end-1] != '\\':
		return end + 1
	}
	return escapedEnd(b, at)
}

// escapedEnd is stringEnd of a string that holds escapes.
func escapedEnd(b []byte, at int) int {
	for at++; at < len(b); at++ {
		switch b[at] {
		case '"':
			return at + 1
		case '\\':
			at++
		}
	}
	return 0
}

// nestedEnd is the place behind the object or list at b[at], or 0.
func nestedEnd(b []byte, at int) int {
	depth := 0
	for at < len(b) {
		switch b[at] {
		case '"':
			if at = stringEnd(b, at); at == 0 {
				return 0
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
		at++
	}
	return 0
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

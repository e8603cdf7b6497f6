package register

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"regexp"
	"strings"
	"sync"
)

// Limits on one file. A case of a whole childhood is some hundred kilobytes.
const (
	MaxFileBytes = 8 << 20
	maxDepth     = 32
	maxElements  = 100_000
	maxText      = 64 // of an element's text that is kept: the form has only codes there
)

// Why a file cannot be read as XML. None of them repeats what it holds.
var (
	errEmpty      = errors.New("the file is empty")
	errTooLarge   = fmt.Errorf("the file is larger than %d MiB; one file holds one case", MaxFileBytes>>20)
	errTooDeep    = fmt.Errorf("elements lie within each other more than %d deep", maxDepth)
	errTooMany    = fmt.Errorf("the file has more than %d elements; one file holds one case", maxElements)
	errDTD        = errors.New("the file has a DTD; the form has none, and DTDs and entities are not taken")
	errEntity     = errors.New("the file uses an entity that XML does not have; DTDs and entities are not taken")
	errCutOff     = errors.New("the file is cut off: it ends within an element")
	errTwoRoots   = errors.New("the file goes on after its end")
	errUTF16      = errors.New("the file is in UTF-16; it must be in UTF-8")
	errNotUTF8    = errors.New("the file is not in UTF-8")
	errUnreadable = errors.New("the file cannot be read to its end")
	errMalformed  = errors.New("the file is not well-formed XML")
)

// errEncoding: the file declares an encoding other than UTF-8.
type errEncoding string

// Error names the encoding, whose form was checked.
func (e errEncoding) Error() string {
	return "the file says that it is in " + string(e) + "; it must be in UTF-8, and say so or nothing"
}

var encodingName = regexp.MustCompile(`^[0-9A-Za-z._-]{1,32}$`)

// parser reads a file element by element, within the limits. It never holds more than one element below the case.
type parser struct {
	tokens   *xml.Decoder
	open     []xml.Name // the elements around what is read next
	elements int
	hash     maphash.Hash
}

// node is an element with what lies in it.
type node struct {
	name     string
	attrs    []xml.Attr
	children []node
	text     string
	digest   uint64 // of all it holds, but for its own Id
}

// buffers are for files on their way in, which come in thousands.
var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}

// newParser reads from r, which may go on without end: the parser does not. The buffer is in use until the last token.
func newParser(r io.Reader, in *bufio.Reader) (*parser, error) {
	in.Reset(&limited{r, MaxFileBytes})
	start, err := in.Peek(3)
	switch {
	case len(start) == 0 && errors.Is(err, io.EOF):
		return nil, errEmpty
	case len(start) == 0:
		return nil, errUnreadable
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}), bytes.IndexByte(start, 0) >= 0:
		return nil, errUTF16
	case bytes.Equal(start, []byte{0xef, 0xbb, 0xbf}): // the mark of UTF-8
		_, _ = in.Discard(3)
	}
	p := &parser{tokens: xml.NewDecoder(in)}
	p.tokens.CharsetReader = func(label string, _ io.Reader) (io.Reader, error) {
		if !encodingName.MatchString(label) {
			label = "another encoding"
		}
		return nil, errEncoding(label)
	}
	return p, nil
}

// limited is a reader that fails when it would give more than so many bytes.
type limited struct {
	r    io.Reader
	left int
}

// Read reads, up to the limit.
func (l *limited) Read(b []byte) (int, error) {
	if l.left == 0 {
		if n, err := l.r.Read(make([]byte, 1)); n == 0 {
			return 0, err
		}
		return 0, errTooLarge
	}
	n, err := l.r.Read(b[:min(len(b), l.left)])
	l.left -= n
	return n, err
}

// next is the next token that matters: an element's start or end, or text within it. Raw tokens leave it to us to see
// that each element ends where it must, and leave prefixes as they are: the form has none.
func (p *parser) next() (xml.Token, error) {
	for {
		token, err := p.tokens.RawToken()
		if err != nil {
			return nil, p.why(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if p.open = append(p.open, t.Name); len(p.open) > maxDepth {
				return nil, errTooDeep
			}
			if p.elements++; p.elements > maxElements {
				return nil, errTooMany
			}
			return token, nil
		case xml.EndElement:
			last := len(p.open) - 1
			if last < 0 || p.open[last] != t.Name {
				line, _ := p.tokens.InputPos()
				return nil, atLine(errMalformed, line)
			}
			p.open = p.open[:last]
			return token, nil
		case xml.CharData:
			return token, nil
		case xml.Directive:
			return nil, errDTD
		}
	}
}

// why puts the decoder's errors into words of our own: its words can hold what the file holds.
func (p *parser) why(err error) error {
	var syntax *xml.SyntaxError
	var encoding errEncoding
	line, _ := p.tokens.InputPos()
	switch {
	case errors.As(err, &encoding):
		return encoding
	case errors.Is(err, io.EOF) && len(p.open) == 0:
		return io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errCutOff
	case errors.Is(err, errTooLarge):
		return errTooLarge
	case !errors.As(err, &syntax):
		return errUnreadable
	case strings.Contains(syntax.Msg, "EOF"):
		return errCutOff
	case strings.Contains(syntax.Msg, "entity"):
		return atLine(errEntity, line)
	case strings.Contains(syntax.Msg, "UTF-8"):
		return atLine(errNotUTF8, line)
	}
	return atLine(errMalformed, line)
}

func atLine(err error, line int) error { return fmt.Errorf("%w (line %d)", err, line) }

// root is the start of the outermost element.
func (p *parser) root() (xml.StartElement, error) {
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			return xml.StartElement{}, errEmpty
		}
		if err != nil {
			return xml.StartElement{}, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			return token, nil
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				return xml.StartElement{}, errMalformed
			}
		}
	}
}

// end reads what may come after the outermost element: nothing that matters.
func (p *parser) end() error {
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := token.(xml.CharData); !ok || len(bytes.TrimSpace(text)) > 0 {
			return errTwoRoots
		}
	}
}

// children calls each for every element within the one whose start was read last; each reads it to its end.
func (p *parser) children(each func(xml.StartElement) error) error {
	for {
		token, err := p.next()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := each(token); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// whole reads an element to its end.
func (p *parser) whole(start xml.StartElement) (node, error) {
	p.hash.SetSeed(digestSeed)
	n, err := p.read(start, true)
	n.digest = p.hash.Sum64()
	return n, err
}

var digestSeed = maphash.MakeSeed()

func (p *parser) read(start xml.StartElement, outermost bool) (node, error) {
	n := node{name: start.Name.Local, attrs: start.Attr}
	p.digest(start, outermost)
	for {
		token, err := p.next()
		if err != nil {
			return n, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			child, err := p.read(token, false)
			if err != nil {
				return n, err
			}
			n.children = append(n.children, child)
		case xml.CharData:
			text := bytes.TrimSpace(token)
			_, _ = p.hash.Write(text)
			if room := maxText - len(n.text); room > 0 {
				n.text += string(text[:min(room, len(text))])
			}
		case xml.EndElement:
			_ = p.hash.WriteByte('>')
			return n, nil
		}
	}
}

// digest adds an element's start to what identical elements have in common; the outermost one's Id is not of it.
func (p *parser) digest(start xml.StartElement, outermost bool) {
	p.write("<", start.Name.Local)
	for _, a := range start.Attr {
		if !outermost || a.Name.Local != "Id" {
			p.write(" ", a.Name.Local, "=", a.Value)
		}
	}
}

func (p *parser) write(words ...string) {
	for _, w := range words {
		_, _ = p.hash.WriteString(w)
	}
}

// attr is an attribute's value, trimmed, and whether it is there.
func (n *node) attr(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return strings.TrimSpace(a.Value), true
		}
	}
	return "", false
}

// child is the first element of that name within.
func (n *node) child(name string) *node {
	for i := range n.children {
		if n.children[i].name == name {
			return &n.children[i]
		}
	}
	return nil
}

// each calls f for every element of that name within.
func (n *node) each(name string, f func(*node)) {
	for i := range n.children {
		if n.children[i].name == name {
			f(&n.children[i])
		}
	}
}

package register

import (
	"strings"
	"testing"
	"time"
)

func BenchmarkRead(b *testing.B) {
	text := sample(b, "5")
	b.ReportAllocs()
	for b.Loop() {
		read(strings.NewReader(text), newReport("x"))
	}
}

func BenchmarkParse(b *testing.B) {
	text := sample(b, "5")
	i := New(Config{Now: func() time.Time { return today }, Numbers: 1})
	b.ReportAllocs()
	for b.Loop() {
		i.parse(content("x", text), Options{})
	}
}

func BenchmarkRevise(b *testing.B) {
	text := sample(b, "5")
	s := read(strings.NewReader(text), newReport("x"))
	b.ReportAllocs()
	for b.Loop() {
		r := &revision{youth: "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01", s: s, at: extract{s.Case.ID, s.ID, s.Extracted}, known: fold(nil), secret: "x"}
		r.revise(s.elements(newReport("x")))
		submissions(r.youth, r.steps())
	}
}

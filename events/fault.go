package events

import "strings"

// Fault is one thing wrong with the form of what came in: where, and what would be right. It never holds the
// value itself, which could be anything.
type Fault struct {
	Pointer string `json:"pointer"` // RFC 6901, from the event's root
	Problem string `json:"problem"`
}

// FormError lists what is wrong with the form of one event. It becomes a 400.
type FormError struct{ Faults []Fault }

// Error names the places and what would be right there.
func (e *FormError) Error() string {
	parts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		parts[i] = strings.TrimSpace(f.Pointer + " " + f.Problem)
	}
	return strings.Join(parts, "; ")
}

func malformed(pointer, problem string) error {
	return &FormError{Faults: []Fault{{pointer, problem}}}
}

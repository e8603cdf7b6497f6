// Package projections answers what can be asked of the ledger, from memory: who is overdue on any day with what
// was known at any time, every verdict, and one youth's history. Everything here can be rebuilt from the entries.
package projections

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// KnownAt cuts the ledger: only what was recorded up to Time, or up to Sequence where that is set, counts.
// The zero KnownAt is now: everything.
type KnownAt struct {
	Time     time.Time
	Sequence uint64
}

// ParseKnownAt reads an RFC 3339 instant or seq:N; nothing is now. Its only error is a *BadQuery.
func ParseKnownAt(s string) (KnownAt, error) {
	if s == "" {
		return KnownAt{}, nil
	}
	if n, ok := strings.CutPrefix(s, "seq:"); ok {
		if sequence, err := strconv.ParseUint(n, 10, 64); err == nil && sequence > 0 {
			return KnownAt{Sequence: sequence}, nil
		}
	} else if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return KnownAt{Time: t.UTC()}, nil
	}
	return KnownAt{}, &BadQuery{Field: "knownAt", Allowed: "an instant such as 2025-03-14T10:00:00Z, or seq:N with N from 1"}
}

// IsZero tells whether k is now.
func (k KnownAt) IsZero() bool { return k.Time.IsZero() && k.Sequence == 0 }

// BadQuery is a question that cannot be understood. It becomes a 400.
type BadQuery struct {
	Field   string // as in the public contract: validAt, knownAt, youth, municipality …
	Allowed string // what would be right there, in words
}

// Error names the field and what is allowed.
func (e *BadQuery) Error() string { return e.Field + " must be " + e.Allowed }

// Query is a question about verdicts. Empty fields ask for all.
type Query struct {
	ValidAt      events.Date // zero: today
	KnownAt      KnownAt     // zero: now
	LawAt        events.Date // judge everything by the law of this day; zero: each day by its own law
	Youths       []string
	Municipality string // four digits
	Requirement  string
	Norm         string
	Status       []string
	Limit        int    // rows in a page, at most MaxLimit; 0 is DefaultLimit
	After        string // the Next of the page before

	Within *Within // what the asker may see; nil: everything
}

// How many rows a page holds.
const (
	DefaultLimit = 100
	MaxLimit     = 10000
)

// Page is one page of an answer, with what it was computed from, so that it can be asked again.
type Page struct {
	Rows     []Verdict   `json:"rows"`
	Next     string      `json:"next"` // the After of the next page; empty on the last
	ValidAt  events.Date `json:"validAt"`
	KnownAt  time.Time   `json:"knownAt"`
	Sequence uint64      `json:"sequence"`
	Withheld
}

// filter is a Query understood: what each row must be.
type filter struct {
	requirements uint32 // bit i for the requirement requirements.Sorted[i]
	statuses     uint16
	municipality uint16 // 0: any
	youths       []requirements.UUID
	limit        int
	after        *position
	within       *Within
}

func (q *Query) filter() (filter, error) {
	f := filter{limit: q.Limit, within: q.Within}
	for _, read := range []func(*Query) error{f.readRequirements, f.readStatuses, f.readYouths, f.readPage} {
		if err := read(q); err != nil {
			return f, err
		}
	}
	if q.Municipality == "" {
		return f, nil
	}
	var ok bool
	if f.municipality, ok = requirements.ParseMunicipality(q.Municipality); !ok {
		return f, &BadQuery{"municipality", "a municipality number of four digits"}
	}
	return f, nil
}

func (f *filter) readRequirements(q *Query) error {
	if q.Requirement != "" && requirements.Find(q.Requirement) < 0 {
		return oneOf("requirement", requirements.IDs())
	}
	if q.Norm != "" && !slices.Contains(requirements.Norms(), q.Norm) {
		return oneOf("norm", requirements.Norms())
	}
	for i, at := range requirements.Sorted {
		r := &requirements.Requirements[at]
		if (q.Requirement == "" || q.Requirement == r.ID) && (q.Norm == "" || q.Norm == string(r.Norm)) {
			f.requirements |= 1 << i
		}
	}
	return nil
}

func (f *filter) readStatuses(q *Query) error {
	for _, name := range q.Status {
		s, ok := requirements.ParseStatus(name)
		if !ok {
			return oneOf("status", requirements.StatusNames())
		}
		f.statuses |= 1 << s
	}
	if len(q.Status) == 0 {
		f.statuses = 1<<len(requirements.StatusNames()) - 1
	}
	return nil
}

func (f *filter) readYouths(q *Query) error {
	for _, id := range q.Youths {
		u, ok := requirements.ParseUUID(id)
		if !ok {
			return &BadQuery{"youth", "a UUID in lower-case canonical form"}
		}
		f.youths = append(f.youths, u)
	}
	f.youths = f.within.narrow(f.youths)
	return nil
}

func (f *filter) readPage(q *Query) (err error) {
	if f.limit == 0 {
		f.limit = DefaultLimit
	}
	if f.limit < 1 || f.limit > MaxLimit {
		return &BadQuery{"limit", fmt.Sprintf("a number from 1 to %d", MaxLimit)}
	}
	if q.After != "" {
		f.after, err = parsePosition(q.After)
	}
	return err
}

// wants tells whether a judgement is asked for.
func (f *filter) wants(rank int, s requirements.Status) bool {
	return f.requirements&(1<<rank) != 0 && f.statuses&(1<<s) != 0
}

func oneOf(field string, allowed []string) error {
	return &BadQuery{field, "one of " + strings.Join(allowed, ", ")}
}

package projections

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Verdict is what is said of one requirement for one youth: the public line of verdicts and overdue. Its fields and
// their order are a contract; fields are only added.
type Verdict struct {
	Youth        string            `json:"youth"`
	Requirement  string            `json:"requirement"`
	Instance     string            `json:"instance"`
	Status       string            `json:"status"`
	Norm         string            `json:"norm"`
	Target       *events.Date      `json:"target"`
	Limit        *events.Date      `json:"limit"`
	Evidence     []string          `json:"evidence"`
	Flags        []string          `json:"flags"`
	Municipality string            `json:"municipality"`
	LegalBasis   *string           `json:"legalBasis"`
	Explanation  requirements.Text `json:"explanation"`
	ValidAt      events.Date       `json:"validAt"`
	KnownAt      time.Time         `json:"knownAt"`
	Sequence     uint64            `json:"sequence"`
	Catalogue    string            `json:"catalogue"`
	Service      string            `json:"service"`         // whose duty it is
	LawAt        *events.Date      `json:"lawAt,omitempty"` // a rehearsal: judged by the law of this day
	TargetMonth  string            `json:"targetMonth,omitempty" doc:"Instead of target, for those beyond the municipality: the day would tell the birth date."`
	LimitMonth   string            `json:"limitMonth,omitempty" doc:"Instead of limit, likewise."`
}

// verdict puts a judgement of the open case into the words of the public contract.
func (m *moment) verdict(youth requirements.UUID, c *requirements.Case, j requirements.Judgement) Verdict {
	r := &requirements.Requirements[j.Requirement]
	v := Verdict{
		Youth: youth.String(), Requirement: r.ID, Instance: c.Instance(j), Status: j.Status.String(), Norm: string(r.Norm),
		Target: present(j.Target), Limit: present(j.Limit), Evidence: c.Evidence(j), Flags: j.Flags.Names(),
		Municipality: requirements.FormatMunicipality(c.Municipality(j.Limit)), Explanation: c.Explain(j),
		ValidAt: m.ValidAt, KnownAt: m.knownAt, Sequence: m.Known, Catalogue: requirements.Version,
		Service: string(c.Service(j)), LawAt: present(m.LawAt),
	}
	if b := c.LegalBasis(j); b != nil {
		v.LegalBasis = &b.Text
	}
	return v
}

func present(d events.Date) *events.Date {
	if d == 0 {
		return nil
	}
	return &d
}

// moment is what an answer was computed from.
type moment struct {
	requirements.Moment
	knownAt  time.Time
	withheld Withheld
}

// position is where a row stands in a list: by limit, youth, requirement (its place in requirements.Sorted) and instance.
type position struct {
	limit       events.Date
	youth       requirements.UUID
	requirement uint8
	instance    string
}

func (p position) compare(q position) int {
	if c := cmp.Compare(p.limit, q.limit); c != 0 {
		return c
	}
	if c := compareUUID(p.youth, q.youth); c != 0 {
		return c
	}
	if c := cmp.Compare(p.requirement, q.requirement); c != 0 {
		return c
	}
	return cmp.Compare(p.instance, q.instance)
}

// The bytes of a position before its instance, and of the longest instance.
const (
	positionBytes = 4 + 16 + 1
	maxInstance   = 128
)

// String is the position as an opaque cursor.
func (p position) String() string {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, positionBytes+len(p.instance)), uint32(p.limit))
	b = append(append(b, p.youth[:]...), p.requirement)
	return base64.RawURLEncoding.EncodeToString(append(b, p.instance...))
}

func parsePosition(s string) (*position, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < positionBytes || len(b) > positionBytes+maxInstance {
		return nil, &BadQuery{"after", "the cursor that came with the page before"}
	}
	return &position{events.Date(binary.BigEndian.Uint32(b)), requirements.UUID(b[4:20]), b[20], string(b[positionBytes:])}, nil
}

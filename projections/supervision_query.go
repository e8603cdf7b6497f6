package projections

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// SupervisionQuery is a question about supervisions. Empty fields ask for all.
type SupervisionQuery struct {
	ValidAt      events.Date // zero: today
	KnownAt      KnownAt     // zero: now
	Theme        string
	Year         int
	Authority    string   // as it is written in the opening
	Unit         string   // one of the units looked at
	Municipality string   // of one of the units, four digits as they were then
	Status       []string // any of SupervisionStatuses; overdue is among open as well
	ByAuthority  bool     // figures: a row for each authority
	Limit        int      // rows in a page, at most MaxLimit; 0 is DefaultLimit
	After        string   // the Next of the page before
}

// SupervisionStatuses lists what can be asked for.
func SupervisionStatuses() []string {
	return []string{openStatus, overdueStatus, closedStatus, notOpened}
}

// check understands the query; its only errors are *BadQuery.
func (q *SupervisionQuery) check() (after *supervisionPlace, err error) {
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	if q.Limit < 1 || q.Limit > MaxLimit {
		return nil, &BadQuery{"limit", fmt.Sprintf("a number from 1 to %d", MaxLimit)}
	}
	if _, ok := requirements.ParseMunicipality(q.Municipality); q.Municipality != "" && !ok {
		return nil, &BadQuery{"municipality", "a municipality number of four digits"}
	}
	if place, _ := splitUnit(q.Unit); q.Unit != "" && place == "" {
		return nil, &BadQuery{"unit", "a unit such as 3403-nav, or 0301_01-child_welfare in a district"}
	}
	for _, s := range q.Status {
		if !slices.Contains(SupervisionStatuses(), s) {
			return nil, oneOf("status", SupervisionStatuses())
		}
	}
	if q.After != "" {
		after, err = parseSupervisionPlace(q.After)
	}
	return after, err
}

// wants tells whether a supervision is asked for.
func (q *SupervisionQuery) wants(s *Supervision) bool {
	return (q.Theme == "" || q.Theme == s.Theme) && (q.Year == 0 || q.Year == s.Year) &&
		(q.Authority == "" || q.Authority == s.Authority) &&
		(q.Unit == "" || slices.ContainsFunc(s.Units, func(u SupervisionUnit) bool { return u.Unit == q.Unit })) &&
		(q.Municipality == "" || slices.ContainsFunc(s.Units, func(u SupervisionUnit) bool { return u.Municipality == q.Municipality })) &&
		(len(q.Status) == 0 || slices.Contains(q.Status, s.Status) || slices.Contains(q.Status, overdueStatus) && s.Status == openStatus && s.late())
}

// splitUnit parts a unit's id, such as 3403-nav or 0301_01-child_welfare, into its place and service; both are empty
// for what is no unit.
func splitUnit(id string) (place, service string) {
	place, service, ok := strings.Cut(id, "-")
	if _, is := requirements.ParseMunicipality(place[:min(4, len(place))]); !is || !ok || service == "" {
		return "", ""
	}
	return place, service
}

// place is where the supervision stands in a list.
func (s *Supervision) place() supervisionPlace {
	p := supervisionPlace{id: s.ID}
	if s.Dates.Opened != nil {
		p.opened = *s.Dates.Opened
	}
	return p
}

// String is the place as an opaque cursor.
func (p supervisionPlace) String() string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, uint32(p.opened)), p.id...))
}

func parseSupervisionPlace(s string) (*supervisionPlace, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 4 || !events.CanonicalUUID(string(b[4:])) {
		return nil, &BadQuery{"after", "the cursor that came with the page before"}
	}
	return &supervisionPlace{events.Date(binary.BigEndian.Uint32(b)), string(b[4:])}, nil
}

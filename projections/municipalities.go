package projections

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Municipality is a municipality number with the name it had for a time.
type Municipality struct {
	Code  string // four digits
	Name  string
	From  events.Date
	Until events.Date // exclusive; zero: still valid
}

// Municipalities is a table of municipality numbers, their names and when they were valid. It is never changed once it is
// made. Without a table, which is nil, no name is known and no number is doubted.
type Municipalities struct{ byCode map[string][]Municipality } // ascending by From

// municipalityColumns is the table's first line: that of Statistics Norway's Klass 131 as it is commonly cut.
var municipalityColumns = []string{"code", "name", "valid_from", "valid_to_exclusive"}

// ReadMunicipalities reads a table in CSV: code,name,valid_from,valid_to_exclusive, where the last is empty for what is still
// valid. A code may come several times, under one name after another. Errors name the line and say what would be right.
func ReadMunicipalities(r io.Reader) (*Municipalities, error) {
	lines := csv.NewReader(r)
	lines.FieldsPerRecord = len(municipalityColumns)
	header, err := lines.Read()
	if err == nil {
		header[0] = strings.TrimPrefix(header[0], "\ufeff")
	}
	if err != nil || !slices.Equal(header, municipalityColumns) {
		return nil, errors.New("line 1 must be " + strings.Join(municipalityColumns, ","))
	}
	var all []Municipality
	for {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return NewMunicipalities(all)
		}
		if err != nil {
			return nil, err
		}
		m, err := parseMunicipality(cells)
		if err != nil {
			line, _ := lines.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		all = append(all, m)
	}
}

func parseMunicipality(cells []string) (m Municipality, err error) {
	m.Code, m.Name = cells[0], cells[1]
	if _, ok := requirements.ParseMunicipality(m.Code); !ok {
		return m, errors.New("code must be four digits")
	}
	if m.Name == "" {
		return m, errors.New("name must not be empty")
	}
	if m.From, err = events.ParseDate(cells[2]); err != nil {
		return m, fmt.Errorf("valid_from %w", err)
	}
	if cells[3] == "" {
		return m, nil
	}
	if m.Until, err = events.ParseDate(cells[3]); err != nil {
		return m, fmt.Errorf("valid_to_exclusive %w, or empty", err)
	}
	if m.Until <= m.From {
		return m, errors.New("valid_to_exclusive must be after valid_from")
	}
	return m, nil
}

// NewMunicipalities makes a table. A number that would have two names on one day is an error.
func NewMunicipalities(all []Municipality) (*Municipalities, error) {
	t := &Municipalities{byCode: map[string][]Municipality{}}
	for _, m := range all {
		t.byCode[m.Code] = append(t.byCode[m.Code], m)
	}
	for _, code := range slices.Sorted(maps.Keys(t.byCode)) {
		names := t.byCode[code]
		slices.SortFunc(names, func(a, b Municipality) int { return cmp.Compare(a.From, b.From) })
		for i := 1; i < len(names); i++ {
			if before := names[i-1]; before.Until == 0 || before.Until > names[i].From {
				return nil, fmt.Errorf("%s has two names from %s", code, names[i].From)
			}
		}
	}
	return t, nil
}

// Has tells whether the number is or ever was valid, by a table there is.
func (t *Municipalities) Has(code string) bool { return t != nil && len(t.byCode[code]) > 0 }

// Valid tells whether the number was valid on a day; without a table every number is.
func (t *Municipalities) Valid(code string, on events.Date) bool {
	if t == nil {
		return true
	}
	return slices.ContainsFunc(t.byCode[code], func(m Municipality) bool {
		return m.From <= on && (m.Until == 0 || on < m.Until)
	})
}

// Name is what the number stood for on a day; outside its validity the name it last had, or would have first. It is empty
// for a number that the table does not have.
func (t *Municipalities) Name(code string, on events.Date) string {
	if !t.Has(code) {
		return ""
	}
	names := t.byCode[code]
	name := names[0].Name
	for _, m := range names[1:] {
		if m.From <= on {
			name = m.Name
		}
	}
	return name
}

// MunicipalityNotValid flags a number that was not valid on the day, by the table of municipalities.
const MunicipalityNotValid = "municipality_not_valid"

// Flag flags the events of a history that name a municipality which was not valid on their day.
func (t *Municipalities) Flag(rows []HistoryRow) {
	for i := range rows {
		if t != nil && !t.validIn(rows[i].Data, rows[i].Date) {
			rows[i].Flags = append(rows[i].Flags, MunicipalityNotValid)
		}
	}
}

// validIn tells whether the municipality that an event's data name, if any, was valid on a day; a correction is about the day
// that it corrects to.
func (t *Municipalities) validIn(data json.RawMessage, on events.Date) bool {
	var named struct {
		Municipality string
		Replacement  *struct {
			Time time.Time
			Data json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &named); err != nil {
		return true // retractions and deaths have no data of that form
	}
	if named.Replacement != nil {
		return t.validIn(named.Replacement.Data, events.DateOf(named.Replacement.Time))
	}
	return named.Municipality == "" || t.Valid(named.Municipality, on)
}

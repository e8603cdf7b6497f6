package events

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestEveryEventSurvivesTheRoundTrip: events made from their own description are accepted at the door, and read back
// equal from what is stored and from what is sent.
func TestEveryEventSurvivesTheRoundTrip(t *testing.T) {
	for _, row := range Catalogue {
		t.Run(row.Name, rapid.MakeCheck(func(t *rapid.T) {
			raw, err := json.Marshal(anyCloudEvent(t, &row))
			require.NoError(t, err)
			read, err := ReadSubmission(raw)
			require.NoError(t, err, "%s", raw)
			again, err := ReadSubmission(EncodeSubmission(read))
			require.NoError(t, err)
			require.Equal(t, read, again)

			if read.Entity.Kind == "" { // a retraction about a UUID
				read.Entity.Kind = rapid.SampledFrom([]Kind{Youth, Supervision}).Draw(t, "kind")
			}
			stored := Entry{
				Entity: read.Entity, Number: rapid.Uint64Min(1).Draw(t, "number"), Recorded: anyTime(t).Truncate(time.Microsecond),
				Actor: "emitter", Events: []Occurrence{read.Occurrence}, Sequence: 9,
			}
			body := Encode(stored)
			require.True(t, json.Valid(body))
			back, err := Decode(read.Entity, 9, body)
			require.NoError(t, err)
			require.Equal(t, stored, back)
		}))
	}
}

// TestCheckSeesEveryField: of two events that differ in one field of their data at most, the one is what the bytes of
// the other say exactly when their bytes are the same.
func TestCheckSeesEveryField(t *testing.T) {
	for _, row := range Catalogue {
		t.Run(row.Name, rapid.MakeCheck(func(t *rapid.T) {
			one := anyCloudEvent(t, &row)
			a := storedFrom(t, one)
			data := one["data"].(map[string]any)
			if fields := Describe(row.New()); len(fields) > 0 {
				d := rapid.SampledFrom(fields).Draw(t, "field")
				if delete(data, d.Name); !d.Optional || rapid.Bool().Draw(t, "another") {
					data[d.Name] = anyField(t, d)
				}
			}
			b := storedFrom(t, one)
			require.NoError(t, Check(a, Encode(a)))
			require.Equal(t, bytes.Equal(Encode(a), Encode(b)), Check(a, Encode(b)) == nil)
		}))
	}
}

func storedFrom(t *rapid.T, event map[string]any) Entry {
	raw, err := json.Marshal(event)
	require.NoError(t, err)
	read, err := ReadSubmission(raw)
	require.NoError(t, err, "%s", raw)
	if read.Entity.Kind == "" { // a retraction about a UUID
		read.Entity.Kind = Supervision
	}
	return Entry{Entity: read.Entity, Number: 1, Recorded: time.Unix(0, 0).UTC(), Actor: "emitter", Events: []Occurrence{read.Occurrence}}
}

func anyCloudEvent(t *rapid.T, row *Row) map[string]any {
	event := map[string]any{
		"specversion": "1.0", "type": row.Type(), "subject": anyText(t, subjectOf(row.Entity)), "time": anyTime(t).Format(time.RFC3339Nano),
		"id": anyText(t, eventID), "source": anyText(t, sourceURI), "data": anyData(t, row),
	}
	for _, optional := range []string{"correlationid", "causationid"} {
		if rapid.Bool().Draw(t, optional) {
			event[optional] = anyText(t, eventID)
		}
	}
	return event
}

func anyData(t *rapid.T, row *Row) map[string]any {
	data := map[string]any{}
	for _, d := range Describe(row.New()) {
		if !d.Optional || rapid.Bool().Draw(t, d.Name) {
			data[d.Name] = anyField(t, d)
		}
	}
	return data
}

func anyField(t *rapid.T, d Description) any {
	switch {
	case d.Many && d.Codes != nil:
		return rapid.SliceOfDistinct(rapid.SampledFrom(d.Codes), rapid.ID[string]).Draw(t, d.Name)
	case d.Many:
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return anyText(t, d.Text) }), 0, MaxItems).Draw(t, d.Name)
	case d.Codes != nil:
		return rapid.SampledFrom(d.Codes).Draw(t, d.Name)
	case d.Text != nil:
		return anyText(t, d.Text)
	case d.Number:
		return rapid.IntRange(1000, 9999).Draw(t, d.Name)
	case d.Boolean:
		return rapid.Bool().Draw(t, d.Name)
	case d.Object == "Document":
		return map[string]any{"id": anyText(t, identifier), "sha256": anyText(t, digest)}
	}
	row, _ := ByType(rapid.SampledFrom([]string{"ettervern.OfferDeclined.v1", "ettervern.RoutineAdopted.v1", "ettervern.VisitHeld.v1"}).Draw(t, "replacement"))
	return anyCloudEvent(t, row)
}

func anyText(t *rapid.T, p *Pattern) string {
	if p == civilDate {
		return Date(rapid.Int32Range(1, int32(MustDate("9999-12-31"))).Draw(t, "date")).String()
	}
	right := func(s string) bool { return p.check([]byte(s)) == "" }
	return rapid.StringMatching(p.Regexp).Filter(right).Draw(t, "text")
}

func anyTime(t *rapid.T) time.Time {
	from, to := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 12, 31, 0, 0, 0, 0, time.UTC)
	return time.Unix(rapid.Int64Range(from.Unix(), to.Unix()).Draw(t, "second"), rapid.Int64Range(0, 999999999).Draw(t, "nanosecond")).UTC()
}

// TestInstantsAreReadAsPackageTimeReadsThem: whatever the offset and the digits of the second.
func TestInstantsAreReadAsPackageTimeReadsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyTime(t)
		minutes := rapid.IntRange(-23*60-59, 23*60+59).Draw(t, "offset")
		layout := rapid.SampledFrom([]string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05.000000000Z07:00"}).Draw(t, "layout")
		text := want.In(time.FixedZone("", minutes*60)).Format(layout)
		want, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		got, ok := parseTime([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, want.UTC(), got, text)
	})
}

// TestAttributesAreWhatIsRead: none is missed but those that are required, and none is unknown.
func TestAttributesAreWhatIsRead(t *testing.T) {
	f := borrow(reading, false)
	optional := map[string]int{}
	for _, a := range Attributes("") {
		if a.Optional {
			optional[a.Name] = 0
		}
	}
	text, err := json.Marshal(optional)
	require.NoError(t, err)
	f.cut(text, 0)
	new(envelope).read(f, atDoor)
	want := []string{"/type"}
	for _, a := range Attributes("") {
		want = append(want, "/"+a.Name)
	}
	var got []string
	for _, fault := range f.found {
		got = append(got, fault.Pointer)
	}
	assert.ElementsMatch(t, want, got)
	assert.NotContains(t, fmt.Sprint(f.found), "is not a field")
}

// TestDescribeTellsWhatIsRead: every field described as required is missed, and no other.
func TestDescribeTellsWhatIsRead(t *testing.T) {
	for _, row := range Catalogue {
		f := borrow(reading, false)
		f.cut([]byte("{}"), 0)
		row.New().fields(f)
		var missed, required []string
		for _, fault := range f.found {
			assert.Equal(t, "is required", fault.Problem)
			missed = append(missed, fault.Pointer)
		}
		for _, d := range Describe(row.New()) {
			if !d.Optional {
				required = append(required, "/"+d.Name)
			}
		}
		assert.Equal(t, required, missed, row.Name)
	}
}

func TestEveryRowHasItsWords(t *testing.T) {
	types := map[string]bool{}
	for _, row := range Catalogue {
		assert.Regexp(t, `^[A-Z][A-Za-z]+$`, row.Name)
		assert.NotEmpty(t, row.Norwegian, row.Name)
		assert.NotEmpty(t, row.Owner, row.Name)
		assert.False(t, types[row.Type()], "%s has two rows", row.Name)
		types[row.Type()] = true
		assert.Equal(t, row.Type(), TypeOf(row.New()))
		assert.Same(t, RowOf(row.New()), byType[row.Type()])
	}
}

func TestCodesAreListedOnce(t *testing.T) {
	for _, row := range Catalogue {
		for _, d := range Describe(row.New()) {
			seen := map[string]bool{}
			for _, c := range d.Codes {
				assert.False(t, seen[c], "%s.%s: %s", row.Name, d.Name, c)
				seen[c] = true
			}
		}
	}
}

package projections

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/projections/requirements"
)

// Halden was renumbered twice, Stokke is no more, Rana was given a second name.
const someMunicipalities = `code,name,valid_from,valid_to_exclusive
0101,Halden,1971-01-01,2020-01-01
3001,Halden,2020-01-01,2024-01-01
3101,Halden,2024-01-01,
0720,Stokke,1988-01-01,2017-01-01
1833,Rana,1971-01-01,2024-01-01
1833,Rana - Raane,2024-01-01,
`

func TestANumberIsValidFromItsFirstDayUntilItEnds(t *testing.T) {
	table, err := ReadMunicipalities(strings.NewReader("\ufeff" + someMunicipalities))
	require.NoError(t, err)
	for _, row := range []struct {
		code, day string
		valid     bool
		name      string
	}{
		{"3001", "2019-12-31", false, "Halden"},
		{"3001", "2020-01-01", true, "Halden"},
		{"3001", "2023-12-31", true, "Halden"},
		{"3001", "2024-01-01", false, "Halden"},
		{"3101", "2200-01-01", true, "Halden"},
		{"1833", "2023-12-31", true, "Rana"},
		{"1833", "2024-01-01", true, "Rana - Raane"},
		{"1833", "1960-01-01", false, "Rana"},
		{"0720", "2024-01-01", false, "Stokke"},
		{"9998", "2024-01-01", false, ""},
	} {
		day := events.MustDate(row.day)
		require.Equal(t, row.valid, table.Valid(row.code, day), "%s on %s", row.code, row.day)
		require.Equal(t, row.name, table.Name(row.code, day), "%s on %s", row.code, row.day)
	}
	require.True(t, table.Has("0720"))
	require.False(t, table.Has("9998"))
}

func TestWithoutATableNoNumberIsDoubted(t *testing.T) {
	var none *Municipalities
	require.True(t, none.Valid("9998", firstDay))
	require.Empty(t, none.Name("0301", firstDay))
	require.False(t, none.Has("0301"))
}

func TestATableThatIsWrongSaysWhere(t *testing.T) {
	const header = "code,name,valid_from,valid_to_exclusive\n"
	for text, problem := range map[string]string{
		"": "line 1 must be code,name",
		"code;name;valid_from;valid_to_exclusive\n":     "line 1 must be code,name",
		header + "0301,Oslo\n":                          "line 2",
		header + "301,Oslo,1971-01-01,\n":               "line 2: code must be four digits",
		header + "0301,,1971-01-01,\n":                  "line 2: name must not be empty",
		header + "0301,Oslo,1971-01-32,\n":              "line 2: valid_from must be a date",
		header + "0301,Oslo,1971-01-01,soon\n":          "line 2: valid_to_exclusive must be a date",
		header + "0301,Oslo,1971-01-01,1971-01-01\n":    "line 2: valid_to_exclusive must be after valid_from",
		someMunicipalities + "3101,Halden,2025-01-01,":  "3101 has two names from 2025-01-01",
		someMunicipalities + "0720,Stokke,2016-12-31,":  "0720 has two names from 2016-12-31",
		someMunicipalities + "0720,\"Stokke,2016-12-31": "parse error on line 8",
	} {
		_, err := ReadMunicipalities(strings.NewReader(text))
		require.ErrorContains(t, err, problem, text)
	}
}

// TestANumberBelongsToTheOfficeThatTookOver follows municipalities through their changes of number: also where they changed
// county, both numbers belong to the same office.
func TestANumberBelongsToTheOfficeThatTookOver(t *testing.T) {
	for _, row := range []struct{ office, numbers string }{
		{"Østfold, Buskerud, Oslo og Akershus", "0301 0101 3001 3101 0213 3020 3207 0602 3005 3301 0711"},
		{"Østfold, Buskerud, Oslo og Akershus", "0532 3053 3236 0533 3054 3234"},
		{"Innlandet", "0403 3403 0502 3407"},
		{"Vestfold og Telemark", "0701 3801 3901 0806 3807 4003 0720"},
		{"Agder", "0901 4201 1001 4204"},
		{"Rogaland", "1103 1214 1160"},
		{"Vestland", "1201 1301 4601 1401 4602 4647"},
		{"Møre og Romsdal", "1504 1507 1508 1580 1444 1577"},
		{"Trøndelag", "1601 5001 1702 5006 1567 5061 1571 5055"},
		{"Nordland", "1804 1850 1875"},
		{"Troms og Finnmark", "1902 5401 5501 2012 5403 5601 1852 5412 5512"},
		{OfficeUnknown, "2100 9999 34 340303"},
	} {
		for _, number := range strings.Fields(row.numbers) {
			require.Equal(t, row.office, OfficeOf(number), number)
		}
		require.True(t, row.office == OfficeUnknown || slices.Contains(Offices, row.office))
	}
	require.Len(t, Offices, 10)
	require.True(t, slices.IsSorted(Offices))
}

func TestAHistoryFlagsWhatNamesAnEndedNumber(t *testing.T) {
	table, err := ReadMunicipalities(strings.NewReader(someMunicipalities))
	require.NoError(t, err)
	moved := func(id, day, to string) events.Occurrence {
		return events.Occurrence{ID: id, Source: "/s", Time: noonOf(day), Event: &events.ResidenceChanged{Municipality: to}}
	}
	corrected := events.Occurrence{ID: "c", Source: "/s", Time: noonOf("2024-03-01"), Event: &events.EventCorrected{EventID: "b", Reason: "typing_error",
		Replacement: events.Submission{Entity: events.YouthEntity(scenarioYouth), Occurrence: moved("b", "2023-12-31", "3001")}}}
	entries := []events.Entry{{Entity: events.YouthEntity(scenarioYouth), Number: 1, Sequence: 1, Events: []events.Occurrence{
		moved("a", "2023-12-31", "3001"), moved("b", "2024-01-01", "3001"), corrected, moved("d", "2024-01-01", "3101"),
		{ID: "e", Source: "/s", Time: noonOf("2024-01-01"), Event: &events.YouthDied{}},
	}}}
	flagged := map[string][]string{}
	rows := History(entries, requirements.Moment{ValidAt: firstDay, Known: 1})
	table.Flag(rows)
	for _, row := range rows {
		flagged[row.ID] = row.Flags
	}
	require.Equal(t, map[string][]string{"a": {}, "b": {MunicipalityNotValid}, "c": {}, "d": {}, "e": {}}, flagged)
	rows = History(entries, requirements.Moment{ValidAt: firstDay, Known: 1})
	(*Municipalities)(nil).Flag(rows)
	require.Empty(t, rows[1].Flags)
}

// TestUnitsHaveNamesAndFlagsByTheTable: an ended number is flagged and answered for.
func TestUnitsHaveNamesAndFlagsByTheTable(t *testing.T) {
	u, err := NewUnits(), error(nil)
	u.Municipalities, err = ReadMunicipalities(strings.NewReader(someMunicipalities))
	require.NoError(t, err)
	u.Apply(events.Entry{Entity: events.Entity{Kind: events.Unit, ID: "3001-nav"}, Sequence: 1, Events: []events.Occurrence{
		{ID: "s", Source: "/s", Time: noonOf("2022-01-01"), Event: &events.UnitServes{Municipalities: []string{"1833"}}}}})
	for day, flags := range map[string][]string{"2023-12-31": {}, "2024-01-01": {MunicipalityNotValid}} {
		m, err := u.Municipality("3001", UnitQuery{}, AsOf{ValidAt: events.MustDate(day), Sequence: 1})
		require.NoError(t, err)
		require.Equal(t, []any{"Halden", "Østfold, Buskerud, Oslo og Akershus", flags, flags},
			[]any{m.Name, m.Units[1].Office, m.Flags, m.Units[1].Flags}, day)
	}
	one, err := u.Unit("3001-nav", UnitQuery{}, AsOf{ValidAt: events.MustDate("2024-01-01"), Sequence: 1})
	require.NoError(t, err)
	require.Equal(t, []Served{{"1833", "Rana - Raane", events.MustDate("2022-01-01"), "s"}}, one.Serves)
	silent, err := u.Municipality("0101", UnitQuery{}, AsOf{ValidAt: events.MustDate("2000-01-01"), Sequence: 1})
	require.NoError(t, err, "the table knows it")
	require.Len(t, silent.Units, 2)
	_, err = u.Municipality("9998", UnitQuery{}, AsOf{ValidAt: events.MustDate("2000-01-01"), Sequence: 1})
	require.ErrorIs(t, err, events.ErrNotFound)
}

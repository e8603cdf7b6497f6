package register

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAFileThatIsNotRightIsRefusedWhole, with words that say why and repeat nothing of it.
func TestAFileThatIsNotRightIsRefusedWhole(t *testing.T) {
	good := with(measure(measureA, "2024-01-01", "2.2"))
	head := `<?xml version="1.0" encoding="UTF-8"?>`
	for _, c := range []struct{ name, text, words string }{
		{"empty", "", "the file is empty"},
		{"only space", "\n \n", "the file is empty"},
		{"only a declaration", head, "the file is empty"},
		{"cut off within an element", good[:len(good)-40], "cut off"},
		{"cut off within a tag", good[:strings.Index(good, "Kategori")+3], "cut off"},
		{"cut off after the case", strings.TrimSuffix(good, "</Barnevern>"), "cut off"},
		{"not XML", "case 12870764322", "not well-formed"},
		{"not a submission", "<student id='42'/>", "the outermost element must be Barnevern"},
		{"Latin-1, and says so", strings.Replace(good, "UTF-8", "ISO-8859-1", 1), "the file says that it is in ISO-8859-1; it must be in UTF-8"},
		{"an encoding with a strange name", strings.Replace(good, "UTF-8", "12870764322 Kari", 1), "the file says that it is in another encoding"},
		{"Latin-1, and does not say so", strings.ReplaceAll(good, "ø", "\xf8"), "not in UTF-8"},
		{"UTF-16", "\xff\xfe<\x00?\x00", "UTF-16"},
		{"UTF-16 without a mark", "<\x00?\x00x\x00", "UTF-16"},
		{"a DTD", strings.Replace(good, head, head+`<!DOCTYPE Barnevern SYSTEM "file:///etc/passwd">`, 1), "DTD"},
		{"entities that grow", strings.Replace(good, head, head+`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`, 1), "DTD"},
		{"an entity without a DTD", strings.Replace(good, "Prøve", "&kari;", 1), "entity"},
		{"an end that does not fit", strings.Replace(good, "</Tiltak>", "</Vedtak>", 1), "not well-formed"},
		{"two outermost elements", good + good[strings.Index(good, "<Barnevern"):], "goes on after its end"},
		{"no case", strings.Replace(strings.Replace(good, "<Sak ", "<Sakk ", 1), "</Sak>", "</Sakk>", 1), "must hold one Sak, not 0"},
		{"two cases", strings.Replace(good, "</Sak>", "</Sak>"+good[strings.Index(good, "<Sak "):strings.Index(good, "</Barnevern>")], 1), "must hold one Sak, not 2"},
		{"no sender", strings.Replace(good, "<Avgiver ", "<Avsender ", 1), "the element Avgiver is missing"},
		{"a sender without a number", strings.Replace(good, `Kommunenummer="3401"`, `Kommunenummer="Kongsvinger"`, 1), "@Kommunenummer must be a municipality number of four digits"},
		{"no time of the extract", strings.Replace(good, "DatoUttrekk", "Dato", 1), "@DatoUttrekk is required"},
		{"a strange time of the extract", strings.Replace(good, "2026-11-08T02:00:00+01:00", "8.11.2026", 1), "@DatoUttrekk must be a date and time such as"},
		{"an extract from the future", strings.Replace(good, "2026-11-08", "2027-11-08", 1), "lies in the future"},
		{"a case without an id", strings.Replace(good, caseA, "str1234", 1), "@Id must be a UUID"},
		{"a case without a start", strings.Replace(good, `StartDato="2020-11-29" Journalnummer`, "Journalnummer", 1), "@StartDato is required"},
		{"a number and no birth date, on the case", form{person: "none", more: ` Fodselsnummer="` + number + `"`}.String(), "@Fodseldato is required"},
		{"no birth date", strings.Replace(good, "Fodseldato", "Dato", 1), "@Fodseldato is required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t)
			report := d.one(c.text)
			require.Equal(t, Refused, report.Outcome)
			require.Zero(t, d.ledger.Durable())
			said := ""
			for _, f := range report.Findings {
				said += f.Message + "\n"
			}
			require.Contains(t, said, c.words)
			require.NotContains(t, said, "Kari")
			require.NotContains(t, said, "kari")
			require.NotContains(t, said, "128707")
			require.NotContains(t, said, "passwd")
		})
	}
}

// TestAFileMayBeWrittenInManyWays: they all tell the same, so that the second is a no-op after the first.
func TestAFileMayBeWrittenInManyWays(t *testing.T) {
	base := with(measure(measureA, "2024-01-01", "2.2", ends("2025-01-01")), offer(offerA, "2025-01-01", endsAs("2025-02-01", "1")))
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(base) }
	for name, text := range map[string]string{
		"with the mark of UTF-8":           "\xef\xbb\xbf" + base,
		"utf-8 in small letters":           replace("UTF-8", "utf-8"),
		"without a declaration":            base[strings.Index(base, "<Barnevern"):],
		"lines of Windows":                 replace("\n", "\r\n"),
		"on one line":                      replace("\n", ""),
		"attributes in another order":      replace(`Id="`+measureA+`" StartDato="2024-01-01"`, `StartDato="2024-01-01" Id="`+measureA+`"`),
		"single quotes":                    replace(`"`, `'`, `version="1.0" encoding="UTF-8"`, `version='1.0' encoding='UTF-8'`),
		"ids in capitals":                  replace(measureA, strings.ToUpper(measureA), caseA, strings.ToUpper(caseA)),
		"spaces around values":             replace(`StartDato="2024-01-01"`, `StartDato = " 2024-01-01 "`, "<Kapittel>5</Kapittel>", "<Kapittel>\n 5 </Kapittel>"),
		"elements that are not empty":      replace(`<Konklusjon SluttDato="2025-01-01"/>`, `<Konklusjon SluttDato="2025-01-01"></Konklusjon>`),
		"comments and instructions within": replace("<Kategori", "<!-- 12870764322 --><?case 12870764322?><Kategori"),
		"text as CDATA":                    replace("<Paragraf>1</Paragraf>", "<Paragraf><![CDATA[1]]></Paragraf>"),
		"an entity that XML has":           replace("Syntetisk", "Syntetisk &amp; pr&#248;vet"),
		"a schema's place":                 replace("<Barnevern ", `<Barnevern xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="Barnevern.xsd" `),
		"a namespace":                      replace("<Barnevern ", `<Barnevern xmlns="http://www.ssb.no/barnevern" `),
		"a namespace with a prefix":        replace("<Barnevern ", `<b:Barnevern xmlns:b="http://www.ssb.no/barnevern" `, "</Barnevern>", "</b:Barnevern>"),
		"fractions of a second":            replace("2026-11-08T02:00:00+01:00", "2026-11-08T02:00:00.000+01:00"),
		"the same instant elsewhere":       replace("2026-11-08T02:00:00+01:00", "2026-11-08T01:00:00Z"),
		"without a zone it is Norway's":    replace("2026-11-08T02:00:00+01:00", "2026-11-08T02:00:00"),
		"dates with a zone":                replace(`SluttDato="2025-01-01"`, `SluttDato="2025-01-01+01:00"`),
		"space and a comment at the end":   base + "\n<!-- end -->\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			youth := d.one(base).Youth
			want := d.history(youth)
			report := d.one(text)
			require.Equal(t, Unchanged, report.Outcome, "%v", report.Findings)
			require.Empty(t, report.Unknown)
			require.Equal(t, want, d.history(youth))
			require.Equal(t, want[:len(want)-1], openDesk(t).tellsAlso(text), "and it tells the same alone")
		})
	}
}

// tellsAlso imports a file into the empty ledger and is the history that comes of it.
func (d *desk) tellsAlso(text string) []string {
	lines := d.history(d.one(text).Youth)
	last := len(lines) - 1 // each ledger has a secret of its own, which SubmissionRead names
	return lines[:last]
}

// TestAnElementThatIsNotRightIsLeftOut and the rest stands.
func TestAnElementThatIsNotRightIsLeftOut(t *testing.T) {
	good := plan(planA, "2025-01-01", "5")
	for _, c := range []struct{ name, element, place, words string }{
		{"an id", measure("17", "2024-01-01", "2.2"), "/Barnevern/Sak/Tiltak[1]", "@Id must be a UUID"},
		{"a date that does not exist", measure(measureA, "2024-02-30", "2.2"), "/Barnevern/Sak/Tiltak[@Id='" + measureA + "']", "@StartDato must be a date that exists, as YYYY-MM-DD"},
		{"no category", `<Tiltak Id="` + measureA + `" StartDato="2024-01-01">` + law("Lovhjemmel", "BVL", "4-12") + `</Tiltak>`, "/Barnevern/Sak/Tiltak[@Id='" + measureA + "']", "the element Kategori is missing"},
		{"no legal basis", `<Tiltak Id="` + measureA + `" StartDato="2024-01-01"><Kategori Kode="2.2"/></Tiltak>`, "/Barnevern/Sak/Tiltak[@Id='" + measureA + "']", "the element Lovhjemmel is missing"},
		{"another law", strings.Replace(measure(measureA, "2024-01-01", "2.2"), "BVL2021", "STL", 1), "/Barnevern/Sak/Tiltak[@Id='" + measureA + "']/Lovhjemmel", "must hold Lov (BVL, BVL2021 or BL1981), Kapittel and Paragraf"},
		{"an end that is none", measure(measureA, "2024-01-01", "2.2", ends("snart")), "/Barnevern/Sak/Tiltak[@Id='" + measureA + "']/Konklusjon", "@SluttDato must be a date"},
		{"the same id twice", plan(measureA, "2025-01-01", "1") + plan(measureA, "2025-01-01", "5"), "/Barnevern/Sak/Plan[@Id='" + measureA + "']", "@Id is the id of another Plan in the file"},
		{"a deletion of something else", deleted("Kari", measureA), "/Barnevern/Sak/Slettet[@Id='" + measureA + "']", "@Type is no type of element of the form"},
		{"a visit without a date", measure(measureA, "2024-01-01", "1", `<Oppfolging><Utfort Id="`+visitA+`"/></Oppfolging>`), "/Barnevern/Sak/Tiltak[@Id='" + measureA + "']/Oppfolging/Utfort", "@UtfortDato is required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, report := tells(t, Options{}, with(c.element, good))
			require.Contains(t, lines[len(lines)-1], "PlanAdopted")
			found := false
			for _, f := range report.Findings {
				found = found || f.Element == c.place && strings.Contains(f.Message, badForm+": "+c.words) && f.Severity == Fatal && f.Refused
			}
			require.True(t, found, "%v", report.Findings)
		})
	}
}

// TestCodes: one that is unknown or out of its time is told, and what does not rest on it is recorded all the same.
func TestCodes(t *testing.T) {
	for _, c := range []struct {
		name, element string
		extracted     string
		severity      Severity
		words         string
		events        int
	}{
		{"a category of the future", measure(measureA, "2024-01-01", "9.1"), "", Fatal, "@Kode 9.1 is not in the code list", 1},
		{"a category that is none", measure(measureA, "2024-01-01", "x"), "", Fatal, "@Kode must be a code such as 4.6", 0},
		{"8.2 before 2026", measure(measureA, "2024-01-01", "8.2"), "2025-12-31T23:00:00+01:00", "", "", 1},
		{"8.2 from 2026", measure(measureA, "2024-01-01", "8.2"), "2026-01-01T02:00:00+01:00", Warning, "@Kode 8.2 was not in force on 2026-01-01, when this was extracted, but 2013-01-01 to 2025-12-31", 1},
		{"8.4 before 2026", measure(measureA, "2024-01-01", "8.4"), "2025-12-31T23:00:00+01:00", Warning, "@Kode 8.4 was not in force on 2025-12-31, when this was extracted, but from 2026-01-01", 1},
		{"a plan of the future", plan(planA, "2025-01-01", "9"), "", Fatal, "@Plantype 9 is not in the code list", 0},
		{"plan 5 before 2023", plan(planA, "2022-01-01", "5"), "2022-12-31T02:00:00+01:00", Warning, "@Plantype 5 was not in force on 2022-12-31", 1},
		{"plan 3 from 2023", plan(planA, "2022-01-01", "3"), "2023-01-01T02:00:00+01:00", Warning, "@Plantype 3 was not in force on 2023-01-01", 0},
		{"a repeal that is unknown", measure(measureA, "2024-01-01", "2.2", `<Opphevelse Kode="5"/>`, ends("2025-01-01")), "", Fatal, "@Kode 5 is not in the code list", 2},
		{"a status that is unknown", decision(decisionA, "2025-01-01", "3-6", "7"), "", Fatal, "@Kode 7 is not in the code list", 0},
		{"an answer that is unknown", offer(offerA, "2025-01-01", endsAs("2025-02-01", "4")), "", Fatal, "@Kode 4 is not in the code list", 1},
		{"a code that could be anything", offer(offerA, "2025-01-01", endsAs("2025-02-01", "Kari")), "", Fatal, "@Kode ? is not in the code list", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, report := tells(t, Options{All: true}, form{extracted: c.extracted, elements: []string{c.element}}.String())
			require.Len(t, lines, c.events)
			found := c.words == ""
			for _, f := range report.Findings {
				require.NotContains(t, f.Message, "Kari")
				if c.words == "" {
					require.NotEqual(t, "Kodelister", f.Rule)
				}
				found = found || f.Severity == c.severity && strings.Contains(f.Message, c.words)
			}
			require.True(t, found, "%v", report.Findings)
		})
	}
}

// TestWhatALaterVersionHasIsPassedOverAndTold: an element, an attribute, something within, and one with a name that
// could be anything.
func TestWhatALaterVersionHasIsPassedOverAndTold(t *testing.T) {
	_, report := tells(t, Options{}, with(`<Samtale Id="`+visitA+`"><Tema Kode="1"/></Samtale>`,
		strings.Replace(measure(measureA, "2024-01-01", "2.2", `<BrukAvPoliti Dato="2024-01-01"/>`), "<Tiltak ", `<Tiltak Saksbehandler="Kari" `, 1), `<K12870764322 x="1"/>`))
	require.Equal(t, Counts{"Sak/Samtale": 1, "Tiltak/BrukAvPoliti": 1, "Tiltak/@Saksbehandler": 1, "Sak/?": 1}, report.Unknown)
	require.Equal(t, Counts{"MeasureStarted": 1, "SubmissionRead": 1, "YouthRegistered": 1}, report.Recorded)
	for _, f := range report.Findings {
		require.NotContains(t, f.Message+f.Element, "Kari")
		require.NotContains(t, f.Message+f.Element, "12870764322")
	}
}

// endless gives a beginning, and then the same again and again. It counts how much was asked of it.
type endless struct {
	begin, again string
	at, given    int // in again, and in all
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.begin)
	e.begin = e.begin[n:]
	for ; n < len(b); n++ {
		b[n] = e.again[e.at]
		e.at = (e.at + 1) % len(e.again)
	}
	e.given += n
	return n, nil
}

func (e *endless) Close() error { return nil }

// TestAFileWithoutEndIsReadOnlySoFar: nesting, breadth, one text, one attribute, one name, one comment without end.
func TestAFileWithoutEndIsReadOnlySoFar(t *testing.T) {
	good := with()
	inCase := good[:strings.Index(good, "</Sak>")]
	for name, c := range map[string]struct{ begin, again, words string }{
		"nested":                  {"", "<a>", "the outermost element must be Barnevern"},
		"nested in the case":      {inCase, "<a>", "more than 32 deep"},
		"nested in a measure":     {inCase + `<Tiltak Id="` + measureA + `">`, "<Lovhjemmel>", "more than 32 deep"},
		"broad":                   {inCase, "<a/>", "more than 100000 elements"},
		"a text":                  {inCase + "<Tiltak>", "aaaaaaaa", "larger than 8 MiB"},
		"an attribute":            {inCase + `<Tiltak Id="`, "aaaaaaaa", "larger than 8 MiB"},
		"a name":                  {inCase + `<T`, "aaaaaaaa", "larger than 8 MiB"},
		"a comment":               {inCase + `<!--`, "aaaaaaaa", "larger than 8 MiB"},
		"space before everything": {"", "        ", "larger than 8 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			in := &endless{begin: c.begin, again: c.again}
			report := newReport("case.xml")
			require.Nil(t, read(in, report))
			require.Contains(t, report.Findings[len(report.Findings)-1].Message, c.words)
			require.Less(t, in.given, 2*MaxFileBytes)
		})
	}
}

func TestAFileThatBreaksOffWhileReadIsRefused(t *testing.T) {
	good := with()
	broken := io.MultiReader(strings.NewReader(good[:200]), errReader{errors.New("the disk: 12870764322")})
	d := openDesk(t)
	reports, err := d.Import(t.Context(), []File{{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(broken), nil }},
		{Name: "y", Open: func() (io.ReadCloser, error) { return nil, errors.New("no") }}, content("z", good)}, Options{Actor: "operator"})
	require.NoError(t, err)
	require.Equal(t, []Outcome{Refused, Refused, Imported}, []Outcome{reports[0].Outcome, reports[1].Outcome, reports[2].Outcome})
	require.NotContains(t, reports[0].Findings[0].Message, "12870764322")
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// TestEveryBeginningOfAFileIsRefused: wherever a file is cut off, nothing of it is taken.
func TestEveryBeginningOfAFileIsRefused(t *testing.T) {
	good := sample(t, "5")
	for i := range len(strings.TrimSpace(good)) {
		report := newReport("x")
		require.Nil(t, read(strings.NewReader(good[:i]), report), "cut off at byte %d", i)
		require.Equal(t, Refused, report.Outcome)
	}
}

func FuzzRead(f *testing.F) {
	for _, n := range []string{"0", "5"} {
		f.Add([]byte(sample(f, n)))
	}
	f.Add([]byte(with(measure(measureA, "2024-01-01", "2.2"), deleted("Tiltak", measureA))))
	f.Fuzz(func(t *testing.T, text []byte) {
		report := newReport("x")
		s := read(strings.NewReader(string(text)), report)
		if s == nil {
			require.Equal(t, Refused, report.Outcome)
			require.NotEmpty(t, report.Findings)
			return
		}
		checkRules(s, report)
		s.identify(1, 0, report)
		s.elements(report)
		for _, p := range s.Case.Persons {
			for _, f := range report.Findings {
				require.False(t, len(p.number) > 5 && strings.Contains(f.Message+f.Element, p.number), "a number is told: %v", f)
			}
		}
	})
}

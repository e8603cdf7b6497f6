package events_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ettervern/events"
)

// sent is the sample of an event type as an emitter sends it.
func sent(t testing.TB, name string) string {
	t.Helper()
	for _, e := range samples {
		if nameOf(e) == name {
			return string(events.EncodeSubmission(events.Submission{Entity: about(name), Occurrence: occurrence(e)}))
		}
	}
	require.Fail(t, "no sample", name)
	return ""
}

func replaceOnce(t testing.TB, text, old, new string) []byte {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, old), "%s in %s", old, text)
	return []byte(strings.Replace(text, old, new, 1))
}

// faults are what ReadSubmission finds wrong, as "pointer problem".
func faults(t testing.TB, raw []byte) []string {
	t.Helper()
	_, err := events.ReadSubmission(raw)
	var form *events.FormError
	require.ErrorAs(t, err, &form)
	all := make([]string, len(form.Faults))
	for i, f := range form.Faults {
		all[i] = f.Pointer + " " + f.Problem
	}
	return all
}

const (
	anEventType = "must be one of the event types, such as ettervern.InformationGiven.v1"
	aTime       = "must be an RFC 3339 time with its offset, between 1900 and 2200"
	anEventID   = "must be an id of printable characters without spaces, quotes or backslashes"
	aUUID       = "must be a UUID in lower-case canonical form"
	identity    = "must not hold a national identity number"
)

// TestFaultsNameThePlaceAndWhatWouldBeRight changes one thing in an event that is right.
func TestFaultsNameThePlaceAndWhatWouldBeRight(t *testing.T) {
	for _, c := range []struct{ name, event, old, new, want string }{
		{"missing attribute", "YouthDied", `"id":"0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",`, ``, "/id is required"},
		{"missing specversion", "YouthDied", `"specversion":"1.0",`, ``, "/specversion is required"},
		{"another specversion", "YouthDied", `"1.0"`, `"0.3"`, `/specversion must be "1.0"`},
		{"another content type", "YouthDied", `application/json`, `application/xml`, "/datacontenttype must be application/json"},
		{"missing field", "ResidenceChanged", `"municipality":"4601"`, ``, "/data/municipality is required"},
		{"missing data", "ResidenceChanged", `,"data":{"municipality":"4601"}`, ``, "/data is required"},
		{"data of another kind", "ResidenceChanged", `{"municipality":"4601"}`, `["4601"]`, "/data must be an object"},
		{"data is null", "YouthDied", `{}`, `null`, "/data must be an object"},
		{"unknown attribute", "YouthDied", `"data"`, `"priority":1,"data"`, "/priority is not a field of this event"},
		{"unknown field", "YouthDied", `"data":{}`, `"data":{"cause":"x"}`, "/data/cause is not a field of this event"},
		{"unknown field with strange letters", "YouthDied", `"data":{}`, `"data":{"a/b~c":1}`, "/data/a~1b~0c is not a field of this event"},
		{"unknown field that could hold content", "YouthDied", `"data":{}`, `"data":{"Kari Nordmann":1}`, "/data/? is not a field of this event"},
		{"wrong case of a name", "ResidenceChanged", `"municipality"`, `"Municipality"`, "/data/municipality is required"},
		{"a name in escapes", "ResidenceChanged", `"municipality"`, `"\u006dunicipality"`, "/data/municipality is required"},
		{"wrong case of an attribute", "YouthDied", `"subject"`, `"Subject"`, "/subject is required"},
		{"unknown type", "YouthDied", `ettervern.YouthDied.v1`, `ettervern.YouthDied.v2`, "/type " + anEventType},
		{"type of another kind", "YouthDied", `"ettervern.YouthDied.v1"`, `1`, "/type " + anEventType},
		{"wrong code", "FollowUpHeld", `child_welfare`, `police`, "/data/service must be one of child_welfare, nav, health, supervisor, municipality"},
		{"wrong case of a code", "FollowUpHeld", `child_welfare`, `Child_Welfare`, "/data/service must be one of child_welfare, nav, health, supervisor, municipality"},
		{"empty code", "FollowUpHeld", `"child_welfare"`, `""`, "/data/service must be one of child_welfare, nav, health, supervisor, municipality"},
		{"number for a code", "ParticipationRecorded", `"2.1"`, `2.1`, "/data/mode must be one of 1.1, 1.2, 1.3, 1.4, 2.1, 2.2"},
		{"wrong code in a list", "CooperationMeetingHeld", `"nav"`, `"Nav"`, "/data/services/1 must be one of child_welfare, nav, health, supervisor, municipality"},
		{"code given twice", "CooperationMeetingHeld", `"health"`, `"nav"`, "/data/services/2 must not be repeated"},
		{"no list", "CooperationMeetingHeld", `["child_welfare","nav","health"]`, `"nav"`, "/data/services must be a list"},
		{"too long a list", "AftercareOffered", `["4.6","2","10.12"]`, `[` + strings.Repeat(`"4.6",`, 20) + `"4.6"]`, "/data/measures must hold at most 20 items"},
		{"wrong text in a list", "AftercareOffered", `"10.12"`, `"10.123"`, "/data/measures/2 must be a register code such as 4.6, at most 5 characters"},
		{"no text", "ResidenceChanged", `"4601"`, `4601`, "/data/municipality must be a string: a municipality number of four digits"},
		{"null", "ResidenceChanged", `"4601"`, `null`, "/data/municipality must be a string: a municipality number of four digits"},
		{"empty optional text", "YouthRegistered", `"04"`, `""`, "/data/district must be a district number of two digits"},
		{"space around", "ResidenceChanged", `"4601"`, `"4601 "`, "/data/municipality must be a municipality number of four digits, at most 4 characters"},
		{"a line break after", "ResidenceChanged", `"4601"`, `"4601\n"`, "/data/municipality must be a municipality number of four digits, at most 4 characters"},
		{"too long", "PlanEvaluated", `plan-2`, strings.Repeat("x", 65), "/data/planId must be an id of letters, digits and . _ : -, beginning with a letter or digit, at most 64 characters"},
		{"text for a yes", "NavHandoverSent", `true`, `"true"`, "/data/consented must be true or false"},
		{"null for a yes", "PlanEvaluated", `false`, `null`, "/data/youthTookPart must be true or false"},
		{"30 February", "YouthRegistered", `2008-02-29`, `2008-02-30`, "/data/birthDate must be a date that exists, as YYYY-MM-DD"},
		{"29 February of a common year", "YouthRegistered", `2008-02-29`, `2007-02-29`, "/data/birthDate must be a date that exists, as YYYY-MM-DD"},
		{"Norwegian date", "YouthRegistered", `2008-02-29`, `29.02.2008`, "/data/birthDate must be a date that exists, as YYYY-MM-DD"},
		{"date as a number", "YouthRegistered", `"2008-02-29"`, `20080229`, "/data/birthDate must be a string: a date that exists, as YYYY-MM-DD"},
		{"time without offset", "YouthDied", `10:30:00Z`, `10:30:00`, "/time " + aTime},
		{"time with a comma", "YouthDied", `10:30:00Z`, `10:30:00,5Z`, "/time " + aTime},
		{"time with one digit", "YouthDied", `10:30:00Z`, `1:30:00Z`, "/time " + aTime},
		{"an offset of 24 hours", "YouthDied", `10:30:00Z`, `10:30:00+24:00`, "/time " + aTime},
		{"an offset of 60 minutes", "YouthDied", `10:30:00Z`, `10:30:00+01:60`, "/time " + aTime},
		{"lower-case t", "YouthDied", `2025-03-14T`, `2025-03-14t`, "/time " + aTime},
		{"hour 24", "YouthDied", `10:30:00Z`, `24:00:00Z`, "/time " + aTime},
		{"before 1900 in UTC", "YouthDied", `2025-03-14T10:30:00Z`, `1900-01-01T00:00:00+01:00`, "/time " + aTime},
		{"after 2200", "YouthDied", `2025-03-14`, `2201-01-01`, "/time " + aTime},
		{"youth in capitals", "YouthDied", youth, strings.ToUpper(youth), "/subject " + aUUID},
		{"youth in braces", "YouthDied", youth, "{" + youth + "}", "/subject " + aUUID + ", at most 36 characters"},
		{"an id with a space", "YouthDied", `0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b`, `a b`, "/id " + anEventID},
		{"an empty id", "YouthDied", `0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b`, ``, "/id " + anEventID},
		{"a source with a space", "YouthDied", `/fagsystem/familia/3020`, `fag system`, "/source must be a URI reference"},
		{"recordedtime", "YouthDied", `"data"`, `"recordedtime":"2025-03-14T10:30:00Z","data"`, "/recordedtime is set by the ledger and must not be sent"},
		{"entitynumber", "YouthDied", `"data"`, `"entitynumber":1,"data"`, "/entitynumber is set by the ledger and must not be sent"},
		{"actor", "YouthDied", `"data"`, `"actor":"emitter","data"`, "/actor is set by the ledger and must not be sent"},
		{"data in base 64", "YouthDied", `"data":{}`, `"data":{},"data_base64":"e30="`, "/data_base64 is not a field of this event"},
		{"half a document", "AssessmentCompleted", `"id":"sak-2025.117:4",`, ``, "/data/document/id is required"},
		{"a document's content", "AssessmentCompleted", `"sha256"`, `"content":"x","sha256"`, "/data/document/content is not a field of this event"},
		{"wrong digest", "AssessmentCompleted", `9f86d081`, `9F86D081`, "/data/document/sha256 must be a SHA-256 in lower-case hexadecimal"},
		{"no replacement", "EventCorrected", `"replacement":{`, `"replacement":"x","y":{`, "/data/replacement must be a whole CloudEvent"},
		{"a fault in a replacement", "EventCorrected", `"plan-2"`, `2`, "/data/replacement/data/planId must be a string: an id of letters, digits and . _ : -, beginning with a letter or digit"},
		{"the ledger's own in a replacement", "EventCorrected", `"data":{"planId"`, `"actor":"x","data":{"planId"`, "/data/replacement/actor is set by the ledger and must not be sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Contains(t, faults(t, replaceOnce(t, sent(t, c.event), c.old, c.new)), c.want)
		})
	}
}

func TestEveryFaultIsReportedAtOnce(t *testing.T) {
	raw := `{"specversion":"1.0","id":"1","source":"/s","type":"ettervern.ResidenceChanged.v1","subject":"x","data":{"municipality":1,"x":2},"y":3}`
	assert.ElementsMatch(t, []string{
		"/subject " + aUUID, "/time is required", "/y is not a field of this event",
		"/data/municipality must be a string: a municipality number of four digits", "/data/x is not a field of this event",
	}, faults(t, []byte(raw)))
}

// TestARefusedEventKeepsItsName: the emitter must be able to find it again.
func TestARefusedEventKeepsItsName(t *testing.T) {
	got, err := events.ReadSubmission(replaceOnce(t, sent(t, "ResidenceChanged"), `"4601"`, `1`))
	require.Error(t, err)
	assert.Equal(t, "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", got.ID)
	assert.Equal(t, "/fagsystem/familia/3020", got.Source)
	assert.Nil(t, got.Event)
}

func TestACorrectionIsNotCorrectedWithin(t *testing.T) {
	outer := sent(t, "EventCorrected")
	_, data, _ := strings.Cut(outer, `"replacement":`)
	inner := data[:strings.LastIndex(data, `,"reason"`)]
	assert.Contains(t, faults(t, []byte(strings.Replace(outer, inner, outer, 1))), "/data/replacement/data/replacement must not itself be a correction")
}

func TestNotJSON(t *testing.T) {
	good := sent(t, "YouthDied")
	for name, c := range map[string]struct{ raw, want string }{
		"nothing":                   {"", "must be JSON"},
		"an attribute given twice":  {strings.Replace(good, `"data"`, `"id":"2","data"`, 1), "must be JSON (RFC 8259, no name twice in an object)"},
		"twice, once in escapes":    {strings.Replace(good, `"data"`, `"\u0069d":"2","data"`, 1), "must be JSON"},
		"a field given twice":       {strings.Replace(good, `{}`, `{"a":1,"a":1}`, 1), "must be JSON"},
		"a comma too many":          {strings.Replace(good, `{}`, `{},`, 1), "must be JSON"},
		"not UTF-8":                 {strings.Replace(good, `familia`, "famil\xffia", 1), "must be JSON"},
		"half a surrogate":          {strings.Replace(good, `familia`, `\ud800`, 1), "must be JSON"},
		"cut off":                   {good[:len(good)-1], "must be JSON"},
		"two events":                {good + good, "must be one JSON value"},
		"a list":                    {"[" + good + "]", "must be a CloudEvent: a JSON object"},
		"null":                      {"null", "must be a CloudEvent: a JSON object"},
		"too big":                   {strings.Replace(good, `{}`, `{}`+strings.Repeat(" ", events.MaxEventBytes), 1), "must be at most 16384 bytes"},
		"nested without end":        {strings.Repeat("[", events.MaxEventBytes), "must be JSON"},
		"a byte order mark":         {"\ufeff" + good, "must be JSON"},
		"a comment":                 {"/* x */" + good, "must be JSON"},
		"single quotes":             {strings.ReplaceAll(good, `"`, `'`), "must be JSON"},
		"a number with a plus sign": {strings.Replace(good, `"data"`, `"x":+1,"data"`, 1), "must be JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			all := faults(t, []byte(c.raw))
			require.Len(t, all, 1)
			assert.Contains(t, all[0], " "+c.want)
			assert.True(t, strings.HasPrefix(all[0], " "), "it points to the whole event")
		})
	}
}

func TestWhatSDKsAddIsDropped(t *testing.T) {
	plain := sent(t, "ResidenceChanged")
	dressed := strings.Replace(plain, `"data"`, `"dataschema":"https://example.org/x.json","traceparent":"00-0af7-b7ad-01","tracestate":"a=b","data"`, 1)
	want, err := events.ReadSubmission([]byte(plain))
	require.NoError(t, err)
	got, err := events.ReadSubmission([]byte(dressed))
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestSpaceOrderAndEscapesDoNotMatter(t *testing.T) {
	raw := "\n{ \"data\" : {\t\"youthTookPart\" : true , \"planId\":\"pl\\u0061n-2\" } ,\r\n\"subject\":\"" + youth + `","time":"2025-03-14T11:30:00.000+01:00",
		"type":"ettervern.PlanEvaluated.v1", "source":"\/s","id":"1","specversion":"1.0"} `
	got, err := events.ReadSubmission([]byte(raw))
	require.NoError(t, err)
	o := occurrence(&events.PlanEvaluated{PlanID: "plan-2", YouthTookPart: events.Yes})
	o.ID, o.Source, o.CorrelationID, o.CausationID = "1", "/s", "", ""
	assert.Equal(t, events.Submission{Entity: events.YouthEntity(youth), Occurrence: o}, got)
}

func TestYouthDiedMayComeWithoutData(t *testing.T) {
	_, err := events.ReadSubmission(replaceOnce(t, sent(t, "YouthDied"), `,"data":{}`, ``))
	assert.NoError(t, err)
}

// TestIdentityNumbersAreRefusedEverywhereAndNeverRepeated puts one into every string of every event, also as a
// name, and alone or among other characters.
func TestIdentityNumbersAreRefusedEverywhereAndNeverRepeated(t *testing.T) {
	for _, e := range samples {
		raw := sent(t, nameOf(e))
		for _, at := range stringsIn(raw) {
			for _, number := range []string{"15076500565", "a-150765-00565", "x/15076500565/y"} {
				changed := raw[:at[0]] + number + raw[at[1]:]
				_, err := events.ReadSubmission([]byte(changed))
				if assert.Error(t, err, "%s", changed) {
					assert.NotContains(t, err.Error(), "00565")
				}
			}
		}
	}
}

// stringsIn are the places of the strings in JSON without escapes.
func stringsIn(raw string) [][2]int {
	var all [][2]int
	for i := 0; i < len(raw); i++ {
		if raw[i] == '"' {
			end := i + 1 + strings.IndexByte(raw[i+1:], '"')
			all = append(all, [2]int{i + 1, end})
			i = end
		}
	}
	return all
}

func TestIdentityNumberInAText(t *testing.T) {
	for _, c := range []struct{ event, old, new, pointer string }{
		{"YouthDied", "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "melding-15076500565", "/id"},
		{"YouthDied", "/fagsystem/familia/3020", "/p/15076500565", "/source"},
		{"YouthDied", "sak-2025-117", "15076500565", "/correlationid"},
		{"YouthDied", "oppgave-9", "150765-00565", "/causationid"},
		{"PlanEvaluated", "plan-2", "150765.00565", "/data/planId"},
		{"MeasureStarted", "BVL2021 § 3-2", "BVL2021 § 3-2 (150765 00565)", "/data/legalBasis"},
		{"AssessmentCompleted", "sak-2025.117:4", "15076500565", "/data/document/id"},
		{"EventRetracted", `"eventId":"0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b`, `"eventId":"15076500565`, "/data/eventId"},
		{"NavHandoverRejected", "wrong_office", "born_15076500565", "/data/reason"},
	} {
		assert.Equal(t, []string{c.pointer + " " + identity}, faults(t, replaceOnce(t, sent(t, c.event), c.old, c.new)), fmt.Sprint(c))
	}
}

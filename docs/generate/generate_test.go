package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
)

// TestPagesAreFresh: docs/events.md and docs/schemas are what the catalogue says today.
func TestPagesAreFresh(t *testing.T) {
	t.Chdir("../..")
	files, err := generate()
	require.NoError(t, err)
	for path, want := range files {
		got, err := os.ReadFile(path)
		require.NoError(t, err, "run: go run ./docs/generate")
		require.Equal(t, string(want), string(got), "%s is stale; run: go run ./docs/generate", path)
	}
	schemas, err := filepath.Glob("docs/schemas/*")
	require.NoError(t, err)
	for _, path := range schemas {
		assert.Contains(t, slices.Collect(maps.Keys(files)), path, "no event type has this schema")
	}
}

// TestSchemasAgreeWithTheDoor: each golden event is welcome to both; spoilt in one place, to neither.
func TestSchemasAgreeWithTheDoor(t *testing.T) {
	t.Chdir("../..")
	for i := range events.Catalogue {
		row := &events.Catalogue[i]
		t.Run(row.Name, func(t *testing.T) {
			s := compile(t, row)
			golden, err := example(row)
			require.NoError(t, err)
			require.NoError(t, s.Validate(parse(t, golden)))
			for what, raw := range spoilt(t, golden) {
				assert.Error(t, s.Validate(parse(t, raw)), "the schema lets through: %s", what)
				_, err := events.ReadSubmission(raw)
				assert.Error(t, err, "the door lets through: %s", what)
			}
			for what, raw := range withoutOptional(t, row, golden) {
				assert.NoError(t, s.Validate(parse(t, raw)), what)
				_, err := events.ReadSubmission(raw)
				assert.NoError(t, err, what)
			}
		})
	}
}

// TestSchemasAndTheDoorAgreeOnWhatIsNearlyRight puts other values into random places of right events. The door knows
// more than a schema can say: identity numbers, years and offsets of times, and the data of a replacement.
func TestSchemasAndTheDoorAgreeOnWhatIsNearlyRight(t *testing.T) {
	t.Chdir("../..")
	for i := range events.Catalogue {
		row := &events.Catalogue[i]
		s := compile(t, row)
		golden, err := example(row)
		require.NoError(t, err)
		t.Run(row.Name, rapid.MakeCheck(func(rt *rapid.T) {
			whole := parse(t, golden)
			for range rapid.IntRange(1, 2).Draw(rt, "changes") {
				disturb(rt, whole)
			}
			raw, err := json.Marshal(whole)
			require.NoError(rt, err)
			bySchema := s.Validate(parse(t, raw))
			_, byDoor := events.ReadSubmission(raw)
			if byDoor == nil {
				require.NoError(rt, bySchema, "the door takes %s", raw)
			} else if bySchema == nil {
				for _, knows := range []string{"identity number", "RFC 3339", "/data/replacement/", "must not itself be a correction"} {
					if strings.Contains(byDoor.Error(), knows) {
						return
					}
				}
				require.NoError(rt, byDoor, "the schema takes %s", raw)
			}
		}))
	}
}

// odd are values to put anywhere, in JSON.
var odd = []string{
	`null`, `true`, `false`, `0`, `7.5`, `""`, `" "`, `"a"`, `"A"`, `"0301"`, `"1"`, `"nav"`, `"oral"`, `"1.0"`, `"2008-02-29"`, `"2007-02-29"`,
	`"2025-03-14T10:30:00Z"`, `"2025-03-14"`, `"7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"`, `"4.6"`, `"BVL2021 § 3-6"`, `"æ"`, `"x\n"`, `"other"`, `"wrong_person"`,
	`"` + strings.Repeat("x", 64) + `"`, `"` + strings.Repeat("x", 65) + `"`, `"` + strings.Repeat("§", 120) + `"`, `"` + strings.Repeat("§", 121) + `"`,
	`[]`, `["nav"]`, `["nav","nav"]`, `["4.6","4.6"]`, `[1]`, `{}`, `{"id":"a"}`,
}

func anyOdd(t *rapid.T) (value any) {
	require.NoError(t, json.Unmarshal([]byte(rapid.SampledFrom(odd).Draw(t, "odd")), &value))
	return value
}

// disturb puts an odd value into a random place, takes a member away, or adds one.
func disturb(t *rapid.T, value any) {
	switch v := value.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		if len(names) == 0 || rapid.IntRange(0, 9).Draw(t, "add") == 0 {
			v[rapid.SampledFrom([]string{"x", "id", "traceparent", "correlationid", "actor", "reason"}).Draw(t, "name")] = anyOdd(t)
			return
		}
		name := rapid.SampledFrom(names).Draw(t, "member")
		switch within := v[name]; rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			delete(v, name)
		case 1:
			v[name] = anyOdd(t)
		default:
			if _, plain := within.(string); plain {
				v[name] = anyOdd(t)
				return
			}
			disturb(t, within)
		}
	case []any:
		if len(v) > 0 {
			v[rapid.IntRange(0, len(v)-1).Draw(t, "at")] = anyOdd(t)
		}
	}
}

func TestSchemasKnowWhichDaysExist(t *testing.T) {
	t.Chdir("../..")
	row, _ := events.ByType("ettervern.YouthRegistered.v1")
	golden, err := example(row)
	require.NoError(t, err)
	bad := bytes.Replace(golden, []byte("2008-02-29"), []byte("2007-02-29"), 1)
	assert.Error(t, compile(t, row).Validate(parse(t, bad)))
}

func compile(t *testing.T, row *events.Row) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(schemaPath(row))
	require.NoError(t, err)
	return s
}

func parse(t *testing.T, raw []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	return v
}

// spoilt are copies of an event with one thing wrong, by what it is.
func spoilt(t *testing.T, event []byte) map[string][]byte {
	all := map[string][]byte{}
	change := func(what string, f func(event, data map[string]any)) {
		whole := parse(t, event).(map[string]any)
		data := whole["data"].(map[string]any)
		f(whole, data)
		raw, err := json.Marshal(whole)
		require.NoError(t, err)
		all[what] = raw
	}
	for _, name := range []string{"specversion", "id", "source", "type", "subject", "time"} {
		change("no "+name, func(e, _ map[string]any) { delete(e, name) })
		change(name+" is a number", func(e, _ map[string]any) { e[name] = 1 })
		change(name+" is empty", func(e, _ map[string]any) { e[name] = "" })
	}
	for _, name := range []string{"actor", "entitynumber", "recordedtime", "data_base64", "Data"} {
		change("with "+name, func(e, _ map[string]any) { e[name] = "emitter" })
	}
	change("another type", func(e, _ map[string]any) { e["type"] = "ettervern.Nothing.v1" })
	change("an unknown field", func(_, d map[string]any) { d["remark"] = "x" })
	change("data is a list", func(e, _ map[string]any) { e["data"] = []any{} })
	for name := range parse(t, event).(map[string]any)["data"].(map[string]any) {
		change(name+" is null", func(_, d map[string]any) { d[name] = nil })
		change(name+" is a number", func(_, d map[string]any) { d[name] = 7 })
		change(name+" is another text", func(_, d map[string]any) { d[name] = "not at all!" })
		change(name+" in another case", func(_, d map[string]any) { d[name+"S"] = d[name]; delete(d, name) })
	}
	return all
}

// withoutOptional are copies without one field that may be missing.
func withoutOptional(t *testing.T, row *events.Row, event []byte) map[string][]byte {
	all := map[string][]byte{}
	for _, d := range events.Describe(row.New()) {
		if d.Optional {
			whole := parse(t, event).(map[string]any)
			delete(whole["data"].(map[string]any), d.Name)
			raw, err := json.Marshal(whole)
			require.NoError(t, err)
			all["without "+d.Name] = raw
		}
	}
	return all
}

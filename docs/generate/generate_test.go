package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

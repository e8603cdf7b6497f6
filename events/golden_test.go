package events_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ettervern/events"
)

var create = flag.Bool("create", false, "make the golden files that are missing; existing ones are never written")

// TestGolden: what was stored once is read, and written again to the last byte, for ever. A golden file stands for
// every ledger that exists. Does this fail? Then change the code, never the file.
func TestGolden(t *testing.T) {
	for _, row := range events.Catalogue {
		t.Run(row.Name, func(t *testing.T) {
			body, err := os.ReadFile(golden(t, row.Name))
			require.NoError(t, err, "a new event type needs a golden file: a line in samples, then go test ./events -run Golden -create")
			read, err := events.Decode(about(row.Name), 7, body)
			require.NoError(t, err)
			require.Len(t, read.Events, 1)
			assert.Equal(t, row.Name, nameOf(read.Events[0].Event))
			assert.Equal(t, string(body), string(events.Encode(read)))
		})
	}
}

// TestGoldenFilesHoldWhatTheyHeld: the files mean what they meant on the day they were made.
func TestGoldenFilesHoldWhatTheyHeld(t *testing.T) {
	for _, want := range samples {
		body, err := os.ReadFile(golden(t, nameOf(want)))
		require.NoError(t, err)
		read, err := events.Decode(about(nameOf(want)), 7, body)
		require.NoError(t, err)
		assert.Equal(t, entry(want), read)
	}
}

func TestEachGoldenFileHasItsEventType(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.json")
	require.NoError(t, err)
	assert.Len(t, files, len(events.Catalogue), "an event type is never taken away")
}

func TestEachEventTypeHasOneSample(t *testing.T) {
	seen := map[string]int{}
	for _, e := range samples {
		seen[nameOf(e)]++
	}
	for _, row := range events.Catalogue {
		assert.Equal(t, 1, seen[row.Name], row.Name)
	}
}

// golden is the path of a type's golden file, made first when that was asked for and it is missing.
func golden(t *testing.T, name string) string {
	path := filepath.Join("testdata", "golden", name+".json")
	if !*create {
		return path
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsExist(err) {
		return path
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	for _, e := range samples {
		if nameOf(e) == name {
			_, err = file.Write(events.Encode(entry(e)))
			require.NoError(t, err)
		}
	}
	return path
}

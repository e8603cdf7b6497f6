package batch_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/batch"
	"ettervern/events"
)

func cut(t *testing.T, form func(io.Reader) ([][]byte, error), text string) []string {
	t.Helper()
	for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
		raws, err := form(in)
		require.NoError(t, err, text)
		all := []string{}
		for _, raw := range raws {
			all = append(all, string(raw))
		}
		if _, whole := in.(*strings.Reader); !whole {
			return all
		}
	}
	return nil
}

func lines(in io.Reader) ([][]byte, error)    { return batch.All(batch.Lines(in)) }
func elements(in io.Reader) ([][]byte, error) { return batch.All(batch.Elements(in)) }

func TestLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                     {},
		"\n \r\n\t\n":                          {},
		"{}":                                   {"{}"},
		"{}\n{broken\r\n\n  7 \n":              {"{}", "{broken", "7"},
		strings.Repeat(" ", 70_000) + "{}\n[]": {"{}", "[]"},
	} {
		require.Equal(t, want, cut(t, lines, text))
	}
}

func TestALineThatIsTooLongIsCutOffAndTheNextIsWhole(t *testing.T) {
	long := strings.Repeat("x", 3*events.MaxEventBytes)
	got := cut(t, lines, "1\n"+long+"\n2\n"+strings.Repeat("y", events.MaxEventBytes)+"\n"+strings.Repeat("z", events.MaxEventBytes+1))
	require.Equal(t, []string{"1", long[:events.MaxEventBytes+1], "2"}, got[:3])
	require.Len(t, got[3], events.MaxEventBytes)
	require.Len(t, got[4], events.MaxEventBytes+1)
}

func TestHalfALineIsNoEventWhenReadingFails(t *testing.T) {
	gone := errors.New("connection reset")
	var got []string
	for raw, err := range batch.Lines(io.MultiReader(strings.NewReader("{}\n{\"a\":1}"), iotest.ErrReader(gone))) {
		if err != nil {
			require.ErrorIs(t, err, gone)
			break
		}
		got = append(got, string(raw))
	}
	require.Equal(t, []string{"{}"}, got)
}

func TestElements(t *testing.T) {
	for text, want := range map[string][]string{
		"[]":                               {},
		" [ {} , 7,\n[1,\"]\"]] \n":        {"{}", "7", "[1,\"]\"]"},
		`[{"a":1,"a":2},"` + "\xff" + `"]`: {`{"a":1,"a":2}`, "\"\xff\""},
	} {
		require.Equal(t, want, cut(t, elements, text))
	}
}

func TestABrokenArrayTellsWhere(t *testing.T) {
	for text, at := range map[string]int{"": 0, "{}": 0, "[": 0, "[1,2": 2, "[1 2]": 1, "[1,]": 1, "[1,2]]": 2, "[] []": 0, "[1,{\"a\":}]": 1} {
		_, err := elements(strings.NewReader(text))
		var broken *batch.ErrBroken
		require.ErrorAs(t, err, &broken, text)
		require.Equal(t, at, broken.Position, text)
	}
	gone := errors.New("connection reset")
	_, err := elements(io.MultiReader(strings.NewReader("[1,"), iotest.ErrReader(gone)))
	require.ErrorIs(t, err, gone)
}

func TestOfGoesThroughWhatWasCut(t *testing.T) {
	all, err := batch.All(batch.Of([][]byte{[]byte("1"), []byte("2")}))
	require.NoError(t, err)
	require.Len(t, all, 2)
	for range batch.Of(all) {
		break
	}
}

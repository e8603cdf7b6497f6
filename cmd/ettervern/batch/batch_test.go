package batch_test

import (
	"bytes"
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
	lengths := []int{}
	for _, line := range got {
		lengths = append(lengths, len(line))
	}
	require.Equal(t, []int{1, events.MaxEventBytes + 1, 1, events.MaxEventBytes, events.MaxEventBytes + 1}, lengths)
	require.Equal(t, "2", got[2])
}

func TestWhatGoesOnAfterMuchSpaceIsNotTakenForWhole(t *testing.T) {
	line := "{}" + strings.Repeat(" ", 2*events.MaxEventBytes) + "{}"
	require.Greater(t, len(cut(t, lines, line)[0]), events.MaxEventBytes)
	require.Equal(t, []string{"{}"}, cut(t, lines, "{}"+strings.Repeat(" ", 2*events.MaxEventBytes)+"\r\n"))
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

// FuzzCut: no bytes panic; what is cut can be put together again and is then cut the same.
func FuzzCut(f *testing.F) {
	for _, text := range []string{"", "[", "[]", "[1,2]", "{}\n{}", "{\n}", "[{}]x", "[\"\\u0041\",{\"a\":1,\"a\":2}]", " \n\r\n7"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cut, err := lines(bytes.NewReader(text))
		require.NoError(t, err)
		again, err := lines(bytes.NewReader(bytes.Join(cut, []byte("\n"))))
		require.NoError(t, err)
		require.Equal(t, cut, again)

		cut, err = elements(bytes.NewReader(text))
		if err != nil {
			var broken *batch.ErrBroken
			require.ErrorAs(t, err, &broken)
			return
		}
		joined := append(append([]byte("["), bytes.Join(cut, []byte(","))...), ']')
		again, err = elements(bytes.NewReader(joined))
		require.NoError(t, err)
		require.Equal(t, cut, again)
	})
}

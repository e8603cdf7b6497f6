package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

func readme(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	return string(page)
}

// tour is the events that the README asks to be saved.
func tour(t *testing.T) string {
	t.Helper()
	block := regexp.MustCompile("(?s)Save these lines.*?```json\n(.*?)```").FindStringSubmatch(readme(t))
	require.NotNil(t, block)
	return block[1]
}

// TestTheTourOfTheReadme does what the README says and gets what it shows.
func TestTheTourOfTheReadme(t *testing.T) {
	page := readme(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "events.ndjson")
	require.NoError(t, os.WriteFile(file, []byte(tour(t)), 0o600))
	ledger := filepath.Join(dir, "ledger")
	does := func(args ...string) string {
		var out, errs bytes.Buffer
		require.Equal(t, exitDone, run(t.Context(), append([]string{"--data", ledger}, args...), strings.NewReader(""), &out, &errs), errs.String())
		return out.String()
	}
	shown := strings.Split(does("record", file), `"recorded":`)
	require.Len(t, shown, 3)
	for _, receipt := range []string{shown[0], shown[1][strings.Index(shown[1], "{"):]} {
		require.True(t, strings.Contains(page, receipt), "the README does not show %s", receipt)
	}
	require.Equal(t, 2, strings.Count(does("record", file), "duplicate"))

	// The columns are as wide as their longest cell: in the README that is the row of a day on which more is overdue.
	spaces := regexp.MustCompile(` +`)
	plain := spaces.ReplaceAllString(page, " ")
	rows := 0
	for line := range strings.Lines(spaces.ReplaceAllString(does("overdue"), " ")) {
		if strings.Contains(line, "5b0c1c4e") {
			rows++
			require.True(t, strings.Contains(plain, strings.TrimSpace(line)), "the README does not show %s", line)
		}
	}
	require.Equal(t, 6, rows)
	require.Contains(t, does("overdue", "--valid-at", "2025-03-20"), "4 rows · valid at 2025-03-20")
	require.Contains(t, does("history", "5b0c1c4e-8a57-4d0e-9c51-0d7e6c1f2a10"), "MeasureStarted")

	why := does("verdicts", "5b0c1c4e-8a57-4d0e-9c51-0d7e6c1f2a10", "--requirement", "assessment", "--valid-at", "2026-11-24", "--format", "ndjson")
	quote := regexp.MustCompile(`(?m)(?:^> .*\n)+`).FindAllString(page, -1)
	shows := strings.Join(strings.Fields(strings.ReplaceAll(quote[len(quote)-1], "> ", "")), " ")
	require.True(t, strings.Contains(why, shows), "the README explains %q, the ledger %s", shows, why)
}

// TestTheCommandsOfTheDocsAreUnderstood: every command line of the program that a page shows.
func TestTheCommandsOfTheDocsAreUnderstood(t *testing.T) {
	lines := regexp.MustCompile(`(?m)^    (?:go run \./cmd/)?ettervern (.*)$`)
	found := 0
	for _, page := range []string{"../../README.md", "../../docs/operations.md", "../../docs/access.md"} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, line := range lines.FindAllStringSubmatch(string(text), -1) {
			found++
			parser, err := kong.New(&cli{}, kong.BindTo(context.Background(), (*context.Context)(nil)))
			require.NoError(t, err)
			_, err = parser.Parse(strings.Fields(line[1]))
			require.NoError(t, err, "%s: %s", page, line[1])
		}
	}
	require.Greater(t, found, 6)
}

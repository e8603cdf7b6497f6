package requirements

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

var (
	eventName = regexp.MustCompile(`\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b`)
	condition = regexp.MustCompile(`\b([a-z]\w*) (?:=|contains) ((?:[\w.]+(?:, | or | and | to )?)+)`)
)

// TestTermsNameWhatEventsHave: every event, field and code that a rule is published with exists.
func TestTermsNameWhatEventsHave(t *testing.T) {
	for _, r := range Requirements {
		require.NotEmpty(t, r.Terms.Trigger, r.ID)
		require.NotEmpty(t, r.Terms.Fulfilled, r.ID)
		require.Equal(t, r.excuses.kinds != 0, r.Terms.Excused != "", r.ID)
		require.Equal(t, r.duties != nil, r.Terms.Instance != "", r.ID)
		require.Equal(t, r.short.kinds != 0 || r.heard.kinds != 0, r.Terms.Lacking != "", r.ID)
		for _, text := range []string{r.Terms.Trigger, r.Terms.Fulfilled, r.Terms.Excused, r.Terms.Lacking} {
			fields := map[string][]string{}
			for _, name := range eventName.FindAllString(text, -1) {
				row, ok := events.ByType("ettervern." + name + ".v1")
				require.True(t, ok, "%s: %s", r.ID, name)
				for _, d := range events.Describe(row.New()) {
					fields[d.Name] = append(fields[d.Name], d.Codes...)
				}
			}
			for _, m := range condition.FindAllStringSubmatch(text, -1) {
				codes, ok := fields[m[1]]
				if len(fields) == 0 {
					continue // "the same"
				}
				require.True(t, ok, "%s: no field %s", r.ID, m[1])
				for _, code := range strings.FieldsFunc(m[2], func(c rune) bool { return c == ' ' || c == ',' }) {
					if _, next := fields[code]; next {
						break
					}
					if !slices.Contains([]string{"true", "false", "or", "and", "to", "dated", "as", "from", "after", "before", "of", "the"}, code) {
						require.Contains(t, codes, code, "%s: %s", r.ID, m[0])
					}
				}
			}
		}
	}
}

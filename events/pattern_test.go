package events

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var patterns = map[string]*Pattern{
	"identifier": identifier, "youthID": youthID, "municipality": municipality, "district": district, "office": office,
	"category": category, "legalBasis": legalBasis, "language": language, "reasonCode": reasonCode, "civilDate": civilDate,
	"digest": digest, "eventID": eventID, "sourceURI": sourceURI, "role": role, "instant": instant, "version": version,
	"contentType": contentType, "unitID": unitID, "entityID": entityID, "themeCode": themeCode, "authority": authority,
	"period": period, "duration": duration, "clearance": clearance, "asker": asker, "question": question, "accessYear": accessYear,
}

// knowMore check what a regular expression cannot say: whether the day exists.
var knowMore = map[string]bool{"civilDate": true, "instant": true, "period": true}

// TestPatternsAgreeWithTheirRegularExpressions: the schemas promise what the doors do. Texts are made from the
// expression, then a little spoilt.
func TestPatternsAgreeWithTheirRegularExpressions(t *testing.T) {
	for name, p := range patterns {
		re := regexp.MustCompile(p.Regexp)
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			text := near(re).Draw(t, "text")
			matches := p.matches([]byte(text))
			if utf8.RuneCountInString(text) > p.Max {
				return // refused for its length anyhow
			}
			if knowMore[name] {
				require.True(t, !matches || re.MatchString(text))
				return
			}
			require.Equal(t, re.MatchString(text), matches)
		}))
	}
}

// near is a text of the expression, or one with a letter changed, left out or added.
func near(re *regexp.Regexp) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		letters := []rune(rapid.StringMatching(re.String()).Draw(t, "right"))
		at := rapid.IntRange(0, len(letters)).Draw(t, "at")
		end := min(at+rapid.IntRange(0, 2).Draw(t, "less"), len(letters))
		if end == at && rapid.Bool().Draw(t, "as it is") {
			return string(letters)
		}
		more := rapid.StringMatching(`[ -~\n§–æ\x{661}]?`).Draw(t, "more")
		return string(letters[:at]) + more + string(letters[end:])
	})
}

func TestPatternsEndAtTheirLength(t *testing.T) {
	for name, p := range patterns {
		long := []byte(strings.Repeat("1", p.Max+1))
		assert.Contains(t, p.check(long), fmt.Sprintf("at most %d characters", p.Max), name)
		assert.NotEmpty(t, p.check(nil), "%s: nothing is not a text", name)
	}
}

// TestLengthCountsCharacters: § is two bytes and one character.
func TestLengthCountsCharacters(t *testing.T) {
	assert.Empty(t, legalBasis.check([]byte(strings.Repeat("§", legalBasis.Max))))
	assert.NotEmpty(t, legalBasis.check([]byte(strings.Repeat("§", legalBasis.Max+1))))
}

func TestEveryPatternOfTheCatalogueIsTested(t *testing.T) {
	known := map[*Pattern]bool{}
	for _, p := range patterns {
		known[p] = true
	}
	for _, row := range Catalogue {
		for _, d := range Describe(row.New()) {
			assert.True(t, d.Text == nil || known[d.Text], "%s.%s", row.Name, d.Name)
		}
	}
}

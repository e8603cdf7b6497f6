package commands_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEachRefusalIsShown: a code that no test demands may as well be gone.
func TestEachRefusalIsShown(t *testing.T) {
	source, err := os.ReadFile("refusal.go")
	require.NoError(t, err)
	codes := regexp.MustCompile(`refusal\("([a-z0-9_]+)"`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(codes), 20)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var tests strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		tests.Write(text)
	}
	seen := map[string]bool{}
	for _, code := range codes {
		require.False(t, seen[code[1]], "%s stands for two refusals", code[1])
		seen[code[1]] = true
		require.True(t, strings.Contains(tests.String(), `"`+code[1]+`"`), "no test demands %s", code[1])
	}
}

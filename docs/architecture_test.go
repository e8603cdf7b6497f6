package docs_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "ettervern"

// rule is what one package's code, tests aside, may import.
type rule struct {
	ours    []string // packages of this module
	theirs  []string // module prefixes of others
	planned bool     // the package may be missing
}

// pkg is what go list tells of a package.
type pkg struct {
	ImportPath string
	Imports    []string
}

var importBlock = regexp.MustCompile("(?s)```imports\n(.*?)```")

// TestImports holds the code to the import rules in architecture.md. Does it fail? Then change the import, or change
// the rule there and say why in the commit.
func TestImports(t *testing.T) {
	rules := readRules(t)
	packages := listPackages(t)
	for _, p := range packages {
		name := local(p.ImportPath)
		r, listed := rules[name]
		if !assert.True(t, listed, "%s has no line in the import rules of docs/architecture.md", name) {
			continue
		}
		for _, path := range p.Imports {
			assert.True(t, r.allows(path), "%s may not import %s", name, path)
		}
	}
	for name, r := range rules {
		there := slices.ContainsFunc(packages, func(p pkg) bool { return local(p.ImportPath) == name })
		assert.True(t, there || r.planned, "%s has a line in docs/architecture.md, but is gone", name)
	}
}

// TestRulesKeepTheirPromise checks what the page says in words about its own table.
func TestRulesKeepTheirPromise(t *testing.T) {
	for name, r := range readRules(t) {
		if !strings.HasPrefix(name, "cmd/") {
			assert.False(t, slices.ContainsFunc(r.ours, func(p string) bool { return strings.HasPrefix(p, "cmd/") }), "%s imports from cmd", name)
		}
		nats := slices.ContainsFunc(r.theirs, func(p string) bool { return strings.HasPrefix(p, "github.com/nats-io/") })
		assert.False(t, nats && !strings.HasPrefix(name, "cmd/") && name != "events/jetstream" && name != "events/ledgertest", "%s knows NATS", name)
	}
}

func TestAllows(t *testing.T) {
	r := rule{ours: []string{"events"}, theirs: []string{"github.com/nats-io/nats.go"}}
	for path, want := range map[string]bool{
		"fmt": true, "encoding/json": true, "ettervern/events": true, "github.com/nats-io/nats.go/micro": true,
		"ettervern/events/jetstream": false, "github.com/nats-io/nats.gone": false, "github.com/google/uuid": false,
	} {
		assert.Equal(t, want, r.allows(path), path)
	}
}

// TestLinks finds every local link of the pages.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	decisions, err := filepath.Glob("adr/*.md")
	require.NoError(t, err)
	link := regexp.MustCompile(`\]\(([^)#:]+)[^):]*\)`)
	for _, page := range append(append(pages, decisions...), "../README.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			assert.FileExists(t, filepath.Join(filepath.Dir(page), found[1]), "linked from %s", page)
		}
	}
}

func (r rule) allows(path string) bool {
	if path == module || strings.HasPrefix(path, module+"/") {
		return slices.Contains(r.ours, local(path))
	}
	first, _, _ := strings.Cut(path, "/")
	if !strings.Contains(first, ".") {
		return true // the standard library
	}
	return slices.ContainsFunc(r.theirs, func(prefix string) bool {
		return path == prefix || strings.HasPrefix(path, prefix+"/")
	})
}

func local(path string) string { return strings.TrimPrefix(path, module+"/") }

// readRules reads lines such as "~cmd/x: events commands | github.com/a/b": ours, a bar, theirs; ~ is planned.
func readRules(t *testing.T) map[string]rule {
	t.Helper()
	page, err := os.ReadFile("architecture.md")
	require.NoError(t, err)
	block := importBlock.FindSubmatch(page)
	require.NotNil(t, block, "architecture.md has no block of import rules")
	rules := map[string]rule{}
	for line := range strings.Lines(string(block[1])) {
		name, imports, ok := strings.Cut(strings.TrimSpace(line), ":")
		require.True(t, ok, "no colon: %s", line)
		ours, theirs, _ := strings.Cut(imports, "|")
		r := rule{ours: strings.Fields(ours), theirs: strings.Fields(theirs), planned: strings.HasPrefix(name, "~")}
		name = strings.TrimPrefix(name, "~")
		require.NotContains(t, slices.Collect(maps.Keys(rules)), name, "two lines")
		rules[name] = r
	}
	return rules
}

func listPackages(t *testing.T) []pkg {
	t.Helper()
	list := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...")
	list.Dir, list.Stderr = "..", os.Stderr
	out, err := list.Output()
	require.NoError(t, err)
	var packages []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
	require.NotEmpty(t, packages)
	return packages
}

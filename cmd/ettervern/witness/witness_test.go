package witness_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"ettervern/cmd/ettervern/witness"
	"ettervern/events/proof"
)

const (
	origin = "kommune.example/ettervern"
	name   = "statsforvalter.example/vitne"
)

// log is a ledger as a witness sees it: hashes, and a key.
type log struct {
	t        *testing.T
	signer   note.Signer
	verifier note.Verifier
	edge     proof.Edge
	hashes   hashes
	signed   []proof.Signed // by size
}

type hashes []proof.Hash

// ReadHashes reads them by their places.
func (h hashes) ReadHashes(places []int64) ([]proof.Hash, error) {
	out := make([]proof.Hash, len(places))
	for i, place := range places {
		out[i] = h[place]
	}
	return out, nil
}

func newLog(t *testing.T, origin string) *log {
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	require.NoError(t, err)
	l := &log{t: t}
	l.signer, err = note.NewSigner(secret)
	require.NoError(t, err)
	l.verifier, err = note.NewVerifier(public)
	require.NoError(t, err)
	l.sign()
	return l
}

// twin is a log under the same key with the first n entries.
func (l *log) twin(n int) *log {
	other := &log{t: l.t, signer: l.signer, verifier: l.verifier}
	other.sign()
	for i := range n {
		other.grow(fmt.Sprint("entry ", i))
	}
	return other
}

func (l *log) grow(body string) {
	l.hashes = l.edge.Append(proof.Leaf([]byte(body)), l.hashes)
	l.sign()
}

func (l *log) sign() {
	c := proof.Checkpoint{Origin: l.signer.Name(), Size: l.edge.Size(), Root: l.edge.Root()}
	signed, err := c.Sign(l.signer)
	require.NoError(l.t, err)
	l.signed = append(l.signed, proof.Signed{Checkpoint: c, Note: signed})
}

// submission brings the checkpoint of a size, with the proof from an earlier one.
func (l *log) submission(old, size uint64) string {
	body, err := proof.ProveConsistency(l.signed[size], old, l.hashes)
	require.NoError(l.t, err)
	return string(body)
}

// open opens a witness of logs in a directory, and serves it.
func open(t *testing.T, dir string, logs ...*log) (url, key string) {
	config := witness.Config{Dir: dir, Name: name}
	for _, l := range logs {
		config.Ledgers = append(config.Ledgers, l.verifier)
	}
	w, err := witness.Open(config)
	require.NoError(t, err)
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.Close)
	return server.URL, w.VerifierKey()
}

func submit(t *testing.T, url, body string) (status int, media, answer string) {
	response, err := http.Post(url+"/add-checkpoint", "text/plain", strings.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header.Get("Content-Type"), string(text)
}

// Each answer of c2sp.org/tlog-witness, one submission after another to one witness.
func TestAWitnessAnswersAsTheSpecificationSays(t *testing.T) {
	l := newLog(t, origin)
	for i := range 9 {
		l.grow(fmt.Sprint("entry ", i))
	}
	stranger, impostor := newLog(t, "elsewhere.example"), newLog(t, origin)
	stranger.grow("entry 0")
	impostor.grow("entry 0")
	rewritten := l.twin(3)
	for i := range 6 {
		rewritten.grow(fmt.Sprint("another ", i))
	}
	url, key := open(t, t.TempDir(), l)
	verifier, err := proof.NewCosignatureVerifier(key)
	require.NoError(t, err)
	for _, c := range []struct {
		name, body string
		status     int
		size       string // told by a conflict
	}{
		{"the first one", l.submission(0, 3), 200, ""},
		{"the same again", l.submission(3, 3), 200, ""},
		{"a ledger that is not known", stranger.submission(0, 1), 404, ""},
		{"a key that is not known", impostor.submission(0, 1), 403, ""},
		{"an old size larger than the checkpoint's", strings.Replace(l.submission(3, 3), "old 3", "old 4", 1), 400, ""},
		{"nothing", "", 400, ""},
		{"from nothing, to learn the size", l.submission(0, 5), 409, "3\n"},
		{"from another size", l.submission(2, 5), 409, "3\n"},
		{"a smaller one", l.submission(2, 2), 409, "3\n"},
		{"a proof of something else", strings.Replace(l.submission(3, 6), "old 3\n", "old 3\n"+strings.Repeat("A", 43)+"=\n", 1), 422, ""},
		{"no proof", "old 3\n\n" + string(l.signed[6].Note), 422, ""},
		{"the next one", l.submission(3, 5), 200, ""},
		{"another ledger of the same size", rewritten.submission(5, 5), 409, "5\n"},
		{"another ledger that goes on", rewritten.submission(5, 9), 422, ""},
		{"the last one", l.submission(5, 9), 200, ""},
		{"too much", strings.Repeat("x", 1<<17), 413, ""},
	} {
		status, media, answer := submit(t, url, c.body)
		require.Equal(t, c.status, status, "%s: %s", c.name, answer)
		switch c.status {
		case 409:
			require.Equal(t, c.size, answer, c.name)
			require.Equal(t, "text/x.tlog.size", media)
		case 200:
			_, signed, _ := strings.Cut(c.body, "\n\n")
			require.Len(t, proof.Cosignatures([]byte(signed+answer), []note.Verifier{verifier}), 1, c.name)
		}
	}
	response, err := http.Get(url + "/add-checkpoint")
	require.NoError(t, err)
	require.Equal(t, 405, response.StatusCode)
	require.NoError(t, response.Body.Close())
}

// Extension lines are the ledger's: the witness signs them too, and of one size only one directory.
func TestAWitnessSignsTheWholeText(t *testing.T) {
	l := newLog(t, origin)
	l.grow("entry 0")
	url, key := open(t, t.TempDir(), l)
	verifier, err := proof.NewCosignatureVerifier(key)
	require.NoError(t, err)
	with := func(lines string) string {
		signed, err := note.Sign(&note.Note{Text: l.signed[1].Text() + lines}, l.signer)
		require.NoError(t, err)
		return string(signed)
	}
	one, two := "directory "+strings.Repeat("B", 42)+"A=\n", "directory "+strings.Repeat("C", 42)+"A=\n"
	status, _, answer := submit(t, url, "old 0\n\n"+with("a line of its own\n"))
	require.Equal(t, 200, status)
	require.Len(t, proof.Cosignatures([]byte(with("a line of its own\n")+answer), []note.Verifier{verifier}), 1)
	for lines, want := range map[string]int{one: 200} {
		status, _, _ = submit(t, url, "old 1\n\n"+with(lines))
		require.Equal(t, want, status)
	}
	status, _, answer = submit(t, url, "old 1\n\n"+with(two))
	require.Equal(t, 409, status)
	require.Equal(t, "1\n", answer)
}

// What a witness has cosigned it knows after a start, and its key stays.
func TestAWitnessRemembers(t *testing.T) {
	dir, l := t.TempDir(), newLog(t, origin)
	l.grow("entry 0")
	l.grow("entry 1")
	url, key := open(t, dir, l)
	status, _, _ := submit(t, url, l.submission(0, 2))
	require.Equal(t, 200, status)
	url, again := open(t, dir, l)
	require.Equal(t, key, again)
	status, _, answer := submit(t, url, l.submission(0, 1))
	require.Equal(t, 409, status)
	require.Equal(t, "2\n", answer)

	_, err := witness.Open(witness.Config{Dir: dir, Name: "another.example"})
	require.ErrorIs(t, err, witness.ErrName)
	_, err = witness.Open(witness.Config{Dir: t.TempDir()})
	require.ErrorIs(t, err, witness.ErrName)
	_, err = witness.Open(witness.Config{Dir: t.TempDir(), Name: "with spaces"})
	require.ErrorIs(t, err, witness.ErrName)
}

// A witness that cannot read what it has seen would cosign a ledger that was rewound. It does not start.
func TestAWitnessThatHasForgottenDoesNotStart(t *testing.T) {
	dir, l := t.TempDir(), newLog(t, origin)
	l.grow("entry 0")
	url, _ := open(t, dir, l)
	status, _, _ := submit(t, url, l.submission(0, 1))
	require.Equal(t, 200, status)
	files, err := filepath.Glob(filepath.Join(dir, "*.checkpoint"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	for _, damaged := range []string{"", "nothing"} {
		require.NoError(t, os.WriteFile(files[0], []byte(damaged), 0o600))
		_, err = witness.Open(witness.Config{Dir: dir, Ledgers: []note.Verifier{l.verifier}})
		require.ErrorIs(t, err, witness.ErrState)
	}
}

// However submissions meet, the witness never goes back, and never cosigns two ledgers of one size.
func TestAWitnessNeverGoesBack(t *testing.T) {
	l := newLog(t, origin)
	for i := range 20 {
		l.grow(fmt.Sprint("entry ", i))
	}
	fork := l.twin(0)
	for i := range 20 {
		fork.grow(fmt.Sprint("fork ", i))
	}
	url, _ := open(t, t.TempDir(), l)
	var clients sync.WaitGroup
	var mu sync.Mutex
	cosigned := map[*log]int{}
	for c := range 4 {
		clients.Go(func() {
			which := []*log{l, fork}[c%2]
			old := uint64(0)
			for range 30 {
				status, _, answer := submit(t, url, which.submission(old, min(old+1, 20)))
				switch status {
				case 200:
					mu.Lock()
					cosigned[which]++
					mu.Unlock()
				case 409:
					var seen uint64
					if _, err := fmt.Sscan(answer, &seen); err != nil || seen < old {
						t.Errorf("from %d back to %q", old, answer)
					}
					old = seen
				case 422:
				default:
					t.Errorf("%d: %s", status, answer)
				}
			}
		})
	}
	clients.Wait()
	require.Len(t, cosigned, 1, "one of the two, and never the other")
}

package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// rootByHand is the root as docs/bundle.md tells it, from all keys at once: no forks are kept, nothing is remembered.
func rootByHand(values map[Hash]Hash) Hash {
	keys := make([]Hash, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
	if len(keys) == 0 {
		return sha256.Sum256(nil)
	}
	return subtreeByHand(keys, values)
}

func subtreeByHand(sorted []Hash, values map[Hash]Hash) Hash {
	if len(sorted) == 1 {
		value := values[sorted[0]]
		return sha256.Sum256(slices.Concat([]byte{2}, sorted[0][:], value[:]))
	}
	for i := range 256 {
		ones := slices.IndexFunc(sorted, func(k Hash) bool { return k[i/8]>>(7-i%8)&1 == 1 })
		if ones > 0 {
			left, right := subtreeByHand(sorted[:ones], values), subtreeByHand(sorted[ones:], values)
			return sha256.Sum256(slices.Concat([]byte{3, byte(i)}, left[:], right[:]))
		}
	}
	panic("two keys are the same")
}

func TestTheDirectoryIsWhatThePageSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Directory
		values := map[Hash]Hash{}
		for range rapid.IntRange(0, 40).Draw(t, "changes") {
			key := Key(fmt.Sprint("youth/", rapid.IntRange(0, 15).Draw(t, "who")))
			values[key] = Value(rapid.Uint64().Draw(t, "number"), Hash{})
			d.Set(key, values[key])
			if rapid.Bool().Draw(t, "asked between") {
				require.Equal(t, rootByHand(values), d.Root())
			}
		}
		require.Equal(t, rootByHand(values), d.Root())
		require.Equal(t, len(values), d.Len())
	})
}

// What was signed once must verify for ever: this root must never come out otherwise.
func TestTheDirectoryOfThreeIsFrozen(t *testing.T) {
	d := directoryOf(3)
	root := d.Root()
	require.Equal(t, goldenDirectory, hex.EncodeToString(root[:]))
}

const goldenDirectory = "fcf335e9f95551b8db9dd9eb8510a197b2119282911a03c38c6ae2e8e8686402"

func directoryOf(n int) *Directory {
	var d Directory
	for i := range n {
		d.Set(nth(i))
	}
	return &d
}

func nth(i int) (key, value Hash) {
	return Key(fmt.Sprint("youth/", i)), Value(uint64(i)+1, Leaf(fmt.Appendf(nil, "entry %d", i)))
}

// Of everyone the directory shows what it holds, and of everyone else that it holds nothing.
func TestAPathShowsWhatIsHeldAndWhatIsNot(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	for size := range 40 {
		d := directoryOf(size)
		s := signDirectory(t, signer, d)
		for i := range size + 20 {
			key, want := nth(i)
			value, held, c, err := CheckPath(d.Path(key).Text(s), key, verifier)
			require.NoError(t, err)
			require.Equal(t, s.Checkpoint, c)
			require.Equal(t, i < size, held)
			if held {
				require.Equal(t, want, value)
			}
		}
	}
}

func signDirectory(t testing.TB, signer interface {
	Name() string
	KeyHash() uint32
	Sign([]byte) ([]byte, error)
}, d *Directory) Signed {
	c := Checkpoint{Origin: signer.Name(), Size: 7, Root: emptyRoot, Directory: d.Root()}
	signed, err := c.Sign(signer)
	require.NoError(t, err)
	return Signed{c, signed}
}

func TestAPathHoldsWholeOrNotAtAll(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	d := directoryOf(50)
	for _, who := range []int{7, 70} { // one that is held, one that is not
		key, _ := nth(who)
		p := d.Path(key).Text(signDirectory(t, signer, d))
		for i := range len(p) * 8 {
			_, _, _, err := CheckPath(flipped(p, i), key, verifier)
			require.ErrorIs(t, err, ErrForged, "bit %d", i)
		}
		for i := range p {
			_, _, _, err := CheckPath(p[:i], key, verifier)
			require.ErrorIs(t, err, ErrForged, "cut at %d", i)
		}
	}
}

// Whoever has a path for one entity cannot show with it that another is not there.
func TestAPathOfAnotherHidesNobody(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	d := directoryOf(50)
	s := signDirectory(t, signer, d)
	for hidden := range 50 {
		key, want := nth(hidden)
		for other := range 80 {
			another, _ := nth(other)
			value, held, _, err := CheckPath(d.Path(another).Text(s), key, verifier)
			if err == nil { // another whose way ends at the same leaf
				require.True(t, held, "%d is hidden by the path of %d", hidden, other)
				require.Equal(t, want, value)
			}
		}
	}
}

func TestACheckpointWithoutADirectoryShowsNothingOfEntities(t *testing.T) {
	signer, verifier := keys(t, "example.com/log")
	_, _, _, err := CheckPath((&Directory{}).Path(Key("youth/1")).Text(sign(t, signer, 0, emptyRoot)), Key("youth/1"), verifier)
	require.ErrorIs(t, err, ErrForged)
}

func TestTheDirectorysLineIsReadOneWayOnly(t *testing.T) {
	d := directoryOf(3)
	c := Checkpoint{Origin: "example.com/log", Size: 3, Root: emptyRoot, Directory: d.Root()}
	read, err := parseCheckpoint(c.Text())
	require.NoError(t, err)
	require.Equal(t, c, read)
	for name, wrong := range map[string]string{
		"no hash": "directory \n", "short": "directory AAAA\n", "zero": "directory " + text64(Hash{}) + "\n",
		"later": "another line\n" + c.Text()[len(Checkpoint{Origin: c.Origin, Size: 3, Root: emptyRoot}.Text()):],
		"more":  "directory " + text64(d.Root()) + " \n",
	} {
		_, err := parseCheckpoint(Checkpoint{Origin: c.Origin, Size: 3, Root: emptyRoot}.Text() + wrong)
		require.ErrorIs(t, err, ErrForged, name)
	}
}

// BenchmarkDirectory is what an entry costs in a directory of a million, with a root for every thousand.
func BenchmarkDirectory(b *testing.B) {
	d := directoryOf(1_000_000)
	d.Root()
	i := 0
	var changed [100_000]record
	for i := range changed {
		changed[i].key, changed[i].value = nth(i * 7919 % 1_000_000)
	}
	for b.Loop() {
		i++
		s := changed[i%len(changed)]
		d.Set(s.key, s.value)
		if i%1000 == 0 {
			d.Root()
		}
	}
}

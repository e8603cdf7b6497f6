package jetstream_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/minio/highwayhash"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
)

// rewrite changes a word in one entry of the block file of a server's store, and makes the server's checksum right again: so does someone
// who knows how the store is built. JetStream finds nothing wrong with it.
func rewrite(t *testing.T, dir string, sequence uint64, from, to string) {
	const header, checksum, withHeaders = 22, 8, 1 << 31
	require.Len(t, to, len(from))
	blocks, err := filepath.Glob(filepath.Join(dir, "*/streams/LEDGER/msgs/1.blk"))
	require.NoError(t, err)
	require.Len(t, blocks, 1)
	block, err := os.ReadFile(blocks[0])
	require.NoError(t, err)
	key := sha256.Sum256([]byte("LEDGER-1"))
	hash, err := highwayhash.NewDigest64(key[:])
	require.NoError(t, err)
	for rest := block; len(rest) > 0; {
		length := binary.LittleEndian.Uint32(rest)
		record := rest[:length&^withHeaders]
		rest = rest[len(record):]
		if binary.LittleEndian.Uint64(record[4:]) != sequence {
			continue
		}
		at := bytes.Index(record, []byte(from))
		require.Positive(t, at)
		copy(record[at:], to)
		subject := header + int(binary.LittleEndian.Uint16(record[20:]))
		message := subject
		if length&withHeaders != 0 {
			message += 4
		}
		for _, part := range [][]byte{record[4:20], record[header:subject], record[message : len(record)-checksum]} {
			_, err = hash.Write(part)
			require.NoError(t, err)
		}
		copy(record[len(record)-checksum:], hash.Sum(nil))
	}
	require.NoError(t, os.WriteFile(blocks[0], block, 0o600))
	indexes, err := filepath.Glob(filepath.Join(filepath.Dir(blocks[0]), "index.db"))
	require.NoError(t, err)
	for _, index := range indexes {
		require.NoError(t, os.Remove(index))
	}
}

func TestAChangedEntryIsFoundThoughItsChecksumIsRight(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 30)
	rewrite(t, filepath.Join(dir, "store/jetstream"), 17, `"municipality":"0301"`, `"municipality":"4601"`)
	for range 2 { // also when it is started again
		err := refuses(t, dir)
		require.ErrorIs(t, err, jetstream.ErrBroken)
		require.ErrorContains(t, err, "from sequence 17 on the stream is not what")
	}
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "tiles")))
	require.ErrorContains(t, refuses(t, dir), "between sequence 1 and 30 the stream is not what", "without the tiles it is not known where")
}

// inject publishes to the stream without the ledger, past its last entry.
func inject(t *testing.T, dir string, e events.Entry) {
	js, _, done := stream(t, dir)
	defer done()
	_, err := js.Publish(t.Context(), "ledger.youth."+e.Entity.ID, events.Encode(e))
	require.NoError(t, err)
}

func TestANumberThatIsNotTheNextIsFound(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 3)
	e := entry(youthID, 5, "injected")
	e.Recorded = time.Now().UTC().Truncate(time.Microsecond)
	inject(t, dir, e)
	require.ErrorContains(t, refuses(t, dir), "at sequence 4 the entity's number is 5")
}

func TestARecordedTimeThatGoesBackIsFound(t *testing.T) {
	dir := t.TempDir()
	closedLedger(t, dir, 3)
	e := entry(youthID, 4, "injected")
	e.Recorded = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	inject(t, dir, e)
	require.ErrorContains(t, refuses(t, dir), "at sequence 4 the recorded time goes back")
}

package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
)

// unzipped is the files of a youth's bundle.
func unzipped(t *testing.T, d door, youth, params string) map[string][]byte {
	archive := bodyOf(t, d, "/v1/youths/"+youth+"/bundle"+params)
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range reader.File {
		in, err := f.Open()
		require.NoError(t, err)
		files[f.Name], err = io.ReadAll(in)
		require.NoError(t, err)
	}
	return files
}

// TestABundleIsCheckedByHand follows docs/bundle.md, with nothing but SHA-256, Ed25519 and base64.
func TestABundleIsCheckedByHand(t *testing.T) {
	d := open(t)
	for youth := range 9 {
		require.Equal(t, 201, d.do("POST", "/v1/events", registrationOf(youth), "Content-Type", structured).StatusCode)
	}
	require.Equal(t, 201, d.do("POST", "/v1/events", of(2, "moved", "ResidenceChanged", "2025-01-10", `{"municipality":"0301"}`), "Content-Type", structured).StatusCode)
	key := strings.TrimSpace(string(bodyOf(t, d, "/v1/checkpoint/key")))
	const youth, nobody = "7b0c8f5e-5a43-4c6e-9a55-000000000002", "7b0c8f5e-5a43-4c6e-9a55-0000000000ff"

	files := unzipped(t, d, youth, "")
	checkpoint := string(files["checkpoint"])
	size, root := checkedByHand(t, checkpoint, key)
	require.Equal(t, uint64(10), size)
	var last []byte
	for n := 1; n <= 2; n++ {
		name := fmt.Sprintf("entries/youth/%s/%04d.", youth, n)
		entry, proof := files[name+"entry"], string(files[name+"tlog-proof"])
		head, under, _ := strings.Cut(proof, "\n\n")
		require.Equal(t, checkpoint, under)
		lines := strings.Split(head, "\n")
		index, err := strconv.ParseUint(strings.TrimPrefix(lines[1], "index "), 10, 64)
		require.NoError(t, err)
		require.Equal(t, root, climb(t, entry, index, size, lines[2:]))
		require.Contains(t, string(files[name+"json"]), fmt.Sprintf(`"entitynumber":%d`, n))
		last = hashOf([]byte{0}, entry)
	}
	held, value := throughTheDirectory(t, files["entries/youth/"+youth+"/directory"], checkpoint, youth)
	require.True(t, held)
	require.Equal(t, hashOf(binary.BigEndian.AppendUint64(nil, 2), last), value, "two entries, and this is the last")

	files = unzipped(t, d, nobody, "?absence=true")
	held, _ = throughTheDirectory(t, files["entries/youth/"+nobody+"/directory"], string(files["checkpoint"]), nobody)
	require.False(t, held)
}

// throughTheDirectory follows a youth's path, and is what is at its end.
func throughTheDirectory(t *testing.T, path []byte, checkpoint, youth string) (held bool, value []byte) {
	decoded := func(text string) []byte {
		b, err := base64.StdEncoding.DecodeString(text)
		require.NoError(t, err)
		require.Len(t, b, 32)
		return b
	}
	head, under, _ := strings.Cut(string(path), "\n\n")
	require.Equal(t, checkpoint, under)
	lines := strings.Split(head, "\n")
	require.Equal(t, "ettervern/directory-proof@v1", lines[0])
	leaf := strings.Split(lines[1], " ")
	require.Equal(t, "leaf", leaf[0])
	wanted, key, value := hashOf([]byte("youth/"+youth)), decoded(leaf[1]), decoded(leaf[2])
	at, before := hashOf([]byte{2}, key, value), 256
	for _, line := range lines[2:] {
		number, hash, _ := strings.Cut(line, " ")
		bit, err := strconv.Atoi(number)
		require.NoError(t, err)
		require.Less(t, bit, before)
		before = bit
		side := key[bit/8] >> (7 - bit%8) & 1
		require.Equal(t, side, wanted[bit/8]>>(7-bit%8)&1, "the path is the youth's")
		if side == 0 {
			at = hashOf([]byte{3, byte(bit)}, at, decoded(hash))
		} else {
			at = hashOf([]byte{3, byte(bit)}, decoded(hash), at)
		}
	}
	require.Equal(t, "directory "+base64.StdEncoding.EncodeToString(at), strings.Split(checkpoint, "\n")[3])
	return bytes.Equal(key, wanted), value
}

// The verdicts in a bundle are those that the ledger gives for the same question, byte for byte.
func TestABundleHoldsTheLedgersVerdicts(t *testing.T) {
	d := filled(t)
	youth := "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"
	for _, day := range []string{"2025-01-01", "2026-03-01"} {
		files := unzipped(t, d, youth, "?validAt="+day)
		require.NotEmpty(t, files["verdicts.ndjson"])
		require.Equal(t, string(bodyOf(t, d, "/v1/verdicts?youth="+youth+"&validAt="+day+"&knownAt=seq:1")), string(files["verdicts.ndjson"]))
	}
}

// A youth who has had another pseudonym: what was told under that counts, and so the bundle holds its history.
func TestABundleHoldsAFormerPseudonymsHistory(t *testing.T) {
	d := filled(t)
	former := []string{registrationOf(7), of(7, "assessed", "AssessmentCompleted", "2025-03-01", `{"service":"child_welfare","domains":["housing"],"conclusion":"no_need"}`),
		of(7, "merged", "YouthMerged", "2025-04-01", `{"into":"`+anna+`"}`)}
	for _, r := range read[[]commands.Receipt](t, d.post(batch, "["+strings.Join(former, ",")+"]")) {
		require.Equal(t, commands.Recorded, r.Status, "%v", r.Err)
	}
	require.Equal(t, 200, d.get("/v1/overdue?awaitSequence=2").StatusCode)
	files := unzipped(t, d, anna, "?validAt=2026-03-01")
	verdicts := string(bodyOf(t, d, "/v1/verdicts?youth="+anna+"&validAt=2026-03-01&knownAt=seq:2"))
	require.Equal(t, verdicts, string(files["verdicts.ndjson"]))
	require.Contains(t, verdicts, `"evidence":["assessed"]`)
	require.NotEmpty(t, files["entries/youth/7b0c8f5e-5a43-4c6e-9a55-000000000007/0001.entry"])
	require.Empty(t, string(bodyOf(t, d, "/v1/verdicts?youth=7b0c8f5e-5a43-4c6e-9a55-000000000007&validAt=2026-03-01")))
}

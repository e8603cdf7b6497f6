package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	format "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func cosigner(t testing.TB, name string, at time.Time) *Cosigner {
	c, err := NewCosigner(name, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)), func() time.Time { return at })
	require.NoError(t, err)
	return c
}

func cosignatureVerifier(t testing.TB, c *Cosigner) note.Verifier {
	v, err := NewCosignatureVerifier(c.VerifierKey())
	require.NoError(t, err)
	return v
}

// The text of the example in the specification c2sp.org/tlog-cosignature.
const example = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

// A second implementation judges our cosignatures, and makes some that we judge.
func TestCosignaturesHoldUnderASecondImplementation(t *testing.T) {
	for _, text := range []string{example, example + "directory " + text64(emptyRoot) + "\n"} {
		ours := cosigner(t, "witness.example.com/w1", time.Unix(1679315147, 0))
		line, err := ours.Cosign(text)
		require.NoError(t, err)
		theirs, err := format.NewVerifierForCosignatureV1(ours.VerifierKey())
		require.NoError(t, err)
		opened, err := note.Open([]byte(text+"\n"+string(line)), note.VerifierList(theirs))
		require.NoError(t, err)
		at, err := format.CoSigV1Timestamp(opened.Sigs[0])
		require.NoError(t, err)
		require.Equal(t, int64(1679315147), at.Unix())

		secret, public, err := note.GenerateKey(nil, "example.com/witness")
		require.NoError(t, err)
		signer, err := format.NewSignerForCosignatureV1(secret)
		require.NoError(t, err)
		key, err := format.VKeyToCosignatureV1(public)
		require.NoError(t, err)
		verifier, err := NewCosignatureVerifier(key)
		require.NoError(t, err)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		require.NoError(t, err)
		require.Len(t, Cosignatures(signed, []note.Verifier{verifier}), 1)
	}
}

// The published line has the form of ours: a key's id, the time of the published message, 64 bytes.
func TestTheCosignatureOfC2SPHasTheFormOfOurs(t *testing.T) {
	const published = "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
	theirs, err := base64.StdEncoding.DecodeString(published)
	require.NoError(t, err)
	line, err := cosigner(t, "witness.example.com/w1", time.Unix(1679315147, 0)).Cosign(example)
	require.NoError(t, err)
	text, found := strings.CutPrefix(string(line), "— witness.example.com/w1 ")
	require.True(t, found)
	ours, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, "\n"))
	require.NoError(t, err)
	require.Len(t, ours, len(theirs))
	require.Equal(t, theirs[4:12], ours[4:12])
	require.Equal(t, uint64(1679315147), binary.BigEndian.Uint64(ours[4:]))
}

// What a witness signs is for ever: Ed25519 signs the same text always the same way.
func TestACosignatureIsFrozen(t *testing.T) {
	c := cosigner(t, "witness.example.com/w1", time.Unix(1679315147, 0))
	line, err := c.Cosign(example)
	require.NoError(t, err)
	require.Equal(t, goldenCosignature, c.VerifierKey()+"\n"+string(line))
}

const goldenCosignature = "witness.example.com/w1+8122a5ab+BOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs\n" +
	"— witness.example.com/w1 gSKlqwAAAABkGFDLWr4Jea05CAgwNVtwky0Jgz6WfX0QJgM//FkB/W9BoT9TX0DkTxG+2cT4p/ViKNhUM/SnUwFcYQzugGFQ15LwDw==\n"

// A published key of a witness that runs.
func TestAWitnesssKeyIsReadAsPublished(t *testing.T) {
	const published = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
	v, err := NewCosignatureVerifier(published)
	require.NoError(t, err)
	require.Equal(t, "remora.n621.de", v.Name())
	require.Equal(t, uint32(0xda77ade7), v.KeyHash())
	for _, wrong := range []string{
		"", "remora.n621.de", strings.Replace(published, "da77", "da78", 1), strings.Replace(published, "+BOv", "+AOv", 1), published + "AA",
		strings.Replace(published, "remora", "re mora", 1), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	} {
		_, err := NewCosignatureVerifier(wrong)
		require.ErrorIs(t, err, ErrCosigner, wrong)
	}
}

func TestACosignatureHoldsWholeOrNotAtAll(t *testing.T) {
	c := cosigner(t, "witness.example.com/w1", time.Unix(1679315147, 0))
	line, err := c.Cosign(example)
	require.NoError(t, err)
	signed := []byte(example + "\n" + string(line))
	verifiers := []note.Verifier{cosignatureVerifier(t, c)}
	require.Equal(t, []string{string(line)}, Cosignatures(signed, verifiers))
	for i := range len(signed) * 8 {
		require.Empty(t, Cosignatures(flipped(signed, i), verifiers), "bit %d", i)
	}
	other := cosigner(t, "witness.example.com/w2", time.Unix(1679315147, 0))
	require.Empty(t, Cosignatures(signed, []note.Verifier{cosignatureVerifier(t, other)}))
}

// The example of the specification c2sp.org/tlog-witness, but for a second signature.
func TestASubmissionIsThatOfC2SP(t *testing.T) {
	const head = "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n" +
		"5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\n"
	const signed = example + "\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
	s, err := ParseSubmission([]byte(head + signed))
	require.NoError(t, err)
	require.Equal(t, uint64(20852014), s.Old)
	require.Equal(t, "example.com/behind-the-sofa", s.Origin)
	require.Equal(t, signed, string(s.Signed))
	require.Equal(t, example, Body(s.Signed))
	require.Len(t, s.path, 4)
	for name, wrong := range map[string]string{
		"nothing": "", "no old": "20852014\n\n" + signed, "a zero before": "old 020852014\n\n" + signed, "no checkpoint": "old 1\n",
		"a line that is no hash": "old 1\nhello\n\n" + signed, "too many": "old 1\n" + strings.Repeat(text64(emptyRoot)+"\n", 64) + "\n" + signed,
	} {
		_, err := ParseSubmission([]byte(wrong))
		require.ErrorIs(t, err, ErrForged, name)
	}
}

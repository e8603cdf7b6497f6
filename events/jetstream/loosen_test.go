package jetstream_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	nats "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"ettervern/events/jetstream"
)

// stream opens the store without the ledger, as someone with the files in hand could.
func stream(t *testing.T, dir string) (nats.JetStream, nats.Stream, func()) {
	server, err := jetstream.StartServer(jetstream.ServerConfig{Dir: dir})
	require.NoError(t, err)
	conn, err := server.Connect()
	require.NoError(t, err)
	js, err := nats.New(conn)
	require.NoError(t, err)
	s, err := js.Stream(t.Context(), "LEDGER")
	require.NoError(t, err)
	return js, s, func() { conn.Close(); require.NoError(t, server.Close()) }
}

func loosen(t *testing.T, dir string) {
	js, s, done := stream(t, dir)
	defer done()
	config := s.CachedInfo().Config
	config.MaxMsgs = 5
	_, err := js.UpdateStream(t.Context(), config)
	require.NoError(t, err)
}

func TestAStreamMadeAnewIsRefused(t *testing.T) {
	dir := t.TempDir()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	js, s, done := stream(t, dir)
	config := s.CachedInfo().Config
	require.NoError(t, js.DeleteStream(t.Context(), "LEDGER"))
	require.Eventually(t, func() bool { // the server takes the old files away when it has time
		_, err := js.CreateStream(t.Context(), config)
		return err == nil
	}, patience, time.Millisecond)
	done()
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.ErrorIs(t, err, jetstream.ErrLoosened)
}

func TestAStreamThatIsGoneIsRefused(t *testing.T) {
	dir := t.TempDir()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	js, _, done := stream(t, dir)
	require.NoError(t, js.DeleteStream(t.Context(), "LEDGER"))
	done()
	_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.ErrorIs(t, err, jetstream.ErrLoosened)
}

func TestAnIdentityThatCannotBeReadIsNotOverlooked(t *testing.T) {
	dir := t.TempDir()
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	path := filepath.Join(dir, "ledger.json")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, half := range []string{"", string(whole[:len(whole)/2])} {
		require.NoError(t, os.WriteFile(path, []byte(half), 0o600))
		_, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
		require.ErrorIs(t, err, jetstream.ErrLoosened)
	}
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	ledger, err = jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
}

func TestNobodyElseReadsTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	ledger, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	_, err = ledger.Append(t.Context(), entry(youthID, 1, "a"), 0)
	require.NoError(t, err)
	require.NoError(t, ledger.Close(t.Context()))
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, "%s has mode %s", path, info.Mode())
		return nil
	}))
}

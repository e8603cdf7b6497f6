package vault_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/vault"
)

func sheet(t *testing.T, keys int) vault.Sheet {
	master := vault.NewMasterKey()
	s := vault.Sheet{Master: master.ID(), Ledger: "a-ledger"}
	for range keys {
		w, err := vault.Wrap(master, s.Ledger, vault.NewKey())
		require.NoError(t, err)
		s.Keys = append(s.Keys, w)
	}
	return s
}

func TestABackupOfKeysIsReadWholeOrNotAtAll(t *testing.T) {
	for n := range 4 {
		want := vault.Backup{Ledger: "a-ledger", Until: events.MustDate("2027-02-23")}
		for i := range n {
			want.Sheets = append(want.Sheets, sheet(t, i+1))
		}
		text := want.Encode()
		read, err := vault.DecodeBackup(text)
		require.NoError(t, err)
		require.Equal(t, want, read)
		for bit := range 8 * len(text) {
			changed := bytes.Clone(text)
			changed[bit/8] ^= 1 << (bit % 8)
			_, err := vault.DecodeBackup(changed)
			require.ErrorIs(t, err, vault.ErrBackup)
		}
		for end := range text {
			_, err := vault.DecodeBackup(text[:end])
			require.ErrorIs(t, err, vault.ErrBackup)
		}
	}
}

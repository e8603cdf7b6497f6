package vault_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
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
		for i := range n / 2 * 3 {
			want.Erasures = append(want.Erasures, vault.Plain(nil, vault.Clear{Entity: events.YouthEntity("a-youth"), Number: uint64(i) + 1}, []byte("[{}]  ")))
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

// Backups of before they told who was erased are good for as long as they were.
func TestABackupOfTheFirstFormIsRead(t *testing.T) {
	text := "ettervern key backup 1\na-ledger 2027-02-23\n\nettervern keys 1 a-master a-ledger\n"
	text += fmt.Sprintf("\n%x\n", sha256.Sum256([]byte(text)))
	read, err := vault.DecodeBackup([]byte(text))
	require.NoError(t, err)
	require.Equal(t, vault.Backup{Ledger: "a-ledger", Until: events.MustDate("2027-02-23"), Sheets: []vault.Sheet{{Master: "a-master", Ledger: "a-ledger"}}}, read)
}

package vault_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/vault"
)

func TestTheMasterKeyIsKeptInAFileOfItsOwner(t *testing.T) {
	file := filepath.Join(t.TempDir(), "master.key")
	_, err := vault.OpenMasterKey(file)
	require.ErrorIs(t, err, vault.ErrNoMasterKey)
	made, err := vault.CreateMasterKey(file)
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	again, err := vault.OpenMasterKey(file)
	require.NoError(t, err)
	require.Equal(t, made.ID(), again.ID())
	wrapped, err := made.Wrap([]byte("secret"), []byte("about"))
	require.NoError(t, err)
	secret, err := again.Unwrap(wrapped, []byte("about"))
	require.NoError(t, err)
	require.Equal(t, "secret", string(secret))
	_, err = again.Unwrap(wrapped, []byte("about another"))
	require.ErrorIs(t, err, vault.ErrNotWrapped)

	_, err = vault.CreateMasterKey(file)
	require.ErrorIs(t, err, os.ErrExist, "another's key is never overwritten")
	require.NoError(t, os.Chmod(file, 0o640))
	_, err = vault.OpenMasterKey(file)
	require.ErrorIs(t, err, vault.ErrMasterKeyOpen)
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.WriteFile(file, []byte("0123"), 0o600))
	_, err = vault.OpenMasterKey(file)
	require.ErrorIs(t, err, vault.ErrMasterKeyBroken)
}

func TestAKeyUnwrapsOnlyWhereItBelongs(t *testing.T) {
	master, key := vault.NewMasterKey(), vault.NewKey()
	wrapped, err := vault.Wrap(master, "ledger", key)
	require.NoError(t, err)
	unwrapped, err := wrapped.Unwrap(master, "ledger")
	require.NoError(t, err)
	stored := sealed(t, key)
	_, err = unwrapped.Open(nil, stored)
	require.NoError(t, err)

	_, err = wrapped.Unwrap(vault.NewMasterKey(), "ledger")
	require.ErrorIs(t, err, vault.ErrNotWrapped, "another master")
	_, err = wrapped.Unwrap(master, "another ledger")
	require.ErrorIs(t, err, vault.ErrNotWrapped)
	_, err = vault.WrappedKey{ID: vault.NewKey().ID, Wrapped: wrapped.Wrapped}.Unwrap(master, "ledger")
	require.ErrorIs(t, err, vault.ErrNotWrapped, "another key's name")
	for bit := range 8 * len(wrapped.Wrapped) {
		changed := vault.WrappedKey{ID: wrapped.ID, Wrapped: bytes.Clone(wrapped.Wrapped)}
		changed.Wrapped[bit/8] ^= 1 << (bit % 8)
		_, err = changed.Unwrap(master, "ledger")
		require.ErrorIs(t, err, vault.ErrNotWrapped, "bit %d", bit)
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	key, master := vault.NewKey(), vault.NewMasterKey()
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		require.Equal(t, "(key "+key.ID.String()+")", fmt.Sprintf(form, key))
		require.Equal(t, "(master key "+master.ID()+")", fmt.Sprintf(form, master))
	}
}

func TestWhatIsNoSheetIsRefused(t *testing.T) {
	text, err := os.ReadFile("testdata/golden/sheet")
	require.NoError(t, err)
	for _, wrong := range [][]byte{
		nil, []byte("ettervern keys 2 a b\n"), text[:len(text)-1], append(bytes.Clone(text), "x\n"...), append(bytes.Clone(text[:len(text)-2]), "*\n"...),
	} {
		_, err := vault.DecodeSheet(wrong)
		require.ErrorIs(t, err, vault.ErrSheet, "%.40q", wrong)
	}
}

func entityOf(n int) events.Entity { return events.YouthEntity(fmt.Sprint(n)) }

func TestARingBindsEachKeyToOneEntity(t *testing.T) {
	ring := vault.NewRing()
	keys := []*vault.Key{vault.NewKey(), vault.NewKey(), vault.NewKey()}
	ring.Add(keys)
	taken, _ := ring.Take(entityOf(1))
	require.Nil(t, taken, "before every entry was opened nobody knows which keys are free")

	c := clear
	c.Entity = entityOf(1)
	_, body, err := ring.Open(nil, keys[0].Seal(nil, c, vault.Pad([]byte("[]"))))
	require.NoError(t, err)
	require.Equal(t, "[]", string(body))
	ring.Settle()
	require.Equal(t, 2, ring.Free())

	first, fresh := ring.Take(entityOf(1))
	require.False(t, fresh)
	require.Equal(t, keys[0].ID, first.ID, "it goes on with the key that its entries name")
	second, fresh := ring.Take(entityOf(2))
	require.True(t, fresh)
	again, fresh := ring.Take(entityOf(2))
	require.False(t, fresh)
	require.Same(t, second, again)
	third, _ := ring.Take(entityOf(3))
	require.NotEqual(t, second.ID, third.ID)
	none, _ := ring.Take(entityOf(4))
	require.Nil(t, none)
	ring.Add([]*vault.Key{keys[0], vault.NewKey()})
	require.Equal(t, 1, ring.Free(), "a key that is there is not free again")
}

func TestARingWithoutTheKeyTellsWhatIsClear(t *testing.T) {
	key := vault.NewKey()
	c, _, err := vault.NewRing().Open(nil, sealed(t, key))
	require.ErrorIs(t, err, vault.ErrNoKey)
	require.Equal(t, clear.Entity, c.Entity)
	require.Equal(t, key.ID, c.Key)
}

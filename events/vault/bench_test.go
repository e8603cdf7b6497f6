package vault_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events/vault"
)

func BenchmarkSheet(b *testing.B) {
	master := vault.NewMasterKey()
	b.ReportAllocs()
	for b.Loop() {
		sheet := vault.Sheet{Master: master.ID(), Ledger: "0d3b1c86-6d7e-4a2c-8d0e-3f1d1d4a9f10"}
		for range vault.SheetKeys {
			wrapped, err := vault.Wrap(master, sheet.Ledger, vault.NewKey())
			require.NoError(b, err)
			sheet.Keys = append(sheet.Keys, wrapped)
		}
		sheet.Encode()
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	ring, key := vault.NewRing(), vault.NewKey()
	ring.Add([]*vault.Key{key})
	body := vault.Pad(make([]byte, 500))
	var stored, opened []byte
	b.ReportAllocs()
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			stored = ring.Seal(key, stored[:0], clear, body)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		var err error
		for b.Loop() {
			_, opened, err = ring.Open(opened[:0], stored)
		}
		require.NoError(b, err)
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = vault.Parse(stored)
		}
	})
}

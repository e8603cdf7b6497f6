package vault_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/events/vault"
)

var (
	before2032 = events.MustDate("2031-12-31")
	from2032   = events.MustDate("2032-01-01")
)

// TestNumbers: none of these numbers was given to anyone. The D-number and the synthetic ones are computed.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		name, number string
		rules        vault.Rules
		today        events.Date
		err          error
	}{
		{"a national identity number", "15076500565", vault.RealOnly, before2032, nil},
		{"with a space", "150765 00565", vault.RealOnly, before2032, nil},
		{"with a hyphen", " 150765-00565 ", vault.RealOnly, before2032, nil},
		{"a D-number", "55076500565", vault.RealOnly, before2032, vault.ErrCheck},
		{"month + 80", "10890377470", vault.RealOnly, before2032, vault.ErrSynthetic},
		{"month + 80 where they are taken", "10890377470", vault.AlsoSynthetic, before2032, nil},
		{"month + 80 in the demo", "10890377470", vault.SyntheticNumbers, before2032, nil},
		{"a real one where synthetic ones are taken too", "15076500565", vault.AlsoSynthetic, before2032, nil},
		{"a real one in the demo", "15076500565", vault.SyntheticNumbers, before2032, vault.ErrReal},
		{"a control digit wrong", "15076500566", vault.RealOnly, before2032, vault.ErrCheck},
		{"a day that does not exist", "31026500000", vault.RealOnly, before2032, vault.ErrCheck},
		{"a letter", "1507650056a", vault.RealOnly, before2032, vault.ErrNoNumber},
		{"ten digits", "1507650056", vault.RealOnly, before2032, vault.ErrNoNumber},
		{"nothing", "", vault.RealOnly, before2032, vault.ErrNoNumber},
		{"a DUF number", "200205705502", vault.RealOnly, before2032, nil},
		{"a DUF number that is wrong", "200205705503", vault.RealOnly, before2032, vault.ErrCheck},
		{"a DUF number in the demo", "200205705502", vault.SyntheticNumbers, before2032, vault.ErrReal},
	} {
		_, err := vault.ParseNumber(c.number, c.rules, c.today)
		require.ErrorIs(t, err, c.err, c.name)
		if err != nil && c.number != "" {
			require.NotContains(t, err.Error(), c.number)
		}
	}
}

// withControls puts control digits behind nine digits, the first with a rest; "" when there are none.
func withControls(nine string, rest int) string {
	for control := range 100 {
		whole := fmt.Sprintf("%s%02d", nine, control)
		if read, ok := events.ReadIdentityNumber(whole); ok && read.FirstRest == rest {
			return whole
		}
	}
	return ""
}

func TestFourRestsFrom2032(t *testing.T) {
	for rest := range 5 {
		number := ""
		for serial := 100; number == ""; serial++ {
			number = withControls(fmt.Sprint("150765", serial), rest)
		}
		_, err := vault.ParseNumber(number, vault.RealOnly, before2032)
		require.Equal(t, rest == 0, err == nil, "rest %d", rest)
		_, err = vault.ParseNumber(number, vault.RealOnly, from2032)
		require.Equal(t, rest <= 3, err == nil, "rest %d from 2032", rest)
	}
}

func TestADNumberIsKnownForOne(t *testing.T) {
	for serial := 100; serial < 999; serial++ {
		for _, day := range []int{15, 55} {
			if number := withControls(fmt.Sprint(day, "0765", serial), 0); number != "" {
				n, err := vault.ParseNumber(number, vault.RealOnly, before2032)
				require.NoError(t, err)
				require.Equal(t, day == 55, n.DNumber)
			}
		}
	}
}

// TestAPseudonymIsForEver: with this secret these numbers have these pseudonyms, worked out by another program. Does it
// fail? Then change the code, never the values: every ledger in the world rests on them.
func TestAPseudonymIsForEver(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("0123456789abcdef", 4)), 0o600))
	p, err := vault.Open(file)
	require.NoError(t, err)
	for number, want := range map[string]string{
		"15076500565":  "f7920829-ae33-8487-8b14-bf71d0a03977",
		"200205705502": "5b90cf0d-375a-8742-bc8d-040f8c6d53bb",
	} {
		n, err := vault.ParseNumber(number, vault.RealOnly, before2032)
		require.NoError(t, err)
		require.Equal(t, want, p.Of(n))
	}
	require.Equal(t, "beaf6a6b-b3a2-82a0-90a9-3f55d3e7637b", p.Of(vault.CaseNumber("27e9e06f-59b4-4e92-affd-deeaa842bc19")))
	require.Equal(t, "97e90ff4-8fd5-8d55-ab33-517459b503a9", p.ID())
}

// TestPseudonymsAreNamesOfYouths and differ by number and by secret.
func TestPseudonymsAreNamesOfYouths(t *testing.T) {
	one, two := vault.Ephemeral(), vault.Ephemeral()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[0-9]{11}`).Draw(t, "a"), rapid.StringMatching(`[0-9]{11}`).Draw(t, "b")
		of := one.Of(vault.CaseNumber(a))
		require.True(t, events.CanonicalUUID(of))
		require.Equal(t, byte('8'), of[14])
		require.Equal(t, a == b, of == one.Of(vault.CaseNumber(b)))
		require.NotEqual(t, of, two.Of(vault.CaseNumber(a)))
	})
	require.NotEqual(t, one.ID(), two.ID())
}

func TestASecretIsMadeOnceAndForItsOwnerOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pseudonym.secret")
	_, err := vault.Open(file)
	require.ErrorIs(t, err, vault.ErrNoSecret)
	made, err := vault.Create(file)
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = vault.Create(file)
	require.ErrorIs(t, err, os.ErrExist, "a secret never takes the place of another")
	again, err := vault.Open(file)
	require.NoError(t, err)
	require.Equal(t, made.ID(), again.ID())
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, left, 1)
}

func TestASecretThatIsNoneOrNotSecretIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	good := strings.Repeat("0123456789abcdef", 4)
	for _, bad := range []string{"", "secret", good + "00", good[:62]} {
		require.NoError(t, os.WriteFile(file, []byte(bad), 0o600))
		_, err := vault.Open(file)
		require.ErrorIs(t, err, vault.ErrSecretBroken)
		require.NotContains(t, err.Error(), "0123")
	}
	require.NoError(t, os.WriteFile(file, []byte(good), 0o600))
	require.NoError(t, os.Chmod(file, 0o640))
	_, err := vault.Open(file)
	require.ErrorIs(t, err, vault.ErrSecretOpen)
}

// TestNothingIsShown: neither a number nor a secret gets into a log by being printed.
func TestNothingIsShown(t *testing.T) {
	n, err := vault.ParseNumber("15076500565", vault.RealOnly, before2032)
	require.NoError(t, err)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "number", n, "secret", vault.Ephemeral())
	for _, shown := range []string{fmt.Sprint(n), fmt.Sprintf("%v %+v %#v %s %q", n, n, n, n, n), log.String()} {
		require.NotContains(t, shown, "15076500565")
		require.NotContains(t, shown, "00565")
	}
	require.NotRegexp(t, `[0-9a-f]{16}|\[[0-9 ]+`, fmt.Sprintf("%v %+v %#v", vault.Ephemeral(), vault.Ephemeral(), vault.Ephemeral()))
	require.False(t, n.IsZero())
}

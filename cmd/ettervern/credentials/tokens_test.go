package credentials_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/events"
)

type desk struct {
	*credentials.Tokens
	path string
	now  time.Time
}

func open(t *testing.T) *desk {
	d := &desk{path: filepath.Join(t.TempDir(), "data", "tokens.json"), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	d.Tokens = credentials.OpenTokens(d.path, access.Places{Offices: []string{"Innlandet"}}, func() time.Time { return d.now })
	return d
}

func caseworker() credentials.Order {
	return credentials.Order{Name: "kari", Role: access.Caseworker, Scope: access.Scope{Municipalities: []string{"3403"}}, Days: 10}
}

func TestATokenIsGoodUntilItRunsOutOrIsRevoked(t *testing.T) {
	d := open(t)
	_, secret, err := d.Create(caseworker())
	require.NoError(t, err)
	who, err := d.Identify(secret)
	require.NoError(t, err)
	require.Equal(t, access.Caseworker, who.Role)
	require.Equal(t, "caseworker", who.Actor)
	require.Equal(t, []string{"3403"}, who.Municipalities)
	require.True(t, strings.HasPrefix(who.Name, "kari #"))
	for _, wrong := range []string{"", "ettervern_", secret[:len(secret)-1], secret + "A", strings.TrimPrefix(secret, "ettervern_")} {
		_, err = d.Identify(wrong)
		require.ErrorIs(t, err, credentials.ErrNotGood, wrong)
	}
	d.now = d.now.AddDate(0, 0, 10)
	_, err = d.Identify(secret)
	require.ErrorIs(t, err, credentials.ErrNotGood, "it has run out")

	again, secret, err := d.Create(caseworker())
	require.NoError(t, err)
	other := credentials.OpenTokens(d.path, access.Places{}, func() time.Time { return d.now }) // another process
	_, err = other.Identify(secret)
	require.NoError(t, err)
	require.NoError(t, d.Revoke(again.ID))
	require.NoError(t, d.Revoke(again.ID))
	for _, tokens := range []*credentials.Tokens{d.Tokens, other} {
		_, err = tokens.Identify(secret)
		require.ErrorIs(t, err, credentials.ErrNotGood, "revoked")
	}
	require.ErrorIs(t, d.Revoke("nothing"), events.ErrNotFound)
}

func TestTheFileHoldsNoSecretAndIsTheServicesAlone(t *testing.T) {
	d := open(t)
	_, secret, err := d.Create(caseworker())
	require.NoError(t, err)
	text, err := os.ReadFile(d.path)
	require.NoError(t, err)
	require.NotContains(t, string(text), secret)
	require.NotContains(t, string(text), strings.TrimPrefix(secret, "ettervern_"))
	info, err := os.Stat(d.path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	list, err := d.List()
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Empty(t, list[0].Hash)

	require.NoError(t, os.Chmod(d.path, 0o640))
	_, err = d.Identify(secret)
	require.ErrorIs(t, err, credentials.ErrOpenFile, "whoever reads hashes may also have written some")
}

// TestAFileThatCannotBeReadLetsNobodyIn: nor is it taken for the first start, nor written over.
func TestAFileThatCannotBeReadLetsNobodyIn(t *testing.T) {
	d := open(t)
	_, secret, err := d.Create(caseworker())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.path, []byte("[{"), 0o600))
	_, err = d.Identify(secret)
	require.ErrorContains(t, err, "damaged")
	_, err = d.First()
	require.ErrorContains(t, err, "damaged")
	_, _, err = d.Create(caseworker())
	require.ErrorContains(t, err, "damaged")
	require.NoFileExists(t, d.path+".new")
}

func TestOnlyTheFirstStartMakesATokenByItself(t *testing.T) {
	d := open(t)
	secret, err := d.First()
	require.NoError(t, err)
	who, err := d.Identify(secret)
	require.NoError(t, err)
	require.Equal(t, access.Administrator, who.Role)
	list, err := d.List()
	require.NoError(t, err)
	require.NoError(t, d.Revoke(list[0].ID))
	secret, err = d.First()
	require.NoError(t, err)
	require.Empty(t, secret, "also when it was revoked")
}

func TestAnOrderThatCannotBeMeantIsRefused(t *testing.T) {
	d := open(t)
	for pointer, order := range map[string]credentials.Order{
		"/days": {Name: "x", Role: access.Witness, Days: 731}, "/role": {Name: "x"}, "/municipalities": {Name: "x", Role: access.Caseworker},
	} {
		_, _, err := d.Create(order)
		var form *events.FormError
		require.ErrorAs(t, err, &form)
		require.Equal(t, pointer, form.Faults[0].Pointer)
	}
	require.NoFileExists(t, d.path)
}

func TestOneChangesTheTokensAtATime(t *testing.T) {
	d := open(t)
	_, _, err := d.Create(caseworker())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.path+".new", nil, 0o600))
	_, _, err = d.Create(caseworker())
	require.ErrorIs(t, err, credentials.ErrBusy)
	list, err := d.List()
	require.NoError(t, err)
	require.Len(t, list, 1, "what there was stands")
}

func TestTheGateTakesBearerTokens(t *testing.T) {
	d := open(t)
	_, secret, err := d.Create(caseworker())
	require.NoError(t, err)
	gate := credentials.Gate{Tokens: d.Tokens}
	for header, good := range map[string]bool{"Bearer " + secret: true, "bearer  " + secret: true, "Basic " + secret: false, secret: false, "Bearer": false} {
		who, err := gate.Identify(&http.Request{Header: http.Header{"Authorization": {header}}})
		require.Equal(t, good, err == nil && who != nil, header)
	}
	who, err := gate.Identify(&http.Request{Header: http.Header{}})
	require.NoError(t, err)
	require.Nil(t, who)
}

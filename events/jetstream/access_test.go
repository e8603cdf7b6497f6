package jetstream

import (
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// What crosses a network is about youths: it is encrypted, whatever the server offers.
func TestServersOnOtherMachinesMustSpeakTLS(t *testing.T) {
	for servers, secure := range map[string]bool{
		"nats://127.0.0.1:4222": false, "nats://localhost:4222": false, "nats://[::1]:4222": false,
		"nats://192.0.2.1:4222": true, "nats://nats-1:4222": true, "nats://127.0.0.1.example.org:4222": true,
	} {
		o := nats.Options{Servers: []string{"nats://127.0.0.1:4222", servers}}
		require.NoError(t, private(&o))
		require.Equal(t, secure, o.Secure, servers)
		require.Equal(t, !secure, o.IgnoreDiscoveredServers, "a server on this machine does not lead to others")
	}
}

func TestAnErrorNeverRepeatsAPassword(t *testing.T) {
	_, err := Access{Server: "nats://user:pass%zzword@127.0.0.1:1"}.connect("ledger", Config{}.withDefaults().Log)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "word")
}

package main

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/danielgtaylor/huma/v2/yaml"
	"github.com/stretchr/testify/require"

	"ettervern/cmd/ettervern/api"
	"ettervern/cmd/ettervern/intake"
)

var write = flag.Bool("write", false, "write the descriptions of the doors that are stale")

// TestDescriptionsAreFresh: docs/openapi.yaml and docs/asyncapi.yaml are what the doors say of themselves. They are
// written by go test ./cmd/ettervern -run Descriptions -write, for nothing outside cmd knows the doors.
func TestDescriptionsAreFresh(t *testing.T) {
	http, err := api.Description("1")
	require.NoError(t, err)
	requests, err := intake.Description("1")
	require.NoError(t, err)
	var nats bytes.Buffer
	require.NoError(t, yaml.Convert(&nats, bytes.NewReader(requests)))
	for path, want := range map[string][]byte{"../../docs/openapi.yaml": http, "../../docs/asyncapi.yaml": nats.Bytes()} {
		if *write {
			require.NoError(t, os.WriteFile(path, want, 0o644))
		}
		got, err := os.ReadFile(path)
		require.NoError(t, err, "run: go test ./cmd/ettervern -run Descriptions -write")
		require.Equal(t, string(want), string(got), "%s is stale; run: go test ./cmd/ettervern -run Descriptions -write", path)
	}
}

package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/events/vault"
)

const (
	crashes = 20
	clients = 8
)

// TestKilledServersLoseNothingTheyAcknowledged kills the real binary while eight clients record, again and again on one
// data directory, and then finds every acknowledged event exactly once, in gapless numbers for each youth.
func TestKilledServersLoseNothingTheyAcknowledged(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "ettervern")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for round := range crashes {
		for _, id := range recordUntilKilled(t, binary, dir, round) {
			acknowledged[id] = true
		}
	}
	require.NotEmpty(t, acknowledged)
	for _, entry := range ledgertest.CheckInvariants(t, openIn(t, dir)) {
		for _, o := range entry.Events {
			delete(acknowledged, o.ID)
		}
	}
	require.Empty(t, acknowledged, "acknowledged events that are gone")
}

// openIn opens the ledger that the binary kept in dir.
func openIn(t *testing.T, dir string) *jetstream.Ledger {
	t.Helper()
	master, err := vault.OpenMasterKey(filepath.Join(dir, "master.key"))
	require.NoError(t, err)
	return ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.Master = dir, master })
}

// recordUntilKilled starts a server, records with all clients, kills it in the middle, and is the ids acknowledged.
func recordUntilKilled(t *testing.T, binary, dir string, round int) []string {
	t.Helper()
	server := exec.Command(binary, "serve", "--insecure", "--data", dir, "--http", "127.0.0.1:0", "--nats-listen", "")
	server.Stderr = os.Stderr
	stdout, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	url := line[:len(line)-1]

	var acks atomic.Int64
	target := int64(50 + rand.IntN(150))
	reached := make(chan struct{})
	var once sync.Once
	ids := make([][]string, clients)
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			ids[c] = recordUntilGone(url, round, c, func() {
				if acks.Add(1) >= target {
					once.Do(func() { close(reached) })
				}
			})
		})
	}
	select {
	case <-reached:
	case <-time.After(time.Minute):
		t.Error("the server acknowledged too little")
	}
	require.NoError(t, server.Process.Kill())
	_ = server.Wait() // killed
	all.Wait()
	return append(ids[0], bytesOf(ids[1:])...)
}

func bytesOf(lists [][]string) (all []string) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// recordUntilGone records events of a youth shared by two clients until the server is gone. It calls acknowledged for
// each event that the server says it has stored.
func recordUntilGone(url string, round, client int, acknowledged func()) (ids []string) {
	http := http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	defer http.CloseIdleConnections()
	youth := fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%06d%06d", round, client/2)
	for n := 0; ; n++ {
		id := fmt.Sprintf("%d-%d-%d", round, client, n)
		name, data := "ResidenceChanged", `{"municipality":"0301"}`
		if n == 0 { // the second of the two is refused: the youth is registered already
			name, data = "YouthRegistered", `{"birthDate":"2008-02-03","municipality":"0301"}`
		}
		body := fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/crash","type":"ettervern.%s.v1","subject":%q,"time":"2025-01-02T03:04:05Z","data":%s}`, id, name, youth, data)
		response, err := http.Post(url+"/v1/events", "application/cloudevents+json", bytes.NewBufferString(body))
		if err != nil {
			return ids
		}
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode == 201 && err == nil {
			ids = append(ids, id)
			acknowledged()
		}
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/ledgertest"
	"ettervern/projections"
)

func cloudEvent(youth int, id, name, data string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"/test","type":"ettervern.%s.v1","subject":"7b0c8f5e-5a43-4c6e-9a55-%012d","time":"2024-01-10T12:00:00Z","data":%s}`,
		id, name, youth, data)
}

func registration(youth int, id string) string {
	return cloudEvent(youth, id, "YouthRegistered", `{"birthDate":"2008-02-03","municipality":"3403"}`)
}

// reopen opens the ledger that the program kept in dir.
func reopen(t *testing.T, dir string) *jetstream.Ledger {
	t.Helper()
	master, err := openMaster(dir, masterFile(dir, ""))
	require.NoError(t, err)
	return ledgertest.Open(t, func(c *jetstream.Config) { c.Dir, c.Master = dir, master })
}

// served is a program that runs until it is stopped.
type served struct {
	http, nats string
	errs       *bytes.Buffer // read it after stop
	stop       func() int    // its exit code
}

func serveIn(t *testing.T, dir string) served {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, writer := io.Pipe()
	s := served{errs: &bytes.Buffer{}}
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, []string{"serve", "--insecure", "--data", dir, "--http", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0"}, strings.NewReader(""), writer, s.errs)
		_ = writer.Close()
	}()
	lines := bufio.NewScanner(out)
	for _, address := range []*string{&s.http, &s.nats} {
		require.True(t, lines.Scan(), "it did not start")
		*address = lines.Text()
	}
	s.stop = sync.OnceValue(func() int {
		cancel()
		code := <-exit
		_ = out.Close()
		return code
	})
	t.Cleanup(func() { s.stop() })
	return s
}

// TestClosingFinishesWhatIsUnderWay stops the program while clients record at both doors: what they were told is true.
func TestClosingFinishesWhatIsUnderWay(t *testing.T) {
	dir := t.TempDir()
	s := serveIn(t, dir)
	var clients sync.WaitGroup
	var mu sync.Mutex
	told := map[string]bool{}
	started := make(chan struct{}, 1000)
	acknowledge := func(answer []byte, id string) {
		if bytes.Contains(answer, []byte(`"status":"recorded"`)) {
			mu.Lock()
			defer mu.Unlock()
			told[id] = true
			select {
			case started <- struct{}{}:
			default:
			}
		}
	}
	for c := range 8 {
		clients.Go(func() {
			conn, err := nats.Connect(s.nats, nats.NoReconnect())
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d", c, n)
				body := registration(1000*c+n, id)
				if n%2 == 0 {
					answer, err := conn.Request("ettervern.v1.record", []byte(body), 20*time.Second)
					if err != nil {
						return
					}
					acknowledge(answer.Data, id)
					continue
				}
				answer, err := http.Post(s.http+"/v1/events", "application/cloudevents+json", strings.NewReader(body))
				if err != nil {
					return
				}
				text, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err != nil {
					t.Errorf("half an answer: %v", err)
					return
				}
				acknowledge(text, id)
			}
		})
	}
	for range 100 {
		<-started
	}
	require.Equal(t, exitDone, s.stop(), s.errs.String())
	clients.Wait()
	http.DefaultClient.CloseIdleConnections()
	ledger := reopen(t, dir)
	for _, entry := range ledgertest.CheckInvariants(t, ledger) {
		delete(told, entry.Events[0].ID)
	}
	require.Empty(t, told, "acknowledged events that are gone")
}

func TestNothingOfAnEventIsLogged(t *testing.T) {
	s := serveIn(t, t.TempDir())
	conn, err := nats.Connect(s.nats)
	require.NoError(t, err)
	defer conn.Close()
	const secret = "hemmelig"
	for _, body := range []string{
		registration(1, secret+"1"),
		cloudEvent(1, secret+"2", "MeasureStarted", `{"measureId":"hemmelig","kind":"voluntary","category":"4.6","legalBasis":"hemmelig"}`),
		cloudEvent(1, secret+"3", "MeasureStarted", `{"measureId":"hemmelig","kind":"hemmelig","category":"4.6","legalBasis":"hemmelig","hemmelig":1}`),
		cloudEvent(1, secret+"4", "MeasureEnded", `{"measureId":"hemmelig-9","reason":"other"}`),
		`{"hemmelig`, `hemmelig`, `["hemmelig"`,
	} {
		answer, err := http.Post(s.http+"/v1/events", "application/cloudevents+json", strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		_, err = conn.Request("ettervern.v1.record", []byte(body), 20*time.Second)
		require.NoError(t, err)
	}
	for _, question := range []string{"/v1/overdue?hemmelig=1", "/v1/overdue?after=hemmelig", "/v1/youths/hemmelig/history", "/hemmelig"} {
		answer, err := http.Get(s.http + question)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}
	http.DefaultClient.CloseIdleConnections()
	require.Equal(t, exitDone, s.stop())
	require.Contains(t, s.errs.String(), "INSECURE")
	require.NotContains(t, s.errs.String(), secret)
}

// The ledger grows between the pages: the second must belong to the same list as the first.
func TestPagesAreOfOneMoment(t *testing.T) {
	var asked []url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query())
		row := projections.Verdict{ValidAt: events.MustDate("2026-03-01")}
		page := projections.Page{Rows: []projections.Verdict{row, row}, ValidAt: row.ValidAt, Sequence: uint64(6 + len(asked))}
		if len(asked) < 3 {
			page.Next = "cursor"
		}
		require.NoError(t, json.NewEncoder(w).Encode(page))
	}))
	defer server.Close()
	c := &cli{Server: server.URL}
	ledger, err := c.client(t.Context())
	require.NoError(t, err)
	rows := 0
	for page, err := range pages(t.Context(), ledger, url.Values{"status": {"due"}}, 5) {
		require.NoError(t, err)
		rows += len(page.Rows)
	}
	require.Equal(t, 6, rows)
	require.Equal(t, []url.Values{
		{"status": {"due"}, "limit": {"5"}},
		{"status": {"due"}, "limit": {"3"}, "after": {"cursor"}, "validAt": {"2026-03-01"}, "knownAt": {"seq:7"}},
		{"status": {"due"}, "limit": {"1"}, "after": {"cursor"}, "validAt": {"2026-03-01"}, "knownAt": {"seq:8"}},
	}, asked, "the fake server's sequence moves though it is asked for one")
}

// A ledger of before sealing goes on, with a warning, as long as nobody is asked for credentials anyhow.
func TestAPlainLedgerIsServedWithAWarning(t *testing.T) {
	dir := t.TempDir()
	plain, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, plain.Close(t.Context()))
	_, err = open(t.Context(), config{dir: dir, sealed: true})
	require.ErrorIs(t, err, jetstream.ErrPlain)
	s := serveIn(t, dir)
	require.Equal(t, exitDone, s.stop())
	require.Contains(t, s.errs.String(), "holds its entries in plain")
	require.NoFileExists(t, filepath.Join(dir, "master.key"))

	s = serveIn(t, t.TempDir())
	require.Equal(t, exitDone, s.stop())
	require.NotContains(t, s.errs.String(), "in plain")
}

// TestAPlainLedgerIsCarriedOver takes a ledger of before sealing into one that is sealed, as its operator would.
func TestAPlainLedgerIsCarriedOver(t *testing.T) {
	old, dir := t.TempDir(), filepath.Join(t.TempDir(), "new")
	plain, err := jetstream.Open(t.Context(), jetstream.Config{Dir: old})
	require.NoError(t, err)
	at := time.Date(2024, 1, 10, 12, 0, 0, 0, time.UTC)
	for i := range 3 {
		_, err := plain.Append(t.Context(), events.Entry{Entity: events.YouthEntity(fmt.Sprintf("7b0c8f5e-5a43-4c6e-9a55-%012d", i)), Number: 1, Actor: "emitter",
			Events: []events.Occurrence{{ID: fmt.Sprint("id-", i), Source: "/fagsystem", Time: at, Event: &events.YouthRegistered{BirthDate: events.MustDate("2008-02-03"), Municipality: "3403"}}}}, 0)
		require.NoError(t, err)
	}
	before := ledgertest.CheckInvariants(t, plain)
	signed, err := plain.Checkpoint(t.Context())
	require.NoError(t, err)
	require.NoError(t, plain.Close(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(old, "pseudonym.secret"), []byte("secret"), 0o600))

	does := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), &out, &errs)
		return code, out.String(), errs.String()
	}
	code, _, errs := does("--data", old, "history", before[0].Entity.ID) // it is on record who looked
	require.Equal(t, exitDone, code, errs)
	code, out, errs := does("import", "ledger", old, "--data", dir)
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, out, "3 entries carried over, and compared")
	sealed := reopen(t, dir)
	require.True(t, sealed.Sealed())
	require.Equal(t, before, ledgertest.CheckInvariants(t, sealed))
	note, err := os.ReadFile(filepath.Join(dir, "carried-over"))
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(note, signed.Note), "who kept checkpoints of the old ledger finds its end here")
	require.FileExists(t, filepath.Join(dir, "pseudonym.secret"))
	require.FileExists(t, filepath.Join(dir, "accesses", "carried-over"), "the log of who has looked is sealed too")

	for _, wrong := range [][]string{
		{"import", "ledger", old}, {"import", "ledger", old, "--data", dir}, {"import", "ledger", filepath.Join(old, "nothing"), "--data", filepath.Join(old, "x")},
	} {
		code, _, errs := does(wrong...)
		require.Equal(t, exitUsage, code, errs)
	}
	require.NoError(t, sealed.Close(t.Context()))
	code, out, errs = does("--data", dir, "accesses", before[0].Entity.ID)
	require.Equal(t, exitDone, code, errs)
	require.Contains(t, out, "history")
	code, _, errs = does("import", "ledger", dir, "--data", filepath.Join(old, "x"))
	require.Equal(t, exitRefused, code)
	require.Contains(t, errs, "is sealed already: there is nothing to carry over")
}

package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"ettervern/events"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ettervern": main})
}

// TestScripts runs the real binary as people do; the scripts in testdata/script are written to be read.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "crash": crash, "get": get, "post": post, "request": request, "exits": exits, "sheet": sheet, "shut": shut, "damage": damage,
			"natsserver": natsServer(t), "the": the, "gone": gone, "expired": expired, "pack": pack, "nonumbers": noNumbers, "token": token, "revoke-named": revokeNamed, "witness": witnessing,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			samples, err := filepath.Abs("register/testdata/samples")
			env.Setenv("SAMPLES", samples)
			env.Setenv("YEAR", time.Now().In(events.Norway).Format("2006"))
			env.Values[serverKey{}] = new(*exec.Cmd)
			env.Values[stopKey{}] = new(func())
			return err
		},
	})
}

// Where a script keeps its running server, and what stops that in order.
type (
	serverKey struct{}
	stopKey   struct{}
)

// serve starts a server with these arguments, insecure unless --locked is among them, and sets $SERVER and, for an embedded
// ledger, $NATS to its addresses; what it logs is the file "server.log". The server stops with shut or with the script, and must
// then have closed its ledger without an error.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	addresses := []string{"SERVER"}
	if !slices.Contains(args, "--locked") {
		args = append(args, "--insecure")
	}
	if !slices.Contains(args, "--nats") {
		addresses, args = append(addresses, "NATS"), append(args, "--nats-listen", "127.0.0.1:0")
	}
	args = slices.DeleteFunc(args, func(arg string) bool { return arg == "--locked" })
	server := exec.Command(binary(ts), append([]string{"serve", "--http", "127.0.0.1:0"}, args...)...)
	server.Dir = ts.Getenv("WORK")
	log, err := os.OpenFile(ts.MkAbs("server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	ts.Defer(func() { _ = log.Close() }) // the server's own is another
	server.Stderr = log
	*ts.Value(serverKey{}).(**exec.Cmd) = server
	out, err := server.StdoutPipe()
	ts.Check(err)
	ts.Check(server.Start())
	var once sync.Once
	stop := func() {
		once.Do(func() {
			_ = server.Process.Signal(syscall.SIGTERM)
			_, _ = io.Copy(io.Discard, out)
			if err := server.Wait(); err != nil && !crashed(err) {
				ts.Fatalf("the server: %v", err)
			}
		})
	}
	ts.Defer(stop)
	*ts.Value(stopKey{}).(*func()) = stop
	lines := bufio.NewReader(out)
	for _, name := range addresses {
		address, err := lines.ReadString('\n')
		ts.Check(err)
		ts.Setenv(name, strings.TrimSpace(address))
	}
}

// crash takes the server away without a warning.
func crash(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check((*ts.Value(serverKey{}).(**exec.Cmd)).Process.Kill())
}

func crashed(err error) bool {
	exit, ok := err.(*exec.ExitError)
	return ok && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
}

// shut stops the server.
func shut(ts *testscript.TestScript, _ bool, _ []string) { (*ts.Value(stopKey{}).(*func()))() }

// damage DIR WORD changes a bit of the word where it first is in the ledger's store.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	blocks, err := filepath.Glob(ts.MkAbs(args[0]) + "/store/jetstream/LEDGER/streams/LEDGER/msgs/*.blk")
	ts.Check(err)
	for _, path := range blocks {
		block, err := os.ReadFile(path)
		ts.Check(err)
		if at := bytes.Index(block, []byte(args[1])); at >= 0 {
			block[at] ^= 1
			ts.Check(os.WriteFile(path, block, 0o600))
			return
		}
	}
	ts.Fatalf("%s is not in the store", args[1])
}

// binary is where testscript has put the program: first in the path.
func binary(ts *testscript.TestScript) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, "ettervern"); exists(path) {
			return path
		}
	}
	ts.Fatalf("no ettervern in the path")
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// get STATUS PATH asks the server; the answer's body is the file "answer".
func get(ts *testscript.TestScript, _ bool, args []string) {
	ask(ts, args[0], http.MethodGet, args[1], "", nil)
}

// post STATUS MEDIA FILE [PATH] sends events, or what else the path takes, to the server; the answer's body is the file "answer".
func post(ts *testscript.TestScript, _ bool, args []string) {
	path := "/v1/events"
	if len(args) > 3 {
		path = args[3]
	}
	ask(ts, args[0], http.MethodPost, path, args[1], strings.NewReader(ts.ReadFile(args[2])))
}

// ask asks the server with the token in $ETTERVERN_TOKEN, if there is one.
func ask(ts *testscript.TestScript, status, method, path, media string, body io.Reader) {
	question, err := http.NewRequest(method, ts.Getenv("SERVER")+path, body)
	ts.Check(err)
	question.Header.Set("Content-Type", media)
	if token := ts.Getenv("ETTERVERN_TOKEN"); token != "" {
		question.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(question)
	ts.Check(err)
	keep(ts, answer, status)
}

// token FILE sets $ETTERVERN_TOKEN to the token in what a command printed; none for "".
func token(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("ETTERVERN_TOKEN", "")
	if len(args) > 0 {
		found := regexp.MustCompile(`ettervern_[A-Z2-7]+`).FindString(ts.ReadFile(args[0]))
		if found == "" {
			ts.Fatalf("no token in %s", args[0])
		}
		ts.Setenv("ETTERVERN_TOKEN", found)
	}
}

// request SUBJECT [FILE] asks over NATS, as any client can; the answer is the file "answer".
func request(ts *testscript.TestScript, _ bool, args []string) {
	conn, err := nats.Connect(ts.Getenv("NATS"), nats.Token(ts.Getenv("ETTERVERN_TOKEN")))
	ts.Check(err)
	defer conn.Close()
	var body []byte
	if len(args) > 1 {
		body = []byte(ts.ReadFile(args[1]))
	}
	answer, err := conn.Request(args[0], body, time.Minute)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), append(answer.Data, '\n'), 0o600))
}

// sheet reads the Excel file on the last standard output; its cells are the file "answer", with tabs between.
func sheet(ts *testscript.TestScript, _ bool, _ []string) {
	file, err := excelize.OpenReader(strings.NewReader(ts.ReadFile("stdout")))
	ts.Check(err)
	rows, err := file.GetRows("Sheet1")
	ts.Check(err)
	var all strings.Builder
	for _, cells := range rows {
		all.WriteString(strings.Join(cells, "\t") + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs("answer"), []byte(all.String()), 0o600))
}

// revoke-named NAME revokes the token of this name in the directory "ledger".
func revokeNamed(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("ettervern", "token", "list", "--data", "ledger", "--format", "csv"))
	id := regexp.MustCompile(`(?m)^([a-z2-7]+);` + args[0] + ";").FindStringSubmatch(ts.ReadFile("stdout"))
	ts.Check(ts.Exec("ettervern", "token", "revoke", "--data", "ledger", id[1]))
}

func keep(ts *testscript.TestScript, answer *http.Response, status string) {
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(answer.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	ts.Check(os.WriteFile(ts.MkAbs("answer"), body, 0o600))
	if !strings.HasPrefix(answer.Status, status) {
		ts.Fatalf("answered %s, not %s: %s", answer.Status, status, body)
	}
}

// exits CODE ARGS… runs the program and demands its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("ettervern", args[1:]...)
	code := "0"
	if exit, failed := err.(*exec.ExitError); failed {
		code = exit.ProcessState.String()[len("exit status "):]
	} else {
		ts.Check(err)
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, not %s", code, args[0])
	}
}

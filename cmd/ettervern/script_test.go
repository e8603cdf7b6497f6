package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ettervern": main})
}

// TestScripts runs the real binary as people do; the scripts in testdata/script are written to be read.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "get": get, "post": post, "exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}

// serve starts a server with these arguments and sets $SERVER to its address; the server stops with the script, and
// must then have closed its ledger without an error.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	server := exec.Command(binary(ts), append([]string{"serve", "--insecure", "--http", "127.0.0.1:0", "--nats-listen", ""}, args...)...)
	server.Dir = ts.Getenv("WORK")
	out, err := server.StdoutPipe()
	ts.Check(err)
	ts.Check(server.Start())
	address, err := bufio.NewReader(out).ReadString('\n')
	ts.Setenv("SERVER", strings.TrimSpace(address))
	ts.Defer(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, out)
		if err := server.Wait(); err != nil {
			ts.Fatalf("the server: %v", err)
		}
	})
	ts.Check(err)
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
	answer, err := http.Get(ts.Getenv("SERVER") + args[1])
	ts.Check(err)
	keep(ts, answer, args[0])
}

// post STATUS MEDIA FILE sends events to the server; the answer's body is the file "answer".
func post(ts *testscript.TestScript, _ bool, args []string) {
	answer, err := http.Post(ts.Getenv("SERVER")+"/v1/events", args[1], strings.NewReader(ts.ReadFile(args[2])))
	ts.Check(err)
	keep(ts, answer, args[0])
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

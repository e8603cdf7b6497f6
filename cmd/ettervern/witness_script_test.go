package main

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// witnessing starts a witness with these arguments, of which @FILE is what the file holds, and sets $WITNESS to its address and key as serve takes them, and
// $WITNESSKEY to its key. It stops with the script.
func witnessing(ts *testscript.TestScript, _ bool, args []string) {
	for i, arg := range args {
		if file, is := strings.CutPrefix(arg, "@"); is {
			args[i] = strings.TrimSpace(ts.ReadFile(file))
		}
	}
	one := exec.Command(binary(ts), append([]string{"witness", "--listen", "127.0.0.1:0"}, args...)...)
	one.Dir = ts.Getenv("WORK")
	out, err := one.StdoutPipe()
	ts.Check(err)
	ts.Check(one.Start())
	ts.Defer(sync.OnceFunc(func() {
		_ = one.Process.Signal(syscall.SIGTERM)
		_, _ = io.Copy(io.Discard, out)
		ts.Check(one.Wait())
	}))
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	_, key, _ := strings.Cut(strings.TrimSpace(line), ",")
	ts.Setenv("WITNESS", strings.TrimSpace(line))
	ts.Setenv("WITNESSKEY", key)
}

// Command verify checks an audit bundle, or a year of the log of who has looked, offline, trusting nobody but the public key that
// it is given.
//
//	verify --version
//	verify --key KEY [--witness KEY …] [--quorum N] [--since CHECKPOINT] [--rows FILE] [--lang nb|nn|en] YEAR
//	verify --key KEY [--witness KEY …] [--quorum N] [--since CHECKPOINT] [--full LEAVES] [--lang nb|nn|en] BUNDLE.zip
//
// Exit 0: the bundle holds. 1: it does not. 2: the command line cannot be meant, or a file cannot be read.
//
// It is a program of its own so that its source, and that of all it is built of, can be read by whoever has to rely on it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"ettervern/projections/bundle"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// wrongUse is what is wrong with a command line that was read, or "".
func wrongUse(bundles int, language string) string {
	switch {
	case bundles != 1:
		return "name one bundle, after the flags"
	case !slices.Contains(bundle.Languages(), language):
		return "--lang must be one of " + strings.Join(bundle.Languages(), ", ")
	}
	return ""
}

// built tells of which source and by which Go the program was built.
func built() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "verify"
	}
	return fmt.Sprintf("verify %s (%s)", strings.Trim(info.Main.Version, "()"), info.GoVersion)
}

func run(args []string, out, errs io.Writer) int {
	var paths bundle.Paths
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&paths.Key, "key", "", "the ledger's public `KEY`, NAME+ID+KEY, or a file that holds it")
	flags.StringVar(&paths.Since, "since", "", "a `FILE` with a checkpoint that was kept from an earlier audit")
	flags.StringVar(&paths.Full, "full", "", "a `FILE` with the leaves of the whole ledger, to work both trees out again")
	flags.StringVar(&paths.Rows, "rows", "", "of a year of accesses: write what it says to this `FILE`, one access a line, when it holds")
	flags.Func("witness", "the public `KEY` of a witness that must have cosigned, NAME+ID+KEY; once for each", func(key string) error {
		paths.Witnesses = append(paths.Witnesses, key)
		return nil
	})
	flags.IntVar(&paths.Quorum, "quorum", 0, "how many of the witnesses must have cosigned; all by default")
	version := flags.Bool("version", false, "print the version")
	language := flags.String("lang", "nb", "the language of the answer: "+strings.Join(bundle.Languages(), ", "))
	flags.Usage = func() {
		fmt.Fprintln(errs, "verify --key KEY [--witness KEY …] [--quorum N] [--since FILE] [--full FILE] [--lang nb|nn|en] BUNDLE.zip")
		fmt.Fprintln(errs, "verify --key KEY [--witness KEY …] [--quorum N] [--since FILE] [--rows FILE] [--lang nb|nn|en] YEAR")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *version {
		fmt.Fprintln(out, built())
		return 0
	}
	if problem := wrongUse(flags.NArg(), *language); problem != "" {
		fmt.Fprintln(errs, "verify:", problem)
		flags.Usage()
		return 2
	}
	paths.Bundle = flags.Arg(0)
	report, err := paths.Check()
	if err != nil {
		fmt.Fprintln(errs, "verify:", err)
		return 2
	}
	fmt.Fprint(out, report.Text(*language))
	if !report.Holds() {
		return 1
	}
	return 0
}

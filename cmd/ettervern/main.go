// Command ettervern keeps the compliance ledger of aftercare transitions: it records events, judges what must have
// happened before 18, and tells who is overdue on any day.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes of the public contract; docs/operations.md says which is for what.
const (
	exitDone    = 0
	exitRefused = 1 // the ledger refused something, a check did not hold, or something failed
	exitUsage   = 2 // the command line cannot be meant: nothing was done
)

// errRefused ends a command whose output has already said what was refused.
var errRefused = errors.New("some events were refused")

// cli is the command line. Its fields are the flags and commands of the public contract.
type cli struct {
	Data      string `help:"Open the ledger in this directory; no server may be running on it." placeholder:"DIR" env:"ETTERVERN_DATA" type:"path"`
	Server    string `help:"Ask the server at this address instead." placeholder:"URL" env:"ETTERVERN_SERVER"`
	TokenFile string `help:"The token for the server, in a file that nobody else can read; or itself in $ETTERVERN_TOKEN." placeholder:"FILE" env:"ETTERVERN_TOKEN_FILE" type:"path"`
	Secret    string `name:"pseudonym-secret" help:"The file of the secret that makes pseudonyms; by default pseudonym.secret in the data directory." placeholder:"FILE" env:"ETTERVERN_PSEUDONYM_SECRET" type:"path"`
	Format    string `help:"How to print: ${enum}." enum:"table,json,ndjson,csv,xlsx" default:"table"`

	Serve      serveCommand      `cmd:"" help:"Run the ledger and take events and questions over HTTP and NATS."`
	Demo       demoCommand       `cmd:"" help:"Record a synthetic county in a temporary ledger, show who is overdue, and serve it."`
	Record     recordCommand     `cmd:"" help:"Record CloudEvents from files or standard input; one receipt for each on standard output."`
	Import     importCommand     `cmd:"" help:"Import what other systems export."`
	Overdue    overdueCommand    `cmd:"" help:"List the duties that are overdue, today or on any past day."`
	Verdicts   verdictsCommand   `cmd:"" help:"Judge every duty of all youths, or of those named."`
	History    historyCommand    `cmd:"" help:"Show one youth's history, and what each event changed."`
	Token      tokenCommand      `cmd:"" help:"Hand out, list and revoke the tokens of this ledger."`
	Accesses   accessesCommand   `cmd:"" help:"Show who has looked at one youth: what, when and why."`
	Law        lawCommand        `cmd:"" help:"Rehearse a change of the law."`
	Checkpoint checkpointCommand `cmd:"" help:"Print the signed checkpoint over everything recorded so far, by which anyone can check what the ledger says later."`
	Shred      shredCommand      `cmd:"" help:"Hide a youth's history, or with an archive authority's clearance destroy the key that opens it."`
	Export     exportCommand     `cmd:"" help:"Write one youth's audit bundle, or the leaves of the whole ledger, for someone to check without trusting the ledger."`
	Verify     verifyCommand     `cmd:"" help:"Check an audit bundle offline, trusting nobody but the public key given."`
	Backup     backupCommand     `cmd:"" help:"Copy the ledger in --data, with its keys in a file of their own that is good for --backup-days."`
	Restore    restoreCommand    `cmd:"" help:"Make a ledger in --data of a backup, and compare all of it."`
	Key        keyCommand        `cmd:"" help:"Change the master key, without which nobody can open the ledger."`
	Witness    witnessCommand    `cmd:"" help:"Cosign the checkpoints of ledgers that others run, after seeing that each continues what it was."`
	Version    versionCommand    `cmd:"" help:"Print the version."`

	Scorecard   scorecardCommand   `cmd:"" help:"Count the verdicts of a period, for a municipality, a county governor's office or the nation."`
	Supervision supervisionCommand `cmd:"" help:"List supervisions and what is late in them, show one, or count them with and without breach."`
	Unit        unitCommand        `cmd:"" help:"Show how services stand at the system level: all, one, or those of a municipality."`

	Municipalities string `help:"Names and validity of municipality numbers: CSV with code,name,valid_from,valid_to_exclusive." placeholder:"FILE" env:"ETTERVERN_MUNICIPALITIES" type:"path"`

	MasterKey string `help:"The file of the key that seals the ledger; by default master.key in --data. Made at the first start." placeholder:"FILE" env:"ETTERVERN_MASTER_KEY" type:"path"`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version, as the command does."`

	BackupDays int `help:"For how many days backups are kept: who is erased today is told to be in none after that." default:"90" placeholder:"N" env:"ETTERVERN_BACKUP_DAYS"`

	out, errs io.Writer
	in        io.Reader
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program with everything it touches given to it; it returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	c := &cli{in: in, out: out, errs: errs}
	exit := -1
	parser, err := kong.New(c, kong.Name("ettervern"), kong.Writers(out, errs), kong.Exit(func(code int) { exit = code }), kong.Vars{"version": built()},
		kong.Description("A ledger of aftercare transitions: what happened, when it was known, and who is overdue."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic(err) // the command line's own description is wrong
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // --help or --version
		return exit
	}
	if err != nil {
		fmt.Fprintf(errs, "ettervern: %v\n", err)
		return exitUsage
	}
	return code(parsed.Run(c), errs)
}

func code(err error, errs io.Writer) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errRefused), errors.Is(err, errUnsound):
		return exitRefused
	case errors.As(err, &usage):
		fmt.Fprintf(errs, "ettervern: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(errs, "ettervern: %v\n", err)
	return exitRefused
}

// usageError is a command line that cannot be meant.
type usageError string

// Error is what is wrong with it.
func (e usageError) Error() string { return string(e) }

// version is set by the linker of a release.
var version = "0.1.0-dev"

// built tells the version, and of which source and by which Go the program was built.
func built() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "ettervern " + version
	}
	return fmt.Sprintf("ettervern %s (%s, %s)", version, strings.Trim(info.Main.Version, "()"), info.GoVersion)
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(c *cli) error {
	_, err := fmt.Fprintln(c.out, built())
	return err
}

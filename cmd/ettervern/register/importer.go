// Package register reads the XML that every Norwegian child-welfare system sends to the national register
// (Barnevernsregisteret: Statistics Norway and Bufdir), and records it as events.
//
// A file holds one case as it stood at one time. It is read within limits, held against the register's own rules,
// given a pseudonym instead of a number, and compared with what the ledger holds: what is new is recorded, what has
// changed is corrected, what is deleted is retracted, what is older than what the ledger knows changes nothing.
package register

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"

	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/vault"
)

// Ledger is the one path into the ledger.
type Ledger interface {
	// Revise records what the revision makes of the entity's history; Rehearse tells what it would record.
	Revise(ctx context.Context, entity events.Entity, actor string, revise commands.Revision) ([]commands.Receipt, error)
	Rehearse(ctx context.Context, entity events.Entity, revise commands.Revision) ([]commands.Receipt, error)
	// Holder is whose history holds an event, or events.ErrNotFound.
	Holder(ctx context.Context, source, id string) (events.Entity, error)
	// History reads an entity's durable entries in order; none is an empty history.
	History(ctx context.Context, entity events.Entity) ([]events.Entry, error)
}

// Options say how to import.
type Options struct {
	Total     bool // the files are whole cases: what they do not mention is taken back
	All       bool // also children who are too young for the ledger to need to know
	Synthetic bool // take synthetic numbers too
	DryRun    bool // record nothing
	Actor     string
}

// File is one file to import.
type File struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Config is what an Importer needs. Log may be nil.
type Config struct {
	Ledger Ledger
	// Pseudonyms is the installation's secret, asked for when the first file that may be recorded was read; when dry, a
	// secret that is not there yet need not be made.
	Pseudonyms func(dry bool) (*vault.Pseudonyms, error)
	Numbers    vault.Rules // which numbers the installation takes
	Now        func() time.Time
	Log        *slog.Logger // of what went wrong in the ledger; never of what a file holds
}

// Importer imports files. It is safe for concurrent use.
type Importer struct {
	Config
	stripes [8192]sync.Mutex // of cases and pseudonyms, by hash
}

// New makes an Importer.
func New(config Config) *Importer {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &Importer{Config: config}
}

// hold keeps others from files of the same case or the same person: whose case it is, and who is somebody's former self, is
// found in several histories, one after another. It is taken in one order by all.
func (i *Importer) hold(names ...string) (release func()) {
	var of []uint64
	for _, name := range names {
		of = append(of, maphash.String(digestSeed, name)%uint64(len(i.stripes)))
	}
	slices.Sort(of)
	of = slices.Compact(of)
	for _, n := range of {
		i.stripes[n].Lock()
	}
	return func() {
		for _, n := range of {
			i.stripes[n].Unlock()
		}
	}
}

// inFlight is how many cases are under way at once: enough to fill the ledger's groups.
const inFlight = 512

// parsed is a file that was read.
type parsed struct {
	s      *Submission // nil when there is nothing to record
	id     identity
	report *Report
}

// Import imports some files, each whole or not at all, and is the report of each, in order. Files of one case are
// taken in the order of their extracts. The error is why no file was tried.
func (i *Importer) Import(ctx context.Context, files []File, options Options) ([]*Report, error) {
	all := make([]parsed, len(files))
	each(runtime.GOMAXPROCS(0), len(files), func(n int) {
		if ctx.Err() != nil {
			all[n] = parsed{report: newReport(safeName(files[n].Name))}
			all[n].report.stopped()
			return
		}
		all[n] = i.parse(files[n], options)
	})
	reports := make([]*Report, len(files))
	cases := map[string][]parsed{}
	seen := map[string]bool{}
	var order []string
	for n, p := range all {
		reports[n] = p.report
		if p.report.Submission != "" {
			seen[p.report.Submission] = true
		}
		if p.s == nil {
			continue
		}
		if id := p.s.Case.ID; len(cases[id]) == 0 {
			order = append(order, id)
		}
		cases[p.s.Case.ID] = append(cases[p.s.Case.ID], p)
	}
	if len(order) == 0 {
		return reports, nil
	}
	secret, err := i.Pseudonyms(options.DryRun)
	if err != nil {
		return nil, err
	}
	each(inFlight, len(order), func(n int) {
		files := cases[order[n]]
		slices.SortStableFunc(files, func(a, b parsed) int {
			return cmp.Or(a.s.Extracted.Compare(b.s.Extracted), cmp.Compare(a.s.ID, b.s.ID))
		})
		for _, p := range files {
			i.record(ctx, p, secret, options)
			if seen[p.report.Missing] {
				p.report.Missing = ""
			}
		}
	})
	return reports, nil
}

// each calls do for every number below n, some at once.
func each(atOnce, n int, do func(int)) {
	var all sync.WaitGroup
	next := make(chan int)
	for range min(atOnce, n) {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// unopened is the report of a file that cannot be opened. What the system says of that can hold the file's name.
func unopened(name string, why error) *Report {
	report := newReport(safeName(name))
	words := "the file cannot be opened"
	for _, known := range []error{errNoArchive, errNested, fs.ErrPermission, fs.ErrNotExist} {
		if errors.Is(why, known) {
			words += ": " + known.Error()
		}
	}
	report.refuse("import/unreadable", "", words)
	return report
}

// parse reads a file, holds it against the rules and says whom it is about.
func (i *Importer) parse(file File, options Options) parsed {
	report := newReport(safeName(file.Name))
	p := parsed{report: report}
	in, err := file.Open()
	if err != nil {
		return parsed{report: unopened(file.Name, err)}
	}
	defer func() { _ = in.Close() }() // it was only read
	s := read(in, report)
	if s == nil {
		return p
	}
	report.Submission = s.ID
	today := events.DateOf(i.Now())
	checkRules(s, report)
	numbers := i.Numbers
	if options.Synthetic && numbers == vault.RealOnly {
		numbers = vault.AlsoSynthetic
	}
	id, ok := s.identify(numbers, today, report)
	switch {
	case !ok:
		report.Outcome = Refused
	case s.Extracted.After(i.Now().Add(5 * time.Minute)):
		report.refuse("import/future", "/Barnevern", "@DatoUttrekk lies in the future; a file that was extracted later than all others would win for ever")
	case !options.All && s.Case.born() != 0 && tooYoung(s.Case.born(), today):
		report.Outcome, report.Case, report.Submission = LeftOut, "", ""
	default:
		p.s, p.id = s, id
	}
	s.forget()
	return p
}

// record records one submission.
func (i *Importer) record(ctx context.Context, p parsed, secret *vault.Pseudonyms, options Options) {
	r := &recording{Importer: i, ctx: ctx, parsed: p, options: options, secret: secret}
	r.at = extract{p.s.Case.ID, p.s.ID, p.s.Extracted}
	defer i.hold(append(p.id.names(secret), p.s.Case.ID)...)()
	err := ctx.Err()
	if err == nil {
		err = r.run()
	}
	var f *FileFinding
	var refusal *commands.Refusal
	switch {
	case errors.As(err, &f):
		p.report.Outcome = Refused
		p.report.find(*f)
	case errors.As(err, &refusal): // the youth is not the sender's
		p.report.incomplete("ledger/"+refusal.Code, refusal.Message)
	case ctx.Err() != nil && err != nil:
		p.report.stopped()
	case err != nil:
		i.Log.Error("a register file was not recorded", "submission", p.s.ID, "error", err)
		p.report.incomplete("import/"+commands.ProblemOf(err).Code, commands.ProblemOf(err).Message+"; import it again")
	}
}

// Error lets a finding end a recording.
func (f *FileFinding) Error() string { return f.Rule + ": " + f.Message }

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"ettervern/cmd/ettervern/register"
	"ettervern/commands"
	"ettervern/events"
	"ettervern/events/vault"
)

// registering measures the import of the national register's files against that of the same events from a file of
// NDJSON, and how much memory it takes at most. Each round begins with an empty ledger.
func (b *bench) registering() error {
	return inDir(func(dir string) error {
		files := filepath.Join(dir, "files")
		if err := writeCases(files, b.files); err != nil {
			return err
		}
		var memory uint64
		lines := filepath.Join(dir, "events.ndjson")
		ours := inEmptyLedger("register-ours", dir, func(p *program) (int, error) {
			recorded, most, err := p.importFiles(files)
			memory = max(memory, most)
			return recorded, err
		}, func(p *program) error { return p.writeEvents(lines) })
		raw := inEmptyLedger("register-raw", dir, func(p *program) (int, error) { return p.importLines(lines) },
			func(*program) error { return nil })
		if err := b.contest(ours, raw); err != nil {
			return err
		}
		b.compare("(r) register files, events | the same as NDJSON", ours, raw, "0.50")
		b.rows = append(b.rows, row{figure: fmt.Sprintf("(r) memory while importing %d files", b.files),
			ours: fmt.Sprintf("%d MB", memory>>20), demanded: "300 MB"})
		return nil
	})
}

// inEmptyLedger is a contender that has a new ledger for each round.
func inEmptyLedger(name, dir string, round func(*program) (int, error), finish func(*program) error) *contender {
	var p *program
	return &contender{
		name: name,
		prepare: func(round int) (err error) {
			debug.FreeOSMemory() // what was measured before is not this one's memory
			p, err = openProgram(filepath.Join(dir, fmt.Sprint(name, round)), nil)
			return err
		},
		round: func(int) (int, error) { return round(p) },
		finish: func(int) error {
			defer p.close()
			return finish(p)
		},
	}
}

// importFiles imports a directory as the command line does, and is how many events came of it and the most memory it
// took, in bytes.
func (p *program) importFiles(files string) (recorded int, memory uint64, err error) {
	secret := vault.Ephemeral()
	importer := register.New(register.Config{
		Ledger: p.handler, Numbers: vault.AlsoSynthetic, Now: time.Now,
		Pseudonyms: func(bool) (*vault.Pseudonyms, error) { return secret, nil },
	})
	most := watchMemory()
	var refused error
	sender := register.Sender{
		Send: func(archive []byte) ([]*register.Report, error) {
			packed, _, err := register.Archive(archive)
			if err != nil {
				return nil, err
			}
			return importer.Import(context.Background(), packed, register.Options{Actor: "operator"})
		},
		Take: func(_ register.Found, r *register.Report) {
			for _, n := range r.Recorded {
				recorded += n
			}
			if r.Outcome != register.Imported {
				refused = fmt.Errorf("a file was %s: %v", r.Outcome, r.Findings)
			}
		},
	}
	_, err = register.Walk([]string{files}, sender.Add)
	err = errors.Join(err, sender.Close(), refused, p.ledger.Await(context.Background(), p.ledger.Durable()))
	return recorded, most(), err
}

// watchMemory looks at what the process holds until it is asked for the most it saw.
func watchMemory() func() uint64 {
	stop, done := make(chan struct{}), make(chan struct{})
	var most uint64
	go func() {
		defer close(done)
		held := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for ticks := time.NewTicker(20 * time.Millisecond); ; {
			metrics.Read(held)
			most = max(most, held[0].Value.Uint64()-held[1].Value.Uint64())
			select {
			case <-stop:
				ticks.Stop()
				return
			case <-ticks.C:
			}
		}
	}()
	var once sync.Once
	return func() uint64 {
		once.Do(func() { close(stop); <-done })
		return most
	}
}

// writeEvents writes every event of the ledger as an emitter sends it, in the order of recording.
func (p *program) writeEvents(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	last := p.ledger.Durable()
	err = p.ledger.Follow(context.Background(), 0, func(e events.Entry) error {
		for _, o := range e.Events {
			_, _ = out.Write(append(events.EncodeSubmission(events.Submission{Entity: e.Entity, Occurrence: o}), '\n')) // Flush tells
		}
		if e.Sequence == last {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return errors.Join(err, out.Flush(), file.Close())
}

var errEnough = errors.New("read enough")

// importLines imports a file of NDJSON, and is how many events that was.
func (p *program) importLines(name string) (n int, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(bufio.NewReaderSize(file, 1<<20))
	each := func(yield func([]byte, error) bool) {
		for lines.Scan() {
			if n++; !yield(bytes.Clone(lines.Bytes()), nil) {
				return
			}
		}
	}
	err = p.handler.RecordAll(context.Background(), each, "operator", func(r commands.Receipt) error { return r.Err })
	return n, errors.Join(err, lines.Err(), p.ledger.Await(context.Background(), p.ledger.Durable()))
}

// writeCases writes n files of one case each, like those that case systems send.
func writeCases(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("sak-%06d.xml", i)), registerCase(i), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// registerCase is the file of case n: a youth of 16 to 19 with a measure, five follow-ups, decisions, a plan and an offer.
func registerCase(n int) []byte {
	born := time.Now().AddDate(-16-n%4, -n%12, -n%28)
	start := born.AddDate(13, 0, 0)
	day := func(years, months int) string { return born.AddDate(years, months, 0).Format("2006-01-02") }
	id := func(kind, i int) string { return fmt.Sprintf("%08x-%04x-4000-8000-%012x", n, kind, i) }
	var f bytes.Buffer
	p := func(words string, values ...any) { fmt.Fprintf(&f, words, values...) }
	p(`<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<Barnevern Id=%q DatoUttrekk=%q>`, id(1, 0), time.Now().AddDate(0, 0, -1).Format(time.RFC3339))
	p(`<Fagsystem Leverandor="Bench" Navn="Bench" Versjon="1"/><Avgiver Organisasjonsnummer="964965226" Kommunenummer=%q Kommunenavn="Et sted"/>`, municipality(n))
	p(`<Sak Id=%q StartDato=%q Journalnummer="B-%d">`+"\n", id(2, 0), start.Format("2006-01-02"), n)
	p(`<Personalia Id=%q StartDato=%q Fodselsnummer=%q Fodseldato=%q Kjonn="1"/>`, id(3, 0), start.Format("2006-01-02"), syntheticNumber(born, n), born.Format("2006-01-02"))
	p(`<Plan Id=%q StartDato=%q Plantype="5"><Evaluering UtfortDato=%q/><Evaluering UtfortDato=%q/></Plan>`, id(4, 0), day(15, 1), day(15, 4), day(15, 7))
	const law = `<Lovhjemmel><Lov>BVL2021</Lov><Kapittel>%d</Kapittel><Paragraf>%d</Paragraf><Ledd>1</Ledd></Lovhjemmel>`
	p(`<Tiltak Id=%q StartDato=%q>`+law+`<Kategori Kode="2.2"/><Oppfolging><Hyppighet Id=%q StartDato=%q Kode="4"/>`, id(5, 0), day(14, 0), 5, 1, id(6, 0), day(14, 0))
	for i := range 5 {
		p(`<Utfort Id=%q UtfortDato=%q/>`, id(7, i), day(14, 3*(i+1)))
	}
	p(`</Oppfolging></Tiltak>`)
	p(`<Vedtak Id=%q StartDato=%q>`+law+`<Status Id=%q EndretDato=%q Kode="1"/></Vedtak>`, id(8, 0), day(14, 0), 5, 1, id(9, 0), day(14, 0))
	p(`<Vedtak Id=%q StartDato=%q>`+law+`<Status Id=%q EndretDato=%q Kode="1"/></Vedtak>`, id(8, 1), day(15, 6), 3, 6, id(9, 1), day(15, 6))
	p(`<Ettervern Id=%q TilbudSendtDato=%q><Konklusjon SluttDato=%q Kode="1"/></Ettervern>`, id(10, 0), day(15, 3), day(15, 4))
	p(`<Relasjon Id=%q FraId=%q FraType="Vedtak" TilId=%q TilType="Tiltak"/></Sak></Barnevern>`, id(11, 0), id(8, 0), id(5, 0))
	return f.Bytes()
}

// syntheticNumber is a number for someone born on that day, of those with month + 80, which are nobody's. Different n
// below ten thousand give different numbers.
func syntheticNumber(born time.Time, n int) string {
	day := fmt.Sprintf("%02d%02d%02d", born.Day(), int(born.Month())+80, born.Year()%100)
	for serial := n % 1000; ; serial++ {
		for control := range 100 {
			number := fmt.Sprintf("%s%03d%02d", day, serial%1000, control)
			if read, ok := events.ReadIdentityNumber(number); ok && read.FirstRest == 0 {
				return number
			}
		}
	}
}

package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

// A backup is a directory: the ledger's own directory without keys and secrets, the keys in a file, and the sums of the first.
const (
	backupLedger = "ledger"
	backupKeys   = "keys"
	accessKeys   = "accesses.keys" // likewise, of the log of accesses
	backupSums   = "SHA256SUMS"
)

// taken is what a backup holds of the ledger's directory beside what the ledger itself copies. Secrets are to be kept elsewhere:
// what opens the ledger, or makes pseudonyms. Tokens that were revoked must not come back.
var taken = []string{secretMark, carriedName, filepath.Join(accessesDir, carriedName)}

// backup is one that was made.
type backup struct {
	name      string
	entries   uint64
	keysUntil events.Date // 0 for a ledger in plain
}

// makeBackup copies a ledger in dir and its log of accesses, nil for none, which are open and may go on. Until it is whole the backup
// has another name.
func makeBackup(ctx context.Context, ledger, accesses *jetstream.Ledger, dir, into string) (made backup, err error) {
	made.name = time.Now().UTC().Format("2006-01-02T150405Z")
	part := filepath.Join(into, made.name+".part")
	if err := os.MkdirAll(into, 0o700); err != nil {
		return made, err
	}
	if isThere(filepath.Join(into, made.name)) {
		return made, fmt.Errorf("there is a backup of this second already in %s: %s", into, made.name)
	}
	if err := os.Mkdir(part, 0o700); err != nil {
		return made, err
	}
	if err = made.fill(ctx, ledger, accesses, dir, part); err == nil {
		err = syncTree(part)
	}
	if err == nil {
		err = os.Rename(part, filepath.Join(into, made.name))
	}
	if err == nil {
		err = onDisk(into) // before keys of older backups are let go of for this one
	}
	if err != nil {
		return made, errors.Join(fmt.Errorf("the backup is not whole: %w", err), os.RemoveAll(part))
	}
	return made, nil
}

func (b *backup) fill(ctx context.Context, ledger, accesses *jetstream.Ledger, dir, part string) (err error) {
	to := filepath.Join(part, backupLedger)
	if b.entries, err = ledger.Copy(ctx, to); err != nil {
		return err
	}
	if b.keysUntil, err = copyKeys(ctx, ledger, filepath.Join(part, backupKeys)); err != nil {
		return err
	}
	if accesses != nil {
		if _, err = accesses.Copy(ctx, filepath.Join(to, accessesDir)); err == nil {
			_, err = copyKeys(ctx, accesses, filepath.Join(part, accessKeys))
		}
		if err != nil {
			return fmt.Errorf("the log of accesses: %w", err)
		}
	}
	for _, name := range taken {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = copyBytes(filepath.Join(to, name), text)
		}
		if err != nil {
			return err
		}
	}
	return writeSums(part)
}

// copyKeys writes a ledger's keys to a file, and is the last day on which they are good. A ledger in plain has none.
func copyKeys(ctx context.Context, ledger *jetstream.Ledger, file string) (events.Date, error) {
	keys, err := ledger.KeyBackup(ctx)
	if errors.Is(err, jetstream.ErrPlain) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return keys.Until, copyBytes(file, keys.Encode())
}

type backupCommand struct {
	Into string `arg:"" optional:"" help:"The directory that holds backups; each gets one of its own in it. With --server the server has its own." placeholder:"DIR" type:"path"`
}

// Run opens the ledger, which compares all of it, and copies it, or has a server do that.
func (b *backupCommand) Run(ctx context.Context, c *cli) error {
	switch {
	case c.Server != "" && b.Into == "":
		return c.ask(ctx, func(ledger *client) error { return b.ask(ctx, c, ledger) })
	case c.Server != "":
		return usageError("a server makes backups where its own --backups says: leave out " + b.Into)
	case c.Data == "" || !isLedger(c.Data):
		return usageError("say which ledger: --data DIR of one that no server runs on, or --server URL of a running one")
	case b.Into == "":
		return usageError("say where: backup DIR")
	}
	made, err := b.stopped(ctx, c)
	if err != nil {
		return err
	}
	return made.tell(c, filepath.Join(b.Into, made.name))
}

// stopped makes a backup of a ledger that no server runs on.
func (b *backupCommand) stopped(ctx context.Context, c *cli) (made backup, err error) {
	master, err := openMaster(c.Data, masterFile(c.Data, c.MasterKey))
	if err != nil {
		return made, err
	}
	var both [2]*jetstream.Ledger // the ledger, and the log of who has looked
	for i, of := range c.stopped(master) {
		ledger, failed := openWhole(ctx, of)
		if failed != nil {
			return made, fmt.Errorf("%s: %w", of.Dir, failed)
		}
		defer func() { err = errors.Join(err, ledger.Close(ctx)) }()
		both[i] = ledger
	}
	made, err = makeBackup(ctx, both[0], both[1], c.Data, b.Into)
	if err == nil {
		if err = expire(b.Into, func(told string) { fmt.Fprintln(c.errs, told) }); err != nil {
			err = fmt.Errorf("the backup %s was made; keys of others that may have expired are still there: %w", made.name, err)
		}
	}
	return made, err
}

// openWhole opens a ledger and waits until all of it was compared.
func openWhole(ctx context.Context, of jetstream.Config) (*jetstream.Ledger, error) {
	ledger, err := jetstream.Open(ctx, of)
	if err != nil {
		return nil, err
	}
	if err := ledger.Await(ctx, ledger.Durable()); err != nil {
		return nil, errors.Join(err, ledger.Close(ctx))
	}
	return ledger, nil
}

func (b backup) tell(c *cli, where string) error {
	if b.keysUntil != 0 {
		fmt.Fprintf(c.errs, "The keys in it are good until %s. Without the master key nobody can open it: keep that elsewhere.\n", b.keysUntil)
	}
	_, err := fmt.Fprintf(c.out, "%s: %s\n", where, counted(b.entries, "entry", "entries"))
	return err
}

// expire deletes the keys of backups whose last day has passed, and tells which. Their entries stay. It goes on after an error.
func expire(into string, tell func(string)) error {
	all, err := filepath.Glob(filepath.Join(into, "*", "*"+backupKeys))
	if err != nil {
		return err
	}
	today := events.DateOf(time.Now())
	var failed error // one that cannot be read must not keep others
	for _, file := range all {
		until, err := goodUntil(file)
		if err == nil && until < today {
			if err = os.Remove(file); err == nil {
				tell(fmt.Sprintf("%s was good until %s and is deleted", file, until))
			}
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", file, err))
		}
	}
	return failed
}

// goodUntil is the last day of the keys in a file.
func goodUntil(file string) (events.Date, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	keys, err := vault.DecodeBackup(text)
	return keys.Until, err
}

type restoreCommand struct {
	From   string `arg:"" help:"The directory of one backup." placeholder:"DIR" type:"path"`
	KeysOf string `help:"Take the keys of this later backup: those of the other have expired." placeholder:"DIR" type:"path"`
}

// Run makes a ledger of the backup and opens it, which compares all of it.
func (r *restoreCommand) Run(ctx context.Context, c *cli) error {
	switch {
	case c.Data == "" || c.Server != "":
		return usageError("say where the ledger is to be: --data DIR")
	case !isEmpty(c.Data):
		return usageError("there is something in " + c.Data + " already; restore into a new directory")
	}
	if err := checkSums(r.From); err != nil {
		return err
	}
	r.KeysOf = cmp.Or(r.KeysOf, r.From)
	text, err := os.ReadFile(filepath.Join(r.KeysOf, backupKeys))
	sealed := !errors.Is(err, fs.ErrNotExist)
	switch {
	case sealed && err != nil:
		return err
	case !sealed && r.KeysOf != r.From:
		return usageError("there are no keys in " + r.KeysOf)
	case sealed && c.MasterKey == "":
		return usageError("say with which key the ledger is sealed: --master-key FILE")
	}
	if err = r.restore(ctx, c, text, sealed); err == nil {
		err = r.compare(ctx, c)
	}
	if !sealed && (errors.Is(err, jetstream.ErrNoMaster) || errors.Is(err, jetstream.ErrKeysLost)) {
		err = fmt.Errorf("%w: the backup has its keys no more; --keys-of takes those of a later one", err)
	}
	if err != nil { // what is there is no ledger, and would be in the way of another attempt
		return errors.Join(err, os.RemoveAll(c.Data))
	}
	return nil
}

// restore copies the ledger into dir, and puts its keys back.
func (r *restoreCommand) restore(ctx context.Context, c *cli, keys []byte, sealed bool) error {
	dir := c.Data
	err := copyTree(filepath.Join(r.From, backupLedger), dir)
	if err != nil || !sealed {
		return err
	}
	again, err := restoreKeys(ctx, dir, keys)
	if err != nil {
		return err
	}
	if again > 0 {
		fmt.Fprintf(c.errs, "%s erased after the backup was made, and erased in it now.\n", counted(again, "youth was", "youths were"))
	}
	looked := filepath.Join(dir, accessesDir)
	if !isLedger(looked) {
		return nil
	}
	if keys, err = os.ReadFile(filepath.Join(r.KeysOf, accessKeys)); err == nil {
		_, err = restoreKeys(ctx, looked, keys)
	}
	return err
}

// compare opens what was restored, which compares all of it.
func (r *restoreCommand) compare(ctx context.Context, c *cli) error {
	p, err := open(ctx, config{dir: c.Data, master: c.MasterKey, gate: everyone("operator"), callers: everyone("operator")})
	if err != nil {
		return err
	}
	entries := p.ledger.Durable()
	if err := closeWith(ctx, p, p.ledger.Stopped()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s: %s, compared with the last checkpoint\n", c.Data, counted(entries, "entry", "entries"))
	return err
}

func restoreKeys(ctx context.Context, dir string, text []byte) (erasedAgain int, err error) {
	keys, err := vault.DecodeBackup(text)
	if err != nil {
		return 0, err
	}
	return jetstream.RestoreKeys(ctx, dir, keys, events.DateOf(time.Now()))
}

// isEmpty tells whether a directory is not there yet, or holds nothing.
func isEmpty(dir string) bool {
	files, err := os.ReadDir(dir)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(files) == 0
}

// sums is the SHA-256 of every file in a backup but the keys, which have their own and go when they expire; as sha256sum
// prints and checks them.
func sums(dir string) (lines string, err error) {
	err = filepath.WalkDir(filepath.Join(dir, backupLedger), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return err
		}
		lines += fmt.Sprintf("%x  %s\n", sum.Sum(nil), filepath.ToSlash(name))
		return nil
	})
	return lines, err
}

func writeSums(dir string) error {
	lines, err := sums(dir)
	if err != nil {
		return err
	}
	return copyBytes(filepath.Join(dir, backupSums), []byte(lines))
}

// checkSums demands that a backup is what it was, and names the first file that is not.
func checkSums(dir string) error {
	want, err := os.ReadFile(filepath.Join(dir, backupSums))
	if err != nil {
		return usageError("there is no backup in " + dir)
	}
	got, err := sums(dir)
	if err != nil || got == string(want) {
		return err
	}
	known := bufio.NewScanner(strings.NewReader(string(want)))
	for known.Scan() {
		if !strings.Contains(got, known.Text()+"\n") {
			_, name, _ := strings.Cut(known.Text(), "  ")
			return fmt.Errorf("the backup is not what it was: %s was changed or is gone", name)
		}
	}
	return errors.New("the backup is not what it was: it holds files that were not in it")
}

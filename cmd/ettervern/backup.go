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
	"slices"
	"strings"
	"time"

	"ettervern/events"
	"ettervern/events/jetstream"
	"ettervern/events/vault"
)

// A backup is a directory: the ledger's own directory without keys and secrets, the keys in a file, and the sums of all of it.
const (
	backupLedger = "ledger"
	backupKeys   = "keys"
	accessKeys   = "accesses.keys" // likewise, of the log of accesses
	backupSums   = "SHA256SUMS"
)

// leftOut is what a backup of the ledger does not hold: keys have a file of their own, and what opens them, or makes pseudonyms,
// is to be kept elsewhere. Tokens that were revoked must not come back.
var leftOut = []string{
	"lock", "master.key", secretName, tokensName, jetstream.KeysDir, filepath.Join(accessesDir, "lock"), filepath.Join(accessesDir, jetstream.KeysDir),
}

type backupCommand struct {
	Into string `arg:"" help:"The directory that holds backups; each gets one of its own in it." placeholder:"DIR" type:"path"`
}

// Run opens the ledger, which compares all of it, and copies it. Then it deletes the keys of older backups in the same place that
// have expired.
func (b *backupCommand) Run(ctx context.Context, c *cli) error {
	if c.Data == "" || c.Server != "" || !isLedger(c.Data) {
		return usageError("say which ledger: --data DIR; no server may be running on it")
	}
	keys, entries, err := c.readForBackup(ctx, jetstream.Config{Dir: c.Data})
	if err != nil {
		return err
	}
	var ofAccesses *vault.Backup
	if looked := filepath.Join(c.Data, accessesDir); isLedger(looked) {
		if ofAccesses, _, err = c.readForBackup(ctx, jetstream.Config{Dir: looked, Kinds: []events.Kind{events.Access}}); err != nil {
			return fmt.Errorf("the log of accesses: %w", err)
		}
	}
	made := filepath.Join(b.Into, time.Now().UTC().Format("2006-01-02T150405Z"))
	if err := os.MkdirAll(made, 0o700); err != nil {
		return err
	}
	err = jetstream.WhileStopped(c.Data, func() error { return copyTree(c.Data, filepath.Join(made, backupLedger)) })
	if err == nil && keys != nil {
		err = copyBytes(filepath.Join(made, backupKeys), keys.Encode())
	}
	if err == nil && ofAccesses != nil {
		err = copyBytes(filepath.Join(made, accessKeys), ofAccesses.Encode())
	}
	if err == nil {
		err = writeSums(made)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("the backup is not whole: %w", err), os.RemoveAll(made))
	}
	if keys != nil {
		fmt.Fprintf(c.errs, "The keys in it are good until %s. Without the master key nobody can open it: keep that elsewhere.\n", keys.Until)
	}
	fmt.Fprintf(c.out, "%s: %s\n", made, counted(entries, "entry", "entries"))
	return b.expire(c)
}

// readForBackup opens a ledger, and is its keys, nil for a plain one, and how many entries it has.
func (c *cli) readForBackup(ctx context.Context, of jetstream.Config) (keys *vault.Backup, entries uint64, err error) {
	master, err := openMaster(c.Data, masterFile(c.Data, c.MasterKey))
	if err != nil {
		return nil, 0, err
	}
	of.Master, of.BackupDays = master, c.BackupDays
	ledger, err := jetstream.Open(ctx, of)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, ledger.Close(ctx)) }()
	if err := ledger.Await(ctx, ledger.Durable()); err != nil {
		return nil, 0, err
	}
	made, err := ledger.KeyBackup(ctx)
	if errors.Is(err, jetstream.ErrPlain) {
		return nil, ledger.Durable(), nil
	}
	return &made, ledger.Durable(), err
}

// expire deletes the keys of backups whose last day has passed. Their entries stay.
func (b *backupCommand) expire(c *cli) error {
	all, err := filepath.Glob(filepath.Join(b.Into, "*", "*"+backupKeys))
	if err != nil {
		return err
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		keys, err := vault.DecodeBackup(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if events.DateOf(time.Now()) <= keys.Until {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
		fmt.Fprintf(c.errs, "%s was good until %s and is deleted\n", file, keys.Until)
	}
	return nil
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

// copyTree copies a directory's files, for their owner only, but for what is left out.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case slices.Contains(leftOut, name) && d.IsDir():
			return fs.SkipDir
		case slices.Contains(leftOut, name):
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return copyBytes(filepath.Join(to, name), data)
	})
}

// copyBytes writes a new file, onto the disk.
func copyBytes(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
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

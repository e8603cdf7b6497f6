package register

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Found is a file to import, with its size.
type Found struct {
	File
	Size int64
}

// Why a file cannot be opened, where it is not the disk's fault.
var (
	errNoArchive = errors.New("it is no ZIP archive, or a broken one")
	errNested    = errors.New("it is an archive within an archive; unpack it, and import what it holds")
)

// Walk calls each for every file to import: those named, those below a directory named that end in .xml or .zip, and
// those within an archive. What is passed over, because it is neither, is counted. A file that each is given can be
// opened until each returns, and opening tells why not when something was found that cannot be read. An error of each
// ends it; so does a name that is not there.
func Walk(names []string, each func(Found) error) (passedOver int, err error) {
	w := walker{each: each}
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return w.passedOver, unreadable(name, err)
		case info.IsDir():
			err = filepath.WalkDir(name, w.below)
		default:
			err = w.file(name, info.Size())
		}
		if err != nil {
			return w.passedOver, err
		}
	}
	return w.passedOver, nil
}

// unreadable is an error of the file system without the file's name, which could be a child's number.
func unreadable(name string, err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s: %w", safeName(name), err)
}

type walker struct {
	each       func(Found) error
	passedOver int
}

func (w *walker) below(name string, d fs.DirEntry, err error) error {
	if err == nil && d.IsDir() {
		return nil
	}
	var info fs.FileInfo
	if err == nil {
		info, err = d.Info()
	}
	switch {
	case err != nil: // a directory that cannot be read, or a file that is gone: the others stand
		return w.closed(name, err)
	case !info.Mode().IsRegular() || !importable(name):
		w.passedOver++
		return nil
	}
	return w.file(name, info.Size())
}

func importable(name string) bool {
	ending := strings.ToLower(path.Ext(name))
	return ending == ".xml" || ending == ".zip"
}

func (w *walker) file(name string, size int64) error {
	if strings.ToLower(path.Ext(name)) != ".xml" { // whatever else is named may be an archive
		archive, err := zip.OpenReader(name)
		if err == nil {
			defer func() { _ = archive.Close() }() // it was only read
			return w.archive(name, archive.File)
		}
		if errors.Is(err, zip.ErrFormat) && isZip(name) {
			return w.closed(name, errNoArchive)
		}
	}
	return w.each(Found{File{name, func() (io.ReadCloser, error) { return os.Open(name) }}, size})
}

// closed is a file that cannot be opened, for that reason.
func (w *walker) closed(name string, why error) error {
	return w.each(Found{File: File{name, func() (io.ReadCloser, error) { return nil, why }}})
}

func isZip(name string) bool { return strings.ToLower(path.Ext(name)) == ".zip" }

func (w *walker) archive(name string, entries []*zip.File) error {
	for _, f := range entries {
		switch {
		case f.FileInfo().IsDir():
		case isZip(f.Name):
			if err := w.closed(path.Join(filepath.ToSlash(name), f.Name), errNested); err != nil {
				return err
			}
		case strings.ToLower(path.Ext(f.Name)) != ".xml":
			w.passedOver++
		default:
			if err := w.each(Found{File{path.Join(filepath.ToSlash(name), f.Name), f.Open}, int64(f.UncompressedSize64)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Archive is the files to import of an archive that is held in memory. It may unpack to a
// gigabyte: its error is ErrUnpacked, or that it is no archive.
func Archive(raw []byte) (files []File, passedOver int, err error) {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, 0, errors.New("it is not a ZIP archive")
	}
	var size int64 // as the archive has it, which nothing in it can exceed
	w := walker{each: func(f Found) error {
		files = append(files, f.File)
		if size += max(0, f.Size); size > maxUnpacked {
			return ErrUnpacked
		}
		return nil
	}}
	err = w.archive("", archive.File)
	return files, w.passedOver, err
}

const maxUnpacked = 1 << 30

// ErrUnpacked: an archive holds more than is unpacked at a time.
var ErrUnpacked = fmt.Errorf("what the archive holds is larger than %d MiB; send it in parts", maxUnpacked>>20)

var runOfDigits = regexp.MustCompile(`[0-9]+([ ._-][0-9]+)?`)

// safeName is a file's name for the report, without what could be an identity number: case systems are known to name
// files by the child's.
func safeName(name string) string {
	return runOfDigits.ReplaceAllStringFunc(name, func(run string) string {
		digits := strings.Map(func(c rune) rune {
			if c < '0' || c > '9' {
				return -1
			}
			return c
		}, run)
		parted := strings.IndexAny(run, " ._-")
		if (len(digits) == 11 || len(digits) == 12) && (parted < 0 || parted == 6) {
			return "…"
		}
		return run
	})
}

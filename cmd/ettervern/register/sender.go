package register

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Sender packs files into archives, sends these, and takes the reports in the order of the files. While one archive is
// recorded the next is read. Nobody else may use it meanwhile; Close it.
type Sender struct {
	Send func(archive []byte) ([]*Report, error) // may be called twice at once
	Take func(found Found, report *Report)

	pack  pack
	copy  []byte      // of a file, on its way into an archive
	under []chan sent // archives on their way, oldest first
}

// sent is an archive that was answered.
type sent struct {
	files   []Found
	reports []*Report
	err     error
}

// How much one archive holds: enough to keep the ledger busy, little enough to lie in memory a few times; and how many
// are on their way.
const (
	packFiles = 500
	packBytes = 4 << 20
	onTheWay  = 2
)

// Add sends a file, with others. A file that cannot be opened is told of and not sent.
func (s *Sender) Add(f Found) error {
	if s.copy == nil {
		s.copy = make([]byte, 64<<10)
	}
	if err := s.pack.add(f, s.copy); err != nil {
		s.Take(f, unopened(f.Name, err))
		return nil
	}
	if len(s.pack.files) < packFiles && s.pack.out.Len() < packBytes {
		return nil
	}
	return s.flush()
}

// Close sends what is left and takes the last reports.
func (s *Sender) Close() error {
	err := s.flush()
	for err == nil && len(s.under) > 0 {
		err = s.take()
	}
	return err
}

func (s *Sender) flush() error {
	if len(s.pack.files) == 0 {
		return nil
	}
	archive, err := s.pack.close()
	if err != nil {
		return err
	}
	answer, files := make(chan sent, 1), s.pack.files
	s.pack = pack{}
	s.under = append(s.under, answer)
	go func() {
		reports, err := s.Send(archive)
		answer <- sent{files, reports, err}
	}()
	if len(s.under) < onTheWay {
		return nil
	}
	return s.take()
}

// take waits for the oldest archive.
func (s *Sender) take() error {
	answer := <-s.under[0]
	s.under = s.under[1:]
	switch {
	case answer.err != nil:
		return answer.err
	case len(answer.reports) != len(answer.files):
		return errors.New("the answer tells of other files than were sent")
	}
	for i, report := range answer.reports {
		report.File = safeName(answer.files[i].Name)
		s.Take(answer.files[i], report)
	}
	return nil
}

// pack is an archive in the making. The files' names stay behind: reports come in order.
type pack struct {
	files []Found
	out   bytes.Buffer
	zip   *zip.Writer
}

// add puts a file into the archive; of one that is too large to be read, only as much as shows that. It fails when the
// file cannot be opened. One that breaks off while it is read will be found cut off.
func (p *pack) add(f Found, buffer []byte) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	if p.zip == nil {
		p.out.Grow(packBytes)
		p.zip = zip.NewWriter(&p.out)
	}
	to, err := p.zip.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%04d.xml", len(p.files)), Method: zip.Store})
	if err != nil {
		return err
	}
	p.files = append(p.files, f)
	_, _ = io.CopyBuffer(to, io.LimitReader(in, MaxFileBytes+1), buffer)
	return nil
}

func (p *pack) close() ([]byte, error) {
	err := p.zip.Close()
	return p.out.Bytes(), err
}

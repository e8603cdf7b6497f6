package bundle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"
)

const (
	maxFile  = 64 << 20  // bytes of one file, so that a forged one cannot fill the memory
	maxFiles = 1<<16 - 1 // the format has 16 bits for their number
)

// pack is files as a zip archive (APPNOTE 6.3) that has one form only: the names in order, nothing compressed, no times
// but 1 January 1980, which is all that the format can say for none, nothing optional. The same files are the same bytes
// for ever, and a bit that was changed anywhere is seen by packing again.
func pack(files map[string][]byte) []byte {
	var out, directory []byte
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		at, body := len(out), files[name]
		both := record(name, body)
		out = append(append(out, "PK\x03\x04"...), both...)
		out = append(append(out, name...), body...)
		directory = append(append(directory, "PK\x01\x02\x14\x00"...), both...)
		directory = append(directory, make([]byte, 10)...) // no comment, first disk, no attributes
		directory = binary.LittleEndian.AppendUint32(directory, uint32(at))
		directory = append(directory, name...)
	}
	end := append([]byte("PK\x05\x06"), 0, 0, 0, 0)
	for range 2 { // on this disk, and in all
		end = binary.LittleEndian.AppendUint16(end, uint16(len(names)))
	}
	end = binary.LittleEndian.AppendUint32(end, uint32(len(directory)))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(out)))
	return append(append(append(out, directory...), end...), 0, 0)
}

// record is what a file's own header and the directory both say: version 2.0 to extract, no flags, stored, the time, the
// CRC-32, both sizes, the length of the name, no extra field.
func record(name string, body []byte) []byte {
	b := []byte{20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0}
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(body))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(name)))
	return append(b, 0, 0)
}

// unpack is the files of an archive that pack has made; any other is an error.
func unpack(archive []byte) (map[string][]byte, error) {
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte, len(reader.File))
	for _, f := range reader.File {
		if _, twice := files[f.Name]; twice {
			return nil, fmt.Errorf("%s is there twice", f.Name)
		}
		if files[f.Name], err = readFile(f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if !bytes.Equal(pack(files), archive) {
		return nil, errors.New("the archive is not written as it must be")
	}
	return files, nil
}

func readFile(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > maxFile {
		return nil, fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	body := bytes.NewBuffer(make([]byte, 0, f.UncompressedSize64+bytes.MinRead))
	_, err = body.ReadFrom(io.LimitReader(r, maxFile+1)) // it fails when it is another length, or its checksum does not fit
	return body.Bytes(), err
}

// Package directory reads the public registers as their offices publish them:
// the National Tax Agency's Corporate Number files and the post's list of postal
// codes. It also makes up such files, of companies that do not exist.
package directory

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
)

// Encoding says how a file's characters are written.
type Encoding string

// The encodings; Detect looks at the file's beginning.
const (
	Detect   Encoding = "auto"
	UTF8     Encoding = "utf-8"
	ShiftJIS Encoding = "shift-jis"
)

// File is a register's file: one of the disk, or one inside of a .zip.
type File struct {
	Name string // for people: name of the archive too
	Size int64  // bytes, unpacked
	open func() (io.ReadCloser, error)
}

// Open gives the files in what path names: itself, or the .csv files that it packs.
func Open(path string) ([]File, error) {
	head, size, err := beginning(path)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return []File{{Name: filepath.Base(path), Size: size, open: func() (io.ReadCloser, error) { return os.Open(path) }}}, nil
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var files []File
	for _, entry := range archive.File {
		if !strings.EqualFold(filepath.Ext(entry.Name), ".csv") {
			continue // the agency packs a signature beside the data
		}
		files = append(files, File{
			Name: filepath.Base(path) + "/" + filepath.Base(entry.Name), Size: int64(entry.UncompressedSize64), //nolint:gosec // for showing progress
			open: func() (io.ReadCloser, error) { return openEntry(path, entry.Name) },
		})
	}
	if len(files) == 0 {
		err = fmt.Errorf("%s packs no .csv file", path)
	}
	return files, errors.Join(err, archive.Close())
}

func beginning(path string) (head []byte, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if info.IsDir() {
		return nil, 0, fmt.Errorf("%s is a folder", path)
	}
	head = make([]byte, 4)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], info.Size(), err
}

// entryReader closes the archive with the entry.
type entryReader struct {
	io.ReadCloser
	archive *zip.ReadCloser
}

func (r entryReader) Close() error { return errors.Join(r.ReadCloser.Close(), r.archive.Close()) }

func openEntry(path, name string) (io.ReadCloser, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	for _, entry := range archive.File {
		if entry.Name == name {
			r, err := entry.Open()
			if err != nil {
				return nil, errors.Join(err, archive.Close())
			}
			return entryReader{r, archive}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s has lost %s", path, name), archive.Close())
}

// lookAt is how much of a file its encoding is judged by.
const lookAt = 1 << 20

var byteOrderMark = []byte("\uFEFF")

// decoded gives the file's text in UTF-8, without byte order mark.
func decoded(r io.Reader, encoding Encoding) (*bufio.Reader, error) {
	buffered := bufio.NewReaderSize(r, lookAt)
	head, err := buffered.Peek(lookAt)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if encoding == Detect || encoding == "" {
		encoding = detect(head)
	}
	if encoding == ShiftJIS {
		return bufio.NewReaderSize(transform.NewReader(buffered, japanese.ShiftJIS.NewDecoder()), 256<<10), nil
	}
	if bytes.HasPrefix(head, byteOrderMark) {
		_, err = buffered.Discard(len(byteOrderMark))
		return buffered, err
	}
	return buffered, nil
}

// detect takes for Shift-JIS what is no UTF-8. One odd line must not decide, so
// the lines are counted that could be either.
func detect(head []byte) Encoding {
	good, bad := 0, 0
	for line := range bytes.Lines(head) {
		switch {
		case isASCII(line):
		case utf8.Valid(line):
			good++
		default:
			bad++
		}
	}
	if bad > good {
		return ShiftJIS
	}
	return UTF8
}

func isASCII(line []byte) bool {
	for _, b := range line {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

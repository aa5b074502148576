package models

import (
	"path"
	"strings"
	"time"
	"unicode/utf8"
)

// FileKind says what a product's file is.
type FileKind string

// The kinds of files, in the order people see them.
const (
	FileProgram FileKind = "program"
	FileManual  FileKind = "manual"
	FileNotes   FileKind = "notes" // what changed with a version
)

// FileKinds lists all kinds of files.
func FileKinds() []FileKind { return []FileKind{FileProgram, FileManual, FileNotes} }

// Longest values of a file's row, in characters; of its name in bytes, because file systems count those.
const (
	MaxFileVersion   = 50
	maxFileNameBytes = 200
)

// ProductFile is a program or manual that recipients of a product download. Its bytes never change: another version
// is another file.
type ProductFile struct {
	ID             int64
	ProductCode    string
	Kind           FileKind
	Names          Text   `gorm:"embedded;embeddedPrefix:name_"`
	FileName       string // under which it is kept by those who download it
	Version        string
	ReleasedOn     Date
	Size           int64  // bytes
	SHA256         string // in hexadecimal
	BlobKey        string
	PublishedAt    time.Time
	WithdrawnAt    *time.Time // from then on nobody gets it
	WithdrawReason string
}

// FileBlobKey is the place of a file's bytes in blob storage; token is a new random one. The product stands in it so
// that whoever looks into the storage finds their way.
func FileBlobKey(productCode, token string) string { return "downloads/" + productCode + "/" + token }

// Check says what is wrong with a file to be published.
func (f ProductFile) Check(c *Catalogue) []FieldError {
	var errs []FieldError
	if p, known := c.Product(f.ProductCode); !known {
		errs = append(errs, Field("product_code", "product_unknown"))
	} else if !p.ElectronicDelivery {
		errs = append(errs, Field("product_code", "product_not_electronic"))
	}
	switch f.Kind {
	case FileProgram, FileManual, FileNotes:
	default:
		errs = append(errs, Field("kind", "file_kind_unknown"))
	}
	for _, text := range []struct {
		field, value string
		longest      int
	}{{"name_ja", f.Names.JA, MaxNameLength}, {"name_en", f.Names.EN, MaxNameLength}, {"version", f.Version, MaxFileVersion}} {
		if strings.TrimSpace(text.value) == "" {
			errs = append(errs, Field(text.field, "required"))
			continue
		}
		errs = append(errs, CheckLine(text.field, text.value, text.longest)...)
	}
	if f.ReleasedOn.IsZero() {
		errs = append(errs, Field("released_on", "required"))
	}
	if f.Size <= 0 {
		errs = append(errs, Field("file", "file_empty"))
	}
	return append(errs, checkFileName(f.FileName)...)
}

// unsafeInNames are the characters that one of the common systems does not take in a file's name.
const unsafeInNames = `/\:*?"<>|`

// checkFileName refuses names that a system could understand as a path, hide, or not keep.
func checkFileName(name string) []FieldError {
	if name == "" {
		return []FieldError{Field("file_name", "required")}
	}
	if errs := CheckLine("file_name", name, maxFileNameBytes); errs != nil {
		return errs
	}
	if len(name) > maxFileNameBytes || strings.ContainsAny(name, unsafeInNames) || strings.TrimSpace(name) != name ||
		strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") {
		return []FieldError{Field("file_name", "file_name_unsafe")}
	}
	return nil
}

// PlainFileName is the name for clients that know ASCII alone: the file's own where it is, else one that says as much.
func (f ProductFile) PlainFileName() string {
	if isPlain(f.FileName) {
		return f.FileName
	}
	plain := f.ProductCode + "-" + string(f.Kind) + "-" + f.Version + path.Ext(f.FileName)
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && isPlain(string(r)) && !strings.ContainsRune(unsafeInNames, r) {
			return r
		}
		return '_'
	}, plain)
}

// isPlain says whether a text can stand in a quoted string of a header as it is.
func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' })
}

// FileDownload counts what one delivery fetched of one file.
type FileDownload struct {
	ID            int64
	ShipmentID    int64
	ProductFileID int64
	Started       int // transfers from the first byte
	Finished      int // transfers that came to the last byte, in one or several parts
	FirstAt       time.Time
	LastAt        time.Time
}

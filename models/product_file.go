package models

import (
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// FileKind says what a product's file is.
type FileKind string

// The kinds of files, in the order people see them.
const (
	FileProgram  FileKind = "program"
	FileModule   FileKind = "module"  // a part of a product that is installed by itself
	FilePattern  FileKind = "pattern" // what a product finds threats by; the newest counts
	FileManual   FileKind = "manual"
	FileDocument FileKind = "document"
	FileNotes    FileKind = "notes" // what changed with a version
)

// FileKinds lists all kinds of files.
func FileKinds() []FileKind {
	return []FileKind{FileProgram, FileModule, FilePattern, FileManual, FileDocument, FileNotes}
}

// DeliveredFileKinds lists the kinds that come with a delivery; the contract portal has all.
func DeliveredFileKinds() []FileKind { return []FileKind{FileProgram, FileManual, FileNotes} }

// FileAccess says what somebody who holds the product has to name to get a file.
type FileAccess string

// Holding the product is enough, or license ID and the product's code are asked for besides.
const (
	FileForHolders FileAccess = "holders"
	FileForCode    FileAccess = "code"
)

// FileAccesses lists them.
func FileAccesses() []FileAccess { return []FileAccess{FileForHolders, FileForCode} }

// FileState is how far a file's offer has come.
type FileState string

// A file is prepared, then offered, then withdrawn for good.
const (
	FileDraft     FileState = "draft"
	FilePublished FileState = "published"
	FileWithdrawn FileState = "withdrawn"
)

// FileStates lists them.
func FileStates() []FileState { return []FileState{FileDraft, FilePublished, FileWithdrawn} }

// Longest values of a file's row, in characters; of its name in bytes, because file systems count those.
const (
	MaxFileVersion   = 50
	maxFileNameBytes = 200
)

// ProductFile is a file that those who hold a product, or were delivered it, download. Its bytes never change: another
// version is another file.
type ProductFile struct {
	ID             int64
	ProductCode    string
	Kind           FileKind
	Names          Text   `gorm:"embedded;embeddedPrefix:name_"`
	Notes          Text   `gorm:"embedded;embeddedPrefix:notes_"` // what to know about it, or nothing
	FileName       string // under which it is kept by those who download it
	Version        string
	ReleasedOn     Date
	Access         FileAccess
	Size           int64  // bytes
	SHA256         string // in hexadecimal
	BlobKey        string
	CreatedAt      time.Time
	PublishedAt    *time.Time // nil while it is being prepared
	WithdrawnAt    *time.Time // from then on nobody gets it
	WithdrawReason string
}

// State derives how far the file's offer has come.
func (f ProductFile) State() FileState {
	switch {
	case f.WithdrawnAt != nil:
		return FileWithdrawn
	case f.PublishedAt == nil:
		return FileDraft
	}
	return FilePublished
}

// Delivered says whether a delivery of the product brings the file.
func (f ProductFile) Delivered() bool {
	return f.Access == FileForHolders && slices.Contains(DeliveredFileKinds(), f.Kind)
}

// PatternFile is the newest pattern file of a product.
type PatternFile struct {
	ProductFile
	Since time.Time // when it became the newest
}

// FileBlobs is what the places of all files' bytes begin with.
const FileBlobs = "downloads/"

// FileBlobKey is the place of a file's bytes in blob storage; token is a new random one. The product stands in it so
// that whoever looks into the storage finds their way.
func FileBlobKey(productCode, token string) string { return FileBlobs + productCode + "/" + token }

// Check says what is wrong with a file to be kept, its bytes included.
func (f ProductFile) Check(c *Catalogue) []FieldError {
	errs := f.CheckFacts(c)
	if f.Size <= 0 {
		errs = append(errs, Field("file", "file_empty"))
	}
	return append(errs, CheckFileName("file_name", f.FileName)...)
}

// CheckFacts says what is wrong with what is said about a file, before its bytes and their name are there.
func (f ProductFile) CheckFacts(c *Catalogue) []FieldError {
	errs := f.checkProduct(c)
	if !slices.Contains(FileKinds(), f.Kind) {
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
	return append(errs, f.checkNotes()...)
}

// checkProduct refuses products that are not there, those that are not handed out over the web, and a code asked for
// that no product has.
func (f ProductFile) checkProduct(c *Catalogue) []FieldError {
	if f.ProductCode == "" {
		return []FieldError{Field("product_code", "required")}
	}
	p, known := c.Product(f.ProductCode)
	switch {
	case !known:
		return []FieldError{Field("product_code", "product_unknown")}
	case !p.ElectronicDelivery:
		return []FieldError{Field("product_code", "product_not_electronic")}
	case f.Access != "" && !slices.Contains(FileAccesses(), f.Access): // nothing said: for all who hold the product
		return []FieldError{Field("access", "file_access_unknown")}
	case f.Access == FileForCode && p.CodeKind == CodeNone:
		return []FieldError{Field("access", "product_without_code")}
	case f.Access == FileForCode && f.Kind == FilePattern:
		return []FieldError{Field("access", "pattern_with_code")} // scripts could not name it
	}
	return nil
}

// checkNotes wants notes in both languages or none.
func (f ProductFile) checkNotes() []FieldError {
	var errs []FieldError
	for _, n := range []struct{ field, text, other string }{{"notes_ja", f.Notes.JA, f.Notes.EN}, {"notes_en", f.Notes.EN, f.Notes.JA}} {
		if n.text == "" && n.other != "" {
			errs = append(errs, Field(n.field, "other_language_missing"))
		}
		errs = append(errs, CheckFreeText(n.field, n.text)...)
	}
	return errs
}

// ReadSHA256 brings a typed SHA-256 to the form it is kept in; nothing typed is none.
func ReadSHA256(field, typed string) (string, *FieldError) {
	sum := strings.ToLower(NormaliseNumber(typed))
	if sum != "" && (len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "") {
		return "", new(Field(field, "sha256_malformed"))
	}
	return sum, nil
}

// unsafeInNames are the characters that one of the common systems does not take in a file's name.
const unsafeInNames = `/\:*?"<>|`

// CheckFileName refuses names that a system could understand as a path, hide, or not keep.
func CheckFileName(field, name string) []FieldError {
	if name == "" {
		return []FieldError{Field(field, "required")}
	}
	if errs := CheckLine(field, name, maxFileNameBytes); errs != nil {
		return errs
	}
	if len(name) > maxFileNameBytes || strings.ContainsAny(name, unsafeInNames) || strings.TrimSpace(name) != name ||
		strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") {
		return []FieldError{Field(field, "file_name_unsafe")}
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

// FileDownload counts what one delivery, one portal account or one script fetched of one file: exactly one of the three
// is named.
type FileDownload struct {
	ID             int64
	ShipmentID     *int64
	AccountID      *int64
	PatternTokenID *int64
	ProductFileID  int64
	Started        int // transfers from the first byte
	Finished       int // transfers that came to the last byte, in one or several parts
	FirstAt        time.Time
	LastAt         time.Time
}

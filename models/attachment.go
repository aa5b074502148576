package models

import (
	"bytes"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// AttachmentType is what kind of file an attachment is. Its content says so, never
// its name.
type AttachmentType string

// The kinds that are taken.
const (
	AttachmentPDF  AttachmentType = "application/pdf"
	AttachmentJPEG AttachmentType = "image/jpeg"
	AttachmentPNG  AttachmentType = "image/png"
)

// Extension is how names of such files end.
func (t AttachmentType) Extension() string {
	switch t {
	case AttachmentJPEG:
		return ".jpg"
	case AttachmentPNG:
		return ".png"
	}
	return ".pdf"
}

// attachmentStarts are the bytes that each kind begins with.
var attachmentStarts = map[AttachmentType][]byte{
	AttachmentPDF: []byte("%PDF-"), AttachmentJPEG: {0xFF, 0xD8, 0xFF}, AttachmentPNG: []byte("\x89PNG\r\n\x1a\n"),
}

// AttachmentTypeOf tells the kind of a file by its content, and whether it is one
// that is taken.
func AttachmentTypeOf(content []byte) (AttachmentType, bool) {
	for kind, start := range attachmentStarts {
		if bytes.HasPrefix(content, start) {
			return kind, true
		}
	}
	return "", false
}

// NewAttachment is a file that somebody sends along.
type NewAttachment struct {
	FileName string
	Content  []byte
	// BlobKey and SHA256 say where its bytes are kept, once they are.
	BlobKey string
	SHA256  string
}

// NameChangeAttachment is a file that came with a name change, or with an answer.
type NameChangeAttachment struct {
	ID            int64
	NameChangeID  int64
	ChangeVersion int64 // of the request or answer that it came with
	FileName      string
	ContentType   AttachmentType
	Size          int64
	SHA256        string `gorm:"column:sha256"`
	BlobKey       string
	CreatedAt     time.Time
}

// CheckAttachments checks files that are sent along; before is how many came before.
func CheckAttachments(list []NewAttachment, before int, rules NameChangeRules) []FieldError {
	if len(list)+before > rules.Attachments {
		return []FieldError{Field("attachments", "attachments_too_many", "max", strconv.Itoa(rules.Attachments))}
	}
	var errs []FieldError
	for _, a := range list {
		switch _, taken := AttachmentTypeOf(a.Content); {
		case len(a.Content) == 0:
			errs = append(errs, Field("attachments", "attachment_empty"))
		case int64(len(a.Content)) > rules.AttachmentBytes:
			errs = append(errs, Field("attachments", "attachment_too_large", "max", strconv.FormatInt(rules.AttachmentBytes>>20, 10)))
		case !taken:
			errs = append(errs, Field("attachments", "attachment_type"))
		}
	}
	return errs
}

// maxFileName bounds names of attachments, in characters.
const maxFileName = 120

// CleanFileName gives a name to keep for a file of that kind: without folders and
// without characters that mean something to a shell, a header or a reader, and
// ending as its content says.
func CleanFileName(typed string, kind AttachmentType) string {
	name := path.Base(strings.ReplaceAll(strings.ToValidUTF8(typed, ""), `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if isForbidden(r) || strings.ContainsRune(`"'<>:;|?*/%&$`+"`", r) || unicode.Is(unicode.Cf, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	for utf8.RuneCountInString(name) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" {
		name = "file"
	}
	return name + kind.Extension()
}

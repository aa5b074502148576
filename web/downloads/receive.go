package downloads

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
)

// Bounds on what stands in a form before its file.
const (
	maxFields     = 50
	maxFieldBytes = 64 << 10
)

// drainFor is how long the rest of a refused upload is read: browsers that are still sending when the answer comes and
// the connection ends show that the connection broke, and not the answer.
const drainFor = 20 * time.Second

// Upload is a form with one file, which is read as it arrives: neither memory nor temporary files ever hold it. Fields
// stand before the file; those behind it are not seen.
type Upload struct {
	Fields   url.Values
	FileName string // as the browser calls it
	HasFile  bool

	form   *multipart.Reader
	part   *multipart.Part
	body   io.Reader
	failed error
}

// Receive reads a form's fields up to its file.
func Receive(g *gin.Context) (*Upload, error) {
	body := &patient{ReadCloser: g.Request.Body, from: http.NewResponseController(g.Writer)}
	g.Request.Body = body
	form, err := g.Request.MultipartReader()
	if err != nil {
		return nil, models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
	}
	u := &Upload{Fields: url.Values{}, form: form, body: body}
	for range maxFields {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return u, nil
		case err != nil:
			return nil, unreadable(err)
		case part.FileName() != "":
			u.part, u.FileName, u.HasFile = part, part.FileName(), true
			return u, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, maxFieldBytes+1))
		if err != nil {
			return nil, unreadable(err)
		}
		if len(value) > maxFieldBytes {
			break
		}
		if part.FormName() != "" && !isEmptyFile(part) {
			u.Fields.Add(part.FormName(), string(value))
		}
	}
	return nil, models.NewError(models.KindInvalid, "form_unreadable")
}

// isEmptyFile says whether a part is a file field that nothing was chosen in: browsers send it without a name.
func isEmptyFile(part *multipart.Part) bool {
	return part.Header.Get("Content-Type") == "application/octet-stream"
}

// Read gives the next piece of the file.
func (u *Upload) Read(p []byte) (int, error) {
	if u.part == nil {
		return 0, io.EOF
	}
	n, err := u.part.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		u.failed = err
	}
	return n, err
}

// Failed gives why the file did not come whole from the browser, or nothing.
func (u *Upload) Failed() error {
	if u.failed == nil {
		return nil
	}
	return unreadable(u.failed)
}

// Finish reads what stands behind the file, so that a form that was broken off there is not taken for a whole one.
func (u *Upload) Finish() error {
	for {
		if _, err := u.form.NextPart(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return unreadable(err)
		}
	}
}

// Drain reads the rest of a form that is refused, for a while.
func (u *Upload) Drain() {
	if u.failed != nil {
		return
	}
	piece := make([]byte, 64<<10)
	for end := time.Now().Add(drainFor); time.Now().Before(end); {
		if _, err := u.body.Read(piece); err != nil {
			return
		}
	}
}

// unreadable says what is wrong with a form that could not be read to its end.
func unreadable(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return models.NewError(models.KindInvalid, "body_too_large", "max", strconv.FormatInt(tooLarge.Limit, 10))
	}
	return models.NewError(models.KindInvalid, "upload_broken").WithCause(err)
}

// Answering gives the answer to a long upload the time that its connection had used up.
func Answering(g *gin.Context) {
	_ = http.NewResponseController(g.Writer).SetWriteDeadline(time.Now().Add(stallAfter))
}

// patient gives the browser more time with each piece that arrives.
type patient struct {
	io.ReadCloser
	from *http.ResponseController
}

// Read gives the next piece.
func (p *patient) Read(piece []byte) (int, error) {
	// Where there is no deadline to move, as in some tests, there is none to miss.
	_ = p.from.SetReadDeadline(time.Now().Add(stallAfter))
	n, err := p.ReadCloser.Read(piece)
	if errors.Is(err, io.EOF) {
		// What is done with the file now may take its time; a deadline that passes would end the request.
		_ = p.from.SetReadDeadline(time.Time{})
	}
	return n, err
}

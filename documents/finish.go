package documents

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/todoke/todoke/models"
)

// errUnknownPDF means that the library writes its files differently than it did
// when this was made; tests notice that at the next update.
var errUnknownPDF = errors.New("the PDF is not built as expected")

var (
	creationDate = regexp.MustCompile(`/CreationDate \((D:\d{14})\)`)
	changeDate   = regexp.MustCompile(`/ModDate \((D:\d{14})\)`)
	rootObject   = regexp.MustCompile(`/Root (\d+) 0 R`)
	infoObject   = regexp.MustCompile(`/Info (\d+) 0 R`)
	trailerSize  = regexp.MustCompile(`/Size (\d+)`)
)

// finish adds what the library cannot: the document's language, the wish that
// viewers show the title instead of the file's name, and a date of change equal to
// the date of creation, so that the same input always gives the same bytes. The
// file is only appended to, as the format foresees for changes (ISO 32000-1,
// 7.5.6); what was written before stays where it was.
func finish(pdf []byte, lang models.Language) ([]byte, error) {
	created, changed := creationDate.FindSubmatch(pdf), changeDate.FindSubmatchIndex(pdf)
	trailer := bytes.LastIndex(pdf, []byte("trailer"))
	if created == nil || changed == nil || trailer < 0 {
		return nil, errUnknownPDF
	}
	copy(pdf[changed[2]:changed[3]], created[1])

	start, err := lastTable(pdf[trailer:])
	if err != nil {
		return nil, err
	}
	root, info, size := rootObject.FindSubmatch(pdf[trailer:]), infoObject.FindSubmatch(pdf[trailer:]),
		trailerSize.FindSubmatch(pdf[trailer:])
	if root == nil || info == nil || size == nil {
		return nil, errUnknownPDF
	}
	catalog, err := objectBody(pdf, string(root[1]))
	if err != nil {
		return nil, err
	}

	out := bytes.NewBuffer(pdf)
	if pdf[len(pdf)-1] != '\n' {
		out.WriteByte('\n')
	}
	object := out.Len()
	fmt.Fprintf(out, "%s 0 obj\n<<%s/Lang (%s)\n/ViewerPreferences <</DisplayDocTitle true>>\n>>\nendobj\n",
		root[1], catalog, lang)
	table := out.Len()
	fmt.Fprintf(out, "xref\n%s 1\n%010d 00000 n \ntrailer\n<<\n/Size %s\n/Root %s 0 R\n/Info %s 0 R\n/Prev %d\n>>\n"+
		"startxref\n%d\n%%%%EOF\n", root[1], object, size[1], root[1], info[1], start, table)
	return out.Bytes(), nil
}

// lastTable reads where the cross-reference table begins.
func lastTable(trailer []byte) (int, error) {
	_, after, found := bytes.Cut(trailer, []byte("startxref\n"))
	if !found {
		return 0, errUnknownPDF
	}
	number, _, _ := bytes.Cut(after, []byte("\n"))
	start, err := strconv.Atoi(string(number))
	if err != nil {
		return 0, errUnknownPDF
	}
	return start, nil
}

// objectBody gives what stands between the outer brackets of a dictionary that is
// the file's last object of that number.
func objectBody(pdf []byte, number string) ([]byte, error) {
	at := bytes.LastIndex(pdf, []byte("\n"+number+" 0 obj\n<<"))
	if at < 0 {
		return nil, errUnknownPDF
	}
	body, _, found := bytes.Cut(pdf[at+len(number)+len("\n 0 obj\n<<"):], []byte(">>\nendobj"))
	if !found || !bytes.Contains(body, []byte("/Type /Catalog")) {
		return nil, errUnknownPDF
	}
	return bytes.Clone(body), nil
}

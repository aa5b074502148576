package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Downloads is the list of files for download.
type Downloads struct {
	Frame
	Query, Product, Kind, State string
	Products, Kinds, States     []ui.Choice
	Chips                       []Chip
	Rows                        []DownloadRow
	Count                       string
	Pager                       Pager
}

// DownloadRow is a file in the list.
type DownloadRow struct {
	ID                                                                                      int64
	URL, Product, ProductCode, Kind, Name, FileName, Version, Date, Size, Started, Finished string
	State                                                                                   Pill
	WithCode                                                                                bool // license ID and code are asked for
}

// Download is the page of one file.
type Download struct {
	Frame
	URL, Name, Product, ProductCode, Kind, FileName, Version, Date, Access, Size, Bytes, SHA256 string
	Names, Notes                                                                                models.Text
	Uploaded, Published, Withdrawn, Reason                                                      string
	State                                                                                       Pill
	Uses                                                                                        []DownloadUse
	Events                                                                                      []Event
	Form                                                                                        Form
	Can                                                                                         DownloadCan
}

// DownloadCan says what role and state allow.
type DownloadCan struct {
	Fetch, Publish, Withdraw, Discard bool
	AskLead                           bool // it waits for somebody who may publish it
}

// DownloadUse is how one kind of people fetched the file.
type DownloadUse struct{ By, Fetchers, Started, Finished string }

// Upload is the form for a new file.
type Upload struct {
	Frame
	Form            Form
	Products, Kinds []ui.Choice
	Accesses        []models.FileAccess
	Most            string // size of the largest file
}

func (v Upload) field(name, label, hint string, must bool) ui.InputField {
	f := v.Form.field("upload", name, v.T(label), "")
	f.ID, f.Focus, f.Complete = name, false, "off"
	if hint != "" {
		f.Hint = v.T(hint)
	}
	if must {
		f.Must = v.T("console.must")
	}
	for _, problem := range v.problems() {
		f.Focus = problem.ID == name
		break
	}
	return f
}

// uploadFields are the form's fields in its order, with their labels.
var uploadFields = [][2]string{
	{"product_code", "console.downloads.product"}, {"kind", "console.downloads.kind"}, {"version", "console.downloads.version"},
	{"released_on", "console.downloads.date"}, {"name_ja", "console.downloads.name_ja"}, {"name_en", "console.downloads.name_en"},
	{"notes_ja", "console.downloads.notes_ja"}, {"notes_en", "console.downloads.notes_en"}, {"access", "console.downloads.access"},
	{"file_name", "console.downloads.file_name"}, {"sha256", "console.downloads.sha256"}, {"file", "console.downloads.file"},
}

// problems lists what is wrong with the form, in its order.
func (v Upload) problems() []ui.FieldProblem {
	var list []ui.FieldProblem
	for _, f := range uploadFields {
		if text := v.Form.Wrong("upload", f[0]); text != "" {
			list = append(list, ui.FieldProblem{ID: f[0], Label: v.T(f[1]), Text: text})
		}
	}
	return list
}

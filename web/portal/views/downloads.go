package views

// Downloads is the list of files of what is held.
type Downloads struct {
	Frame
	Holds    bool // anything at all
	Products []FilesOf
}

// FilesOf are the files of one product.
type FilesOf struct {
	Code, Product string
	Kinds         []FilesOfKind
}

// FilesOfKind are a product's files of one kind, the newest first.
type FilesOfKind struct {
	Kind     string
	Patterns bool
	Files    []File
}

// File is a file to download.
type File struct {
	ID, Path, Name, FileName, Version, Date, Size, Bytes, SHA256, Notes string
	NeedsCode                                                           bool // license ID and code are asked for first
}

// DownloadCode asks for what a file takes besides holding its product.
type DownloadCode struct {
	Frame
	File                                              File
	Product, License, Code, CodeLabel, Prefix, Action string
	Get                                               string // where the file is, once both were named
	Wrong                                             map[string]string
}

// PatternFiles are the newest pattern files, and the links by which scripts fetch them.
type PatternFiles struct {
	Frame
	Files  []PatternFile
	Tokens []PatternToken
	Full   bool // no more links are made
	Name   string
	Wrong  map[string]string
}

// PatternFile is the newest pattern file of a product.
type PatternFile struct {
	Product string
	File    File
}

// PatternToken is a link for scripts in the list.
type PatternToken struct{ Name, At, Made, Used, Handle string }

// PatternLink is the page of one link.
type PatternLink struct {
	Frame
	Name, At string
	Links    []PatternURL
}

// PatternURL is where a script finds a product's newest pattern file.
type PatternURL struct{ Product, Code, FileName, URL string }

// command fetches the file only when there is a newer one.
func (u PatternURL) command() string {
	return "curl --fail --silent --show-error --remote-time --time-cond " + u.FileName + " --output " + u.FileName + " '" + u.URL + "'"
}

// check fetches the SHA-256 and compares the file with it.
func (u PatternURL) check() string {
	return "curl --fail --silent --show-error '" + u.URL + ".sha256' | sha256sum --check"
}

package views

import "github.com/todoke/todoke/models"

// Tasks is the list of tasks of a kind that wait for staff.
type Tasks struct {
	Frame
	Title string
	Lead  string
	Rows  []TaskLine
	Pager Pager
}

// TaskLine is a task in a list; the link leads to where it is closed.
type TaskLine struct {
	Mail      string
	Recipient string
	Reply     string
	About     string // number of order, receipt or resend
	URL       string
	When      string
	Age       Pill
}

// TaskAbout is the form field that says which page a task is closed on.
type TaskAbout struct {
	Field string // order, application or resend
	Value string
}

// TasksURL is the list of the open tasks of a kind.
func TasksURL(kind models.TaskKind) string { return "/console/tasks?kind=" + string(kind) }

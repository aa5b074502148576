package views

import "html/template"

// NewsList is the list of back numbers of Support Information.
type NewsList struct {
	Frame
	Subscribed      bool
	Query, From, To string
	Wrong           map[string]string
	Filtered        bool
	Rows            []NewsRow
	Newer, Older    string
}

// NewsRow is an issue in the list.
type NewsRow struct{ Number, Title, Day string }

// NewsIssue is an issue's page.
type NewsIssue struct {
	Frame
	Number, Title, Day string
	Body               template.HTML
}

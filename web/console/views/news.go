package views

import (
	"html/template"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// NewsURL is the list of issues of Support Information.
const NewsURL = "/console/news"

// News is the list of issues.
type News struct {
	Frame
	Query, Status string
	Statuses      []ui.Choice
	Rows          []NewsRow
	Subscribers   string
	Pager         Pager
}

// NewsRow is an issue in the list.
type NewsRow struct {
	Number, Title, When, Changed, Recipients string
	State                                    Pill
}

// NewsForm is the page on which an issue is written.
type NewsForm struct {
	Frame
	Heading  string
	Number   string // empty for a new one
	Version  int64
	Text     models.NewsText
	Products []NewsProduct
	Problems []ui.FieldProblem
	Wrong    map[string]string
	General  string
	Shown    []NewsShown // the preview, or nothing
}

// NewsProduct is a product whose holders an issue may be for.
type NewsProduct struct {
	Code, Name string
	On         bool
}

// NewsShown is an issue in one language, as a page and as text.
type NewsShown struct {
	Language string // its name
	Lang     string // its tag
	Title    string
	Body     template.HTML
	Text     string
}

func (v NewsForm) action() string {
	if v.Number == "" {
		return NewsURL + "/new"
	}
	return NewsURL + "/" + v.Number + "/edit"
}

func (v NewsForm) back() string {
	if v.Number == "" {
		return NewsURL
	}
	return NewsURL + "/" + v.Number
}

func (v NewsForm) chosen() bool { return len(v.Text.Products) > 0 }

func (v NewsForm) field(name, value string) ui.InputField {
	f := ui.InputField{Name: name, Label: v.T("console.news." + name), Value: value, Wrong: v.Wrong[name]}
	f.Focus = len(v.Problems) > 0 && v.Problems[0].ID == name
	if name == "title_ja" {
		f.Must = v.T("console.must")
	}
	return f
}

// NewsIssue is an issue's page.
type NewsIssue struct {
	Frame
	Number, Title, Status string
	Version               int64
	State                 Pill
	Facts                 [][2]string
	Shown                 []NewsShown
	Progress              *NewsProgress // once it began
	Mails                 *NewsMails    // alike
	Tests                 []MailRow
	Events                []Event
	Temporal              string
	Portal                string // its page in the portal, where it is shown
	Form                  Form
	Changed               string // that it is not what it was when the page was opened
	Can                   NewsCan
	To, Rate, Minutes     string // how many it goes to, how fast, for how long
	Left                  string // mails not sent yet
	Day, Time             string // offered for scheduling
	Every                 string // how often the page looks again, or nothing
}

// NewsCan says what role and state allow.
type NewsCan struct{ Edit, Test, Schedule, Unschedule, Pause, Resume, Cancel bool }

// NewsProgress is how far an issue has come.
type NewsProgress struct {
	Preparing   string // while its mails are prepared
	Done, Total int64
	Text        string
	Counts      []NewsCount
	LeftOut     string
	Bounced     string
	Rate        string
}

func (p NewsProgress) most() string { return strconv.FormatInt(max(p.Total, 1), 10) }

func (p NewsProgress) done() string { return strconv.FormatInt(p.Done, 10) }

// NewsCount is how many mails are in a state, with the list of them.
type NewsCount struct {
	State Pill
	N     string
	URL   string
}

// NewsMails is the list of an issue's mails.
type NewsMails struct {
	Query, Status string
	Statuses      []ui.Choice
	Rows          []NewsMailRow
	Pager         Pager
}

// NewsMailRow is one subscriber's mail.
type NewsMailRow struct {
	Recipient, Language, When, Reply string
	Attempts                         int
	State                            Pill
}

func (v NewsIssue) action(name string) string { return NewsURL + "/" + v.Number + "/" + name }

func (v NewsIssue) field(action, name, kind, label, prefilled string) ui.InputField {
	f := v.Form.field(action, name, label, prefilled)
	f.Type, f.Must = kind, v.T("console.must")
	return f
}

// missing says what an action's form was refused for that none of its fields shows.
func (v NewsIssue) missing(action string) []string {
	if v.Form.Action != action {
		return nil
	}
	var list []string
	for _, name := range []string{"title_ja", "body_ja", "title_en", "body_en"} {
		if wrong := v.Form.Problems[name]; wrong != "" {
			list = append(list, v.T("console.news."+name)+v.T("ui.colon")+wrong)
		}
	}
	return list
}

// newsSignTexts are the signs of Markdown that people need, with an example.
var newsSignTexts = [][2]string{
	{"console.news.sign_heading", "console.news.sign_heading_example"}, {"console.news.sign_list", "console.news.sign_list_example"},
	{"console.news.sign_number", "console.news.sign_number_example"}, {"console.news.sign_bold", "console.news.sign_bold_example"},
	{"console.news.sign_link", "console.news.sign_link_example"}, {"console.news.sign_rule", "console.news.sign_rule_example"},
}

func (v NewsIssue) seen() Seen { return Seen{Version: v.Version} }

func (v NewsIssue) act(name, tone, label string) Act {
	a := v.Form.act(v.action(name), v.seen(), name, tone, label)
	a.Wrong = v.missing(name)
	return a
}

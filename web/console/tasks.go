package console

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listTasks shows the open tasks of a kind, those that wait longest first. A kind
// that is none is not there.
func listTasks(v *visit) error {
	q := v.Request.URL.Query()
	kind := models.TaskKind(q.Get("kind"))
	if !slices.Contains(models.TaskKinds, kind) {
		return models.NotFound("page")
	}
	list, next, err := v.Store.OpenTasks(v.ctx(), []models.TaskKind{kind}, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	title := v.t("console.tasks." + string(kind))
	frame, err := v.frame(taskSections[kind], title)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.TasksPage(views.Tasks{
		Frame: frame, Title: title, Lead: v.t("console.task_text." + string(kind)),
		Rows: v.taskLines(list), Pager: pagerOf("/console/tasks", q, next),
	}))
}

// taskSections is the menu's place of each list.
var taskSections = map[models.TaskKind]string{
	models.TaskDeliveryFailed: "mails_failed", models.TaskMailUnknown: "mails_unknown", models.TaskMailFailed: "notices_failed",
}

// taskQueues are the heads of the queues of tasks, where there are any.
func (v *visit) taskQueues(w views.Waiting) ([]views.Queue, error) {
	var queues []views.Queue
	for _, q := range []struct {
		kinds []models.TaskKind
		queue views.Queue
	}{
		{mailsUnknown, views.Queue{Title: v.t("console.nav.mails_unknown"), URL: views.MailsUnknownURL, Count: w.MailsUnknown}},
		{noticesFailed, views.Queue{Title: v.t("console.nav.notices_failed"), URL: views.NoticesFailedURL, Count: w.NoticesFailed}},
	} {
		if q.queue.Count == 0 {
			continue
		}
		rows, _, err := v.Store.OpenTasks(v.ctx(), q.kinds, store.Page{Limit: queueHead})
		if err != nil {
			return nil, err
		}
		q.queue.Tasks = v.taskLines(rows)
		queues = append(queues, q.queue)
	}
	return queues, nil
}

func (v *visit) taskLines(list []store.TaskRow) []views.TaskLine {
	lines := make([]views.TaskLine, len(list))
	for i, t := range list {
		m := v.mailRow(t.Mail)
		lines[i] = views.TaskLine{
			Mail: m.Title, Recipient: m.Recipient, Reply: m.Reply, When: ui.Moment(v.language, t.OpenedAt), Age: v.taskAge(t.Task),
			About: t.OrderNumber, URL: "/console/orders/" + t.OrderNumber,
		}
		switch {
		case t.OrderNumber != "":
		case t.ApplicationID != nil:
			lines[i].About, lines[i].URL = t.ReceiptNumber, "/console/applications/"+strconv.FormatInt(*t.ApplicationID, 10)
		case t.NameChange != "":
			lines[i].About, lines[i].URL = t.NameChange, "/console/name-changes/"+t.NameChange
		case t.Activation != "":
			lines[i].About, lines[i].URL = t.Activation, "/console/activation/"+t.Activation
		case t.License != "":
			lines[i].About, lines[i].URL = t.License, "/console/contracts/"+t.License
		case t.ResendNumber != "":
			lines[i].About, lines[i].URL = t.ResendNumber, "/console/resends/"+t.ResendNumber
		}
		lines[i].URL += "#task-" + strconv.FormatInt(t.ID, 10)
	}
	return lines
}

// taskAge is for how many business days nobody has seen to a task.
func (v *visit) taskAge(t models.Task) views.Pill {
	days := v.Rules.Calendar.BusinessDaysBetween(models.DateOf(t.OpenedAt), models.DateOf(v.Clock()))
	if days == 0 {
		return views.Pill{Tone: "wait", Text: v.t("console.business_days_today")}
	}
	return views.Pill{Tone: "warn", Text: ui.Counted(v.language, "console.business_days", days)}
}

// taskRow is a task on the page of what it is about.
func (v *visit) taskRow(t models.Task, m *models.Mail) views.TaskRow {
	row := views.TaskRow{
		ID: t.ID, Title: v.t("console.task_kind." + string(t.Kind)), Detail: v.t("console.task_text." + string(t.Kind)),
		When: ui.Moment(v.language, t.OpenedAt), Open: t.ClosedAt == nil, Note: t.CloseNote,
	}
	if m != nil {
		row.Mail = v.t("console.mail_kind."+string(m.Kind)) + " → " + m.Recipient
	}
	return row
}

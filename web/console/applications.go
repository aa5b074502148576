package console

import (
	"fmt"
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
)

// listApplications lists what was applied for, newest first.
func listApplications(v *visit) error {
	q := v.Request.URL.Query()
	filter := store.ApplicationFilter{
		Query: q.Get("q"), Status: models.ApplicationStatus(q.Get("status")), OrderType: models.OrderType(q.Get("type")),
	}
	list, next, err := v.Store.Applications(v.ctx(), v.actor(), filter, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	frame, err := v.frame("applications", v.t("console.applications.title"))
	if err != nil {
		return err
	}
	statuses := []models.ApplicationStatus{
		models.ApplicationOpen, models.ApplicationReserved, models.ApplicationUsed, models.ApplicationDiscarded,
	}
	return v.show(http.StatusOK, views.ApplicationsPage(views.Applications{
		Frame: frame, Query: q.Get("q"), Status: q.Get("status"), Type: q.Get("type"),
		Statuses: choices(v, "console.application_status.", statuses), Types: choices(v, "order_type.", models.OrderTypes),
		Rows: v.applicationRows(list), Pager: pagerOf("/console/applications", q, next),
	}))
}

func (v *visit) applicationRows(list []models.Application) []views.ApplicationRow {
	rows := make([]views.ApplicationRow, len(list))
	for i, a := range list {
		rows[i] = views.ApplicationRow{Application: a, State: v.applicationState(a)}
	}
	return rows
}

// showApplication is the page of one application.
func showApplication(v *visit) error {
	page, err := v.applicationPage(views.Form{})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.ApplicationPage(page))
}

func (v *visit) applicationPage(form views.Form) (views.Application, error) {
	a, err := v.application()
	if err != nil {
		return views.Application{}, err
	}
	frame, err := v.frame("applications", a.ReceiptNumber)
	if err != nil {
		return views.Application{}, err
	}
	page := views.Application{
		Frame: frame, Application: a, State: v.applicationState(a), Specials: v.specials(a),
		Support: a.OrderType == models.OrderTypeNew, Form: form,
	}
	if a.OrderID != nil {
		numbers, err := v.Store.OrderNumbers(v.ctx(), []int64{*a.OrderID})
		if err != nil {
			return page, err
		}
		page.OrderNumber = numbers[*a.OrderID]
	}
	tasks, err := v.Store.TasksOfApplication(v.ctx(), a.ID)
	if err != nil {
		return page, err
	}
	for _, t := range tasks {
		page.Tasks = append(page.Tasks, v.taskRow(t.Task, &t.Mail))
	}
	document, err := v.applicationPDF(a)
	if err == nil {
		row := v.document(document, fmt.Sprintf("/console/applications/%d/pdf", a.ID))
		page.Document = &row
	} else if !models.IsKind(err, models.KindNotFound) {
		return page, err
	}
	return page, nil
}

func (v *visit) application() (models.Application, error) {
	id, err := v.id("id", "application")
	if err != nil {
		return models.Application{}, err
	}
	return v.Store.ApplicationByID(v.ctx(), v.actor(), id)
}

// applicationPDF finds the application's record, in the applicant's language or the other.
func (v *visit) applicationPDF(a models.Application) (models.Document, error) {
	first := models.ParseLanguage(string(a.ApplicantLanguage))
	second := models.English
	if first == models.English {
		second = models.Japanese
	}
	document, err := v.Store.DocumentFor(v.ctx(), models.DocumentApplication, a.ID, first)
	if models.IsKind(err, models.KindNotFound) {
		return v.Store.DocumentFor(v.ctx(), models.DocumentApplication, a.ID, second)
	}
	return document, err
}

// showApplicationPDF gives an application's record as PDF.
func showApplicationPDF(v *visit) error {
	a, err := v.application()
	if err != nil {
		return err
	}
	document, err := v.applicationPDF(a)
	if err != nil {
		return err
	}
	return v.sendPDF(document, "application-"+a.ReceiptNumber+".pdf")
}

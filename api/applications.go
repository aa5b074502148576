package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

var (
	applicationWriters = []models.Scope{models.ScopeApplications}
	applicationReaders = []models.Scope{models.ScopeRead, models.ScopeApplications}
)

// bodyInput is the input of operations that take a JSON body. It is read raw,
// because huma would tell the first wrong field only, in English, and echo it.
type bodyInput struct {
	RawBody []byte `contentType:"application/json"`
}

type receiptPath struct {
	ReceiptNumber string `path:"receipt_number" doc:"The receipt number." example:"7K2M9QX4HT6B1RW8Z3PD5CV2"`
}

type noInput struct{}

type created[T any] struct {
	Location string `header:"Location" doc:"Where it can be read."`
	Body     T
}

type answered[T any] struct {
	Body T
}

func (a *API) mountApplications(h huma.API) {
	register(a, h, operation{
		id: "file-application", method: http.MethodPost, path: "/v1/applications", tag: "applications",
		status: http.StatusCreated, scopes: applicationWriters, body: a.examples.application, answer: a.examples.filed,
	}, a.fileApplication)
	register(a, h, operation{
		id: "list-applications", method: http.MethodGet, path: "/v1/applications", tag: "applications",
		status: http.StatusOK, scopes: applicationReaders, problem: []int{422}, answer: a.examples.applicationList,
		query: pageParameters(
			parameter("status", "Only those in this state.", enumSchema(applicationStatuses)),
			parameter("order_type", "Only those of this type.", enumSchema(models.OrderTypes)),
			parameter("q", "Receipt number, company name or mail address.", textSchema(""))),
	}, a.listApplications)
	register(a, h, operation{
		id: "get-application", method: http.MethodGet, path: "/v1/applications/{receipt_number}", tag: "applications",
		status: http.StatusOK, scopes: applicationReaders, problem: []int{404}, answer: a.examples.applicationAnswer,
	}, a.getApplication)
	register(a, h, operation{
		id: "get-application-pdf", method: http.MethodGet, path: "/v1/applications/{receipt_number}/pdf", tag: "applications",
		status: http.StatusOK, scopes: applicationReaders, problem: []int{304, 404},
	}, a.getApplicationPDF)
}

var applicationStatuses = []models.ApplicationStatus{
	models.ApplicationOpen, models.ApplicationReserved, models.ApplicationUsed, models.ApplicationDiscarded,
}

func (a *API) fileApplication(ctx context.Context, c call, in *bodyInput) (*created[ApplicationFiled], error) {
	application, err := readApplication(in.RawBody, a.o.Store.Rules().Applications, a.o.Store.Today())
	if err != nil {
		return nil, err
	}
	// The receipt goes to the key's owner, never to an address of the request.
	application.ApplicantEmail, application.ApplicantLanguage = c.key.OwnerEmail, c.key.Language
	outbox, err := a.o.Store.FileApplication(ctx, c.actor, &application)
	if err != nil {
		return nil, err
	}
	a.o.Teller.Tell(outbox)
	return &created[ApplicationFiled]{
		Location: "/v1/applications/" + application.ReceiptNumber, Body: applicationFiled(application),
	}, nil
}

func (a *API) listApplications(ctx context.Context, c call, _ *noInput) (*answered[ApplicationList], error) {
	q := query{values: c.query}
	filter := store.ApplicationFilter{
		Status:    oneOf(&q, "status", applicationStatuses),
		OrderType: oneOf(&q, "order_type", models.OrderTypes),
		Query:     q.text("q", models.MaxNameLength),
	}
	page := q.page()
	if err := q.errors(); err != nil {
		return nil, err
	}
	rows, next, err := a.o.Store.Applications(ctx, c.actor, filter, page)
	if err != nil {
		return nil, err
	}
	list := ApplicationList{Applications: make([]ApplicationAnswer, len(rows)), NextCursor: next}
	for i, row := range rows {
		list.Applications[i] = applicationAnswer(row)
	}
	return &answered[ApplicationList]{list}, nil
}

func (a *API) getApplication(ctx context.Context, c call, in *receiptPath) (*answered[ApplicationAnswer], error) {
	application, err := a.applicationAt(ctx, c, in.ReceiptNumber)
	if err != nil {
		return nil, err
	}
	return &answered[ApplicationAnswer]{applicationAnswer(application)}, nil
}

// applicationAt finds an application by the number in a path.
func (a *API) applicationAt(ctx context.Context, c call, typed string) (models.Application, error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return models.Application{}, err
	}
	return a.o.Store.ApplicationByReceipt(ctx, c.actor, typed)
}

func (a *API) getApplicationPDF(ctx context.Context, c call, in *receiptPath) (*document, error) {
	application, err := a.applicationAt(ctx, c, in.ReceiptNumber)
	if err != nil {
		return nil, err
	}
	return a.document(ctx, c, models.DocumentApplication, application.ID, "application-"+application.ReceiptNumber+".pdf")
}

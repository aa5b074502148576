package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Client is a reseller's program: it files applications and orders over HTTP with one API key.
type Client struct {
	URL  string
	Key  string
	HTTP *http.Client
}

// requestDeadline is how long a reseller's program waits for an answer.
const requestDeadline = 15 * time.Second

// NewClient makes a client that keeps connections.
func NewClient(address, key string) *Client {
	return &Client{URL: address, Key: key, HTTP: &http.Client{
		Timeout: requestDeadline, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute},
	}}
}

// Refusal is an answer other than the one hoped for.
type Refusal struct {
	Status int
	Code   string // the problem's
	Body   string
}

// Error is status, code and body.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Body) }

// Passing says whether a client should try the same request again: no answer came, or the server could not just now.
func Passing(err error) bool {
	refusal, ok := errors.AsType[*Refusal](err)
	return err != nil && (!ok || refusal.Status >= http.StatusInternalServerError ||
		refusal.Status == http.StatusTooManyRequests || refusal.Code == "idempotency_in_progress")
}

// Taken is the answer to an order.
type Taken struct {
	OrderNumber string `json:"order_number"`
	Status      string `json:"status"`
}

// OrderView is what tests read of an order.
type OrderView struct {
	OrderNumber string `json:"order_number"`
	Status      string `json:"status"`
	WaitingFor  string `json:"waiting_for"`
	SendBacks   []struct {
		Reasons []struct {
			Code             string `json:"code"`
			ApplicationValue string `json:"application_value"`
			OrderValue       string `json:"order_value"`
			Resolution       string `json:"resolution"`
		} `json:"reasons"`
		ClosedAt *time.Time `json:"closed_at"`
	} `json:"send_backs"`
	Shipment *struct {
		DeliveryNumber string     `json:"delivery_number"`
		DeliveredAt    *time.Time `json:"delivered_at"`
	} `json:"shipment"`
	LicenseIDs []string `json:"license_ids"`
}

// File files an application and gives its receipt number.
func (c *Client) File(ctx context.Context, a Application) (string, error) {
	var filed struct {
		ReceiptNumber string `json:"receipt_number"`
	}
	err := c.Do(ctx, http.MethodPost, "/v1/applications", nil, a, http.StatusCreated, &filed)
	return filed.ReceiptNumber, err
}

// Order sends an order under the idempotency key.
func (c *Client) Order(ctx context.Context, key string, o Order) (Taken, error) {
	var taken Taken
	err := c.Do(ctx, http.MethodPost, "/v1/orders", http.Header{"Idempotency-Key": {key}}, o, http.StatusAccepted, &taken)
	return taken, err
}

// View reads an order.
func (c *Client) View(ctx context.Context, number string) (OrderView, error) {
	var view OrderView
	err := c.Do(ctx, http.MethodGet, "/v1/orders/"+url.PathEscape(number), nil, nil, http.StatusOK, &view)
	return view, err
}

// Await reads an order again and again until it has the status; the context bounds the wait. A status that cannot
// lead there any more ends it, too.
func (c *Client) Await(ctx context.Context, number, status string) (OrderView, error) {
	for {
		view, err := c.View(ctx, number)
		if err == nil && view.Status == status {
			return view, nil
		}
		if err == nil && (view.Status == "delivered" || view.Status == "cancelled") {
			return view, fmt.Errorf("%s is %s and will not be %s", number, view.Status, status)
		}
		if err != nil && !Passing(err) {
			return view, err
		}
		select {
		case <-ctx.Done():
			return view, fmt.Errorf("%s is %q, not %s in time: %w", number, view.Status, status, errors.Join(ctx.Err(), err))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// AwaitDelivered is Await for the end of the journey.
func (c *Client) AwaitDelivered(ctx context.Context, number string) (OrderView, error) {
	return c.Await(ctx, number, "delivered")
}

// Certificate downloads the order's PDF.
func (c *Client) Certificate(ctx context.Context, number string) ([]byte, error) {
	var pdf []byte
	err := c.Do(ctx, http.MethodGet, "/v1/orders/"+url.PathEscape(number)+"/certificate", nil, nil, http.StatusOK, &pdf)
	return pdf, err
}

// Do makes a request with the key and reads the answer into what is given: a struct for JSON, or *[]byte for the
// body as it is. An answer with another status is a *Refusal.
func (c *Client) Do(ctx context.Context, method, path string, header http.Header, body any, want int, into any) error {
	request, err := c.request(ctx, method, path, header, body)
	if err != nil {
		return err
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode != want {
		refusal := &Refusal{Status: answer.StatusCode, Body: string(content)}
		var problem struct {
			Code string `json:"code"`
		}
		if json.Unmarshal(content, &problem) == nil { // else it is no problem+json, which the body shows
			refusal.Code = problem.Code
		}
		return refusal
	}
	if raw, ok := into.(*[]byte); ok {
		*raw = content
		return nil
	}
	return json.Unmarshal(content, into)
}

func (c *Client) request(ctx context.Context, method, path string, header http.Header, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.URL+path, content)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if c.Key != "" {
		request.Header.Set("Authorization", "Bearer "+c.Key)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

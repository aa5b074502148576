package mailbox

import (
	"encoding/json"
	"net/http"
	"time"
)

// entry is a mail as the API gives it.
type entry struct {
	ID         string    `json:"id"`
	From       string    `json:"from"`
	To         []string  `json:"to"`
	Subject    string    `json:"subject"`
	Text       string    `json:"text"`
	HTML       string    `json:"html"`
	ReceivedAt time.Time `json:"received_at"`
	MessageID  string    `json:"message_id"`
}

// listMessages answers GET /api/messages, newest last; ?to= is one address,
// ?order= an order number.
func (m *Mailbox) listMessages(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	entries := []entry{}
	for _, message := range m.Messages() {
		if !message.concerns(query.Get("to"), query.Get("order")) {
			continue
		}
		body, err := message.Body()
		if err != nil {
			// A damaged mail is still a mail that arrived.
			m.options.Log.Warn("mailbox: a mail cannot be read", "id", message.ID, "error", err)
		}
		entries = append(entries, entry{
			ID: message.ID, From: message.From, To: message.To, Subject: message.Subject,
			Text: body.Text, HTML: body.HTML, ReceivedAt: message.ReceivedAt, MessageID: message.MessageID,
		})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(entries); err != nil {
		m.options.Log.Debug("mailbox: the reader went away", "error", err)
	}
}

// deleteMessages answers DELETE /api/messages.
func (m *Mailbox) deleteMessages(w http.ResponseWriter, _ *http.Request) {
	if err := m.Clear(); err != nil {
		m.fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (m *Mailbox) fail(w http.ResponseWriter, err error) {
	m.options.Log.Error("mailbox", "error", err)
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

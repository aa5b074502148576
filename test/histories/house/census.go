package house

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// tables are all that processes write to.
var tables = []string{
	"applications", "orders", "order_lines", "send_backs", "send_back_reasons", "confirmations", "decisions", "contracts",
	"holdings", "holding_changes", "shipments", "mails", "tasks", "documents", "audit_entries", "outbox", "idempotency_keys",
	"running_numbers", "password_requests", "resends", "resend_decisions",
	"inquiries", "inquiry_messages", "mail_subscriptions", "renewal_digests", "renewal_notices",
	"news_issues", "news_decisions",
	"activation_requests", "activation_decisions", "issued_codes", "code_hashes",
}

// Census counts everything that a process can leave behind: rows of every table,
// where orders and mails stand, mails that arrived, files. Two houses that had
// the same done to them have the same census, however often it was tried.
func (h *House) Census() map[string]int {
	h.t.Helper()
	db, err := h.DB()
	Must(h.t, err)
	counts := map[string]int{}
	for _, table := range tables {
		var n int
		Must(h.t, db.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM "+table).Scan(&n))
		counts["rows of "+table] = n
	}
	for _, query := range []string{
		"SELECT status || ' version ' || version || ' waiting for ' || waiting_for FROM orders",
		"SELECT kind || ' mail version ' || version || ' ' || status FROM mails",
		"SELECT 'resend ' || status || ' version ' || version FROM resends",
		"SELECT 'inquiry ' || status || ' version ' || version FROM inquiries",
		"SELECT 'warned resend' FROM resends WHERE warned_at IS NOT NULL",
		"SELECT 'escalated resend' FROM resends WHERE escalated_at IS NOT NULL",
		"SELECT 'application ' || status FROM applications",
		"SELECT subject || ' audit ' || action FROM audit_entries",
		"SELECT 'password version ' || password_version FROM shipments",
		"SELECT 'holding of ' || quantity FROM holdings",
		"SELECT 'task ' || kind FROM tasks",
		"SELECT 'renewal notice ' || days || ' to ' || role FROM renewal_notices",
		"SELECT 'news ' || status || ' version ' || version || ' to ' || recipients FROM news_issues",
		"SELECT 'activation ' || status || ' version ' || version FROM activation_requests",
		"SELECT 'revoked code' FROM issued_codes WHERE revoked_at IS NOT NULL",
		"SELECT 'queued digest' FROM renewal_digests WHERE queued_at IS NOT NULL",
	} {
		rows, err := db.QueryContext(context.Background(), query)
		Must(h.t, err)
		for rows.Next() {
			var what string
			Must(h.t, rows.Scan(&what))
			counts[what]++
		}
		Must(h.t, rows.Err())
		Must(h.t, rows.Close())
	}
	counts["mails in the mailbox"] = len(h.Mailbox.Messages())
	counts["files"] = len(h.FilePaths())
	return counts
}

// FilePaths lists the files kept.
func (h *House) FilePaths() []string {
	h.t.Helper()
	var paths []string
	err := filepath.WalkDir(h.Folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	Must(h.t, err)
	return paths
}

// PersonalData lists what no history may hold about this house: names, addresses,
// mails, numbers that open something, passwords and activation codes.
func (h *House) PersonalData() []string {
	h.t.Helper()
	var all []string
	for _, query := range []string{
		"SELECT receipt_number, applicant_email, delivery_email, end_user_company_name, end_user_company_kana, end_user_person_name," +
			" end_user_street, end_user_phone, end_user_email, reseller_company_name, reseller_person_name FROM applications",
		"SELECT name, email FROM resellers",
		"SELECT name, email FROM staff",
		"SELECT delivery_number, delivery_email, password_salt FROM shipments",
		"SELECT po_number, communication, cancel_reason FROM orders",
		"SELECT recipient, message_id FROM mails",
		"SELECT holder_company_name FROM contracts",
		"SELECT token FROM documents",
		"SELECT reference, end_user_name, asker_company_name, asker_person_name, asker_phone, asker_email, resend_to, reason, link_salt FROM resends",
		"SELECT note FROM resend_decisions",
		"SELECT asker_company_name, asker_person_name, asker_phone, asker_email, contract_company, contract_person, address_salt FROM inquiries",
		"SELECT text, sender FROM inquiry_messages",
		"SELECT address, link_salt FROM mail_subscriptions",
		"SELECT title_ja, title_en, body_ja, body_en FROM news_issues",
		"SELECT requester_email, contact_email, link_salt, close_reason FROM activation_requests",
		"SELECT note FROM activation_decisions",
	} {
		all = append(all, h.strings(query)...)
	}
	all = append(all, h.secrets()...)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

func (h *House) strings(query string) []string {
	h.t.Helper()
	db, err := h.DB()
	Must(h.t, err)
	rows, err := db.QueryContext(context.Background(), query)
	Must(h.t, err)
	columns, err := rows.Columns()
	Must(h.t, err)
	var all []string
	for rows.Next() {
		row, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		Must(h.t, rows.Scan(into...))
		all = append(all, row...)
	}
	Must(h.t, rows.Err())
	Must(h.t, rows.Close())
	return all
}

// secrets gives every delivery password and activation code in the clear.
func (h *House) secrets() []string {
	h.t.Helper()
	db, err := h.DB()
	Must(h.t, err)
	var all []string
	rows, err := db.QueryContext(context.Background(), "SELECT id, password_salt, password_version, password_key FROM shipments")
	Must(h.t, err)
	for rows.Next() {
		var s models.Shipment
		Must(h.t, rows.Scan(&s.ID, &s.PasswordSalt, &s.PasswordVersion, &s.PasswordKey))
		password, err := h.Ring.DeliveryPassword(s)
		Must(h.t, err)
		all = append(all, password)
	}
	Must(h.t, rows.Err())
	Must(h.t, rows.Close())
	rows, err = db.QueryContext(context.Background(), "SELECT id, code_cipher, code_key FROM holdings WHERE code_cipher IS NOT NULL")
	Must(h.t, err)
	for rows.Next() {
		var holding models.Holding
		Must(h.t, rows.Scan(&holding.ID, &holding.CodeCipher, &holding.CodeKey))
		code, err := h.Ring.OpenCode(holding)
		Must(h.t, err)
		all = append(all, code)
	}
	Must(h.t, rows.Err())
	Must(h.t, rows.Close())
	return append(all, h.furtherSecrets()...)
}

// furtherSecrets gives every further code, and the token of every link, in the clear.
func (h *House) furtherSecrets() []string {
	h.t.Helper()
	requests, _, err := h.ActivationRequests(context.Background(), store.ActivationFilter{}, store.Page{Limit: store.MaxPage})
	Must(h.t, err)
	var all []string
	for _, r := range requests {
		for r.LinkVersion > 0 {
			for _, m := range r.Mailboxes() {
				token, err := h.Ring.ActivationToken(r, m)
				Must(h.t, err)
				all = append(all, token)
			}
			r.LinkVersion--
		}
		codes, err := h.IssuedCodes(context.Background(), r.ContractID)
		Must(h.t, err)
		for _, c := range codes {
			code, err := h.Ring.OpenIssued(c)
			Must(h.t, err)
			all = append(all, code)
		}
	}
	return all
}

// Difference tells what two censuses do not agree on.
func Difference(got, want map[string]int) []string {
	var list []string
	for what, n := range want {
		if got[what] != n {
			list = append(list, fmt.Sprintf("%s: %d, want %d", what, got[what], n))
		}
	}
	for what, n := range got {
		if _, known := want[what]; !known {
			list = append(list, fmt.Sprintf("%s: %d, want none", what, n))
		}
	}
	slices.Sort(list)
	return list
}

package store

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
)

// seedTable is a table that seeding writes, in the order in which rows may refer back.
type seedTable int

const (
	seedStaff seedTable = iota
	seedResellers
	seedAPIKeys
	seedApplications
	seedAccounts
	seedContracts
	seedAddresses
	seedContactChanges
	seedContactFields
	seedOrders
	seedLines
	seedDecisions
	seedSendBacks
	seedReasons
	seedConfirmations
	seedHoldings
	seedChanges
	seedShipments
	seedMails
	seedTasks
	seedOutbox
	seedAudit
	seedTables // how many there are
)

// seedColumns are the columns written; blocks of a party stand as "prefix_*".
var seedColumns = [seedTables]struct{ table, columns string }{
	seedStaff:     {"staff", "id email name role password_hash language created_at disabled_at"},
	seedResellers: {"resellers", "id partner_code name name_key email language created_at"},
	seedAPIKeys:   {"api_keys", "id reseller_id name prefix hash scopes owner_email language created_at revoked_at"},
	seedApplications: {"applications", `id receipt_number order_type status order_id reseller_id api_key_id applicant_email applicant_language
		end_user_* end_user_key support_same reseller_* dealer_same credits start_month license_id months delivery_email expires_at created_at`},
	seedAccounts: {"accounts", `id email language password_hash password_version password_set_at temporary_salt temporary_version temporary_key
		second_key second_step created_at`},
	seedContracts: {"contracts", `id license_id holder_* holder_key support_* reseller_* dealer_* reseller_id void hidden valid_at version created_at updated_at`},
	seedAddresses: {"contract_addresses", "id contract_id role email good_from good_until contract_ends_on"},
	seedContactChanges: {"contract_changes", `id contract_id kind actor_kind actor_id actor_name actor_role reason name_change_id contract_version
		created_at`},
	seedContactFields: {"contract_change_fields", "id change_id position field before_value after_value"},
	seedOrders: {"orders", `id order_number reseller_id api_key_id po_number partner_code order_date order_type communication status version
		application_id end_user_name end_user_key held waiting_for waiting_since assignee_id contract_id cancel_reason created_at updated_at
		registered_at delivered_at cancelled_at`},
	seedLines:         {"order_lines", "id order_id sheet position product_code kind quantity months unit_price license_id holding_id"},
	seedDecisions:     {"decisions", "id order_id kind order_version actor_kind actor_id note created_at"},
	seedSendBacks:     {"send_backs", "id order_id round opened_at closed_at"},
	seedReasons:       {"send_back_reasons", "id send_back_id position code line application_value order_value staff_value note"},
	seedConfirmations: {"confirmations", "id order_id code line application_value order_value confirmed_value staff_id created_at"},
	seedHoldings: {"holdings", `id contract_id product_code quantity starts_on ends_on code_cipher code_key code_hash created_at
		updated_at`},
	seedChanges: {"holding_changes", `id holding_id order_line_id kind product_code quantity_before quantity_after starts_on ends_on new_code
		created_at`},
	seedShipments: {"shipments", `id delivery_number order_id delivery_email password_salt password_version password_key password_sent_at created_at
		delivered_at`},
	seedMails: {"mails", `id key kind order_id application_id send_back_id version recipient language message_id status attempts reply queued_at
		claimed_at finished_at give_up_at`},
	seedTasks:  {"tasks", "id kind order_id mail_id opened_at closed_at closed_by close_note"},
	seedOutbox: {"outbox", "id workflow workflow_id subject_id decision_id created_at next_attempt_at attempts sent_at"},
	seedAudit:  {"audit_entries", `id at actor_kind actor_id actor_name request_id subject subject_id action before after`},
}

// partyColumns are a party's columns behind their prefix, in the order of partyValues.
var partyColumns = strings.Fields(`partner_code company_name company_kana department postal_code prefecture city street phone fax
	person_name person_kana email`)

func partyValues(p models.Party) []any {
	return []any{
		p.PartnerCode, p.CompanyName, p.CompanyKana, p.Department, p.PostalCode, p.Prefecture, p.City, p.Street, p.Phone, p.Fax,
		p.PersonName, p.PersonKana, p.Email,
	}
}

// columns gives a table's column names, blocks spelled out.
func (t seedTable) columns() []string {
	var names []string
	for _, name := range strings.Fields(seedColumns[t].columns) {
		prefix, isBlock := strings.CutSuffix(name, "*")
		if !isBlock {
			names = append(names, name)
			continue
		}
		for _, column := range partyColumns {
			names = append(names, prefix+column)
		}
	}
	return names
}

func (t seedTable) name() string { return seedColumns[t].table }

// seedBlock is a party's values, once for all the rows that hold them.
type seedBlock struct {
	values []any
	text   []byte // the same in COPY's text form
}

func newSeedBlock(p models.Party) *seedBlock {
	b := &seedBlock{values: partyValues(p)}
	for i, v := range b.values {
		if i > 0 {
			b.text = append(b.text, '\t')
		}
		b.text = appendCopy(b.text, v)
	}
	return b
}

// seedRows gathers a batch: as COPY's text for PostgreSQL, which is by far the
// fastest to make and to read, or as values to bind for SQLite.
type seedRows struct {
	asText bool
	text   [seedTables][]byte
	values [seedTables][]any
}

// add appends a row; values are in the order of the table's columns.
func (r *seedRows) add(table seedTable, values ...any) {
	if !r.asText {
		for _, v := range values {
			if b, isBlock := v.(*seedBlock); isBlock {
				r.values[table] = append(r.values[table], b.values...)
				continue
			}
			r.values[table] = append(r.values[table], v)
		}
		return
	}
	text := r.text[table]
	for i, v := range values {
		if i > 0 {
			text = append(text, '\t')
		}
		if b, isBlock := v.(*seedBlock); isBlock {
			text = append(text, b.text...)
			continue
		}
		text = appendCopy(text, v)
	}
	r.text[table] = append(text, '\n')
}

// appendCopy appends a value in the text form of COPY.
func appendCopy(to []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(to, '\\', 'N')
	case string:
		return appendCopyText(to, v)
	case int:
		return strconv.AppendInt(to, int64(v), 10)
	case int64:
		return strconv.AppendInt(to, v, 10)
	case *int64:
		if v == nil {
			return append(to, '\\', 'N')
		}
		return strconv.AppendInt(to, *v, 10)
	case bool:
		if v {
			return append(to, 't')
		}
		return append(to, 'f')
	case time.Time:
		return v.UTC().AppendFormat(to, "2006-01-02 15:04:05.999999Z07:00")
	case *time.Time:
		if v == nil {
			return append(to, '\\', 'N')
		}
		return v.UTC().AppendFormat(to, "2006-01-02 15:04:05.999999Z07:00")
	case models.Date:
		if v.IsZero() {
			return append(to, '\\', 'N')
		}
		return append(to, v.String()...)
	case []byte:
		if v == nil {
			return append(to, '\\', 'N')
		}
		return hex.AppendEncode(append(to, `\\x`...), v)
	}
	panic("seed: a value of a type that COPY is not written for") // a slip in this package: every row has the same types
}

func appendCopyText(to []byte, text string) []byte {
	for i := range len(text) {
		switch c := text[i]; c {
		case '\\':
			to = append(to, '\\', '\\')
		case '\t':
			to = append(to, '\\', 't')
		case '\n':
			to = append(to, '\\', 'n')
		case '\r':
			to = append(to, '\\', 'r')
		default:
			to = append(to, c)
		}
	}
	return to
}

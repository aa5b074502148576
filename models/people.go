package models

import (
	"slices"
	"time"
)

// ActorKind says who did something.
type ActorKind string

// Who can act.
const (
	ActorStaff   ActorKind = "staff"
	ActorAPIKey  ActorKind = "api_key"
	ActorProcess ActorKind = "process"
	// ActorAccount is whoever signed in to the contract portal.
	ActorAccount ActorKind = "account"
	// ActorMailbox is whoever opened the link of a mail, without signing in.
	ActorMailbox ActorKind = "mailbox"
)

// Actor is whoever acts, for the audit log and for what a row may be shown to.
type Actor struct {
	Kind       ActorKind
	ID         int64
	Name       string
	ResellerID int64 // the tenant of an API key; 0 for staff and processes
	RequestID  string
	Language   Language
}

// Process is the actor of what workflows do.
var Process = Actor{Kind: ActorProcess, Name: "todoke"}

// Reseller sells the vendor's licenses; API keys and orders belong to one.
type Reseller struct {
	ID          int64
	PartnerCode string
	Name        string
	NameKey     string
	Email       string // send-backs go here
	Language    Language
	CreatedAt   time.Time
}

// Scope is what an API key may do.
type Scope string

// The scopes.
const (
	ScopeApplications Scope = "applications"
	ScopeOrders       Scope = "orders"
	ScopeRead         Scope = "read"
)

// Scopes lists them.
var Scopes = []Scope{ScopeApplications, ScopeOrders, ScopeRead}

// APIKey is a reseller's key. The key itself is shown once and kept as a hash.
type APIKey struct {
	ID         int64
	ResellerID int64
	Name       string
	Prefix     string // the first characters, so that people can tell keys apart
	Hash       string
	Scopes     string // space-separated
	OwnerEmail string // receipt numbers filed with the key are mailed here
	Language   Language
	CreatedAt  time.Time
	RevokedAt  *time.Time
}

// TableName gives the table.
func (APIKey) TableName() string { return "api_keys" }

// Role is what a member of staff may do.
type Role string

// The roles: viewers look, clerks work on orders, leads also manage keys, resellers and staff.
const (
	RoleViewer Role = "viewer"
	RoleClerk  Role = "clerk"
	RoleLead   Role = "lead"
)

// Roles lists them, weakest first.
var Roles = []Role{RoleViewer, RoleClerk, RoleLead}

// AtLeast says whether the role may do what the other may.
func (r Role) AtLeast(other Role) bool {
	return slices.Contains(Roles, r) && slices.Index(Roles, r) >= slices.Index(Roles, other)
}

// Staff is a member of the back office.
type Staff struct {
	ID           int64
	Email        string
	Name         string
	Role         Role
	PasswordHash string
	Language     Language
	CreatedAt    time.Time
	DisabledAt   *time.Time
}

// TableName gives the table.
func (Staff) TableName() string { return "staff" }

// AuditEntry says who did what to which row, and what it was before and after.
type AuditEntry struct {
	ID        int64
	At        time.Time
	ActorKind ActorKind
	ActorID   int64
	ActorName string
	RequestID string
	Subject   string // "order", "application", …
	SubjectID int64
	Action    string
	Before    string // JSON of what changed, or nothing
	After     string
}

// TableName gives the table.
func (AuditEntry) TableName() string { return "audit_entries" }

// IdempotencyKey remembers which order a request made, for as long as the order is kept.
type IdempotencyKey struct {
	ID        int64
	APIKeyID  int64
	Key       string
	BodyHash  string
	OrderID   int64
	CreatedAt time.Time
}

// SavedView is a list's filters under a name, one person's own.
type SavedView struct {
	ID        int64
	StaffID   int64
	Name      string
	Query     string // the list's URL query
	CreatedAt time.Time
}

package models

import (
	"slices"
	"time"
)

// ActivationConfirm says by what a further code comes into being.
type ActivationConfirm string

// A code is issued by the link of a mail, or by consenting to terms.
const (
	ConfirmByLink    ActivationConfirm = "link"
	ConfirmByConsent ActivationConfirm = "consent"
)

// ActivationConfirms lists them.
func ActivationConfirms() []ActivationConfirm {
	return []ActivationConfirm{ConfirmByLink, ConfirmByConsent}
}

// MailedTo says which mailboxes a kind's mails go to.
type MailedTo string

// To contact and sign-in address, or to the sign-in address alone.
const (
	MailedToBoth    MailedTo = "both"
	MailedToAccount MailedTo = "account"
)

// MailedTos lists them.
func MailedTos() []MailedTo { return []MailedTo{MailedToBoth, MailedToAccount} }

// ActivationEnvironment says where a code is entered.
type ActivationEnvironment string

// With a network and without one.
const (
	EnvironmentOnline  ActivationEnvironment = "online"
	EnvironmentOffline ActivationEnvironment = "offline"
)

// ActivationEnvironments lists them.
func ActivationEnvironments() []ActivationEnvironment {
	return []ActivationEnvironment{EnvironmentOnline, EnvironmentOffline}
}

// ActivationKind is one row of the vendor's table of further codes (activation.md).
// The default tags are what a profile that leaves the key out means.
type ActivationKind struct {
	Code        string                `yaml:"code"`
	Names       Text                  `yaml:"names"`
	Environment ActivationEnvironment `yaml:"environment" default:"online"`
	// Products says what a contract must hold, and what comes out of it.
	Products []ActivationProduct `yaml:"products"`
	// CodeAsked wants the code of the product held besides the license ID.
	CodeAsked bool `yaml:"code_asked" default:"true"`
	// AskedPrefix is what that code must begin with; empty takes any.
	AskedPrefix string `yaml:"asked_prefix" default:""`
	// CodeKind and CodePrefix are those of the code that comes out; empty ones are the product's own.
	CodeKind   CodeKind `yaml:"code_kind" default:""`
	CodePrefix string   `yaml:"code_prefix" default:""`
	// ConfirmedBy a link comes with a link_mail, by consent with terms.
	ConfirmedBy ActivationConfirm `yaml:"confirmed_by" default:"link"`
	Terms       Text              `yaml:"terms" default:"" multiline:"true"`
	LinkMail    MailKind          `yaml:"link_mail" default:""`
	IssuedMail  MailKind          `yaml:"issued_mail"`
	MailedTo    MailedTo          `yaml:"mailed_to" default:"both"`
}

// ActivationProduct says what comes out of a product held.
type ActivationProduct struct {
	Held string `yaml:"held"`
	// Gives is the product that the code is for; empty is the one held.
	Gives string `yaml:"gives" default:""`
}

// Offline says whether the code is entered where there is no network.
func (k ActivationKind) Offline() bool { return k.Environment == EnvironmentOffline }

// ByConsent says whether terms are consented to in place of a link.
func (k ActivationKind) ByConsent() bool { return k.ConfirmedBy == ConfirmByConsent }

// Gives is the product that comes out of one held, and whether the kind takes that one.
func (k ActivationKind) Gives(held string) (product string, taken bool) {
	i := slices.IndexFunc(k.Products, func(p ActivationProduct) bool { return p.Held == held })
	switch {
	case i < 0:
		return "", false
	case k.Products[i].Gives == "":
		return held, true
	}
	return k.Products[i].Gives, true
}

// Held lists the codes of the products that the kind takes.
func (k ActivationKind) Held() []string {
	codes := make([]string, len(k.Products))
	for i, p := range k.Products {
		codes[i] = p.Held
	}
	return codes
}

// CodeKindOf is what the code for a product is called.
func (k ActivationKind) CodeKindOf(p Product) CodeKind {
	if k.CodeKind != "" {
		return k.CodeKind
	}
	return p.CodeKind
}

// PrefixOf is what the code for a product begins with.
func (k ActivationKind) PrefixOf(p Product) string {
	if k.CodePrefix != "" {
		return k.CodePrefix
	}
	return p.CodePrefix
}

// Mails lists the kinds of mails that belong to the kind.
func (k ActivationKind) Mails() []MailKind {
	if k.ByConsent() {
		return []MailKind{k.IssuedMail}
	}
	return []MailKind{k.LinkMail, k.IssuedMail}
}

// ActivationRules is what the profile says about further codes.
type ActivationRules struct {
	Kinds []ActivationKind
	// LinkLifetime is how long the link of a request can be used.
	LinkLifetime time.Duration
	// RequestsPerDay bounds what one address may ask for in 24 hours: each is a mail to
	// whatever address it gives.
	RequestsPerDay int
}

// Kind gives the kind of that code, and whether there is one.
func (r ActivationRules) Kind(code string) (ActivationKind, bool) {
	i := slices.IndexFunc(r.Kinds, func(k ActivationKind) bool { return k.Code == code })
	if i < 0 {
		return ActivationKind{}, false
	}
	return r.Kinds[i], true
}

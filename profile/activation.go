package profile

import (
	"slices"

	"github.com/todoke/todoke/models"
)

// ActivationRules gives the table of further codes as models takes it.
func (p *Profile) ActivationRules() models.ActivationRules {
	return models.ActivationRules{Kinds: p.ActivationKinds, LinkLifetime: p.Lifetimes.ConfirmationLink.Duration, RequestsPerDay: p.Lifetimes.ActivationRequestsPerDay}
}

// activationMails lists the mails that rows of the table name.
func activationMails(kinds []models.ActivationKind) []models.MailKind {
	var mails []models.MailKind
	for _, k := range kinds {
		for _, kind := range k.Mails() {
			if kind != "" && !slices.Contains(mails, kind) {
				mails = append(mails, kind)
			}
		}
	}
	return mails
}

func (c *checker) activationKinds(kinds []models.ActivationKind, products []models.Product) {
	const list = "activation_kinds"
	codes := make([]string, len(kinds))
	for i, k := range kinds {
		codes[i] = k.Code
		if !ruleCode.MatchString(k.Code) {
			c.add(at(list, i)+".code", "not_a_code")
		}
		c.activationKind(at(list, i), k)
		c.activationProducts(at(list, i), k, products)
	}
	c.unique(list, ".code", codes, nil)
}

func (c *checker) activationKind(path string, k models.ActivationKind) {
	oneOf(c, path+".environment", k.Environment, models.ActivationEnvironments())
	oneOf(c, path+".confirmed_by", k.ConfirmedBy, models.ActivationConfirms())
	oneOf(c, path+".mailed_to", k.MailedTo, models.MailedTos())
	if k.CodeKind != "" {
		oneOf(c, path+".code_kind", k.CodeKind, []models.CodeKind{models.CodeActivation, models.CodeSerial})
	}
	for field, prefix := range map[string]string{".asked_prefix": k.AskedPrefix, ".code_prefix": k.CodePrefix} {
		if prefix != "" && !codePrefix.MatchString(prefix) {
			c.add(path+field, "not_a_prefix")
		}
	}
	if k.AskedPrefix != "" && !k.CodeAsked {
		c.add(path+".asked_prefix", "prefix_not_asked")
	}
	switch {
	case k.ByConsent() && (k.Terms.JA == "" || k.Terms.EN == ""):
		c.add(path+".terms", "consent_needs_terms")
	case k.ByConsent() && k.LinkMail != "":
		c.add(path+".link_mail", "consent_has_no_link")
	case !k.ByConsent() && k.LinkMail == "":
		c.add(path+".link_mail", "link_needs_mail")
	}
	for field, kind := range map[string]models.MailKind{".link_mail": k.LinkMail, ".issued_mail": k.IssuedMail} {
		if slices.Contains(MailKinds(), kind) {
			c.add(path+field, "mail_taken", "value", string(kind))
		}
	}
}

// activationProducts looks at what must be held and what comes out of it.
func (c *checker) activationProducts(path string, k models.ActivationKind, products []models.Product) {
	find := func(field, code string) (models.Product, bool) {
		i := slices.IndexFunc(products, func(p models.Product) bool { return p.Code == code })
		if i < 0 {
			c.add(field, "product_unknown", "value", code)
			return models.Product{}, false
		}
		return products[i], true
	}
	if len(k.Products) == 0 {
		c.add(path+".products", "empty")
	}
	for i, p := range k.Products {
		row := at(path+".products", i)
		held, known := find(row+".held", p.Held)
		switch {
		case !known:
		case k.CodeAsked && held.CodeKind == models.CodeNone:
			c.add(row+".held", "product_without_code", "value", p.Held)
		case k.AskedPrefix != "" && held.CodePrefix != k.AskedPrefix:
			c.add(row+".held", "prefix_differs", "value", held.CodePrefix)
		}
		gives, field := p.Held, row+".held"
		if p.Gives != "" {
			gives, field = p.Gives, row+".gives"
		}
		given, known := find(field, gives)
		if known && (k.PrefixOf(given) == "" || k.CodeKindOf(given) == models.CodeNone) {
			c.add(field, "product_without_code", "value", gives)
		}
	}
	c.unique(path+".products", ".held", k.Held(), nil)
}

// oneOf reports a value that is not in a list.
func oneOf[S ~string](c *checker, field string, value S, known []S) {
	if !slices.Contains(known, value) {
		c.add(field, "unknown_value", "value", string(value), "known", joinStrings(known))
	}
}

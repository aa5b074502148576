package store_test

import (
	"fmt"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"pgregory.net/rapid"
)

// editors is a model of what contracts.md promises about changes of contacts: two
// people and staff have forms open, each since some moment, and send them.
type editors struct {
	*house
	t       *rapid.T
	license string
	start   models.Contract
	open    map[string]store.ContactsWish // what each looks at
	actors  map[string]models.Actor
	made    []models.ContractChange // that were accepted, oldest first
}

var oddValues = []string{
	"", "𠮷野家", "髙﨑", "㈱ｱｲｳ", " 前後に空白 ", "03-1234-5678", "03-9999-0000", "taro@customer.example.jp", "x@example.jp", "東京都", "大阪府",
	"100-0001", "ミホン", "改行\r\nあり", "\u202e逆",
}

func (e *editors) who() string {
	return rapid.SampledFrom([]string{"holder", "support", "staff"}).Draw(e.t, "who")
}

// look opens the form, or opens it anew.
func (e *editors) look() {
	who := e.who()
	e.open[who] = wishOf(e.now(), e.actors[who])
}

func (e *editors) now() models.Contract {
	d, err := e.ContractByLicense(e.house.t.Context(), e.staff, e.license)
	e.must(err)
	return d.Contract
}

func (e *editors) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatalf("%v (%s)", err, causes(err))
	}
}

// send sends the form that somebody has open, with some fields typed over.
func (e *editors) send() {
	who := e.who()
	wish, looked := e.open[who]
	if !looked {
		return
	}
	for range rapid.IntRange(0, 3).Draw(e.t, "fields") {
		f := rapid.SampledFrom(models.ContactFields(models.ApplicationRules{})).Draw(e.t, "field")
		if f.Name != "email" { // else they lose the contract
			*f.Of(&wish.Contacts) = rapid.SampledFrom(oddValues).Draw(e.t, "value")
		}
	}
	before := e.now()
	done, err := e.ChangeContacts(e.house.t.Context(), e.actors[who], wish)
	after := e.now()
	switch {
	case err != nil:
		code := models.AsError(err).Code
		if code != "contacts_changed" && code != "invalid_input" && code != "contacts_unchanged" {
			e.must(err)
		}
		if after.Version != before.Version || after.Contacts() != before.Contacts() {
			e.t.Fatalf("%s changed the contract", code)
		}
		if lost := e.elsewhere(wish.Version); (code == "contacts_changed") != lost {
			e.t.Fatalf("%s, while somebody changed contacts since: %v", code, lost)
		}
	case done.Again:
		if after.Version != before.Version {
			e.t.Fatal("the same again changed the contract")
		}
	default:
		if e.elsewhere(wish.Version) || after.Version != before.Version+1 {
			e.t.Fatalf("version %d became %d from a form of version %d", before.Version, after.Version, wish.Version)
		}
		e.made = append(e.made, done.Change)
	}
}

// elsewhere says whether contacts were changed after a version.
func (e *editors) elsewhere(version int64) bool {
	for _, c := range e.made {
		if c.ContractVersion > version {
			return true
		}
	}
	return false
}

// check walks through the history: each accepted change stands in it once, begins
// where the one before ended, and all of them lead to what the contract says now.
func (e *editors) check() {
	list, err := e.ContractChanges(e.house.t.Context(), e.start.ID)
	e.must(err)
	if len(list) != len(e.made) {
		e.t.Fatalf("%d changes are in the history, %d were accepted", len(list), len(e.made))
	}
	values := map[string]string{}
	contacts, fields := e.start.Contacts(), models.ContactFields(models.ApplicationRules{})
	for _, f := range fields {
		values[f.Path] = *f.Of(&contacts)
	}
	version := e.start.Version
	for i := len(list) - 1; i >= 0; i-- {
		c := list[i]
		if c.ID != e.made[len(list)-1-i].ID || c.ContractVersion <= version {
			e.t.Fatalf("change %d of version %d comes after version %d", c.ID, c.ContractVersion, version)
		}
		version = c.ContractVersion
		for _, f := range c.Fields {
			if f.BeforeValue != values[f.Field] {
				e.t.Fatalf("%s was %q and not %q", f.Field, values[f.Field], f.BeforeValue)
			}
			values[f.Field] = f.AfterValue
		}
	}
	now := e.now()
	contacts = now.Contacts()
	for _, f := range fields {
		if *f.Of(&contacts) != values[f.Path] {
			e.t.Fatalf("%s is %q, by the history %q", f.Path, *f.Of(&contacts), values[f.Path])
		}
	}
	if undone := models.UndoChanges(contacts, list); undone != e.start.Contacts() {
		e.t.Fatalf("undone they are %+v", undone)
	}
}

// TestEveryChangeOfContactsIsInTheHistoryOnce lets people change one contract in
// any order, from forms of any age.
func TestEveryChangeOfContactsIsInTheHistoryOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		rapid.Check(t, func(rt *rapid.T) {
			c, holder, support := h.signedUp()
			e := &editors{
				house: h, t: rt, license: c.LicenseID, start: c, open: map[string]store.ContactsWish{},
				actors: map[string]models.Actor{"holder": holder, "support": support, "staff": h.staff},
			}
			for i := range rapid.IntRange(1, 10).Draw(rt, "steps") {
				step := rapid.SampledFrom([]func(){e.look, e.send, e.send}).Draw(rt, fmt.Sprintf("step %d", i))
				step()
			}
			e.check()
		})
	})
}

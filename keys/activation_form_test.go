package keys_test

import (
	"testing"

	"github.com/todoke/todoke/models"
)

// What the page of a link sends back belongs to that link, and cannot be told from it.
func TestAPagesFormBelongsToItsLink(t *testing.T) {
	t.Parallel()
	r := ring(t, generated(t, 1), generated(t, 2))
	request := models.ActivationRequest{ID: 7, LinkSalt: "salt", LinkKey: 1, LinkVersion: 1, ContactEmail: "a@example.jp", RequesterEmail: "b@example.jp"}
	derive := func(request models.ActivationRequest, m models.Mailbox) string {
		t.Helper()
		form, err := r.ActivationForm(request, m)
		if err != nil || len(form) != 24 {
			t.Fatalf("the form's token is %q (%v)", form, err)
		}
		return form
	}
	form := derive(request, models.MailboxContact)
	if again := derive(request, models.MailboxContact); again != form {
		t.Error("the same page sends another token")
	}
	id, salt, key, version := request, request, request, request
	id.ID, salt.LinkSalt, key.LinkKey, version.LinkVersion = 8, "pepper", 2, 2
	for what, other := range map[string]string{
		"request": derive(id, models.MailboxContact), "salt": derive(salt, models.MailboxContact), "key": derive(key, models.MailboxContact),
		"link": derive(version, models.MailboxContact), "mailbox": derive(request, models.MailboxAccount),
	} {
		if other == form {
			t.Errorf("another %s has the same token", what)
		}
	}
	if token, err := r.ActivationToken(request, models.MailboxContact); err != nil || token == form {
		t.Errorf("the link itself gives the token away (%v)", err)
	}
	request.LinkKey = 9
	if _, err := r.ActivationForm(request, models.MailboxContact); err == nil {
		t.Error("a key that is not on the ring derives")
	}
}

package keys_test

import (
	"testing"

	"github.com/todoke/todoke/models"
)

func TestASubscriptionsTokenIsItsOwn(t *testing.T) {
	first, second := generated(t, 1), generated(t, 2)
	r := ring(t, first, second)
	s := models.MailSubscription{ID: 7, Topic: models.TopicRenewal, LinkSalt: "salt", LinkKey: 1}
	token, err := r.UnsubscribeToken(s)
	if err != nil || len(token) != 24 || !r.UnsubscribeAllowed(s, token) {
		t.Fatalf("the token is %q (%v)", token, err)
	}
	for what, other := range map[string]models.MailSubscription{
		"ID": {ID: 8, Topic: s.Topic, LinkSalt: s.LinkSalt, LinkKey: 1}, "topic": {ID: 7, Topic: "news", LinkSalt: s.LinkSalt, LinkKey: 1},
		"salt": {ID: 7, Topic: s.Topic, LinkSalt: "pepper", LinkKey: 1},
	} {
		if r.UnsubscribeAllowed(other, token) {
			t.Errorf("another %s has the same token", what)
		}
	}
	if r.UnsubscribeAllowed(s, "") || r.UnsubscribeAllowed(s, token+"a") {
		t.Error("a forged token is taken")
	}
	s.LinkKey = 2
	if newer, err := r.UnsubscribeToken(s); err != nil || newer == token || !r.UnsubscribeAllowed(s, token) || !r.UnsubscribeAllowed(s, newer) {
		t.Errorf("what was mailed under an older key is taken no more (%v)", err)
	}
	if ring(t, second).UnsubscribeAllowed(s, token) {
		t.Error("a key that is not on the ring allows it")
	}
}

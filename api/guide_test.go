package api_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
)

// The calls of docs/api.md work as they stand there.
func TestGuideWorks(t *testing.T) {
	h := newHouse(t)
	guide, err := os.ReadFile("../docs/api.md")
	must(t, err)
	bodies := regexp.MustCompile(`(?s) -d '(\{.*?\})'\n# →`).FindAllSubmatch(guide, -1)
	if len(bodies) != 2 {
		t.Fatalf("%d bodies in the guide", len(bodies))
	}
	var filed api.ApplicationFiled
	h.send(http.MethodPost, "/v1/applications", bodies[0][1]).want(http.StatusCreated, &filed)
	order := strings.NewReplacer("'$(date +%F)'", h.store.Today().String(), "…", filed.ReceiptNumber).Replace(string(bodies[1][1]))
	var taken api.OrderTaken
	h.order(order).want(http.StatusAccepted, &taken)
	h.run(taken.OrderNumber)
	if o := h.detail(taken.OrderNumber); o.Status != "delivered" {
		t.Errorf("the order of the guide is %s", o.Status)
	}
	for _, route := range h.engine.Routes() {
		path := strings.NewReplacer(":receipt_number", "{receipt_number}", ":order_number", "{order_number}",
			":delivery_number", "{delivery_number}", ":resend_number", "{resend_number}", ":code", "{code}").Replace(route.Path)
		if !strings.Contains(string(guide), path) && !strings.HasPrefix(path, "/problems/") && path != "/v1/docs/style.css" {
			t.Errorf("the guide does not name %s", path)
		}
	}
}

package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestReach(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/here" {
			http.NotFound(w, r)
		}
	}))
	if err := reach(server.URL + "/here"); err != nil {
		t.Errorf("what answers is out of reach: %v", err)
	}
	if err := reach(server.URL + "/gone"); err == nil {
		t.Error("not found counts as reached")
	}
	server.Close()
	if err := reach(server.URL + "/here"); err == nil {
		t.Error("a closed server was reached")
	}
}

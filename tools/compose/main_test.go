package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAComposeFileIsReadAsComposeReadsIt(t *testing.T) {
	t.Setenv("TEST_SECRET", "s3cret")
	var out bytes.Buffer
	if err := show(t.Context(), write(t, `
name: tried
services:
  one:
    image: example:${TEST_TAG:-1}
    environment: { SECRET: "${TEST_SECRET:?missing}" }
`), &out); err != nil {
		t.Fatal(err)
	}
	var project struct {
		Services map[string]struct {
			Image       string
			Environment map[string]string
		}
	}
	if err := json.Unmarshal(out.Bytes(), &project); err != nil {
		t.Fatal(err)
	}
	if one := project.Services["one"]; one.Image != "example:1" || one.Environment["SECRET"] != "s3cret" {
		t.Errorf("got %+v", one)
	}
}

func TestWhatComposeWouldRefuseIsRefused(t *testing.T) {
	for want, text := range map[string]string{
		"TEST_UNSET": "services: { one: { image: a, environment: { A: \"${TEST_UNSET:?is needed}\" } } }",
		"nobody":     "services: { one: { image: a, depends_on: [nobody] } }",
		"imagine":    "services: { one: { imagine: a } }",
		"undefined":  "services: { one: { image: a, volumes: [\"data:/data\"] } }",
		"mapping":    "services: { one: [",
	} {
		err := show(t.Context(), write(t, "name: tried\n"+text), &bytes.Buffer{})
		if err == nil || (want != "mapping" && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "docker-compose.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

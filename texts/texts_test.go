package texts_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"gopkg.in/yaml.v3"
)

// areas gives the names of all files without language and ending.
func areas(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, name := range names {
		area, _, _ := strings.Cut(name, ".")
		list = append(list, area)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// readYAML reads a file of texts as the program does.
func readYAML(t *testing.T, name string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	if err := yaml.Unmarshal(content, &all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all
}

// TestBothLanguagesSayEverything compares the files of all areas: the same IDs
// with the same parameters, nothing empty, nothing said in two places.
func TestBothLanguagesSayEverything(t *testing.T) {
	places := map[string]string{}
	for _, area := range areas(t) {
		ja, en := readYAML(t, area+".ja.yaml"), readYAML(t, area+".en.yaml")
		for id, text := range ja {
			if other, twice := places[id]; twice {
				t.Errorf("%s stands in %s and in %s", id, other, area)
			}
			places[id] = area
			if _, ok := en[id]; !ok {
				t.Errorf("%s has no English text", id)
			} else if a, b := params(text), params(en[id]); !slices.Equal(a, b) && !strings.HasSuffix(id, "_one") { // "one" may stand for the number
				t.Errorf("%s has parameters %v in Japanese and %v in English", id, a, b)
			}
		}
		for id, text := range en {
			if _, ok := ja[id]; !ok {
				t.Errorf("%s has no Japanese text", id)
			}
			if strings.TrimSpace(text) == "" || strings.TrimSpace(ja[id]) == "" {
				t.Errorf("%s is empty", id)
			}
		}
	}
	if len(places) < 300 {
		t.Fatalf("only %d texts were read", len(places))
	}
}

var (
	// A text is asked for by its whole ID, or by the beginning of one that a
	// value of an enumeration completes.
	wholeID = regexp.MustCompile(`"((?:console|ui|delivery|portal|renewal|inquiry|reason|reason_value|reason_todo|order_status|order_type|line_kind|holding_problem|error|field)\.[a-z_]+(?:\.[a-z_]+)*)"`)
	beginID = regexp.MustCompile(`"((?:console|ui|delivery|portal|renewal|inquiry|reason|reason_value|reason_todo|order_status|order_type|line_kind|holding_problem)\.(?:[a-z_]+\.)*)"`)
)

// asked finds what the sources of the pages ask for.
func asked(t *testing.T, pattern *regexp.Regexp) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(filepath.Join("..", "web"), func(path string, d fs.DirEntry, err error) error {
		source := strings.HasSuffix(path, ".templ") || strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "_templ.go")
		if err != nil || d.IsDir() || !source {
			return err
		}
		content, err := os.ReadFile(path)
		for _, match := range pattern.FindAllStringSubmatch(string(content), -1) {
			if ending := filepath.Ext(match[1]); ending != ".css" && ending != ".js" { // those are assets
				found[match[1]] = path
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// heads are IDs in the source that texts begin with but none has by itself: they
// are completed where they are used.
var heads = regexp.MustCompile(`^console\.(orders\.(all|to_check|sent_back|mails_failed|mails_unknown)|snippet\.[a-z]+|diff\.(title|reasons)|orders\.(count|taken))$`)

func TestEveryTextThatPagesAskForIsThere(t *testing.T) {
	ids := asked(t, wholeID)
	if len(ids) < 250 {
		t.Fatalf("only %d IDs were found in the pages' sources", len(ids))
	}
	for id, path := range ids {
		for _, lang := range []models.Language{models.Japanese, models.English} {
			if texts.T(lang, id) == id && !heads.MatchString(id) {
				t.Errorf("%s asks for %s, which has no text in %s", path, id, lang)
			}
		}
	}
}

// enumerations says what completes the beginnings of IDs.
func enumerations() map[string][]string {
	return map[string][]string{
		"order_status.": strs(models.OrderStatuses), "order_type.": strs(models.OrderTypes),
		"line_kind.":      {"new", "new_preferential", "renewal", "migration_renewal", "addition"},
		"reason.":         strs(append(slices.Clone(models.ReasonCodes), models.ReasonOther)),
		"console.reason.": strs(append(slices.Clone(models.ReasonCodes), models.ReasonOther)),
		"console.todo.":   strs(append(slices.Clone(models.ReasonCodes), models.ReasonOther)),
		"console.role.":   strs(models.Roles), "console.role_in.": strs(models.Roles), "console.role_text.": strs(models.Roles),
		"console.scope.": strs(models.Scopes), "console.mail_status.": strs(models.MailStatuses),
		"console.mail_kind.": {
			"receipt_number", "order_accepted", "delivery_id", "delivery_password", "send_back", "send_back_applicant",
			"send_back_reminder", "order_cancelled",
		},
		"console.task_kind.": {"mail_unknown", "delivery_failed"}, "console.task_text.": {"mail_unknown", "delivery_failed"},
		"console.waiting.":            {"staff", "reseller"},
		"console.application_status.": {"open", "reserved", "used", "discarded"},
		"console.contract_status.":    {"registering", "valid", "void"},
		"console.actor.":              {"staff", "api_key", "process", "account", "mailbox"},
		"activation_status.":          strs(models.ActivationStatuses),
		"console.action.activation_":  strs(models.ActivationDecisionKinds),
		"console.language.":           {"ja", "en"}, "console.documents.certificate.": {"ja", "en"},
		"console.weekday.": {"sun", "mon", "tue", "wed", "thu", "fri", "sat"},
		"console.subject.": {"order", "application", "reseller", "api_key", "staff", "holding"},
		"renewal.refused.": strs(models.RenewalRefusals), "renewal.rule.": strs(models.RankRules),
		"console.action.": append(strs([]models.DecisionKind{
			models.DecisionEntered, models.DecisionConfirm, models.DecisionReapply, models.DecisionReplace, models.DecisionCancel,
			models.DecisionPass, models.DecisionHold, models.DecisionSendBack, models.DecisionRedirect,
		}), otherActions...),
	}
}

// otherActions are those of the audit log that are no decisions.
var otherActions = []string{
	"checked", "registered", "delivered", "document_made", "noted", "assigned", "task_closed", "filed", "created", "changed", "revoked",
	"code_shown", "signed_in", "signed_out",
}

func strs[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

func TestEveryValueHasItsWords(t *testing.T) {
	for prefix, values := range enumerations() {
		for _, v := range values {
			for _, lang := range []models.Language{models.Japanese, models.English} {
				if texts.T(lang, prefix+v) == prefix+v {
					t.Errorf("%s%s has no text in %s", prefix, v, lang)
				}
			}
		}
	}
	all := map[string]string{}
	for _, area := range areas(t) {
		for id := range readYAML(t, area+".ja.yaml") {
			all[id] = area
		}
	}
	for prefix, path := range asked(t, beginID) {
		used := false
		for id := range all {
			used = used || strings.HasPrefix(id, prefix)
		}
		if !used {
			t.Errorf("%s asks for %s…, and nothing begins so", path, prefix)
		}
	}
}

// action finds what the audit log is told in the store's sources.
var action = regexp.MustCompile(`\.audit\(tx, [a-zA-Z.]+, (?:"[a-z_]+"|documentSubject\([a-z.A-Z]+\)), [a-zA-Z.]+, "([a-z_]+)"`)

func TestEveryAuditedActionHasItsWords(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "store", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range action.FindAllStringSubmatch(string(content), -1) {
			found++
			if id := "console.action." + match[1]; texts.T(models.English, id) == id {
				t.Errorf("%s writes the action %s, which has no words", file, match[1])
			}
		}
	}
	if found < 8 {
		t.Fatalf("only %d actions were found", found)
	}
}

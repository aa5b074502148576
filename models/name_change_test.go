package models_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

var nameChangeRules = models.NameChangeRules{
	Deadline: models.Deadline{DueDays: 5, WarningDays: 1}, AttachmentBytes: 1 << 20, Attachments: 3,
}

var oldHolder = models.HolderName{CompanyName: "株式会社旧名", CompanyKana: "キュウメイ", Department: "東京支店"}

func goodNameChange() models.NameChangeRequest {
	return models.NameChangeRequest{
		New:    models.HolderName{CompanyName: "株式会社新名", CompanyKana: "シンメイ", Department: "東京支店"},
		Reason: models.NameChangeRename, Understood: true,
	}
}

// Everything that is wrong with a request is told at once, at its field.
func TestNameChangeRequestIsChecked(t *testing.T) {
	t.Parallel()
	if errs := goodNameChange().Check(oldHolder, nameChangeRules); len(errs) != 0 {
		t.Errorf("a good request has %+v", errs)
	}
	pdf := []byte("%PDF-1.7 …")
	for wrong, change := range map[string]func(*models.NameChangeRequest){
		"company_name required":             func(r *models.NameChangeRequest) { r.New.CompanyName = " " },
		"company_name name_unchanged":       func(r *models.NameChangeRequest) { r.New = oldHolder },
		"company_name name_without_letters": func(r *models.NameChangeRequest) { r.New.CompanyName = "・・・" },
		"company_kana required":             func(r *models.NameChangeRequest) { r.New.CompanyKana = "" },
		"company_kana kana_expected":        func(r *models.NameChangeRequest) { r.New.CompanyKana = "新名" },
		"department control_characters":     func(r *models.NameChangeRequest) { r.New.Department = "東京\r\n支店" },
		"reason required":                   func(r *models.NameChangeRequest) { r.Reason = "" },
		"reason reason_unknown":             func(r *models.NameChangeRequest) { r.Reason = "whim" },
		"note required":                     func(r *models.NameChangeRequest) { r.Reason = models.NameChangeOther },
		"understood tick_required":          func(r *models.NameChangeRequest) { r.Understood = false },
		"attachments attachment_type": func(r *models.NameChangeRequest) {
			r.Attachments = []models.NewAttachment{{FileName: "tohon.pdf", Content: []byte("<html>%PDF-")}}
		},
		"attachments attachment_empty": func(r *models.NameChangeRequest) { r.Attachments = []models.NewAttachment{{FileName: "a.pdf"}} },
		"attachments attachment_too_large": func(r *models.NameChangeRequest) {
			r.Attachments = []models.NewAttachment{{Content: append(pdf, bytes.Repeat([]byte{' '}, 1<<20)...)}}
		},
		"attachments attachments_too_many": func(r *models.NameChangeRequest) {
			r.Attachments = slices.Repeat([]models.NewAttachment{{Content: pdf}}, 4)
		},
	} {
		r := goodNameChange()
		change(&r)
		if errs := r.Check(oldHolder, nameChangeRules); len(errs) != 1 || errs[0].Field+" "+errs[0].Code != wrong {
			t.Errorf("%s: %+v", wrong, errs)
		}
	}
	branch := goodNameChange()
	branch.New = oldHolder
	branch.New.Department = ""
	if errs := branch.Check(oldHolder, nameChangeRules); len(errs) != 0 {
		t.Errorf("a branch cannot be given up: %+v", errs)
	}
}

// What a file is, its content says; the name that is kept says the same and is
// harmless wherever it is written.
func TestAttachments(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]models.AttachmentType{
		"%PDF-1.4\n": models.AttachmentPDF, "\xff\xd8\xff\xe0": models.AttachmentJPEG, "\x89PNG\r\n\x1a\n…": models.AttachmentPNG,
		"<svg": "", "GIF89a": "", "PK\x03\x04": "", " %PDF-1.4": "",
	} {
		if got, taken := models.AttachmentTypeOf([]byte(content)); got != want || taken != (want != "") {
			t.Errorf("%q is %q, want %q", content, got, want)
		}
	}
	for typed, want := range map[string]string{
		"履歴事項全部証明書.pdf": "履歴事項全部証明書.pdf", "tohon.exe": "tohon.pdf", `C:\docs\a.pdf`: "a.pdf", "../../etc/passwd": "passwd.pdf",
		"": "file.pdf", ".pdf": "file.pdf", "a\r\nb.pdf": "a__b.pdf", `"><script>.pdf`: "___script_.pdf", "a\u202egnp.exe": "a_gnp.pdf",
	} {
		if got := models.CleanFileName(typed, models.AttachmentPDF); got != want {
			t.Errorf("%q is kept as %q, want %q", typed, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := models.CleanFileName(rapid.String().Draw(t, "typed"), models.AttachmentPNG)
		if !strings.HasSuffix(name, ".png") || strings.ContainsAny(name, "/\\\"\r\n\x00<>") || len([]rune(name)) > 124 {
			t.Fatalf("it is kept as %q", name)
		}
	})
}

// No state leads out of a closed one, and only staff's states are ever overdue.
func TestNameChangeStates(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, s := range models.NameChangeStatuses {
		for _, next := range models.NameChangeStatuses {
			if s.Closed() && s.CanBecome(next) {
				t.Errorf("%s becomes %s", s, next)
			}
			if !s.Closed() && next.Closed() && !s.CanBecome(next) {
				t.Errorf("%s cannot become %s", s, next)
			}
		}
		c := models.NameChange{Status: s, DueAt: now}
		if c.Overdue(now) != (s == models.NameChangeAccepted || s == models.NameChangeReviewing) || c.Overdue(now.Add(-time.Second)) {
			t.Errorf("%s is overdue: %v", s, c.Overdue(now))
		}
	}
}

func corporation(base int64, name string, change func(*models.CorporateRecord)) models.CorporateRecord {
	r := models.CorporateRecord{
		Number: models.NewCorporateNumber(base), Name: name, Process: models.ProcessRegistered, PrefectureCode: 13, City: "千代田区",
		ChangedOn: models.NewDate(2015, 10, 5), UpdatedOn: models.NewDate(2015, 10, 6),
	}
	if change != nil {
		change(&r)
	}
	return r
}

func history(now models.CorporateRecord, past ...models.CorporateRecord) models.CorporateHistory {
	return models.CorporateHistory{CorporateRecord: now, Past: past}
}

func hintCodes(hints []models.NameHint) (codes []models.NameHintCode) {
	for _, h := range hints {
		codes = append(codes, h.Code)
	}
	return codes
}

// The directory tells a change of name and a merger from two corporations that
// both live.
func TestNameChangeHints(t *testing.T) {
	t.Parallel()
	changed := models.NewDate(2026, 4, 1)
	old := corporation(1, "株式会社旧名", nil)
	renamed := corporation(1, "株式会社新名", func(r *models.CorporateRecord) { r.Process, r.ChangedOn = models.ProcessNameChanged, changed })
	other := corporation(2, "株式会社新名", nil)
	gone := corporation(1, "旧名（株）", func(r *models.CorporateRecord) {
		r.Process, r.ClosedOn, r.CloseCause, r.Successor = models.ProcessClosed, changed, models.CloseMerged, other.Number
	})
	merged := models.CorporateHistory{CorporateRecord: gone, Successors: []models.CorporateRecord{corporation(3, "中継", nil), other}}
	closed := corporation(1, "株式会社旧名", func(r *models.CorporateRecord) { r.ClosedOn, r.CloseCause = changed, models.CloseLiquidated })
	third := corporation(1, "株式会社第三", func(r *models.CorporateRecord) { r.Process, r.ChangedOn = models.ProcessNameChanged, changed })
	type records = models.NameRecords
	for name, c := range map[string]struct {
		records records
		change  func(*models.NameChange)
		want    []models.NameHintCode
	}{
		"renamed":              {records: records{Old: []models.CorporateHistory{history(renamed, old)}, New: []models.CorporateHistory{history(renamed, old)}}, want: []models.NameHintCode{models.HintRenamed}},
		"merged, in two steps": {records: records{Old: []models.CorporateHistory{merged}, New: []models.CorporateHistory{history(other)}}, want: []models.NameHintCode{models.HintMerged}},
		"two that live":        {records: records{Old: []models.CorporateHistory{history(old)}, New: []models.CorporateHistory{history(other)}}, want: []models.NameHintCode{models.HintDifferent}},
		"ended and not followed": {
			records: records{Old: []models.CorporateHistory{history(closed)}, New: []models.CorporateHistory{history(other)}}, want: []models.NameHintCode{models.HintEnded},
		},
		"called otherwise now": {
			records: records{Old: []models.CorporateHistory{history(third, old)}, New: []models.CorporateHistory{history(other)}}, want: []models.NameHintCode{models.HintNowCalled},
		},
		"one of several was renamed": {
			records: records{Old: []models.CorporateHistory{history(corporation(4, "旧名", nil)), history(renamed, old)}, New: []models.CorporateHistory{history(renamed, old)}},
			want:    []models.NameHintCode{models.HintRenamed, models.HintSeveral},
		},
		"neither is known": {want: []models.NameHintCode{models.HintOldUnknown, models.HintNewUnknown}},
		"the register is behind": {
			records: records{Old: []models.CorporateHistory{history(old)}, New: []models.CorporateHistory{history(old)}},
			change:  func(c *models.NameChange) { c.CorporateNumber = old.Number },
			want:    []models.NameHintCode{models.HintNotYet, models.HintNameDiffers},
		},
		"the one chosen has ended": {
			records: records{Old: []models.CorporateHistory{history(old)}, New: []models.CorporateHistory{history(corporation(2, "株式会社新名", func(r *models.CorporateRecord) { r.ClosedOn = changed }))}},
			change:  func(c *models.NameChange) { c.CorporateNumber = other.Number },
			want:    []models.NameHintCode{models.HintNewEnded},
		},
		"a split": {
			records: records{Old: []models.CorporateHistory{history(renamed, old)}, New: []models.CorporateHistory{history(renamed, old)}},
			change:  func(c *models.NameChange) { c.Reason = models.NameChangeSplit },
			want:    []models.NameHintCode{models.HintRenamed, models.HintSplit},
		},
		"a transfer, nothing known": {
			change: func(c *models.NameChange) { c.Reason = models.NameChangeTransfer },
			want:   []models.NameHintCode{models.HintTransfer, models.HintOldUnknown, models.HintNewUnknown},
		},
		"another spelling": {change: func(c *models.NameChange) { c.New.CompanyName = "㈱旧名" }, want: []models.NameHintCode{models.HintSpelling}},
		"only the branch":  {change: func(c *models.NameChange) { c.New.CompanyName = "株式会社旧名" }, want: []models.NameHintCode{models.HintBranchOnly}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := models.NameChange{Reason: models.NameChangeRename, Old: oldHolder, New: goodNameChange().New}
			if c.change != nil {
				c.change(&change)
			}
			change.OldKey, change.NewKey = models.NameKey(change.Old.CompanyName), models.NameKey(change.New.CompanyName)
			hints := models.NameChangeHints(change, c.records)
			if !slices.Equal(hintCodes(hints), c.want) {
				t.Fatalf("hints are %v, want %v", hintCodes(hints), c.want)
			}
			switch h := hints[0]; h.Code {
			case models.HintRenamed:
				if h.CorporateNumber != renamed.Number || h.FormerName != "株式会社旧名" || h.CorporateName != "株式会社新名" || h.HappenedOn != changed {
					t.Errorf("the evidence is %+v", h)
				}
			case models.HintMerged:
				if h.CorporateNumber != gone.Number || h.OtherNumber != other.Number || h.HappenedOn != changed {
					t.Errorf("the evidence is %+v", h)
				}
			}
		})
	}
}

// Whatever the directory holds: approval is suggested only where one corporation
// leads to the other, and two that live apart are never silently passed.
func TestHintsNeverSuggestATransfer(t *testing.T) {
	t.Parallel()
	names := []string{"株式会社旧名", "株式会社新名", "第三株式会社"}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) models.CorporateHistory {
			name := func(what string) string { return rapid.SampledFrom(names).Draw(t, label+what) }
			h := history(corporation(rapid.Int64Range(1, 4).Draw(t, label+" number"), name(" name"), nil))
			if rapid.Bool().Draw(t, label+" closed") {
				h.ClosedOn = models.NewDate(2026, 4, 1)
			}
			if rapid.Bool().Draw(t, label+" renamed") {
				h.Past = []models.CorporateRecord{corporation(1, name(" before"), nil)}
			}
			if rapid.Bool().Draw(t, label+" taken over") {
				h.Successors = []models.CorporateRecord{corporation(rapid.Int64Range(1, 4).Draw(t, label+" by"), "x", nil)}
			}
			return h
		}
		change := models.NameChange{Reason: models.NameChangeRename, Old: oldHolder, New: goodNameChange().New}
		change.OldKey, change.NewKey = models.NameKey(change.Old.CompanyName), models.NameKey(change.New.CompanyName)
		o, n := draw("old"), draw("new")
		hints := models.NameChangeHints(change, models.NameRecords{Old: []models.CorporateHistory{o}, New: []models.CorporateHistory{n}})
		isOld := func(r models.CorporateRecord) bool { return models.SameName(r.Name, change.Old.CompanyName) }
		wasOld := models.SameName(n.Name, change.New.CompanyName) && slices.ContainsFunc(n.Past, isOld)
		tookOver := slices.ContainsFunc(o.Successors, func(s models.CorporateRecord) bool { return s.Number == n.Number })
		for _, h := range hints {
			if h.Code.Level() == models.HintApprove && !wasOld && !tookOver {
				t.Fatalf("%+v and %+v: %s", o, n, h.Code)
			}
		}
		apart := isOld(o.CorporateRecord) && o.Number != n.Number && o.State() == models.CorporationRegistered && n.State() == models.CorporationRegistered
		if apart && !wasOld && !tookOver && !slices.Contains(hintCodes(hints), models.HintDifferent) {
			t.Fatalf("%+v and %+v: %v", o, n, hintCodes(hints))
		}
	})
}

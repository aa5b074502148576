package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// isConflict says whether an error is that conflict.
func isConflict(err error, code string) bool {
	return errors.Is(err, models.NewError(models.KindConflict, code))
}

// A prepared file is nobody's until it is published; it is published or discarded once, whoever comes first.
func TestFilesArePreparedBeforeTheyArePublished(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		f := h.file("CSSP", "a.zip")
		f.Kind, f.Access, f.Notes = models.FileModule, models.FileForCode, models.Text{JA: "説明", EN: "notes"}
		must(t, h.PrepareFile(ctx, h.staff, &f))
		got, err := h.AnyFile(ctx, f.ID)
		must(t, err)
		equal(t, "read back", fmt.Sprint(got), fmt.Sprint(f))
		if _, err := h.ProductFile(ctx, f.ID); !errors.Is(err, models.NotFound("file")) {
			t.Errorf("a prepared file is offered: %v", err)
		}
		list, err := h.FilesOf(ctx, "CSSP")
		must(t, err)
		equal(t, "offered", len(list), 0)
		again := h.file("CSSP", "a.zip")
		again.Kind = models.FileModule
		if err := h.FileThere(ctx, &again); !isConflict(err, "file_prepared") {
			t.Errorf("the same once more: %v", err)
		}
		if err := h.WithdrawFile(ctx, h.staff, f.ID, "x"); !isConflict(err, "file_not_published") {
			t.Errorf("withdrawn before it was published: %v", err)
		}
		h.clock.pass(time.Hour)
		must(t, h.PublishDraft(ctx, h.staff, f.ID))
		got, err = h.ProductFile(ctx, f.ID)
		must(t, err)
		equal(t, "published at", got.PublishedAt.UTC(), h.clock.Now())
		if err := h.PublishDraft(ctx, h.staff, f.ID); !isConflict(err, "file_no_draft") {
			t.Errorf("published twice: %v", err)
		}
		if _, err := h.DiscardDraft(ctx, h.staff, f.ID); !isConflict(err, "file_no_draft") {
			t.Errorf("discarded after it was published: %v", err)
		}
		if err := h.FileThere(ctx, &again); !isConflict(err, "file_published") {
			t.Errorf("the same once more: %v", err)
		}
		entries, _, err := h.Audit(ctx, store.AuditFilter{Subject: "product_file", SubjectID: f.ID}, store.Page{Oldest: true})
		must(t, err)
		equal(t, "history", fmt.Sprintln(entries[0].Action, entries[1].Action, len(entries)), "file_uploaded file_published 2\n")
		for _, id := range []int64{0, 999} {
			if err := h.PublishDraft(ctx, h.staff, id); !errors.Is(err, models.NotFound("file")) {
				t.Errorf("publishing nothing: %v", err)
			}
			if _, err := h.DiscardDraft(ctx, h.staff, id); !errors.Is(err, models.NotFound("file")) {
				t.Errorf("discarding nothing: %v", err)
			}
		}
	})
}

func TestADraftIsPublishedOrDiscarded(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for i := range 5 {
			f := h.file("CSSP", fmt.Sprintf("%d.zip", i))
			must(t, h.PrepareFile(ctx, h.staff, &f))
			var published, discarded error
			race(2, func(n int) {
				if n == 0 {
					published = h.PublishDraft(ctx, h.staff, f.ID)
				} else {
					_, discarded = h.DiscardDraft(ctx, h.staff, f.ID)
				}
			})
			if (published == nil) == (discarded == nil) {
				t.Errorf("published: %v, discarded: %v", published, discarded)
			}
			_, err := h.ProductFile(ctx, f.ID)
			equal(t, "offered", err == nil, published == nil)
		}
	})
}

func TestFilesAreListedByWhatTheyAre(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		a, b, c := h.file("CSSP", "Server_100%.zip"), h.file("CSSP", "b.zip"), h.file("DS", "c.zip")
		b.Kind, b.Version, b.Names.EN = models.FilePattern, "20.123", "Newest pattern"
		must(t, errors.Join(h.PublishFile(ctx, h.staff, &a), h.PrepareFile(ctx, h.staff, &b), h.PublishFile(ctx, h.staff, &c), h.WithdrawFile(ctx, h.staff, c.ID, "x")))
		for _, test := range []struct {
			f    store.FileFilter
			want []int64
		}{
			{store.FileFilter{}, []int64{c.ID, b.ID, a.ID}}, {store.FileFilter{ProductCode: "CSSP"}, []int64{b.ID, a.ID}},
			{store.FileFilter{Kind: models.FilePattern}, []int64{b.ID}}, {store.FileFilter{State: models.FileDraft}, []int64{b.ID}},
			{store.FileFilter{State: models.FilePublished}, []int64{a.ID}}, {store.FileFilter{State: models.FileWithdrawn}, []int64{c.ID}},
			{store.FileFilter{State: "x"}, nil}, {store.FileFilter{Query: "NEWEST"}, []int64{b.ID}}, {store.FileFilter{Query: "20.1"}, []int64{b.ID}},
			{store.FileFilter{Query: "_100%"}, []int64{a.ID}}, {store.FileFilter{Query: "%"}, []int64{a.ID}}, {store.FileFilter{Query: "サーバ", ProductCode: "DS"}, []int64{c.ID}},
		} {
			rows, _, err := h.ProductFiles(ctx, test.f, store.Page{})
			must(t, err)
			var got []int64
			for _, r := range rows {
				got = append(got, r.ID)
			}
			n, err := h.CountProductFiles(ctx, test.f)
			must(t, err)
			if fmt.Sprint(got) != fmt.Sprint(test.want) || n != int64(len(test.want)) {
				t.Errorf("%+v lists %v and counts %d, want %v", test.f, got, n, test.want)
			}
		}
	})
}

// The newest pattern file is that of the newest day. When it is withdrawn the one before is the newest again, and that
// since then: who asks by date has to get it.
func TestTheNewestPatternFile(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		pattern := func(name string, day int) models.ProductFile {
			f := h.file("CSSP", name)
			f.Kind, f.ReleasedOn = models.FilePattern, models.NewDate(2026, 6, day)
			h.clock.pass(time.Hour)
			must(t, h.PublishFile(ctx, h.staff, &f))
			return f
		}
		newest := func(what string, want models.ProductFile, since time.Time) {
			t.Helper()
			got, err := h.NewestPattern(ctx, "CSSP")
			must(t, err)
			equal(t, "newest "+what, got.FileName, want.FileName)
			equal(t, "since when, "+what, got.Since.UTC(), since)
		}
		if _, err := h.NewestPattern(ctx, "CSSP"); !errors.Is(err, models.NotFound("file")) {
			t.Errorf("of none: %v", err)
		}
		first := pattern("1.zip", 2)
		newest("of one", first, h.clock.Now())
		second := pattern("2.zip", 3)
		published := h.clock.Now()
		newest("of two", second, published)
		pattern("0.zip", 1) // published late
		draft := h.file("CSSP", "3.zip")
		draft.Kind, draft.ReleasedOn = models.FilePattern, models.NewDate(2026, 6, 9)
		must(t, h.PrepareFile(ctx, h.staff, &draft))
		newest("beside a draft", second, published)
		h.clock.pass(time.Hour)
		must(t, h.WithdrawFile(ctx, h.staff, second.ID, "faulty"))
		newest("after the withdrawal", first, h.clock.Now())
		must(t, h.PublishDraft(ctx, h.staff, draft.ID))
		newest("of all", draft, h.clock.Now())
		sameDay := pattern("4.zip", 9)
		newest("of one day", sameDay, h.clock.Now())
	})
}

func TestBlobsThatNoFileNames(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		f, draft := h.file("CSSP", "a.zip"), h.file("CSSP", "b.zip")
		must(t, errors.Join(h.PublishFile(ctx, h.staff, &f), h.PrepareFile(ctx, h.staff, &draft), h.WithdrawFile(ctx, h.staff, f.ID, "x")))
		keys := []string{f.BlobKey, draft.BlobKey, "downloads/x"}
		for i := range 600 {
			keys = append(keys, fmt.Sprint("downloads/left/", i))
		}
		unnamed, err := h.UnnamedFileBlobs(ctx, keys)
		must(t, err)
		equal(t, "unnamed", len(unnamed), 601)
		for _, key := range unnamed {
			if key == f.BlobKey || key == draft.BlobKey {
				t.Errorf("%s has a file", key)
			}
		}
	})
}

func TestDownloadsAreCountedByWhoFetched(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		f := h.file("CSSP", "a.zip")
		must(t, h.PublishFile(ctx, h.staff, &f))
		o, _ := h.delivered(h.application(), h.sheet())
		shipment, err := h.ShipmentByOrder(ctx, o.ID)
		must(t, err)
		a := h.accountOf("a@customer.example.jp")
		b := h.accountOf("b@customer.example.jp")
		token, err := h.MakePatternToken(ctx, models.Process, a.ID, "server", 1)
		must(t, err)
		for _, fetched := range []store.Fetched{
			{Shipment: shipment, Started: true}, {AccountID: a.ID, Started: true, Finished: true}, {AccountID: a.ID, Finished: true},
			{AccountID: b.ID, Started: true}, {TokenID: token.ID, Started: true, Finished: true},
		} {
			fetched.FileID = f.ID
			must(t, h.RecordDownload(ctx, models.Process, fetched))
		}
		if err := h.RecordDownload(ctx, models.Process, store.Fetched{FileID: f.ID, Started: true}); !models.IsKind(err, models.KindInternal) {
			t.Errorf("fetched by nobody: %v", err)
		}
		uses, err := h.FileUses(ctx, f.ID)
		must(t, err)
		equal(t, "uses", fmt.Sprint(uses), "[{delivery 1 1 0} {account 2 2 2} {script 1 1 1}]")
		rows, _, err := h.ProductFiles(ctx, store.FileFilter{}, store.Page{})
		must(t, err)
		equal(t, "by all", fmt.Sprint(rows[0].Started, rows[0].Finished), "4 3")
	})
}

// accountOf makes an account.
func (h *house) accountOf(email string) models.Account {
	h.t.Helper()
	a := models.Account{Email: email, Language: models.Japanese, PasswordHash: "$argon2id$x"}
	must(h.t, h.CreateAccount(h.t.Context(), models.Process, &a))
	return a
}

func TestLinksForScripts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		a, b := h.accountOf("a@customer.example.jp"), h.accountOf("b@customer.example.jp")
		if _, err := h.MakePatternToken(ctx, models.Process, a.ID, " ", 1); !models.IsKind(err, models.KindInvalid) {
			t.Errorf("without a name: %v", err)
		}
		if _, err := h.MakePatternToken(ctx, models.Process, 999, "x", 1); !errors.Is(err, models.NotFound("account")) {
			t.Errorf("for nobody: %v", err)
		}
		made := make([]models.PatternToken, models.MaxPatternTokens+5)
		errs := make([]error, len(made))
		race(len(made), func(i int) {
			made[i], errs[i] = h.MakePatternToken(ctx, models.Process, a.ID, fmt.Sprint("link ", i), 3)
		})
		full := 0
		var some models.PatternToken
		for i, err := range errs {
			if isConflict(err, "pattern_tokens_full") {
				full++
				continue
			}
			must(t, err)
			some = made[i]
		}
		equal(t, "too many", full, 5)
		keys, err := h.KeysInUse(ctx)
		must(t, err)
		if !slices.ContainsFunc(keys, func(u store.KeyUse) bool { return u.Number == 3 && u.Links == models.MaxPatternTokens }) {
			t.Errorf("key 3 is not in use: %v", keys)
		}
		got, owner, err := h.PatternTokenByHandle(ctx, some.Handle)
		must(t, err)
		equal(t, "found", fmt.Sprint(got.ID, owner.Email), fmt.Sprint(some.ID, a.Email))
		must(t, h.UsedPatternToken(ctx, some.ID))
		h.clock.pass(time.Minute)
		must(t, h.UsedPatternToken(ctx, some.ID))
		got, err = h.PatternToken(ctx, a.ID, some.ID)
		must(t, err)
		equal(t, "used", got.UsedAt.UTC(), noon)
		if _, err := h.PatternToken(ctx, b.ID, some.ID); !errors.Is(err, models.NotFound("pattern_token")) {
			t.Errorf("another's link: %v", err)
		}
		if err := h.RevokePatternToken(ctx, models.Process, b.ID, some.ID); !errors.Is(err, models.NotFound("pattern_token")) {
			t.Errorf("revoking another's link: %v", err)
		}
		must(t, h.RevokePatternToken(ctx, models.Process, a.ID, some.ID))
		if err := h.RevokePatternToken(ctx, models.Process, a.ID, some.ID); !errors.Is(err, models.NotFound("pattern_token")) {
			t.Errorf("revoked twice: %v", err)
		}
		if _, _, err := h.PatternTokenByHandle(ctx, some.Handle); !errors.Is(err, models.NotFound("pattern_token")) {
			t.Errorf("a revoked link is found: %v", err)
		}
		list, err := h.PatternTokens(ctx, a.ID)
		must(t, err)
		equal(t, "links that work", len(list), models.MaxPatternTokens-1)
	})
}

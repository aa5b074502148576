package store_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// contact is somebody signed in to the portal.
var contact = models.Actor{Kind: models.ActorAccount, ID: 7}

const contactAddress = "taro@customer.example.jp"

// pdf is what a register's extract might look like.
func pdf(name string) models.NewAttachment {
	return models.NewAttachment{
		FileName: name, Content: []byte("%PDF-1.7\n" + name), BlobKey: "attachments/" + models.NormaliseNumber(name), SHA256: strings.Repeat("a", 64),
	}
}

// newName is a request for another name.
func newName(name string, changes ...func(*models.NameChangeRequest)) models.NameChangeRequest {
	r := models.NameChangeRequest{New: models.HolderName{CompanyName: name, CompanyKana: "シンメイ"}, Reason: models.NameChangeRename, Understood: true}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// held gives a contract that an order made.
func (h *house) held() models.Contract {
	h.t.Helper()
	_, license := h.delivered(h.application(), h.sheet())
	return h.contractOf(license)
}

func (h *house) contractOf(license string) models.Contract {
	h.t.Helper()
	d, err := h.ContractByLicense(h.t.Context(), h.staff, license)
	must(h.t, err)
	return d.Contract
}

func (h *house) wishName(c models.Contract, r models.NameChangeRequest) models.NameChange {
	h.t.Helper()
	done, err := h.RequestNameChange(h.t.Context(), contact, store.AskNameChange{ContractID: c.ID, Requester: contactAddress, Language: models.Japanese, Request: r})
	must(h.t, err)
	equal(h.t, "told", done.OutboxID > 0, true)
	return done.Change
}

func (h *house) nameChange(number string) store.NameChangeDetail {
	h.t.Helper()
	d, err := h.NameChangeDetail(h.t.Context(), number)
	must(h.t, err)
	return d
}

func TestNameChangeApproved(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c := h.held()
		request := newName("株式会社みらい商事", func(r *models.NameChangeRequest) {
			r.New.Department, r.Attachments = "大阪支店", []models.NewAttachment{pdf("登記.pdf"), pdf("委任状.exe")}
		})
		change := h.wishName(c, request)
		equal(t, "due", change.DueAt, noon.Add(7*day)) // five business days, over a weekend
		same := h.contractOf(c.LicenseID)
		equal(t, "nothing happens to the contract", same.Holder == c.Holder && same.Version == c.Version, true)

		state, err := h.AdvanceNameChange(t.Context(), change.ID)
		must(t, err)
		equal(t, "status", state.Status, models.NameChangeReviewing)
		equal(t, "warning", state.WarnAt, noon.Add(6*day))
		equal(t, "version", state.Version, change.Version)

		d := h.nameChange(change.Number)
		sameList(t, "mails", kindsOf(d.Mails), []string{"name_change_received " + contactAddress})
		var names []string
		for _, a := range d.Attachments {
			names = append(names, a.FileName)
		}
		sameList(t, "attachments", names, []string{"登記.pdf", "委任状.pdf"})

		h.clock.pass(day)
		done, err := h.ApproveNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number, Version: change.Version, Note: "登記で確認"})
		must(t, err)
		equal(t, "status", done.Change.Status, models.NameChangeApproved)
		after := h.contractOf(c.LicenseID)
		equal(t, "name", after.Holder.CompanyName, "株式会社みらい商事")
		equal(t, "kana", after.Holder.CompanyKana, "シンメイ")
		equal(t, "branch", after.Holder.Department, "大阪支店")
		equal(t, "key", after.HolderKey, models.NameKey("みらい商事"))
		equal(t, "version", after.Version, c.Version+1)
		equal(t, "person", after.Holder.PersonName, c.Holder.PersonName)
		sameList(t, "mails", kindsOf(h.nameChange(change.Number).Mails), []string{"name_change_received " + contactAddress, "review_result " + contactAddress})

		state, err = h.AdvanceNameChange(t.Context(), change.ID)
		must(t, err)
		equal(t, "next", state.Next, models.NextDone)
		equal(t, "notices", len(state.Notices), 2)
		h.sound()
	})
}

// Both names find the contract, and its orders, wherever staff search.
func TestBothNamesFindTheContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c := h.held()
		find := func(what string, want bool, queries ...string) {
			t.Helper()
			for _, query := range queries {
				hits, err := h.Search(t.Context(), query, nil)
				must(t, err)
				equal(t, what+": search for "+query, len(hits.Contracts) == 1 && len(hits.Orders) == 1, want)
				list, _, err := h.Contracts(t.Context(), store.ContractFilter{Query: query}, store.Page{})
				must(t, err)
				equal(t, what+": contracts by "+query, len(list) == 1 && list[0].ID == c.ID, want)
				orders, _, err := h.Orders(t.Context(), h.staff, store.OrderFilter{Query: query}, store.Page{})
				must(t, err)
				equal(t, what+": orders by "+query, len(orders) == 1, want)
			}
		}
		change := h.wishName(c, newName("株式会社みらい商事"))
		find("before", true, "見本商事", "見本")
		find("before", false, "みらい商事")
		_, err := h.ApproveNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number})
		must(t, err)
		again := h.wishName(c, newName("あけぼの株式会社"))
		_, err = h.ApproveNameChange(t.Context(), h.staff, store.DecideNameChange{Number: again.Number})
		must(t, err)
		find("after", true, "㈱見本商事", "みらい", "ミライ商事", "あけぼの")
		hits, err := h.Search(t.Context(), strings.ToLower(change.Number[:2])+"-"+change.Number[2:], nil)
		must(t, err)
		equal(t, "by its number", hits.Exact, "name_change:"+change.Number)
	})
}

func TestNameChangeAskedBackAndWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c := h.held()
		change := h.wishName(c, newName("株式会社みらい商事"))
		_, err := h.AskBackNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number, Version: 1})
		wantField(t, err, "note", "required")
		asked, err := h.AskBackNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number, Version: 1, Note: "登記をお送りください"})
		must(t, err)
		state, err := h.AdvanceNameChange(t.Context(), change.ID)
		must(t, err)
		equal(t, "no clock runs", state.DueAt.IsZero() && state.WarnAt.IsZero(), true)
		_, err = h.AskBackNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number, Note: "もう一度"})
		wantCode(t, err, models.KindConflict, "name_change_state")

		h.clock.pass(14 * day)
		answer := store.DecideNameChange{Number: change.Number}
		_, err = h.AnswerNameChange(t.Context(), contact, answer, nil)
		wantField(t, err, "answer", "required")
		answer.Note = "お送りします"
		_, err = h.AnswerNameChange(t.Context(), contact, answer, slices.Repeat([]models.NewAttachment{pdf("a.pdf")}, 6))
		wantField(t, err, "attachments", "attachments_too_many")
		answered, err := h.AnswerNameChange(t.Context(), contact, answer, []models.NewAttachment{pdf("登記.pdf")})
		must(t, err)
		equal(t, "due", answered.Change.DueAt, change.DueAt.Add(14*day)) // ten business days of waiting
		equal(t, "status", answered.Change.Status, models.NameChangeReviewing)
		_, err = h.ApproveNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number, Version: asked.Change.Version})
		wantCode(t, err, models.KindConflict, "name_change_changed")

		withdrawn, err := h.WithdrawNameChange(t.Context(), contact, store.DecideNameChange{Number: change.Number})
		must(t, err)
		equal(t, "status", withdrawn.Change.Status, models.NameChangeWithdrawn)
		equal(t, "version", h.contractOf(c.LicenseID).Version, c.Version)
		_, err = h.RejectNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number, Note: "遅い"})
		wantCode(t, err, models.KindConflict, "name_change_state")
		f, err := h.NameChangeOf(t.Context(), c.ID)
		must(t, err)
		var said []string
		for _, m := range f.Messages {
			said = append(said, string(m.Kind)+" "+m.ActorName+m.Note)
		}
		sameList(t, "said", said, []string{"requested ", "ask_back 登記をお送りください", "answer お送りします", "withdraw "})
		h.sound()
	})
}

func TestOneOpenNameChangeForAContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c := h.held()
		ask := store.AskNameChange{ContractID: c.ID, Requester: contactAddress, Language: models.Japanese, Request: newName("株式会社みらい商事")}
		var running sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			running.Go(func() { _, errs[i] = h.RequestNameChange(t.Context(), contact, ask) })
		}
		running.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
			} else {
				wantCode(t, err, models.KindConflict, "name_change_open")
			}
		}
		equal(t, "taken", taken, 1)
		f, err := h.NameChangeOf(t.Context(), c.ID)
		must(t, err)
		_, err = h.RejectNameChange(t.Context(), h.staff, store.DecideNameChange{Number: f.Change.Number, Note: "書類がありません"})
		must(t, err)
		h.wishName(c, newName("株式会社みらい商事"))
		h.sound()
	})
}

// Of an approval and a withdrawal in the same moment the database takes one.
func TestWithdrawalAgainstApproval(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c := h.held()
		for range 6 {
			name := "株式会社" + models.NormaliseNumber(h.sheet().PONumber)
			change := h.wishName(c, newName(name))
			before := h.contractOf(c.LicenseID)
			var approved, withdrawn error
			var running sync.WaitGroup
			start := make(chan struct{})
			d := store.DecideNameChange{Number: change.Number}
			running.Go(func() { <-start; _, approved = h.ApproveNameChange(t.Context(), h.staff, d) })
			running.Go(func() { <-start; _, withdrawn = h.WithdrawNameChange(t.Context(), contact, d) })
			close(start)
			running.Wait()
			if (approved == nil) == (withdrawn == nil) {
				t.Fatalf("approval: %v, withdrawal: %v", approved, withdrawn)
			}
			after, status := h.contractOf(c.LicenseID), h.nameChange(change.Number).Change.Status
			if approved == nil {
				equal(t, "status", status, models.NameChangeApproved)
				equal(t, "name", after.Holder.CompanyName, name)
				wantCode(t, withdrawn, models.KindConflict, "name_change_state")
			} else {
				equal(t, "status", status, models.NameChangeWithdrawn)
				equal(t, "name", after.Holder.CompanyName, before.Holder.CompanyName)
				wantCode(t, approved, models.KindConflict, "name_change_state")
			}
		}
		h.sound()
	})
}

// What the directory says is shown as it is while a change is open, and as it was
// once the change is closed, whatever became of the directory.
func TestNameChangeHintsAreKept(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		load := func(records ...models.CorporateRecord) {
			_, err := h.ImportCorporations(t.Context(), store.CorporationImport{Lines: lines(records...)})
			must(t, err)
		}
		codes := func(number string) []models.NameHintCode {
			var list []models.NameHintCode
			for _, hint := range h.nameChange(number).Hints {
				list = append(list, hint.Code)
			}
			return list
		}
		load(record(1, "見本商事株式会社"), record(2, "大手みらい株式会社"))
		c := h.held()
		_, err := h.RequestNameChange(t.Context(), contact, store.AskNameChange{
			ContractID: c.ID, Requester: contactAddress, Request: newName("大手みらい株式会社", func(r *models.NameChangeRequest) { r.CorporateNumber = 1234567890123 }),
		})
		wantField(t, err, "corporate_number", "corporation_unknown")
		change := h.wishName(c, newName("大手みらい株式会社", func(r *models.NameChangeRequest) {
			r.CorporateNumber, r.Reason = record(2, "").Number, models.NameChangeMerger
		}))
		equal(t, "chosen", change.CorporateName, "大手みらい株式会社")
		_, err = h.AdvanceNameChange(t.Context(), change.ID)
		must(t, err)
		sameList(t, "two that live", codes(change.Number), []models.NameHintCode{models.HintDifferent})

		_, err = h.ApproveNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number})
		wantField(t, err, "note", "note_for_warning")
		equal(t, "still open", h.nameChange(change.Number).Change.Status, models.NameChangeReviewing)

		merged := record(1, "見本商事株式会社", event(models.ProcessMerged, models.NewDate(2026, 6, 1)), func(r *models.CorporateRecord) {
			r.ClosedOn, r.CloseCause, r.Successor = r.ChangedOn, models.CloseMerged, record(2, "").Number
		})
		load(merged)
		sameList(t, "merged", codes(change.Number), []models.NameHintCode{models.HintMerged})
		_, err = h.ApproveNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number})
		must(t, err)
		load(record(2, "大手みらいホールディングス株式会社", event(models.ProcessNameChanged, models.NewDate(2026, 6, 20))))
		d := h.nameChange(change.Number)
		sameList(t, "kept", codes(change.Number), []models.NameHintCode{models.HintMerged})
		equal(t, "evidence", d.Hints[0].OtherName, "大手みらい株式会社")
		equal(t, "day", d.Hints[0].HappenedOn, models.NewDate(2026, 6, 1))
		equal(t, "chosen", d.Change.CorporateName, "大手みらい株式会社")
	})
}

// A review shows the other contracts of the holder, and other open requests of the
// company.
func TestNameChangeShowsWhatStandsBeside(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		first, second := h.held(), h.held()
		_, strange := h.delivered(h.application(endUser("別の会社")), h.sheet())
		a, b := h.wishName(first, newName("株式会社みらい商事")), h.wishName(second, newName("株式会社あけぼの"))
		h.wishName(h.contractOf(strange), newName("別の名前"))
		d := h.nameChange(a.Number)
		equal(t, "affected", len(d.Affected) == 1 && d.Affected[0].ID == second.ID, true)
		equal(t, "others", len(d.Others) == 1 && d.Others[0].Number == b.Number, true)
		open, err := h.OpenNameChanges(t.Context(), first.ID, second.ID)
		must(t, err)
		equal(t, "open", len(open), 2)
		for query, want := range map[string]int{a.Number: 1, first.LicenseID: 1, "あけぼの": 1, "見本商事": 2, contactAddress: 3, "知らない": 0} {
			list, _, err := h.NameChanges(t.Context(), store.NameChangeFilter{Query: query}, store.Page{})
			must(t, err)
			equal(t, "found by "+query, len(list), want)
		}
		h.clock.pass(6*day + time.Hour)
		h.clock.pass(day)
		counts, err := h.NameChangeCounts(t.Context())
		must(t, err)
		equal(t, "counts", counts, store.NameChangeCounts{Waiting: 3, Overdue: 3})
		overdue, err := h.CountNameChanges(t.Context(), store.NameChangeFilter{Overdue: true})
		must(t, err)
		equal(t, "overdue", overdue, 3)
		queue, err := h.NameChangeQueue(t.Context(), 2)
		must(t, err)
		equal(t, "queue", len(queue), 2)
	})
}

// Certificates of before stay as they are; those issued afterwards carry the new name.
func TestCertificatesAroundANameChange(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		first, license := h.delivered(h.application(), h.sheet(line("CSSP", 10)))
		h.clock.pass(day)
		change := h.wishName(h.contractOf(license), newName("株式会社みらい商事", func(r *models.NameChangeRequest) { r.New.Department = "大阪支店" }))
		_, err := h.ApproveNameChange(t.Context(), h.staff, store.DecideNameChange{Number: change.Number})
		must(t, err)
		h.clock.pass(day)
		more := lineOf(models.LineAddition, "CSSP", 5)
		more.Months = 0
		second, _ := h.delivered(h.application(endUser("株式会社みらい商事"), forLicense(models.OrderTypeRenewal, license)), h.renewalSheet(more))
		for o, want := range map[int64][2]string{first.ID: {"見本商事株式会社", "総務部"}, second.ID: {"株式会社みらい商事", "大阪支店"}} {
			f, err := h.CertificateFacts(t.Context(), o)
			must(t, err)
			equal(t, "holder", f.Holder().CompanyName, want[0])
			equal(t, "branch", f.Holder().Department, want[1])
			equal(t, "holder now", f.HolderNow().CompanyName, "株式会社みらい商事")
		}
	})
}

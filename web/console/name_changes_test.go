package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

const extract = "%PDF-1.7\n<script>alert(1)</script>"

// wished asks for another name of the contract that an order makes, with an extract
// of the register, and has it put before staff.
func (h *house) wished(name string, changes ...func(*models.NameChangeRequest)) (models.NameChange, models.Contract) {
	h.t.Helper()
	d := h.deliveredOrder()
	c, err := h.ContractByLicense(h.t.Context(), h.clerk(), d.Licenses[0])
	must(h.t, err)
	request := models.NameChangeRequest{
		New: models.HolderName{CompanyName: name, CompanyKana: "シンメイ", Department: c.Contract.Holder.Department}, Reason: models.NameChangeRename, Understood: true,
		Attachments: []models.NewAttachment{{FileName: "登記.pdf", Content: []byte(extract)}},
	}
	for _, change := range changes {
		change(&request)
	}
	must(h.t, h.files.KeepAttachments(h.t.Context(), request.Attachments))
	done, err := h.RequestNameChange(h.t.Context(), contact, store.AskNameChange{
		ContractID: c.Contract.ID, Requester: "kobayashi@minato-seiki.example", Language: models.Japanese, Request: request,
	})
	must(h.t, err)
	_, err = h.AdvanceNameChange(h.t.Context(), done.Change.ID)
	must(h.t, err)
	return done.Change, c.Contract
}

// contact is somebody signed in to the portal.
var contact = models.Actor{Kind: models.ActorAccount, ID: 9, Name: "kobayashi@minato-seiki.example"}

func nameAt(c models.NameChange) string { return "/console/name-changes/" + c.Number }

func TestTheQueueOfNameChanges(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		late, _ := h.wished("株式会社おそい")
		h.pass(9 * 24 * time.Hour)
		fresh, contract := h.wished("株式会社みらい商事", func(r *models.NameChangeRequest) { r.Reason = models.NameChangeTransfer })
		b := h.signedIn(models.RoleViewer)
		page := b.get("/console").want(http.StatusOK, "審査待ちの名義変更", "期限超過", "譲渡のおそれ")
		if first := page.Find("table.namechanges tbody tr").First().Text(); !strings.Contains(first, late.Number) {
			t.Errorf("the overdue one is not first: %s", first)
		}
		counts := page.Find(`nav.menu a[href="/console/name-changes?status=accepted&status=reviewing&oldest=1"] .counts`).Text()
		if got := strings.Join(strings.Fields(counts), " "); got != "超過 1 2" {
			t.Errorf("the menu counts %q", got)
		}
		for query, want := range map[string]int{
			"": 2, "status=accepted&status=reviewing&oldest=1": 2, "status=reviewing&overdue=1": 1, "reason=transfer": 1, "status=approved": 0,
			"q=" + contract.LicenseID: 1, "q=" + url.QueryEscape("みらい商事"): 1, "q=" + fresh.Number: 1, "from=2026-06-14": 1,
		} {
			list := b.get("/console/name-changes?" + query).want(http.StatusOK)
			if got := list.Find("table[data-rows] tbody tr").Length(); got != want || list.Find("#count").Text() != fmt.Sprintf("%d件", want) {
				t.Errorf("%s lists %d and says %s", query, got, list.Find("#count").Text())
			}
		}
		if r := b.get("/console/search?q=" + strings.ToLower(fresh.Number)); r.location != nameAt(fresh) {
			t.Errorf("searching for the number leads to %q", r.location)
		}
		b.get("/console/audit?id="+fresh.Number).want(http.StatusOK, "名義変更の申し込み", "審査待ち", fresh.Number)
		b.get("/console/contracts/"+contract.LicenseID).want(http.StatusOK, fresh.Number, "株式会社みらい商事")
		b.get("/console/mails").want(http.StatusOK, "名義変更受付のお知らせ", fresh.Number)
	})
}

// A review shows all that contracts.md lists, and decides with a reason.
func TestReviewingANameChange(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		day := models.NewDate(2020, 4, 1)
		living := func(n int, name string) models.CorporateRecord {
			return models.CorporateRecord{
				Number: directory.SampleNumber(n), Name: name, Kind: "301", Process: models.ProcessRegistered, ChangedOn: day, UpdatedOn: day,
				PrefectureCode: 13, City: "港区", Street: "芝浦1-1", AssignedOn: day,
			}
		}
		records := []models.CorporateRecord{living(1, "株式会社みなと精機"), living(2, "株式会社みらい商事")}
		_, err := h.ImportCorporations(t.Context(), store.CorporationImport{Lines: func(yield func(store.CorporateLine, error) bool) {
			for _, r := range records {
				if !yield(store.CorporateLine{Record: r, Latest: true}, nil) {
					return
				}
			}
		}})
		must(t, err)
		other, _ := h.wished("株式会社べつの名")
		change, contract := h.wished("株式会社みらい商事", func(r *models.NameChangeRequest) {
			r.CorporateNumber, r.Note = directory.SampleNumber(2), "合併の準備中です"
		})
		b := h.signedIn(models.RoleClerk)
		page := b.get(nameAt(change)).want(http.StatusOK, "株式会社みなと精機", "株式会社みらい商事", directory.SampleNumber(2).String(), "東京都港区芝浦1-1",
			"商号・名称の変更", "合併の準備中です", "登記.pdf", other.Number, "譲渡のおそれ", "どちらも存続している別の法人です", "kobayashi@minato-seiki.example")
		if page.Find("#affected tbody tr").Length() != 2 {
			t.Errorf("%d contracts are listed", page.Find("#affected tbody tr").Length())
		}
		file, _ := page.Find("#files a").Attr("href")
		got := b.get(file).want(http.StatusOK)
		if got.body != extract || got.header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment;") ||
			got.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the file comes as %v", got.header)
		}
		if r := h.stranger().get(file); r.status != http.StatusSeeOther {
			t.Errorf("a stranger has the file: %d", r.status)
		}
		b.get(strings.Replace(file, change.Number, other.Number, 1)).want(http.StatusNotFound)

		wrong := b.post(nameAt(change)+"/approve", page.form("#act-approve form", nil)).want(http.StatusUnprocessableEntity, "承認する根拠を入力してください")
		if wrong.Find("#act-approve[open]").Length() != 1 {
			t.Error("the form that is wrong is closed")
		}
		told := len(h.told)
		form := page.form("#act-approve form", url.Values{"note": {"合併の登記を確認"}})
		b.follow(b.post(nameAt(change)+"/approve", form)).want(http.StatusOK, "名称を変更しました", "変更済み", "合併の登記を確認", "判断した時点")
		if len(h.told) != told+1 {
			t.Error("the process was not told")
		}
		after, err := h.ContractByLicense(t.Context(), h.clerk(), contract.LicenseID)
		must(t, err)
		if after.Contract.Holder.CompanyName != "株式会社みらい商事" {
			t.Errorf("the holder is %s", after.Contract.Holder.CompanyName)
		}
		b.get("/console/search?q="+url.QueryEscape("みなと精機")).want(http.StatusOK, contract.LicenseID)
		b.post(nameAt(change)+"/reject", url.Values{"version": {"2"}, "note": {"x"}}).want(http.StatusConflict, "変更済み")
	})
}

// Two decide at once: the second learns of the first, and keeps what they typed.
func TestAskingBackAndBeingOvertaken(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		change, _ := h.wished("株式会社みらい商事")
		viewer := h.signedIn(models.RoleViewer).get(nameAt(change)).want(http.StatusOK)
		if viewer.Find("main form").Length() != 0 {
			t.Error("a viewer is offered decisions")
		}
		b, other := h.signedIn(models.RoleClerk), h.signedIn(models.RoleLead)
		page := b.get(nameAt(change))
		b.post(nameAt(change)+"/ask", page.form("#act-ask form", nil)).want(http.StatusUnprocessableEntity, "入力してください")
		b.follow(b.post(nameAt(change)+"/ask", page.form("#act-ask form", url.Values{"note": {"変更日をお知らせください。"}}))).
			want(http.StatusOK, "質問を依頼者へ送ります", "問い合わせ中", "変更日をお知らせください。")
		_, err := h.AnswerNameChange(t.Context(), contact, store.DecideNameChange{Number: change.Number, Note: "4月1日です。"}, nil)
		must(t, err)
		stale := b.get(nameAt(change)).want(http.StatusOK, "4月1日です。", "審査待ち").form("#act-ask form", url.Values{"note": {"もう一度お知らせください。"}})
		theirs := other.get(nameAt(change)).form("#act-reject form", url.Values{"note": {"確認できませんでした。"}})
		other.follow(other.post(nameAt(change)+"/reject", theirs)).want(http.StatusOK, "変更不可", "確認できませんでした。")
		late := b.post(nameAt(change)+"/ask", stale).want(http.StatusConflict, "ほかの人がこの申し込みを変更しました", "もう一度お知らせください。")
		if late.Find("#changed .a").Text() != "審査待ち" || late.Find("#changed .b").Text() != "変更不可" {
			t.Errorf("the difference is %q", late.Find("#changed").Text())
		}
		if late.Find(".acts details").Length() != 0 {
			t.Error("a closed request can be decided")
		}
		for _, lang := range []string{"ja", "en"} {
			b.get("/language?to=" + lang + "&back=/console").want(http.StatusSeeOther)
			for _, path := range []string{"/console", "/console/name-changes", nameAt(change), "/console/audit?subject=name_change", "/console/mails?kind=review_result"} {
				checkPage(t, lang+" "+path, b.get(path).want(http.StatusOK))
			}
		}
	})
}

package models_test

import (
	"slices"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func goodResend() models.ResendRequest {
	return models.ResendRequest{
		Source: models.ResendByForm, Reference: "ORDC4830217", EndUserName: "見本商事株式会社",
		Asker: models.Asker{
			CompanyName: "見本商事", Department: "総務部", PersonName: "見本 太郎", Phone: "０３－１２３４－５６７８", Email: "taro@example.jp",
			Prefecture: "東京都", City: "千代田区",
		},
	}
}

// Every field of the form is required but the address and the reason, and
// everything that is wrong is told at once.
func TestResendRequestTellsAllAtOnce(t *testing.T) {
	t.Parallel()
	if errs := goodResend().Check(); len(errs) != 0 {
		t.Errorf("a good request has %+v", errs)
	}
	var fields []string
	for _, e := range (models.ResendRequest{Source: models.ResendByForm}).Check() {
		if e.Code != "required" {
			t.Errorf("%s is %s", e.Field, e.Code)
		}
		fields = append(fields, e.Field)
	}
	want := []string{
		"reference", "end_user_name", "asker.company_name", "asker.department", "asker.person_name", "asker.phone", "asker.email",
		"asker.prefecture", "asker.city",
	}
	if !slices.Equal(fields, want) {
		t.Errorf("required are %v, want %v", fields, want)
	}
	for wrong, change := range map[string]func(*models.ResendRequest){
		"resend_to email_malformed":           func(r *models.ResendRequest) { r.ResendTo = "taro" },
		"resend_to control_characters":        func(r *models.ResendRequest) { r.ResendTo = "a@example.jp\r\nBcc: b@example.jp" },
		"asker.prefecture prefecture_unknown": func(r *models.ResendRequest) { r.Asker.Prefecture = "Tokyo" },
		"end_user_name name_without_letters":  func(r *models.ResendRequest) { r.EndUserName = "・・・" },
	} {
		r := goodResend()
		change(&r)
		if errs := r.Check(); len(errs) != 1 || errs[0].Field+" "+errs[0].Code != wrong {
			t.Errorf("%s: %+v", wrong, errs)
		}
	}
	staff := models.ResendRequest{Source: models.ResendByStaff, Reference: "SHPC5530918"}
	if errs := staff.Check(); len(errs) != 1 || errs[0].Field != "reason" {
		t.Errorf("staff without a reason: %+v", errs)
	}
}

// A resend goes by itself only if its number names one delivery whose name fits,
// and its address is on record; nothing else lets it.
func TestResendGoesByItselfOnlyIfAllFits(t *testing.T) {
	t.Parallel()
	names := []string{"見本商事株式会社", "㈱見本商事", "別の会社", ""}
	addresses := []string{"on@example.jp", "ON@example.jp", "other@example.jp", "strange@example.jp"}
	rapid.Check(t, func(t *rapid.T) {
		r := models.Resend{
			Source: models.ResendByForm, EndUserName: rapid.SampledFrom(names).Draw(t, "asked"),
			ResendTo: rapid.SampledFrom(addresses).Draw(t, "to"),
		}
		named := make([]models.ResendCandidate, rapid.IntRange(0, 3).Draw(t, "deliveries"))
		for i := range named {
			named[i] = models.ResendCandidate{
				Shipment:   models.Shipment{ID: int64(i + 1), DeliveryEmail: rapid.SampledFrom(addresses).Draw(t, "record")},
				HolderName: rapid.SampledFrom(names).Draw(t, "holder"), AppliedName: rapid.SampledFrom(names).Draw(t, "applied"),
				Addresses: []string{"", rapid.SampledFrom(addresses).Draw(t, "further")},
				Delivered: rapid.Bool().Draw(t, "delivered"), Electronic: rapid.Bool().Draw(t, "electronic"),
			}
		}
		v, shown := models.CheckResend(r, named)
		var fitting []models.ResendCandidate
		for _, c := range shown {
			same := r.EndUserName != "" && (models.SameName(r.EndUserName, c.HolderName) || models.SameName(r.EndUserName, c.AppliedName))
			if c.NameFits != same {
				t.Fatalf("%q and %q, %q: fits %v", r.EndUserName, c.HolderName, c.AppliedName, c.NameFits)
			}
			if same && c.Delivered && c.Electronic {
				fitting = append(fitting, c)
			}
		}
		if want := len(fitting) == 1 && fitting[0].AddressFits; v.ByItself() != want {
			t.Fatalf("%+v of %+v goes by itself: %v", v, shown, v.ByItself())
		}
		if v.NumberFits != (len(named) > 0) {
			t.Fatalf("the number fits: %v of %d", v.NumberFits, len(named))
		}
	})
}

// Waiting for an answer moves the due day by the business days of waiting, never
// back, and leaves as many business days as were left.
func TestWaitingForAnAnswerMovesTheDueDay(t *testing.T) {
	t.Parallel()
	calendar, err := models.NewCalendar([]models.Date{models.NewDate(2026, 9, 21), models.NewDate(2026, 9, 22), models.NewDate(2026, 9, 23)},
		nil, models.NewDate(2028, 12, 31))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		hours := func(what string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, what)) * time.Hour
		}
		due := start.Add(hours("due", 1000))
		asked := start.Add(hours("asked", 1000))
		answered := asked.Add(hours("waited", 1000))
		moved := models.DueAfterAnswer(calendar, due, asked, answered)
		waited := calendar.BusinessDaysBetween(models.DateOf(asked), models.DateOf(answered))
		if moved.Before(due) || calendar.BusinessDaysBetween(models.DateOf(due), models.DateOf(moved)) != waited {
			t.Fatalf("due %s, asked %s, answered %s: %s after %d business days", due, asked, answered, moved, waited)
		}
	})
}

func TestReferenceForms(t *testing.T) {
	t.Parallel()
	number, poNumbers := models.ReferenceForms("　ｏｒｄｃ－４８３０２１７ ")
	if number != "ORDC4830217" || !slices.Contains(poNumbers, "ORDC-4830217") || !slices.Contains(poNumbers, "ordc-4830217") {
		t.Errorf("%q and %q", number, poNumbers)
	}
	if number, poNumbers := models.ReferenceForms(" "); number != "" || len(poNumbers) != 0 {
		t.Errorf("nothing names %q and %q", number, poNumbers)
	}
}

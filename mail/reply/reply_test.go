package reply_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/todoke/todoke/mail/reply"
	"github.com/todoke/todoke/models"
)

var formats = models.NumberFormats{OrderPrefix: "ORDC", OrderDigits: 7, DeliveryPrefix: "SHPC", DeliveryDigits: 7, InquiryPrefix: "IQ", InquiryDigits: 7}

func corpus(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "corpus", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRepliesOfMailPrograms(t *testing.T) {
	for name, want := range map[string]struct {
		text, quoteBegins string
		attachments       []string
		list              bool
	}{
		"iphone":            {text: "ありがとうございます。\n変更先は new@customer.example.jp です。\n\niPhoneから送信", quoteBegins: "> 2026/06/10 12:00、トレンドマイクロ"},
		"outlook_iso2022jp": {text: "見本です。\nアドレスは1ではなく2の方です。高橋", quoteBegins: "-----Original Message-----", attachments: []string{"一覧.xls"}},
		"outlook_html_only": {text: "Thank you.\nThe new address is new@customer.example.jp.\n\nfirst\nsecond <b>", quoteBegins: "From: Trend Micro Inquiry Desk <inquiry@example.jp>\nSent:"},
		"gmail":             {text: "承知しました。\n\nよろしくお願いいたします。", quoteBegins: "2026年6月10日(水) 12:00 トレンドマイクロ"},
		"gmail_en":          {text: "Yes, please.", quoteBegins: "On Wed, Jun 10, 2026 at 12:00 PM Trend Micro Inquiry Desk <\ninquiry@example.jp> wrote:"},
		"mailing_list":      {text: "メーリングリストからも返信します。", quoteBegins: "> 新しいアドレス", list: true},
		"between_lines":     {text: "> 新しいアドレスは何ですか。\nnew@customer.example.jp です。\n\n> いつから変更しますか。\n7月1日からでお願いします。"},
		"thunderbird_sjis":  {text: "㈱見本商事の髙橋です。", quoteBegins: "On 2026/06/10 12:00, トレンドマイクロ wrote:\n> "},
		"windows_mail_ja":   {text: "お世話になっております。\n件名の通りです。", quoteBegins: "________________________________\n差出人:"},
		"no_structure":      {text: "ただの文です。"},
	} {
		r, err := reply.Parse(corpus(t, name), formats)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Text != want.text {
			t.Errorf("%s: the text is %q, want %q", name, r.Text, want.text)
		}
		if !strings.HasPrefix(r.Quoted, want.quoteBegins) || want.quoteBegins == "" && r.Quoted != "" {
			t.Errorf("%s: the quotation is %q", name, r.Quoted)
		}
		if !slices.Equal(r.Attachments, want.attachments) || r.List != want.list || r.Cut {
			t.Errorf("%s: %+v", name, r)
		}
		if r.Reference != "IQ1234567" || r.Sender != "taro@customer.example.jp" || (r.MessageID == "") != (name == "no_structure") {
			t.Errorf("%s: reference %q, sender %q, ID %q", name, r.Reference, r.Sender, r.MessageID)
		}
	}
}

func TestWhatProgramsWroteIsNoReply(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/automatic_*.eml")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".eml")
		if _, err := reply.Parse(corpus(t, name), formats); !errors.Is(err, reply.ErrAutomatic) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

func TestTheSameMailHasOneKey(t *testing.T) {
	mail := corpus(t, "gmail")
	once, err := reply.Parse(mail, formats)
	if err != nil {
		t.Fatal(err)
	}
	again, err := reply.Parse(append([]byte("Received: from relay.example by mx.example; Wed, 10 Jun 2026 12:35:00 +0900\r\n"), mail...), formats)
	if err != nil || again.ArrivalKey != once.ArrivalKey {
		t.Errorf("a relay on the way makes another mail of it: %v", err)
	}
	other, err := reply.Parse(corpus(t, "gmail_en"), formats)
	if err != nil || other.ArrivalKey == once.ArrivalKey {
		t.Errorf("another mail has the same key: %v", err)
	}
}

func TestHostileMailsAreTamed(t *testing.T) {
	head := "From: a@b.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	name := `--b` + "\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"..\\\\..\\\\evil\u202egnp.exe\"\r\n\r\nx\r\n"
	r, err := reply.Parse([]byte(head+name+"--b\r\n\r\n\x00\x1b[31mred\u202e\r\n--b--\r\n"), formats)
	if err != nil || len(r.Attachments) != 1 || strings.ContainsAny(r.Attachments[0], "\\/\u202e") || r.Text != "[31mred" {
		t.Errorf("%+v %v", r, err)
	}
	long, err := reply.Parse([]byte("From: a@b.example\r\n\r\n"+strings.Repeat("あ", 30_000)), formats)
	if err != nil || !long.Cut || utf8.RuneCountInString(long.Text) != 20_000 {
		t.Errorf("a long mail: cut %v, %d characters", long.Cut, utf8.RuneCountInString(long.Text))
	}
	nested := "From: a@b.example\r\n"
	for range 50 {
		nested += "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	}
	if r, err := reply.Parse([]byte(nested+"\r\ntext"), formats); err != nil || !r.Cut {
		t.Errorf("a nested mail: %+v %v", r, err)
	}
	if _, err := reply.Parse([]byte("From: MAILER-DAEMON@b.example\r\n\r\nx"), formats); !errors.Is(err, reply.ErrAutomatic) {
		t.Error("a mailer daemon is a person")
	}
}

// Whatever comes in, what is kept is clean and bounded, and the same mail is
// always read alike.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/corpus/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := reply.Parse(data, formats)
		if err != nil {
			return
		}
		for _, s := range append([]string{r.Text, r.Quoted, r.Sender, r.MessageID, r.Reference}, r.Attachments...) {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
				t.Fatalf("not clean: %q", s)
			}
		}
		if utf8.RuneCountInString(r.Text)+utf8.RuneCountInString(r.Quoted) > 20_000 || len(r.Attachments) > 30 || len(r.ArrivalKey) != 64 {
			t.Fatalf("not bounded: %+v", r)
		}
		if strings.ContainsAny(strings.Join(r.Attachments, "")+r.Sender+r.MessageID, "\n\t") {
			t.Fatalf("not one line: %+v", r)
		}
		if again, err := reply.Parse(data, formats); err != nil || again.ArrivalKey != r.ArrivalKey || again.Text != r.Text {
			t.Fatalf("read in two ways: %+v and %+v", r, again)
		}
	})
}

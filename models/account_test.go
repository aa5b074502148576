package models_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

// What everybody tries first, in ways that are long enough.
var triedFirst = []string{
	"password1234", "Password2026!", "passwordpassword", "P@ssw0rd1234", "p4$$w0rd!2026", "pass word 1234", "passw0rd!!!!!",
	"123456789012", "987654321098", "111111111111", "121212121212", "abcabcabcabc", "abcdefghijkl", "qwertyuiop12", "QWERTYUIOPAS",
	"1q2w3e4r5t6y", "1qaz2wsx3edc", "qazwsxedcrfv", "zxcvbnmasdfg", "asdfghjkl123", "iloveyou1234", "ILoveYou2026", "letmein12345",
	"admin1234567", "administrator", "Administrator1", "welcome12345", "Summer2026!!", "sakura202604", "arigatou1234", "doraemon2026",
	"tokyo2026tokyo", "takahashi1234", "パスワード1234567", "ありがとうありがとうあ", "あいうえおかきくけこさし", "いろはにほへとちりぬるを", "qwertyqwerty1", "monkeydragon1",
	"superman2025!", "football2026", "!@#$%^&*()_+", "nihonnihon123", "              ", "0000000000000", "testtesttest", "changeme2026", "112233445566",
	"kitten1123456", "lonely1123456", "windsurf123456", "livelife123456", "bluesky1234567", "voyager1123456",
}

// What nobody tries first.
var tooMany = []string{
	"四角い窓から見える 富士山", "a quiet river under snow", "correct horse battery staple", "blaue Tasse, kaltes Wasser", "kz7-Wq2.mPx9v", "tR8!vLq0#sNd",
	"朝ごはんは卵と味噌汁がいい", "Zug nach Norden um 7", "sakura no ki wa kaze ni yureru", "つばめが低く飛ぶと雨が降る", "%7&v{]Kp;^q-X", "hK7pT2mWq9Xz",
	"門を出て左に曲がると川がある", "my password is a blue kettle", "夏の終わりのプール掃除当番", "glücklicher Zufall im Regen",
}

func TestCommonPasswordsAreKnown(t *testing.T) {
	for _, p := range triedFirst {
		if !models.CommonPassword(models.NormalisePassword(p)) {
			t.Errorf("%q is taken", p)
		}
	}
	for _, p := range tooMany {
		if models.CommonPassword(models.NormalisePassword(p)) {
			t.Errorf("%q is refused", p)
		}
	}
}

// Random passwords are next to never called common, and asking takes no time whatever was typed.
func TestRandomPasswordsAreTaken(t *testing.T) {
	alphabet := []rune("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789")
	const many = 2000
	chance, refused := rand.New(rand.NewPCG(1, 2)), 0
	for range many {
		p := make([]rune, 14)
		for i := range p {
			p[i] = alphabet[chance.IntN(len(alphabet))]
		}
		if models.CommonPassword(string(p)) {
			refused++
		}
	}
	if refused > many/100 {
		t.Errorf("%d of %d are refused", refused, many)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringN(0, 128, -1).Draw(t, "password")
		begun := time.Now()
		models.CommonPassword(p)
		models.CheckPassword("password", p, "taro@example.jp", "Trend Micro", "トレンドマイクロ株式会社")
		if took := time.Since(begun); took > 10*time.Second {
			t.Fatalf("%q takes %s", p, took)
		}
	})
}

func TestPasswordRules(t *testing.T) {
	for typed, want := range map[string]string{
		"": "required", "elevenchars": "password_short", strings.Repeat("あ", 11): "password_short", strings.Repeat("x", 129): "too_long",
		"\xff\xfe345678901234": "not_utf8", "with\x00a control": "control_characters",
		"taro.mihon@example.jp": "password_address", "Taro.Mihon 1234": "password_address", "taromihontaromihon": "password_address",
		"ＴｒｅｎｄＭｉｃｒｏ2026": "password_brand", "トレンドマイクロ2026!": "password_brand",
		"trend micro has no part in it": "", "taro mihon went up the hill": "", "four-teen char": "", "👍👍👍👍👍👍👍👍👍👍👍👍": "",
	} {
		errs := models.CheckPassword("f", models.NormalisePassword(typed), "taro.mihon@example.jp", "Trend Micro", "トレンドマイクロ", "")
		got := ""
		if len(errs) > 0 {
			got = errs[0].Code
		}
		if got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	if models.NormalisePassword("Ａｂｃ　１２３") != models.NormalisePassword("Abc 123") || models.NormalisePassword("ｶﾞ") != models.NormalisePassword("ガ") {
		t.Error("what looks alike is two passwords")
	}
}

func TestRecoveryCodesHoweverTheyAreTyped(t *testing.T) {
	code, err := models.NewRecoveryCode(bytes.NewReader([]byte("0123456789")))
	if err != nil {
		t.Fatal(err)
	}
	hash := models.RecoveryHash(code)
	if hash == "" || strings.Contains(hash, code) {
		t.Fatalf("%s is kept as %q", code, hash)
	}
	for _, typed := range []string{strings.ToLower(code), strings.ReplaceAll(code, "-", ""), " " + strings.ReplaceAll(code, "-", " ") + "\n"} {
		if models.RecoveryHash(typed) != hash {
			t.Errorf("%q is another code than %s", typed, code)
		}
	}
	for _, typed := range []string{"", "123456", code[1:], code + "A"} {
		if models.RecoveryHash(typed) != "" {
			t.Errorf("%q is taken for a code", typed)
		}
	}
	if _, err := models.NewRecoveryCode(bytes.NewReader(nil)); err == nil {
		t.Error("a code without chance was made")
	}
}

// The last day in Japan, to the second, whatever the hour at which the password was set.
func TestPortalPasswordsLastMidnight(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	rapid.Check(t, func(t *rapid.T) {
		set := time.Date(2026, 1, 1, 0, 0, 0, 0, tokyo).Add(time.Duration(rapid.Int64Range(0, 3*365*24*3600).Draw(t, "seconds")) * time.Second).UTC()
		days := rapid.IntRange(1, 400).Draw(t, "days")
		y, m, d := set.In(tokyo).Date()
		end := time.Date(y, m, d+days+1, 0, 0, 0, 0, tokyo)
		a := models.Account{PasswordSetAt: &set, PasswordHash: "x"}
		if a.PasswordExpired(end.Add(-time.Nanosecond), days) || !a.PasswordExpired(end, days) || a.PasswordExpired(end.AddDate(9, 0, 0), 0) {
			t.Fatalf("a password of %s and %d days does not end at %s", set, days, end)
		}
		if a.State(end, days) != models.AccountExpired || a.State(set, days) != models.AccountActive || (models.Account{}).State(end, days) != models.AccountNew {
			t.Fatal("the state is another")
		}
	})
}

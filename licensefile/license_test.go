package licensefile_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/licensefile"
	"github.com/todoke/todoke/models"
)

var issuedAt = time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)

func facts() models.LicenseFileFacts {
	return models.LicenseFileFacts{
		LicenseID: "10000001", Holder: "見本商事株式会社", ProductCode: "APEX", Product: models.Text{JA: "見本製品", EN: "Sample"}, Quantity: 25,
		StartsOn: models.NewDate(2026, time.June, 10), EndsOn: models.NewDate(2027, time.June, 30), CodeEnd: "AB12C", IssuedAt: issuedAt,
	}
}

func generated(t testing.TB, number int) string {
	t.Helper()
	text, err := licensefile.Generate(number)
	must(t, err)
	return text
}

func signer(t testing.TB, keys ...string) *licensefile.Signer {
	t.Helper()
	s, err := licensefile.ParseSigner(strings.Join(keys, ","), "見本ソフトウェア株式会社")
	must(t, err)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func signed(t testing.TB, s *licensefile.Signer) []byte {
	t.Helper()
	file, err := s.Sign(facts())
	must(t, err)
	return file
}

// published gives the list of a signer's keys, each published a month after the one before.
func published(t testing.TB, s *licensefile.Signer, change ...func(keys []models.LicenseKey)) licensefile.Published {
	t.Helper()
	keys := s.Keys()
	for i := range keys {
		keys[i].PublishedAt = issuedAt.AddDate(0, i, 0)
	}
	for _, c := range change {
		c(keys)
	}
	text, err := licensefile.Publish(keys)
	must(t, err)
	list, err := licensefile.ReadKeys(text)
	must(t, err)
	return list
}

func TestAFileSaysWhatWasIssued(t *testing.T) {
	t.Parallel()
	s := signer(t, generated(t, 1))
	file, keys := signed(t, s), published(t, s)
	for on, want := range map[string]licensefile.State{
		"2026-06-09": licensefile.NotYet, "2026-06-10": licensefile.Valid, "2027-06-30": licensefile.Valid, "2027-07-01": licensefile.Ended,
	} {
		day, err := models.ParseDate(on)
		must(t, err)
		l, state, err := licensefile.Verify(file, keys, day)
		if err != nil || state != want {
			t.Errorf("on %s it is %s (%v), want %s", on, state, err, want)
		}
		f := facts()
		if l.LicenseID != f.LicenseID || l.Holder != f.Holder || l.Product.Code != f.ProductCode || l.Product.NameJA != f.Product.JA || l.Quantity != f.Quantity ||
			l.StartsOn != f.StartsOn || l.EndsOn != f.EndsOn || l.CodeEnd != f.CodeEnd || !l.IssuedAt.Equal(issuedAt) || l.Issuer != "見本ソフトウェア株式会社" {
			t.Errorf("it says %+v", l)
		}
	}
}

var within = models.NewDate(2026, time.December, 1)

// Whatever single byte of a file is changed: it is never valid with other words than those signed.
func TestAChangedFileIsForged(t *testing.T) {
	t.Parallel()
	s := signer(t, generated(t, 1))
	file, keys := signed(t, s), published(t, s)
	right, _, err := licensefile.Verify(file, keys, within)
	must(t, err)
	for i := range file {
		for _, bit := range []byte{1, 4, 32} {
			changed := bytes.Clone(file)
			changed[i] ^= bit
			l, state, _ := licensefile.Verify(changed, keys, within)
			if state == licensefile.Valid && l != right || state != licensefile.Valid && l != (licensefile.License{}) {
				t.Fatalf("with byte %d changed it is %s and says %+v", i, state, l)
			}
		}
	}
	stranger := signer(t, generated(t, 1))
	var other, own map[string]string
	must(t, json.Unmarshal(signed(t, stranger), &other))
	must(t, json.Unmarshal(file, &own))
	other["key"] = own["key"] // signed by somebody else in our name
	forged, err := json.Marshal(other)
	must(t, err)
	for name, c := range map[string]struct {
		file []byte
		want licensefile.State
	}{
		"somebody else's":                {signed(t, stranger), licensefile.UnknownKey},
		"somebody else's under our name": {forged, licensefile.Forged},
		"nothing":                        {nil, licensefile.Forged},
		"something else":                 {[]byte("%PDF-1.7"), licensefile.Forged},
		"more behind the end":            {append(bytes.Clone(file), '{'), licensefile.Forged},
		"too long":                       {bytes.Repeat([]byte(" "), licensefile.MaxSize+1), licensefile.Forged},
	} {
		if _, state, _ := licensefile.Verify(c.file, keys, within); state != c.want {
			t.Errorf("%s is %s, want %s", name, state, c.want)
		}
	}
}

// Old files stay good when a newer key signs; a withdrawn key proves nothing, and one
// that has retired signs nothing new.
func TestKeysOfFilesAreChanged(t *testing.T) {
	t.Parallel()
	first, second := generated(t, 1), generated(t, 2)
	old, both := signer(t, first), signer(t, first, second)
	if both.Current().Number != 2 || old.Current().ID == both.Current().ID {
		t.Fatal("the newest key does not sign")
	}
	keys := published(t, both)
	later := facts()
	later.IssuedAt = issuedAt.AddDate(0, 2, 0)
	anew, err := both.Sign(later)
	must(t, err)
	backdated, err := old.Sign(later)
	must(t, err)
	withdrawn := published(t, both, func(keys []models.LicenseKey) { keys[0].WithdrawnAt = &issuedAt })
	for name, c := range map[string]struct {
		file []byte
		keys licensefile.Published
		want licensefile.State
	}{
		"a file of before":                 {signed(t, old), keys, licensefile.Valid},
		"a file of the new key":            {anew, keys, licensefile.Valid},
		"the new key before its time":      {signed(t, both), keys, licensefile.Forged},
		"the old key after its time":       {backdated, keys, licensefile.Forged},
		"a key that was withdrawn":         {signed(t, old), withdrawn, licensefile.Withdrawn},
		"a list from before the new key":   {anew, published(t, old), licensefile.UnknownKey},
		"the new key beside one withdrawn": {anew, withdrawn, licensefile.Valid},
	} {
		if _, state, err := licensefile.Verify(c.file, c.keys, within); state != c.want {
			t.Errorf("%s is %s (%v), want %s", name, state, err, c.want)
		}
	}
}

func TestKeysAreRefused(t *testing.T) {
	t.Parallel()
	good := generated(t, 1)
	_, encoded, _ := strings.Cut(good, ":")
	for name, text := range map[string]string{
		"no number": encoded, "number 0": "0:" + encoded, "short": "1:" + base64.StdEncoding.EncodeToString([]byte("short")), "twice": good + "," + good,
	} {
		if _, err := licensefile.ParseSigner(text, ""); err == nil || strings.Contains(err.Error(), encoded) {
			t.Errorf("%s gives %v", name, err)
		}
	}
	if none, err := licensefile.ParseSigner(" ", ""); none != nil || err != nil || len(none.Keys()) != 0 {
		t.Errorf("nothing gives %v (%v)", none, err)
	}
	list, err := licensefile.Publish(signer(t, good).Keys())
	must(t, err)
	id := signer(t, good).Current().ID
	for name, text := range map[string]string{
		"nothing": "", "another list": `{"format":"x","keys":[]}`, "a key under another's name": strings.Replace(string(list), id, strings.Repeat("0", 16), 1),
	} {
		if _, err := licensefile.ReadKeys([]byte(text)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

// TestOthersCheckItToo follows docs/license-file.md with OpenSSL where it is there.
func TestOthersCheckItToo(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl on this machine")
	}
	s := signer(t, generated(t, 1))
	var file struct{ Payload, Signature []byte }
	must(t, json.Unmarshal(signed(t, s), &file))
	folder := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(folder, name)
		must(t, os.WriteFile(path, text, 0o600))
		return path
	}
	key, signature := write("key.pem", []byte(published(t, s).Keys[0].PEM)), write("signature", file.Signature)
	check := func(payload []byte) error {
		out, err := exec.CommandContext(t.Context(), openssl, "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin",
			"-in", write("payload.json", payload), "-sigfile", signature).CombinedOutput()
		t.Logf("%s", out)
		return err
	}
	must(t, check(file.Payload))
	if check(bytes.Replace(file.Payload, []byte(`"quantity":25`), []byte(`"quantity":99`), 1)) == nil {
		t.Error("OpenSSL takes a changed license")
	}
}

func FuzzVerify(f *testing.F) {
	s := signer(f, generated(f, 1))
	file, keys := signed(f, s), published(f, s)
	right, _, err := licensefile.Verify(file, keys, within)
	must(f, err)
	f.Add(file)
	f.Add([]byte(`{"format":"todoke-license-file/1","key":"x","payload":"e30=","signature":""}`))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		l, state, err := licensefile.Verify(file, keys, within)
		if state == licensefile.Valid && l != right {
			t.Errorf("a made-up file says %+v", l)
		}
		if err != nil && !errors.Is(err, licensefile.ErrNoLicenseFile) {
			t.Errorf("%v", err)
		}
	})
}

func FuzzReadKeys(f *testing.F) {
	text, err := licensefile.Publish(signer(f, generated(f, 1)).Keys())
	must(f, err)
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := licensefile.ReadKeys(text)
		if err != nil {
			return
		}
		for _, k := range list.Keys {
			if k.Key != licensefile.KeyID(k.PublicKey) {
				t.Errorf("%s is %s", k.Key, licensefile.KeyID(k.PublicKey))
			}
		}
	})
}

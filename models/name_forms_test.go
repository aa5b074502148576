package models

import (
	"testing"

	"golang.org/x/text/unicode/norm"
)

// A form that is itself old, or that width normalisation changes, would make the
// key of a key another key.
func TestNewFormsAreFinal(t *testing.T) {
	t.Parallel()
	for old, form := range oldForms {
		if further, again := oldForms[form]; again {
			t.Errorf("%c becomes %c, which becomes %c", old, form, further)
		}
		if norm.NFKC.String(string(form)) != string(form) || norm.NFKC.String(string(old)) != string(old) {
			t.Errorf("%c or %c is changed before it is looked up", old, form)
		}
	}
	if len(oldForms) < 230 {
		t.Errorf("only %d forms", len(oldForms))
	}
}

func BenchmarkCorporationKey(b *testing.B) {
	names := []string{"株式会社見本商事", "有限会社山田コンサルティング東京", "ＡＢＣソリューションズ株式会社", "八幡神社", "医療法人社団清風会"}
	for i := range b.N {
		NewCorporation(CorporateRecord{Name: names[i%len(names)]})
	}
}

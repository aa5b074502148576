package ui_test

import (
	"fmt"
	"strings"
	"testing"

	"rsc.io/qr"

	"github.com/todoke/todoke/web/ui"
)

// The path draws exactly the dark modules, inside a quiet zone of four.
func TestQRDrawsItsModules(t *testing.T) {
	const text = "https://license.example.jp/certificates/tk9XYcuzrKsim5eSKOVH2vMFL6pf"
	drawn, err := ui.NewQR(text)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	modules := code.Size
	if want := fmt.Sprintf("0 0 %d %d", modules+8, modules+8); drawn.ViewBox != want {
		t.Errorf("the view box is %s, want %s", drawn.ViewBox, want)
	}
	dark := map[[2]int]bool{}
	for _, run := range strings.SplitAfter(drawn.Path, "z") {
		if run == "" {
			continue
		}
		var x, y, width, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%dz", &x, &y, &width, &back); err != nil || width != back || width < 1 {
			t.Fatalf("%q is no rectangle: %v", run, err)
		}
		for i := range width {
			if dark[[2]int{x + i, y}] {
				t.Fatalf("module %d,%d is drawn twice", x+i, y)
			}
			dark[[2]int{x + i, y}] = true
		}
	}
	for y := range modules {
		for x := range modules {
			if want := code.Black(x, y); dark[[2]int{x + 4, y + 4}] != want {
				t.Fatalf("module %d,%d is dark: %v, want %v", x, y, !want, want)
			}
			delete(dark, [2]int{x + 4, y + 4})
		}
	}
	if len(dark) > 0 {
		t.Errorf("%d modules are drawn outside the code", len(dark))
	}
}

func TestQRRefusesWhatNoCodeHolds(t *testing.T) {
	if _, err := ui.NewQR(strings.Repeat("長", 2000)); err == nil {
		t.Error("no error for a text that no QR code holds")
	}
}

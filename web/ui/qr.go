package ui

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// qrQuiet is the empty border that ISO/IEC 18004 asks for, in modules.
const qrQuiet = 4

// QR is a QR code as the parts of an SVG picture: one path of square modules in
// a view box that includes the quiet zone.
type QR struct {
	Path    string
	ViewBox string
}

// NewQR makes the QR code of a text, correcting up to 15 % of damage. It fails on
// texts that no QR code can hold.
func NewQR(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, fmt.Errorf("the text fits no QR code: %w", err)
	}
	modules := code.Size
	var path strings.Builder
	for y := range modules {
		for x := 0; x < modules; x++ {
			begin := x
			for x < modules && code.Black(x, y) {
				x++
			}
			if x > begin { // a run of dark modules as one rectangle
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", begin+qrQuiet, y+qrQuiet, x-begin, x-begin)
			}
		}
	}
	side := modules + 2*qrQuiet
	return QR{Path: path.String(), ViewBox: fmt.Sprintf("0 0 %d %d", side, side)}, nil
}

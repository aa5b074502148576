package documents

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"runtime"

	"rsc.io/qr"
)

const (
	// quietZone is the empty border that ISO/IEC 18004 asks for, in modules.
	quietZone = 4
	// dotsPerModule makes the picture fine enough that viewers which smooth small
	// pictures leave the edges sharp.
	dotsPerModule = 8
)

// qrCode gives a two-coloured PNG of the text with its quiet zone, correcting up
// to 15 % of damage. It fails on texts that no QR code can hold.
func qrCode(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("the address fits no QR code: %w", err)
	}
	modules := code.Size
	side := (modules + 2*quietZone) * dotsPerModule
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range modules {
		for x := range modules {
			if !code.Black(x, y) {
				continue
			}
			for dy := range dotsPerModule {
				start := picture.PixOffset((x+quietZone)*dotsPerModule, (y+quietZone)*dotsPerModule+dy)
				for dx := range dotsPerModule {
					picture.Pix[start+dx] = 1
				}
			}
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{BufferPool: pictures}).Encode(&out, picture); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// pictures keeps what encoding needs, a thousand times the picture's size, for the next one. It is
// no sync.Pool: that is emptied with every second collection, which comes with every few documents.
var pictures = buffers(make(chan *png.EncoderBuffer, runtime.GOMAXPROCS(0)))

type buffers chan *png.EncoderBuffer

func (b buffers) Get() *png.EncoderBuffer {
	select {
	case buffer := <-b:
		return buffer
	default:
		return nil
	}
}

func (b buffers) Put(buffer *png.EncoderBuffer) {
	select {
	case b <- buffer:
	default:
	}
}

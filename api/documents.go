package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/todoke/todoke/models"
)

// document is the answer of operations that give a PDF.
type document struct {
	Body func(huma.Context)
}

// document gives a kept PDF: in the caller's language where it exists in that
// one, else in the other. Its ETag is the content's SHA-256, so a client that has
// it already is told so (304), and a part can be asked for.
func (a *API) document(ctx context.Context, c call, kind models.DocumentKind, subject int64, name string) (*document, error) {
	kept, err := a.documentIn(ctx, kind, subject, c.actor.Language)
	if err != nil {
		return nil, err
	}
	content, err := a.o.Files.Get(ctx, kept.BlobKey)
	if err != nil {
		return nil, models.Internal(err) // the row says that it is there
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != kept.SHA256 {
		return nil, models.Internal(errors.New("a kept document is not the one that was made: " + kept.BlobKey))
	}
	return &document{Body: func(h huma.Context) {
		g := humagin.Unwrap(h)
		header := g.Writer.Header()
		header.Set("Content-Type", pdfType)
		header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		header.Set("ETag", `"`+kept.SHA256+`"`)
		header.Set("Content-Language", string(kept.Language))
		header.Set("Cache-Control", "private, no-cache")
		header.Add("Vary", "Accept-Language, Authorization")
		http.ServeContent(g.Writer, g.Request, name, kept.CreatedAt, bytes.NewReader(content))
	}}, nil
}

// documentIn finds a document in a language, or in the other one.
func (a *API) documentIn(ctx context.Context, kind models.DocumentKind, subject int64, lang models.Language) (models.Document, error) {
	other := models.English
	if lang == models.English {
		other = models.Japanese
	}
	kept, err := a.o.Store.DocumentFor(ctx, kind, subject, lang)
	if models.IsKind(err, models.KindNotFound) {
		kept, err = a.o.Store.DocumentFor(ctx, kind, subject, other)
	}
	if models.IsKind(err, models.KindNotFound) {
		return kept, models.NewError(models.KindNotFound, codeDocumentNotReady)
	}
	return kept, err
}

package api

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"github.com/todoke/todoke/models"
)

// request is what is known of every request from its first moment on.
type request struct {
	id       string
	language models.Language // empty when the client named neither Japanese nor English
}

type requestKey struct{}

// IdentifyRequest gives every request its ID and finds out the language it asks
// for. The ID is always made here: one that a client sends along could be chosen
// to mislead whoever reads the logs. It goes back in the header X-Request-Id.
func IdentifyRequest() gin.HandlerFunc {
	return func(c *gin.Context) {
		r := request{id: newRequestID(time.Now()), language: acceptedLanguage(c.GetHeader("Accept-Language"))}
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestKey{}, r))
		c.Header("X-Request-Id", r.id)
		c.Next()
	}
}

// RequestID gives the ID of the request that ctx belongs to, or nothing.
func RequestID(ctx context.Context) string {
	r, _ := ctx.Value(requestKey{}).(request)
	return r.id
}

// RequestLanguage gives the language that the request's Accept-Language asks
// for, or the fallback when it asks for neither of ours.
func RequestLanguage(ctx context.Context, fallback models.Language) models.Language {
	if r, _ := ctx.Value(requestKey{}).(request); r.language != "" {
		return r.language
	}
	return fallback
}

// languageOf is the language to answer in: the one asked for, else the key's, else Japanese.
func languageOf(ctx context.Context) models.Language {
	fallback := models.Japanese
	if c, ok := callOf(ctx); ok && c.key.Language != "" {
		fallback = c.key.Language
	}
	return RequestLanguage(ctx, fallback)
}

// maxAcceptLanguage bounds the header that is parsed; browsers send well under 200 bytes.
const maxAcceptLanguage = 1000

// acceptedLanguage gives the first of our languages in the client's order of
// preference, or nothing.
func acceptedLanguage(header string) models.Language {
	if header == "" || len(header) > maxAcceptLanguage {
		return ""
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return "" // a header that cannot be read asks for nothing
	}
	for _, tag := range tags {
		switch base, _ := tag.Base(); base.String() {
		case "ja":
			return models.Japanese
		case "en":
			return models.English
		}
	}
	return ""
}

// crockford is the alphabet of ULIDs: no letters that are read as digits.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newRequestID makes req_ and a ULID: 48 bits of milliseconds, so that IDs sort
// by time, and 80 bits of chance.
func newRequestID(now time.Time) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(now.UnixMilli())<<16)
	_, _ = rand.Read(raw[6:]) // never fails: the runtime ends the process first
	high, low := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	text := make([]byte, 26)
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = crockford[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return "req_" + string(text)
}

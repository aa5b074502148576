package api

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/todoke/todoke/models"
)

// apiKeyIDKey names the place in gin's context where the access log finds the key's ID.
const apiKeyIDKey = "api_key_id"

// call is an authenticated request.
type call struct {
	key   models.APIKey
	actor models.Actor
	query url.Values
}

type callKey struct{}

func callOf(ctx context.Context) (call, bool) {
	c, ok := ctx.Value(callKey{}).(call)
	return c, ok
}

// authenticate lets a request through that carries a key with one of the scopes.
// No scope means that any key will do.
func (a *API) authenticate(scopes []models.Scope) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(ctx)
		key, err := a.keyOf(c)
		if err != nil {
			a.WriteProblem(c, err)
			return
		}
		c.Set(apiKeyIDKey, key.ID)
		query := ctx.URL()
		signed := call{key: key, query: query.Query(), actor: models.Actor{
			Kind: models.ActorAPIKey, ID: key.ID, Name: key.Name, ResellerID: key.ResellerID,
			RequestID: RequestID(ctx.Context()), Language: RequestLanguage(ctx.Context(), key.Language),
		}}
		ctx = huma.WithValue(ctx, callKey{}, signed)
		// From here on problems are told in the key's language where none was asked for.
		c.Request = c.Request.WithContext(ctx.Context())
		if now := time.Now(); !a.keys.take(key.ID, now) {
			a.WriteProblem(c, models.NewError(models.KindTooMany, codeTooManyRequests, "seconds", a.keys.pause(key.ID, now)))
			return
		}
		if !mayAny(key, scopes) {
			a.WriteProblem(c, models.NewError(models.KindForbidden, codeScope, "scopes", joinScopes(scopes)))
			return
		}
		next(ctx)
	}
}

// keyOf finds the request's API key. Wrong keys are counted by address, before
// the look-up, so that guessing is slow and costs the database nothing.
func (a *API) keyOf(c *gin.Context) (models.APIKey, error) {
	typed, ok := bearer(c.GetHeader("Authorization"))
	if !ok {
		return models.APIKey{}, models.NewError(models.KindUnsigned, codeKeyMissing)
	}
	address, now := callerAddress(c.ClientIP()), time.Now()
	if !a.failures.left(address, now) {
		return models.APIKey{}, models.NewError(models.KindTooMany, codeTooManyFailures, "seconds", a.failures.pause(address, now))
	}
	key, _, err := a.o.Store.APIKeyByHash(c.Request.Context(), models.HashAPIKey(typed))
	switch {
	case models.IsKind(err, models.KindNotFound), models.IsKind(err, models.KindUnsigned), err == nil && key.RevokedAt != nil:
		a.failures.take(address, now)
		return models.APIKey{}, models.NewError(models.KindUnsigned, codeKeyUnknown)
	}
	return key, err
}

// bearer gives the credential of an Authorization header; the scheme's case does
// not matter (RFC 9110).
func bearer(header string) (string, bool) {
	scheme, credential, ok := strings.Cut(header, " ")
	credential = strings.TrimSpace(credential)
	return credential, ok && strings.EqualFold(scheme, "Bearer") && credential != ""
}

func mayAny(key models.APIKey, scopes []models.Scope) bool {
	for _, s := range scopes {
		if key.May(s) {
			return true
		}
	}
	return len(scopes) == 0
}

func joinScopes(scopes []models.Scope) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

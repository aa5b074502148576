package ui

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"golang.org/x/text/language"
)

const (
	languageAt     = "/language"
	languageCookie = "todoke_language"
	languageAge    = 365 * 24 * 60 * 60 // seconds
)

// LanguageOf gives the language a request wants: the one chosen by the switch,
// else fallback, else what the browser asks for, else Japanese. Fallback is the
// language of whoever is signed in, or nothing.
func LanguageOf(r *http.Request, fallback models.Language) models.Language {
	if cookie, err := r.Cookie(languageCookie); err == nil && (cookie.Value == "ja" || cookie.Value == "en") {
		return models.Language(cookie.Value)
	}
	if fallback != "" {
		return fallback
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return models.Japanese
	}
	for _, tag := range tags {
		if base, _ := tag.Base(); base.String() == "ja" || base.String() == "en" {
			return models.Language(base.String())
		}
	}
	return models.Japanese
}

// LanguageURL is the switch: it remembers the language and comes back to the page at here.
func LanguageURL(to models.Language, here string) string {
	return languageAt + "?" + url.Values{"to": {string(to)}, "back": {here}}.Encode()
}

func switchLanguage(c *gin.Context) {
	to := models.ParseLanguage(c.Query("to"))
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // names a language, and has to work without TLS on one's own machine
		Name: languageCookie, Value: string(to), Path: "/", MaxAge: languageAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.Request.TLS != nil,
	})
	c.Header("Cache-Control", "no-store")
	c.Redirect(http.StatusSeeOther, LocalPath(c.Query("back"), "/"))
}

// LocalPath gives the path if it leads to a page of this site, else the other
// one: nobody is to be sent elsewhere by a link that looks like ours.
func LocalPath(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" ||
		!strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return otherwise
	}
	return path
}

// Other gives the language that the switch leads to.
func Other(lang models.Language) models.Language {
	if lang == models.English {
		return models.Japanese
	}
	return models.English
}

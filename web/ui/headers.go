package ui

import (
	"github.com/gin-gonic/gin"
)

// policy lets a page load from its own site alone and run nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// SecureHeaders sets what every page carries: a content policy, no framing, no
// sniffing, no address handed to other sites.
func SecureHeaders(c *gin.Context) {
	setSecureHeaders(c)
	c.Next()
}

func setSecureHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
}

// NoStore keeps a page out of caches: it shows data of people.
func NoStore(c *gin.Context) {
	c.Writer.Header().Set("Cache-Control", "no-store")
	c.Next()
}

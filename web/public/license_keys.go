package public

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// LicenseKeysAt is where the public keys of license files are published: all there
// ever were, so that old files can be checked too.
const LicenseKeysAt = "/.well-known/todoke-license-keys.json"

func (s *Site) showLicenseKeys(c *gin.Context) error {
	list, err := s.LicenseKeys(c.Request.Context())
	if err != nil {
		return err
	}
	// Short, so that a withdrawn key is known soon.
	c.Header("Cache-Control", "public, max-age=300")
	c.Data(http.StatusOK, "application/json; charset=utf-8", list)
	return nil
}

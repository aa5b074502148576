package public

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/web/ui"
)

// showHome lists the sites.
func (s *Site) showHome(c *gin.Context) error {
	frame := s.frame(c)
	frame.Title = "todoke | " + s.Brand.Company.In(frame.Language)
	return ui.Write(c, http.StatusOK, homePage(frame, s.Places))
}

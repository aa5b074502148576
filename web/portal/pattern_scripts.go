package portal

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/downloads"
	"github.com/todoke/todoke/web/ui"
)

// sumSuffix follows a product's code in the address of its newest pattern file's SHA-256.
const sumSuffix = ".sha256"

// mountScripts puts the links for scripts beside the site: no session and no cookie goes with them.
func (s *Site) mountScripts(r *gin.Engine) {
	group := r.Group(scriptsAt, ui.SecureHeaders, ui.NoStore, noIndex)
	for _, method := range []string{get, head} {
		group.Handle(method, "/:token/:name", s.script)
	}
}

// script answers a program: with the newest pattern file of a product, its SHA-256, or a word. Whatever is wrong with
// the link reads alike.
func (s *Site) script(g *gin.Context) {
	v := s.visit(g)
	err := v.sendNewest()
	if err == nil {
		return
	}
	e := models.AsError(err)
	if e.Kind == models.KindInternal || e.Kind == models.KindUnavailable {
		s.Logger.ErrorContext(v.ctx(), "pattern file", "code", e.Code, "cause", store.Cause(e), "route", v.FullPath(), "request_id", ui.RequestID(g))
	}
	if e.Kind == models.KindTooMany {
		g.Header("Retry-After", strconv.Itoa(int(scriptWindow.Seconds())))
	}
	g.String(ui.Status(e), "%s\n", e.Code)
}

func (v *visit) sendNewest() error {
	failures := v.scriptFailures()
	if limited, err := v.Store.AttemptsReached(v.ctx(), failures); err != nil || limited {
		return tooMany(err)
	}
	token, newest, sum, err := v.scriptFile()
	if models.IsKind(err, models.KindNotFound) {
		if err := v.Store.CountAttempt(v.ctx(), failures); err != nil {
			return err
		}
		return models.NotFound("file")
	}
	if err != nil {
		return err
	}
	if taken, err := v.Store.TakeAttempt(v.ctx(), scriptLimit(token)); err != nil || !taken {
		return tooMany(err)
	}
	if err := v.Store.UsedPatternToken(v.ctx(), token.ID); err != nil {
		return err
	}
	if sum {
		return v.sendSum(newest)
	}
	return v.sender().Send(v.Context, downloads.Transfer{
		File: newest.ProductFile, Modified: newest.Since, Count: func(ctx context.Context, started, finished bool) error {
			return v.Store.RecordDownload(ctx, v.actor(), store.Fetched{TokenID: token.ID, FileID: newest.ID, Started: started, Finished: finished})
		},
	})
}

func tooMany(err error) error {
	if err != nil {
		return err
	}
	return models.NewError(models.KindTooMany, "too_many_requests", "seconds", strconv.Itoa(int(scriptWindow.Seconds())))
}

// scriptFile finds what a link names, if it may still be given: the secret fits, nobody revoked the link, and its
// owner's address counts for a contract that holds the product. Sum asks for the SHA-256 alone.
func (v *visit) scriptFile() (token models.PatternToken, newest models.PatternFile, sum bool, err error) {
	handle, secret, ok := models.SplitPatternToken(v.Param("token"))
	if !ok {
		return token, newest, false, models.NotFound("file")
	}
	if token, v.account, err = v.Store.PatternTokenByHandle(v.ctx(), handle); err != nil {
		return token, newest, false, err
	}
	if !v.Secrets.PatternAllowed(token, secret) {
		return token, newest, false, models.NotFound("file")
	}
	product, sum := strings.CutSuffix(v.Param("name"), sumSuffix)
	holds, err := v.Store.HoldsProduct(v.ctx(), v.account.Email, product)
	if err == nil && !holds {
		err = models.NotFound("file")
	}
	if err == nil {
		newest, err = v.Store.NewestPattern(v.ctx(), product)
	}
	return token, newest, sum, err
}

// sendSum gives the newest file's SHA-256 in the form that sha256sum --check reads.
func (v *visit) sendSum(f models.PatternFile) error {
	v.Header("Content-Type", "text/plain; charset=utf-8")
	v.Header("ETag", `"sum-`+f.SHA256+`"`)
	v.Header("Cache-Control", "private, no-store")
	http.ServeContent(v.Writer, v.Request, "", f.Since, strings.NewReader(f.SHA256+"  "+f.PlainFileName()+"\n"))
	return nil
}

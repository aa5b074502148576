// Package ui is what all sites share: the look, the frame of a page, components,
// the language switch, and the one mapping from domain errors to pages.
package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed assets
var embedded embed.FS

// assetsAt is where assets are served.
const assetsAt = "/assets/"

type asset struct {
	body []byte
	mime string
}

// The addresses carry a hash of the content, so a browser may keep what it has
// for ever and still never shows yesterday's style.
var assetURLs, assetsByName = loadAssets()

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// loadAssets reads the embedded files; one that cannot be read is a mistake of
// the build, found at start.
func loadAssets() (urls map[string]string, byName map[string]asset) {
	urls, byName = map[string]string{}, map[string]asset{}
	err := fs.WalkDir(embedded, "assets", func(file string, d fs.DirEntry, err error) error {
		mime, served := assetTypes[path.Ext(file)]
		if err != nil || d.IsDir() || !served {
			return err
		}
		body, err := embedded.ReadFile(file)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		base, ext := path.Base(file), path.Ext(file)
		name := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		if _, twice := urls[base]; twice {
			return fmt.Errorf("%s is there twice", base)
		}
		urls[base], byName[name] = assetsAt+name, asset{body, mime}
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("assets: %v", err))
	}
	return urls, byName
}

// Asset gives the address of an embedded file by its plain name (base.css). A
// name that is not there is a mistake in a template and panics; tests render every page.
func Asset(name string) string {
	url, ok := assetURLs[name]
	if !ok {
		panic("no asset " + name)
	}
	return url
}

// Mount serves the assets, the favicon and the language switch. Every site calls
// it; only the first call does something.
func Mount(r *gin.Engine) {
	for _, route := range r.Routes() {
		if route.Path == assetsAt+":name" {
			return
		}
	}
	r.GET(assetsAt+":name", serveAsset)
	r.HEAD(assetsAt+":name", serveAsset)
	r.GET("/favicon.ico", func(c *gin.Context) { c.Redirect(http.StatusFound, Asset("favicon.svg")) })
	r.GET(languageAt, switchLanguage)
}

func serveAsset(c *gin.Context) {
	file, ok := assetsByName[c.Param("name")]
	if !ok {
		c.Data(http.StatusNotFound, "text/plain; charset=utf-8", []byte("not found\n"))
		return
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(http.StatusOK, file.mime, file.body)
}

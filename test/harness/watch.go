package harness

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/dump"
)

// Kinds of secrets that a run sees.
const (
	Code     = "codes"
	Link     = "links"
	Password = "passwords"
	Session  = "sessions"
	APIKey   = "API keys"
	Server   = "server keys"
	Second   = "second steps"
)

// watch stands between browsers, resellers' programs and serve, and notes every secret that passes: what is typed
// into fields for passwords, keys, sessions' cookies, links, and the codes on pages. It changes nothing.
type watch struct {
	words *dump.Words
	proxy *httputil.ReverseProxy
}

// mostWatched is how much of a body is looked at; pages and forms are far below it.
const mostWatched = 2 << 20

// newWatch listens on a port and hands everything on to another.
func newWatch(t testing.TB, words *dump.Words, from, to int) error {
	listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(from))
	if err != nil {
		return err
	}
	w := &watch{words: words}
	target := "127.0.0.1:" + strconv.Itoa(to)
	w.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", target, r.In.Host
			for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				r.Out.Header[name] = r.In.Header[name] // as the visitor sent it
			}
			w.request(r.Out)
		},
		ModifyResponse: w.response,
		// Serve that was killed is not there for its visitors, either.
		ErrorHandler:  func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
		Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64, IdleConnTimeout: 5 * time.Second},
	}
	server := &http.Server{Handler: w.proxy, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	return nil
}

// typed are names of fields that people and programs put secrets into.
var typed = regexp.MustCompile(`(?i)password|repeated|secret|token|serial|activation|^code$|^ac$`)

func (w *watch) request(r *http.Request) {
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		w.words.Add(APIKey, key)
	}
	for _, cookie := range r.Cookies() {
		w.cookie(cookie)
	}
	w.path(r.URL.Path)
	for name, values := range r.URL.Query() {
		if typed.MatchString(name) && isOpener(values[0]) {
			w.words.Add(Link, values[0])
		}
	}
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch kind {
	case "application/x-www-form-urlencoded":
		r.Body = &overheard{ReadCloser: r.Body, whole: w.form}
	case "multipart/form-data":
		r.Body = &overheard{ReadCloser: r.Body, whole: w.parts}
	}
	if r.ContentLength > 0 && r.ContentLength <= mostWatched {
		r.Body = arrived(r.Body)
	}
}

// arrived waits for a body. Handed on while it arrives, its end may be asked for when serve has answered already; the
// server in front has closed it by then, and the answer would be broken off.
func arrived(body io.ReadCloser) io.ReadCloser {
	whole, err := io.ReadAll(body)
	if errors.Join(err, body.Close()) != nil {
		panic(http.ErrAbortHandler) // the visitor broke off
	}
	return io.NopCloser(bytes.NewReader(whole))
}

func (w *watch) response(r *http.Response) error {
	for _, cookie := range r.Cookies() {
		w.cookie(cookie)
	}
	if at, err := r.Location(); err == nil {
		w.path(at.Path)
	}
	kind := r.Header.Get("Content-Type")
	if r.Header.Get("Content-Encoding") == "" && (strings.HasPrefix(kind, "text/html") || strings.Contains(kind, "json") || strings.HasPrefix(kind, "text/csv")) {
		r.Body = &overheard{ReadCloser: r.Body, whole: w.page}
	}
	return nil
}

// cookie notes what lets a browser in; a cookie that names a language is short.
func (w *watch) cookie(c *http.Cookie) {
	if len(c.Value) >= 20 {
		w.words.Add(Session, c.Value)
	}
}

func (w *watch) form(body []byte) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return // serve says so
	}
	for name, list := range values {
		for _, value := range list {
			w.field(name, value)
		}
	}
}

var part = regexp.MustCompile(`(?s)name="([^"]+)"\r\n\r\n(.*?)\r\n--`)

func (w *watch) parts(body []byte) {
	for _, found := range part.FindAllSubmatch(body, -1) {
		w.field(string(found[1]), string(found[2]))
	}
}

func (w *watch) field(name, value string) {
	note(w.words, value)
	switch {
	case !typed.MatchString(name) || telling.MatchString(value):
	case strings.Contains(strings.ToLower(name), "password") || name == "repeated":
		w.words.Add(Password, value)
	}
}

func (w *watch) page(body []byte) {
	text := string(body)
	note(w.words, text)
	for _, found := range secondSecret.FindAllStringSubmatch(text, -1) {
		w.words.Add(Second, strings.ReplaceAll(found[1], " ", ""))
	}
	for _, found := range reference.FindAllStringSubmatch(text, -1) {
		w.path(found[1])
	}
}

// path notes the part of a path that opens what it leads to.
func (w *watch) path(path string) { notePath(w.words, path) }

var (
	telling      = regexp.MustCompile(`^\d*$`) // numbers are no passwords
	secondSecret = regexp.MustCompile(`class="secretkey[^"]*">([A-Z2-7 ]+)<`)
	reference    = regexp.MustCompile(`(?:href|action|src|hx-get|hx-post)="([^"?#]+)`)
	looksLikeAC  = regexp.MustCompile(`\b[A-Z0-9]{2}-?[A-Z0-9]{4}(?:-?[A-Z0-9]{5}){5}\b`)
	recovery     = regexp.MustCompile(`\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3,}\b`)
	apiKey       = regexp.MustCompile(`\btdk_[0-9A-Za-z]{40}\b`)
	opener       = regexp.MustCompile(`^[0-9A-Za-z_-]{20,}$`)
)

// CodesIn gives the activation codes that stand in a text.
func CodesIn(text string) []string {
	return slices.DeleteFunc(looksLikeAC.FindAllString(text, -1), func(found string) bool {
		_, is := models.ActivationCodeKey(found)
		return !is
	})
}

// note notes codes and keys in a text.
func note(words *dump.Words, text string) {
	for _, code := range CodesIn(text) {
		words.Add(Code, code)
	}
	for _, code := range recovery.FindAllString(text, -1) {
		words.Add(Second, code)
	}
	for _, key := range apiKey.FindAllString(text, -1) {
		words.Add(APIKey, key)
	}
}

// notePath notes tokens. The address that a certificate is checked at is no secret: it stands on the certificate, and
// shows whoever has that what it says. Assets are named by what is in them.
func notePath(words *dump.Words, path string) {
	segments := strings.Split(path, "/")
	if slices.Contains(segments, "certificates") || slices.Contains(segments, "assets") {
		return
	}
	for _, segment := range segments {
		if isOpener(segment) {
			words.Add(Link, segment)
		}
	}
}

// isOpener tells a token from words and numbers that a path is made of: it is long, and mixed as no word is.
func isOpener(segment string) bool {
	if _, wrong := models.ParseReceiptNumber(segment); wrong == nil {
		return false // a number that a reseller's program asks by
	}
	mixed := strings.ContainsAny(segment, "0123456789") || strings.ToLower(segment) != segment && strings.ToUpper(segment) != segment
	return mixed && opener.MatchString(segment)
}

// overheard hands what was read of a body to whole when the body ends.
type overheard struct {
	io.ReadCloser
	kept  bytes.Buffer
	whole func(body []byte)
}

// Read reads and keeps.
func (o *overheard) Read(p []byte) (int, error) {
	n, err := o.ReadCloser.Read(p)
	if room := mostWatched - o.kept.Len(); room > 0 {
		o.kept.Write(p[:min(n, room)])
	}
	if err != nil {
		o.end()
	}
	return n, err
}

// Close ends the body, however much of it was read.
func (o *overheard) Close() error {
	o.end()
	return o.ReadCloser.Close()
}

func (o *overheard) end() {
	if o.whole != nil {
		o.whole(o.kept.Bytes())
		o.whole = nil
	}
}

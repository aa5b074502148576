//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screenshots names a folder that pictures of the pages are kept in, for people to look at; unset, none are kept.
const screenshots = "E2E_SCREENSHOTS"

// programs of a browser, as distributions name them.
var browserNames = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// browser is a real browser without a window, with a profile of its own that goes away with the test.
type browser struct {
	ctx context.Context
	url string // of the site
}

func newBrowser(t *testing.T, site string) *browser {
	t.Helper()
	var program string
	for _, name := range browserNames {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Fatalf("no browser: install one of %s", strings.Join(browserNames, ", "))
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1360, 900),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, closeAll := chromedp.NewContext(allocator)
	t.Cleanup(closeAll)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return &browser{ctx: ctx, url: site}
}

// tab is one person's browser: cookies are its own.
type tab struct {
	t          *testing.T
	ctx        context.Context
	site       string
	complaints *complaints
}

// action is something done in a tab.
type action = chromedp.Action[chromedp.Void]

// call is a command of the browser's protocol.
func call[P, R any](command cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

// newTab opens a tab that asks for pages in a language. What the browser complains of (scripts that fail, things
// that the page may not load or that are not there) fails the test in the end.
func (b *browser) newTab(t *testing.T, language string, actions ...action) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	v := &tab{t: t, ctx: ctx, site: b.url, complaints: &complaints{}}
	if err := chromedp.Do(ctx); err != nil { // the first call must have no deadline: it bounds the tab's life
		t.Fatalf("open a tab: %v", err)
	}
	if err := chromedp.Listen(ctx, v.complaints.hear); err != nil {
		t.Fatalf("listen to the browser: %v", err)
	}
	go v.answerDialogs()
	t.Cleanup(func() {
		closeTab()
		for _, complaint := range v.complaints.all() {
			t.Errorf("the browser complains: %s", complaint)
		}
	})
	asking := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}}
	v.do("open a tab", append([]action{call(network.Enable, network.EnableParams{}), call(cdplog.Enable, cdp.Empty{}), call(network.SetExtraHTTPHeaders, asking)}, actions...)...)
	return v
}

// complaints is what a browser says is wrong with pages.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		c.add("script: " + e.ExceptionDetails.Text)
	case *cdplog.EventEntryAdded:
		c.entry(e.Entry)
	}
}

// entry takes over an error. An answer that says what is wrong with a form is logged like one that is not there.
func (c *complaints) entry(e *cdplog.Entry) {
	refused := strings.Contains(e.Text, "422") || strings.Contains(e.Text, "409") || strings.Contains(e.Text, "429")
	if string(e.Level) == "error" && !refused {
		c.add(e.Text + " " + e.URL)
	}
}

// answerDialogs agrees to whatever a dialog asks, or nothing would go on. None is expected: that a form with changes
// is left behind is asked only when it was not sent.
func (v *tab) answerDialogs() {
	for dialog, err := range chromedp.Events(v.ctx, page.JavascriptDialogOpening) {
		if err != nil {
			return // the tab was closed
		}
		v.complaints.add("asked " + string(dialog.Type) + ": " + dialog.Message)
		accept := call(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		if err := chromedp.Do(v.ctx, accept); err != nil {
			v.complaints.add("dialog: " + err.Error())
		}
	}
}

func (c *complaints) add(complaint string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, complaint)
}

// all gives what was complained of since it was last asked.
func (c *complaints) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.list
	c.list = nil
	return all
}

func (v *tab) do(what string, actions ...action) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepDeadline)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		v.t.Fatalf("%s: %v; the page at %s reads: %.700s", what, err, v.path(), v.shown())
	}
}

// answerTo does something in a tab that gives a value.
func answerTo[T any](v *tab, what string, question chromedp.Action[T]) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepDeadline)
	defer cancel()
	answer, err := chromedp.Run(ctx, question)
	if err != nil {
		v.t.Fatalf("%s: %v; the page at %s reads: %.700s", what, err, v.path(), v.shown())
	}
	return answer
}

// shown is what a person sees of the page, for a failure's message.
func (v *tab) shown() string {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text
}

// path is where the tab is, without the site.
func (v *tab) path() string {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return strings.TrimPrefix(at, v.site)
}

// open goes to a path of the site.
func (v *tab) open(path string) {
	v.t.Helper()
	v.do("open "+path, chromedp.Navigate(v.site+path))
}

// press clicks and waits for the page that comes.
func (v *tab) press(selector string) {
	v.t.Helper()
	v.leave("press "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// enter presses the Enter key in a field and waits for the page that comes.
func (v *tab) enter(selector string) {
	v.t.Helper()
	v.leave("Enter in "+selector, chromedp.SendKeys(chromedp.CSS(selector), kb.Enter))
}

// leave does what leads to another page.
func (v *tab) leave(what string, does action) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, stepDeadline)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, does)
	if err != nil {
		v.t.Fatalf("%s: %v; the page at %s reads: %.700s", what, err, v.path(), v.shown())
	}
	if answer != nil && answer.Status >= 500 {
		v.t.Errorf("%s answers %d", what, answer.Status)
	}
}

// click clicks and stays on the page.
func (v *tab) click(selector string) {
	v.t.Helper()
	v.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// fill types into a field in the place of what stands there.
func (v *tab) fill(selector, text string) {
	v.t.Helper()
	field := chromedp.CSS(selector)
	v.do("wait for "+selector, chromedp.WaitVisible(field))
	answerTo(v, "empty "+selector, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).value = ''", selector)))
	v.do("fill "+selector, chromedp.SendKeys(field, text))
}

// key presses one key as a keyboard does: it types its character unless the page takes the key for itself.
func key(character string) action {
	return chromedp.Steps(
		call(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: character, Text: character}),
		call(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: character}))
}

// choose chooses from a list.
func (v *tab) choose(selector, value string) {
	v.t.Helper()
	v.do("choose in "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
}

// await waits until something on the page fits the selector.
func (v *tab) await(selector string) {
	v.t.Helper()
	v.do("wait for "+selector, chromedp.WaitReady(chromedp.CSS(selector)))
}

// list is the texts of all that fits, one by one.
func (v *tab) list(selector string) []string {
	v.t.Helper()
	script := fmt.Sprintf("[...document.querySelectorAll(%q)].map(e => e.innerText.trim())", selector)
	return answerTo(v, "read "+selector, chromedp.Evaluate[[]string](script))
}

// text is what is shown under a selector; empty when nothing fits.
func (v *tab) text(selector string) string {
	v.t.Helper()
	return strings.Join(v.list(selector), "\n")
}

// attribute is an attribute of the first that fits; empty when there is none.
func (v *tab) attribute(selector, name string) string {
	v.t.Helper()
	script := fmt.Sprintf("document.querySelector(%q)?.getAttribute(%q) ?? ''", selector, name)
	return answerTo(v, "read "+selector, chromedp.Evaluate[string](script))
}

// value is what stands in a field now.
func (v *tab) value(selector string) string {
	v.t.Helper()
	return answerTo(v, "read "+selector, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q)?.value ?? ''", selector)))
}

// has says whether something fits.
func (v *tab) has(selector string) bool {
	v.t.Helper()
	return answerTo(v, "look for "+selector, chromedp.Evaluate[bool](fmt.Sprintf("document.querySelector(%q) !== null", selector)))
}

// wants fails the test unless what is shown under the selector holds the words.
func (v *tab) wants(selector string, words ...string) {
	v.t.Helper()
	text := v.text(selector)
	for _, word := range words {
		if !strings.Contains(text, word) {
			v.t.Errorf("%s at %s does not show %q but %q", selector, v.path(), word, text)
		}
	}
}

// textKeys are the names of texts, which nobody is to see instead of the texts.
var textKeys = regexp.MustCompile(`\b(?:ui|console|public|portal|delivery|api|field|error|reason|resolution|order_type|line_kind|resend_status)\.[a-z_]+(?:\.[a-z_]+)*\b`)

// picture keeps a picture of the whole page, which must not scroll sideways and shows no text's name.
func (v *tab) picture(name string) {
	v.t.Helper()
	if found := textKeys.FindAllString(v.shown(), -1); found != nil {
		v.t.Errorf("%s (%s) shows the names of texts: %q", name, v.path(), found)
	}
	if answerTo(v, "width", chromedp.Evaluate[bool]("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")) {
		v.t.Errorf("%s (%s) scrolls sideways", name, v.path())
	}
	folder := os.Getenv(screenshots)
	if folder == "" {
		return
	}
	png := answerTo(v, "picture of "+name, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// title is what stands on the tab.
func (v *tab) title() string {
	v.t.Helper()
	return answerTo(v, "title", chromedp.Title())
}

// attributes is an attribute of all that fit.
func (v *tab) attributes(selector, name string) []string {
	v.t.Helper()
	script := fmt.Sprintf("[...document.querySelectorAll(%q)].map(e => e.getAttribute(%q) ?? '')", selector, name)
	return answerTo(v, "read "+selector, chromedp.Evaluate[[]string](script))
}

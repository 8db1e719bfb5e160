package browsertest

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "folder to write pictures of the pages into, for people to look at")

// Browser is a headless Chromium that lives as long as its test.
type Browser struct{ ctx context.Context }

// New starts a browser, or skips the test where there is none.
func New(t *testing.T) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(find(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 800),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{ctx}
}

func find(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium here: the page is not looked at in a browser (Debian: apt-get install chromium)")
	return ""
}

// Screen is how a page is looked at.
type Screen struct {
	Width, Height int64
	Dark          bool
	// NoScript says that the page's scripts do not run.
	NoScript bool
	// Print says that the page is laid out for paper.
	Print bool
}

// The usual screens.
var (
	Wide  = Screen{Width: 1280, Height: 800}
	Dark  = Screen{Width: 1280, Height: 800, Dark: true}
	Phone = Screen{Width: 390, Height: 844}
)

// Tab is an open page.
type Tab struct {
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// Open shows the page of a URL in a tab of its own. When the test ends, it fails it for
// every message on the console, and for every request to another server.
func (b *Browser) Open(t *testing.T, url string, s Screen) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	one := &Tab{ctx: ctx}
	if err := chromedp.Listen(ctx, one.listen); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	one.ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	scheme, media := "light", "screen"
	if s.Dark {
		scheme = "dark"
	}
	if s.Print {
		media = "print"
	}
	call(t, one, network.Enable, network.EnableParams{})
	call(t, one, log.Enable, cdp.Empty{})
	call(t, one, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: s.Width, Height: s.Height, DeviceScaleFactor: 1, Mobile: s.Width < 500})
	call(t, one, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	call(t, one, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: s.NoScript})
	one.Do(t, chromedp.Navigate(url))
	server := strings.Join(strings.SplitN(url, "/", 4)[:3], "/") + "/"
	t.Cleanup(func() {
		one.mu.Lock()
		defer one.mu.Unlock()
		for _, c := range one.complaints {
			t.Errorf("the browser complains: %s", c)
		}
		for _, r := range one.requests {
			if !strings.HasPrefix(r, server) && !strings.HasPrefix(r, "data:") {
				t.Errorf("the page asks another server: %s", r)
			}
		}
		if len(one.requests) == 0 {
			t.Error("no request was seen")
		}
	})
	return one
}

func call[P, R any](t *testing.T, one *Tab, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(one.ctx, command, params); err != nil {
		t.Fatal(err)
	}
}

func (one *Tab) listen(event any) {
	one.mu.Lock()
	defer one.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		text, err := json.Marshal(e.Args)
		if err != nil {
			text = []byte(err.Error())
		}
		one.complaints = append(one.complaints, string(text))
	case *runtime.EventExceptionThrown:
		one.complaints = append(one.complaints, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		one.complaints = append(one.complaints, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		one.requests = append(one.requests, e.Request.URL)
	}
}

// Do does what a person would.
func (one *Tab) Do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(one.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// Eval is the value of an expression, or of its promise, in the page.
func Eval[T any](t *testing.T, one *Tab, expression string) T {
	t.Helper()
	v, err := chromedp.Run(one.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// Until waits for an expression to be true in the page, for half a minute. If it does not
// become true, the test fails and says what the page's status lines say.
func (one *Tab) Until(t *testing.T, expression string) {
	t.Helper()
	if !Eval[bool](t, one, `(async () => {
		for (let i = 0; i < 300; i++) {
			if (`+expression+`) return true;
			await new Promise((next) => setTimeout(next, 100));
		}
		return false;
	})()`) {
		state := Eval[string](t, one, `[...document.querySelectorAll("[role=status]")].map((e) => e.id + ": " + e.textContent).join("; ")`)
		t.Fatalf("it does not become true that %s (%s)", expression, state)
	}
}

// Shoot writes a picture of the whole page into the folder of -shots, if that is given.
func (one *Tab) Shoot(t *testing.T, name string) {
	t.Helper()
	if *shots != "" {
		write(t, one, name+".png", chromedp.FullScreenshot(100))
	}
}

// PrintToPDF writes the printed page into the folder of -shots, if that is given.
func (one *Tab) PrintToPDF(t *testing.T, name string) {
	t.Helper()
	if *shots != "" {
		write(t, one, name+".pdf", chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground(), chromedp.PDFPreferCSSPageSize()))
	}
}

func write(t *testing.T, one *Tab, name string, action chromedp.Action[[]byte]) {
	t.Helper()
	data, err := chromedp.Run(one.ctx, action)
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name), data, 0o600)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Forgive takes back the messages of the console so far that contain a text, and says how
// many there were: a browser reports every answer of 403, also one that a test asks for.
func (one *Tab) Forgive(text string) (n int) {
	one.mu.Lock()
	defer one.mu.Unlock()
	before := len(one.complaints)
	one.complaints = slices.DeleteFunc(one.complaints, func(c string) bool { return strings.Contains(c, text) })
	return before - len(one.complaints)
}

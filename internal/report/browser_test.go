package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// findChromium skips the test by name where no browser is.
func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium here: the page is not looked at in a browser (Debian: apt-get install chromium)")
	return ""
}

// chromium opens the page and returns the document as it is afterwards, and what
// the browser wrote about it.
func chromium(t *testing.T, path, url string) (dom, log string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
		"--user-data-dir="+t.TempDir(), "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"--window-size=1300,900", "--dump-dom", url)
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// look is one way to look at a report.
type look struct {
	name          string
	cold, warm, n int
	width         int
	scheme        string
	paper         string
}

var looks = []look{
	{"full, in the light", 30, 120, 600, 1100, "light", "rgb(255, 255, 255)"},
	{"full, in the dark", 30, 120, 600, 1100, "dark", "rgb(20, 24, 28)"},
	{"quick, on a small screen", 5, 20, 100, 500, "light", "rgb(255, 255, 255)"},
	{"one sample of each", 1, 1, 20, 1100, "light", "rgb(255, 255, 255)"},
}

// seen is what a browser made of a report.
type seen struct {
	Title      string
	Scroll     float64
	Circles    int
	Ink, Paper string
	Details    []float64 // how much each is too wide, opened
	Charts     []struct {
		Label                        string
		Width                        float64
		Shapes                       int
		Outside, Unpainted, Overlaps []string
	}
}

// The frames stand in one page, since starting a browser takes longer than all of
// the looking. A frame's own colour scheme is what its page prefers, and its
// width is the screen's. The reports are looked at from outside, as they are.
const inspector = `<!doctype html><link rel="icon" href="data:,"><body><script>
function look(doc, win) {
  const root = doc.documentElement, style = (e) => win.getComputedStyle(e);
  const found = {title: doc.title, scroll: root.scrollWidth - root.clientWidth, circles: doc.querySelectorAll("circle").length, ink: style(doc.body).color, paper: style(doc.body).backgroundColor, details: [], charts: []};
  for (const svg of doc.querySelectorAll("svg")) {
    const view = svg.viewBox.baseVal, chart = {label: svg.getAttribute("aria-label"), width: svg.getBoundingClientRect().width, shapes: 0, outside: [], unpainted: [], overlaps: []};
    const texts = [];
    for (const e of svg.querySelectorAll("rect, circle, line, path, text")) {
      const b = e.getBBox(), s = style(e);
      chart.shapes++;
      if (b.x < -0.5 || b.y < -0.5 || b.x + b.width > view.width + 0.5 || b.y + b.height > view.height + 0.5) chart.outside.push(e.outerHTML.slice(0, 160));
      if (s.fill === "none" && s.stroke === "none") chart.unpainted.push(e.outerHTML.slice(0, 160));
      if (e.tagName !== "text" && e.tagName !== "line" && e.tagName !== "path" && s.fill === "rgb(0, 0, 0)") chart.unpainted.push("default black: " + e.outerHTML.slice(0, 160));
      if (e.tagName === "text") texts.push([e.textContent, b]);
    }
    for (let i = 0; i < texts.length; i++) for (let k = i + 1; k < texts.length; k++) {
      const [a, x] = texts[i], [b, y] = texts[k];
      const w = Math.min(x.x + x.width, y.x + y.width) - Math.max(x.x, y.x), h = Math.min(x.y + x.height, y.y + y.height) - Math.max(x.y, y.y);
      if (w > 1 && h > 4) chart.overlaps.push(a + " / " + b);
    }
    found.charts.push(chart);
  }
  for (const e of doc.querySelectorAll("details")) {
    e.open = true;
    found.details.push(root.scrollWidth - root.clientWidth);
  }
  return found;
}
addEventListener("load", () => {
  const all = [...document.querySelectorAll("iframe")].map((f) => look(f.contentDocument, f.contentWindow));
  const out = document.createElement("pre"); out.id = "seen"; out.textContent = "SEEN" + JSON.stringify(all) + "NEES"; document.body.append(out);
});
</script>`

var consoleLine = regexp.MustCompile(`(?m)^.*\bCONSOLE\b.*$`)

func TestBrowser(t *testing.T) {
	path := findChromium(t)
	pages := make([]string, len(looks))
	var frames strings.Builder
	frames.WriteString(inspector)
	for i, l := range looks {
		if k := slices.IndexFunc(looks[:i], func(o look) bool { return o.cold == l.cold && o.warm == l.warm && o.n == l.n }); k >= 0 {
			pages[i] = pages[k]
		} else {
			pages[i] = html(t, read(t, runDirectory(t, l.cold, l.warm, l.n)))
		}
		fmt.Fprintf(&frames, `<iframe src="/%d" style="border: 0; width: %dpx; height: 900px; color-scheme: %s"></iframe>`, i, l.width, l.scheme)
	}
	var mu sync.Mutex
	var requests []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requests = append(requests, r.Method+" "+r.URL.Path)
		mu.Unlock()
		w.Header().Set("content-type", "text/html; charset=utf-8")
		text := frames.String()
		var i int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &i); err == nil && i < len(pages) {
			text = pages[i]
		}
		_, _ = w.Write([]byte(text)) // a browser that went away is noticed by the dump
	}))
	t.Cleanup(server.Close)
	dom, log := chromium(t, path, server.URL+"/")

	for _, line := range consoleLine.FindAllString(log, -1) {
		t.Errorf("the browser complains: %s", line)
	}
	want := []string{"GET /"}
	for i := range looks {
		want = append(want, fmt.Sprintf("GET /%d", i))
	}
	mu.Lock()
	slices.Sort(requests)
	if !slices.Equal(requests, want) {
		t.Errorf("the browser asked for %v, want the pages alone", requests)
	}
	mu.Unlock()
	_, rest, ok := strings.Cut(dom, `<pre id="seen">SEEN`)
	data, _, ok2 := strings.Cut(rest, "NEES")
	if !ok || !ok2 {
		t.Fatalf("nothing was seen:\n%s", log)
	}
	data = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(data)
	var all []seen
	if err := json.Unmarshal([]byte(data), &all); err != nil || len(all) != len(looks) {
		t.Fatalf("%d pages were seen, want %d: %v in %s", len(all), len(looks), err, data)
	}
	for i, l := range looks {
		t.Run(l.name, func(t *testing.T) { l.check(t, pages[i], all[i]) })
	}
}

func (l look) check(t *testing.T, text string, found seen) {
	if got, want := found.Circles, strings.Count(text, "<circle"); got != want || want == 0 {
		t.Errorf("the browser has %d dots, the page %d", got, want)
	}
	if found.Scroll > 0 {
		t.Errorf("the page is %v pixels too wide", found.Scroll)
	}
	if len(found.Details) == 0 || slices.Max(found.Details) > 0 {
		t.Errorf("opened details make the page %v pixels too wide", found.Details)
	}
	if found.Paper != l.paper || found.Ink == found.Paper {
		t.Errorf("ink %s on paper %s, want paper %s", found.Ink, found.Paper, l.paper)
	}
	var labels []string
	for _, c := range found.Charts {
		labels = append(labels, c.Label)
		if c.Width < 300 || c.Shapes < 10 {
			t.Errorf("%s: %d shapes, %v pixels wide", c.Label, c.Shapes, c.Width)
		}
		for _, problem := range []struct {
			what string
			list []string
		}{{"outside", c.Outside}, {"unpainted", c.Unpainted}, {"overlapping", c.Overlaps}} {
			if len(problem.list) > 0 {
				t.Errorf("%s: %d %s, such as %s", c.Label, len(problem.list), problem.what, problem.list[0])
			}
		}
	}
	want := []string{
		"Cold starts: hello, x86_64, 512 MB", "Warm invocations: hello, x86_64, 512 MB",
		"Cold starts: sha256, 2,000 iterations, x86_64, 512 MB", "Warm invocations: sha256, 2,000 iterations, x86_64, 512 MB",
		"Load test of esmodule and commonjs: latency by class of request", "Load test of esmodule and commonjs: latency by percentile", "Load test of esmodule and commonjs: latency over time",
	}
	if !slices.Equal(labels, want) {
		t.Errorf("charts are\n%s\nwant\n%s", strings.Join(labels, "\n"), strings.Join(want, "\n"))
	}
}

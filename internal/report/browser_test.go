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
func chromium(t *testing.T, path, url string, flags ...string) (dom, log string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
		"--user-data-dir=" + t.TempDir(), "--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--dump-dom",
	}, flags...)
	cmd := exec.CommandContext(ctx, path, append(args, url)...)
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// serve serves one page and counts what is asked for.
func serve(t *testing.T, page string) (url string, requests func() []string) {
	t.Helper()
	var mu sync.Mutex
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.Method+" "+r.URL.Path)
		mu.Unlock()
		w.Header().Set("content-type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page)) // a browser that went away is noticed by the dump
	}))
	t.Cleanup(server.Close)
	return server.URL + "/report.html", func() []string {
		mu.Lock()
		defer mu.Unlock()
		return paths
	}
}

var consoleLine = regexp.MustCompile(`(?m)^.*\bCONSOLE\b.*$`)

func TestBrowserOpensThePageQuietly(t *testing.T) {
	path := findChromium(t)
	text := html(t, page(t, runDirectory(t, 30, 120, 600)))
	url, requests := serve(t, text)
	dom, log := chromium(t, path, url)
	for _, line := range consoleLine.FindAllString(log, -1) {
		t.Errorf("the browser complains: %s", line)
	}
	if got := requests(); len(got) != 1 || got[0] != "GET /report.html" {
		t.Errorf("the browser asked for %v, want the page alone", got)
	}
	if got, want := strings.Count(dom, "<circle"), strings.Count(text, "<circle"); got != want || want == 0 {
		t.Errorf("the browser has %d dots, the page %d", got, want)
	}
}

// probe measures what was drawn. It is added by the test, since the page has no script.
const probe = `<script>
const found = {scroll: document.documentElement.scrollWidth - document.documentElement.clientWidth, charts: [], ink: getComputedStyle(document.body).color, paper: getComputedStyle(document.body).backgroundColor};
for (const svg of document.querySelectorAll("svg")) {
  const view = svg.viewBox.baseVal, chart = {label: svg.getAttribute("aria-label"), width: svg.getBoundingClientRect().width, shapes: 0, outside: [], unpainted: [], overlaps: []};
  const texts = [];
  for (const e of svg.querySelectorAll("rect, circle, line, path, text")) {
    const b = e.getBBox(), style = getComputedStyle(e);
    chart.shapes++;
    if (b.x < -0.5 || b.y < -0.5 || b.x + b.width > view.width + 0.5 || b.y + b.height > view.height + 0.5) chart.outside.push(e.outerHTML.slice(0, 160));
    if (style.fill === "none" && style.stroke === "none") chart.unpainted.push(e.outerHTML.slice(0, 160));
    if (e.tagName !== "text" && e.tagName !== "line" && e.tagName !== "path" && style.fill === "rgb(0, 0, 0)") chart.unpainted.push("default black: " + e.outerHTML.slice(0, 160));
    if (e.tagName === "text") texts.push([e.textContent, b]);
  }
  for (let i = 0; i < texts.length; i++) for (let k = i + 1; k < texts.length; k++) {
    const [a, x] = texts[i], [b, y] = texts[k];
    const w = Math.min(x.x + x.width, y.x + y.width) - Math.max(x.x, y.x), h = Math.min(x.y + x.height, y.y + y.height) - Math.max(x.y, y.y);
    if (w > 1 && h > 4) chart.overlaps.push(a + " / " + b);
  }
  found.charts.push(chart);
}
const out = document.createElement("pre"); out.id = "probe"; out.textContent = "PROBE" + JSON.stringify(found) + "EBORP"; document.body.append(out);
</script></body>`

var policy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)

func TestBrowserDrawsTheCharts(t *testing.T) {
	path := findChromium(t)
	for _, test := range []struct {
		name          string
		cold, warm, n int
		flags         []string
		paper         string
	}{
		{"full, in the light", 30, 120, 600, []string{"--window-size=1100,900", "--blink-settings=preferredColorScheme=1"}, "rgb(255, 255, 255)"},
		{"full, in the dark", 30, 120, 600, []string{"--window-size=1100,900", "--blink-settings=preferredColorScheme=0"}, "rgb(20, 24, 28)"},
		{"quick, on a small screen", 5, 20, 100, []string{"--window-size=500,900", "--blink-settings=preferredColorScheme=1"}, "rgb(255, 255, 255)"},
		{"one sample of each", 1, 1, 20, []string{"--window-size=1100,900", "--blink-settings=preferredColorScheme=1"}, "rgb(255, 255, 255)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := html(t, page(t, runDirectory(t, test.cold, test.warm, test.n)))
			text = strings.Replace(policy.ReplaceAllString(text, ""), "</body>", probe, 1)
			url, _ := serve(t, text)
			dom, log := chromium(t, path, url, test.flags...)
			_, rest, ok := strings.Cut(dom, `<pre id="probe">PROBE`)
			data, _, ok2 := strings.Cut(rest, "EBORP")
			if !ok || !ok2 {
				t.Fatalf("the probe did not answer:\n%s", log)
			}
			data = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(data)
			var found struct {
				Scroll     float64
				Ink, Paper string
				Charts     []struct {
					Label                        string
					Width                        float64
					Shapes                       int
					Outside, Unpainted, Overlaps []string
				}
			}
			if err := json.Unmarshal([]byte(data), &found); err != nil {
				t.Fatalf("%v in %s", err, data)
			}
			if found.Scroll > 0 {
				t.Errorf("the page is %v pixels too wide", found.Scroll)
			}
			if found.Paper != test.paper || found.Ink == found.Paper {
				t.Errorf("ink %s on paper %s, want paper %s", found.Ink, found.Paper, test.paper)
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
			if fmt.Sprint(labels) != fmt.Sprint(want) {
				t.Errorf("charts are\n%s\nwant\n%s", strings.Join(labels, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

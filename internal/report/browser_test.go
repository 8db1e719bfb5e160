package report_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/lambda-benchmark/lambda-benchmark/internal/browsertest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

var dir = flag.String("dir", "", "a run directory that the browser looks at as well")

// serve is the URL of a page.
func serve(t *testing.T, text string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-type", "text/html; charset=utf-8")
		fmt.Fprint(w, text)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/report.html"
}

// shown are the runs that are looked at.
func shown(t *testing.T) map[string]string {
	pages := map[string]string{
		"prod":             html(t, prodRun(30, 120, 600)),
		"local":            html(t, read(t, runDirectory(t, 30, 120, 600))),
		"generations":      html(t, generations("us-east-1")),
		"quick":            html(t, read(t, runDirectory(t, 5, 20, 100))),
		"one-of-each":      html(t, read(t, runDirectory(t, 1, 1, 20))),
		"load-test-alone":  html(t, loadTest(load(600), manifest())),
		"killed-load-test": html(t, loadTest(results.Load{Targets: load(100).Targets, LogsOnly: true}, manifest())),
	}
	if *dir != "" {
		pages["dir"] = html(t, read(t, *dir))
	}
	return pages
}

// seen is what a browser made of a page.
type seen struct {
	Wide   float64 // how much the page is too wide
	Opened float64 // the same with all folds open
	// TooWide are elements that reach beyond the page's right edge.
	TooWide []string
	Folds   float64 // where the first fold is
	Charts  int
	// Shapes that are out of their picture, without a colour, or on top of each other.
	Problems []string
}

// look inspects the page from outside, as it is.
const look = `(() => {
	const root = document.documentElement, style = (e) => getComputedStyle(e), problems = [];
	const found = {Wide: root.scrollWidth - root.clientWidth, Folds: document.querySelector("main > details").getBoundingClientRect().top + scrollY, Charts: 0, Problems: problems};
	const drawings = () => [...document.querySelectorAll("svg")].filter((s) => s.getClientRects().length && s.getBoundingClientRect().width > 0 && !s.parentElement.closest("svg"));
	found.Charts = drawings().filter((s) => s.getAttribute("role") === "img").length;
	for (const e of document.querySelectorAll("details")) e.open = true;
	found.Opened = root.scrollWidth - root.clientWidth;
	if (found.Opened > 0) found.TooWide = [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > root.clientWidth && !e.parentElement.closest(".scroll")).slice(0, 4).map((e) => e.outerHTML.slice(0, 120));
	for (const svg of drawings()) {
		const box = svg.getBoundingClientRect(), name = svg.querySelector("title")?.textContent || svg.closest("tr, ul")?.textContent.trim().slice(0, 60);
		const texts = [];
		for (const e of svg.querySelectorAll("rect, circle, line, path, text")) {
			const b = e.getBoundingClientRect(), s = style(e), slack = svg.classList.contains("strip") ? 16 : 1.5;
			if (b.left < box.left - slack || b.right > box.right + slack || b.top < box.top - 2 || b.bottom > box.bottom + 2) problems.push(name + ": outside: " + e.outerHTML.slice(0, 160));
			if (s.fill === "none" && s.stroke === "none" || e.tagName !== "line" && s.fill === "rgb(0, 0, 0)" && s.stroke === "none") problems.push(name + ": no colour: " + e.outerHTML.slice(0, 160));
			if (e.tagName === "text") texts.push([e.textContent, b]);
		}
		for (let i = 0; i < texts.length; i++) for (let k = i + 1; k < texts.length; k++) {
			const [a, x] = texts[i], [b, y] = texts[k];
			const w = Math.min(x.right, y.right) - Math.max(x.left, y.left), h = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
			if (w > 1 && h > 4) problems.push(name + ": overlapping: " + a + " / " + b);
		}
	}
	// The strips of a column share one scale, so they begin and end at the same places.
	for (const table of document.querySelectorAll("table.strips")) {
		if (!table.getClientRects().length) continue;
		const ends = {};
		for (const row of table.rows) [...row.querySelectorAll("svg.strip")].filter((svg) => svg.getClientRects().length).forEach((svg, i) => {
			const b = svg.getBoundingClientRect(), first = ends[i] ??= b;
			if (Math.abs(b.left - first.left) > 1 || Math.abs(b.right - first.right) > 1) problems.push(table.caption.textContent + ": a strip from " + b.left + " to " + b.right + " under one from " + first.left + " to " + first.right);
		});
	}
	return found;
})()`

// screens are how the pages are looked at; print is as wide as what margins leave of A4.
var screens = map[string]browsertest.Screen{
	"wide": browsertest.Wide, "dark": browsertest.Dark, "phone": browsertest.Phone, "print": {Width: 710, Height: 1040, Print: true},
}

func TestBrowser(t *testing.T) {
	b := browsertest.New(t)
	for name, text := range shown(t) {
		url := serve(t, text)
		for screen := range screens {
			if len(text) < 250_000 && name != "local" && name != "dir" && screen != "phone" && name+screen != "load-test-alonewide" {
				continue // what is small shows nothing that these do not
			}
			t.Run(name+" "+screen, func(t *testing.T) {
				one := b.Open(t, url, screens[screen])
				one.Shoot(t, name+"-"+screen)
				if screen == "print" {
					one.PrintToPDF(t, name)
				}
				found := browsertest.Eval[seen](t, one, look)
				if found.Wide > 0 || found.Opened > 0 {
					t.Errorf("the page is %v pixels too wide, with all folds open %v: %v", found.Wide, found.Opened, found.TooWide)
				}
				if most := 5.0 * 800; screen == "wide" && found.Folds > most {
					t.Errorf("the first fold is at %v pixels, want %v at most", found.Folds, most)
				}
				if found.Charts == 0 {
					t.Error("no chart is shown")
				}
				for _, p := range found.Problems {
					t.Error(p)
				}
			})
		}
	}
}

// Axe-core takes half a minute for the largest page, so it looks at each page once, and
// into the folds of the small ones.
func TestAccessibility(t *testing.T) {
	b := browsertest.New(t)
	pages := shown(t)
	for _, test := range []struct{ name, screen string }{{"prod", "wide"}, {"local", "dark"}, {"quick", "phone"}, {"load-test-alone", "phone"}, {"killed-load-test", "wide"}} {
		t.Run(test.name+" "+test.screen, func(t *testing.T) {
			one := b.Open(t, serve(t, pages[test.name]), screens[test.screen])
			if test.name != "prod" {
				browsertest.Eval[bool](t, one, `document.querySelectorAll("details").forEach((e) => e.open = true) ?? true`)
			}
			for _, v := range one.Axe(t) {
				t.Errorf("axe-core: %s (%s): %s: %s", v.ID, v.Impact, v.Help, strings.Join(v.Elements, "\n  "))
			}
		})
	}
}

func TestProdFitsInAMegabyte(t *testing.T) {
	if size := len(html(t, prodRun(30, 120, 600))); size >= 1_000_000 {
		t.Errorf("the page has %d bytes, want less than 1,000,000", size)
	}
}

// visible are the texts of the visible elements of a selector.
func visible(t *testing.T, one *browsertest.Tab, selector string) []string {
	t.Helper()
	return browsertest.Eval[[]string](t, one, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((e) => e.getClientRects().length).map((e) => e.innerText.replace(/\s+/g, " ").trim())`, selector))
}

func TestFourAnswersAreRead(t *testing.T) {
	one := browsertest.New(t).Open(t, serve(t, html(t, prodRun(30, 120, 600))), browsertest.Wide)
	cards := visible(t, one, ".card")
	if len(cards) != 4 {
		t.Fatalf("%d cards, want 4: %q", len(cards), cards)
	}
	for i, want := range [][]string{{"runtime", "rust"}, {"architecture", "arm64"}, {"memory", "MB"}, {"module", "esmodule"}} {
		for _, word := range want {
			if !strings.Contains(strings.ToLower(cards[i]), strings.ToLower(word)) {
				t.Errorf("card %d is %q, want %q in it", i, cards[i], word)
			}
		}
	}
}

// Switches work without script, by mouse and by keyboard.
func TestSwitches(t *testing.T) {
	b := browsertest.New(t)
	url := serve(t, html(t, prodRun(8, 20, 100)))
	for _, test := range []struct {
		name     string
		noScript bool
	}{{"with script", false}, {"without script", true}} {
		t.Run(test.name, func(t *testing.T) {
			one := b.Open(t, url, browsertest.Screen{Width: 1280, Height: 800, NoScript: test.noScript})
			captions := func(want string) {
				t.Helper()
				if got := visible(t, one, "table.matrix caption"); len(got) != 1 || !strings.Contains(got[0], want) {
					t.Errorf("matrices shown are %q, want %q alone", got, want)
				}
			}
			captions("Cold start, median in ms: sha256")
			one.Do(t, chromedp.Click(chromedp.CSS(`label[for="measure1"]`)))
			captions("Warm invocation, median in ms: sha256")
			one.Do(t, chromedp.Click(chromedp.CSS(`label[for="workload1"]`)))
			captions("Warm invocation, median in ms: hello")
			one.Do(t, chromedp.Focus(chromedp.CSS("#measure1")), chromedp.KeyEvent(kb.ArrowRight))
			captions("Cost of a million invocations")
			one.Do(t, chromedp.Click(chromedp.CSS(`label[for="anatomy0"]`)))
			if got := visible(t, one, "#anatomy ~ .workload table.strips caption"); len(got) != 1 || !strings.Contains(got[0], "128 MB") {
				t.Errorf("anatomies shown are %q, want that of 128 MB", got)
			}
		})
	}
}

func TestTablesAreSorted(t *testing.T) {
	one := browsertest.New(t).Open(t, serve(t, html(t, prodRun(8, 20, 100))), browsertest.Wide)
	one.Do(t, chromedp.Click(chromedp.CSS("main > details summary")), chromedp.Click(chromedp.CSS("main > details > summary")))
	browsertest.Eval[bool](t, one, `document.querySelector("table.sortable").closest("details").open = true`)
	const column = `[...document.querySelectorAll("table.sortable")[0].tBodies[0].rows].map((r) => parseFloat(r.cells[5].textContent))`
	for _, up := range []bool{true, false} {
		browsertest.Eval[bool](t, one, `document.querySelectorAll("table.sortable")[0].tHead.rows[1].cells[5].querySelector("button").click() ?? true`)
		got := browsertest.Eval[[]float64](t, one, column)
		want := slices.Sorted(slices.Values(got))
		if !up {
			slices.Reverse(want)
		}
		if len(got) != 42 || !slices.Equal(got, want) {
			t.Errorf("init is %v, want it in order (ascending: %v)", got, up)
		}
	}
}

// A page that is printed is light, with every fold open, whatever the screen is.
func TestPrintIsLightAndOpen(t *testing.T) {
	one := browsertest.New(t).Open(t, serve(t, html(t, prodRun(8, 20, 100))), browsertest.Screen{Width: 794, Height: 1123, Dark: true, Print: true})
	if paper := browsertest.Eval[string](t, one, `getComputedStyle(document.body).backgroundColor`); paper != "rgb(255, 255, 255)" {
		t.Errorf("paper is %s, want white", paper)
	}
	if n := browsertest.Eval[int](t, one, `[...document.querySelectorAll("details table")].filter((e) => e.getBoundingClientRect().height < 10).length`); n != 0 {
		t.Errorf("%d tables are folded away", n)
	}
}

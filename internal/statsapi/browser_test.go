package statsapi

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/browsertest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// prodCells are 42 cells, as those of the stage prod, that look like AWS's and are none.
func prodCells(starts int, slower float64, nodeVersion string) map[matrix.Variant]resultstest.Cell {
	cells := map[matrix.Variant]resultstest.Cell{}
	for _, r := range []struct {
		language, runtime, version string
		init, first, warm          float64
	}{
		{"nodejs", "nodejs18.x", "18.20.8", 160, 9, 1.4}, {"nodejs", "nodejs22.x", nodeVersion, 150 * slower, 8, 1.2},
		{"python", "python3.11", "3.11.9", 95, 5, 1.5}, {"dotnet", "dotnet8", "8.0.11", 240, 95, 1.6}, {"java", "java21", "21.0.5", 420, 60, 2},
		{"go", "provided.al2023", "go1.26", 60, 2, 0.9}, {"rust", "provided.al2023", "1.90", 18, 1.5, 0.8},
	} {
		for _, a := range []functions.Architecture{functions.ARM64, functions.X8664} {
			for _, mb := range []int{128, 512, 1769} {
				share := 1769 / float64(mb)
				cells[variant(r.language, r.runtime, a, mb)] = resultstest.Cell{
					Starts: starts, Warm: 2, InitMs: r.init, FirstMs: r.first * share / 3, WarmMs: r.warm * share / 3, MemoryMB: 64, Version: r.version,
				}
			}
		}
	}
	return cells
}

// keep puts a run into a table as the workflow and the collector do, but for its samples.
func keep(t *testing.T, store *dynamo.Store, run results.Run) {
	t.Helper()
	var records []results.SeriesRecord
	values := results.ValuesOf(slices.Values(run.Samples))
	for _, v := range run.Variants {
		for _, s := range v.Series {
			s.Values = values[s.Of(v.Variant)].Kept()
			records = append(records, results.SeriesRecord{Run: run.ID, Platform: run.Manifest.Platform, Started: run.Manifest.Started, Series: s.Of(v.Variant), Summary: s})
		}
	}
	if err := errors.Join(
		store.PutRun(t.Context(), results.Run{ID: run.ID, Manifest: run.Manifest}),
		store.PutVariants(t.Context(), run.ID, run.Variants...), store.PutSeries(t.Context(), run.ID, records...), store.PutHistory(t.Context(), run),
	); err != nil {
		t.Fatal(err)
	}
}

// made is a run that was never made, whole.
func made(t *testing.T, id string, started time.Time, r resultstest.Run) results.Run {
	t.Helper()
	r.Manifest = results.Manifest{
		Tool: "workflow", Version: "v1.0.0", Platform: deployed.AWS, Region: "eu-central-1", Stage: "prod", Status: results.RunFinished,
		Started: started, Ended: started.Add(17 * time.Minute), Seed: r.Seed, Counts: &results.Counts{Cold: 12, Warm: 72, Rounds: 12}, Artifacts: map[string]string{},
	}
	for v := range r.Cells {
		r.Manifest.Artifacts[v.Name()] = fmt.Sprintf("%064x", len(v.Name()))
	}
	run, err := results.Read(r.Write(t, id))
	if err != nil {
		t.Fatal(err)
	}
	run.Manifest.Tally = &results.Tally{Asked: len(run.Samples), Stored: len(run.Samples), Invocations: len(run.Samples), Records: len(run.Samples)}
	return run
}

const testKey = "a-key-of-twenty-characters"

// gateway serves the API as API Gateway does: below a stage, and with a key for all but the page.
func gateway(t *testing.T, store Reader, now time.Time) string {
	t.Helper()
	api := http.StripPrefix("/prod", remembering(&api{reader: store, now: func() time.Time { return now }}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/prod/v1") && r.Header.Get("x-api-key") != testKey {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"message":"Forbidden"}`)
			return
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/prod/"
}

// remembering asks for each answer once: every screen asks for the same ones, and a
// report of 42 cells takes its time.
func remembering(h http.Handler) http.Handler {
	var mu sync.Mutex
	known := map[string]*httptest.ResponseRecorder{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		answer := known[r.URL.String()]
		if answer == nil {
			answer = httptest.NewRecorder()
			h.ServeHTTP(answer, r)
			known[r.URL.String()] = answer
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	})
}

// enter types a key and asks.
func enter(t *testing.T, tab *browsertest.Tab, key string) {
	t.Helper()
	tab.Do(t, chromedp.SetValue("#key", key), chromedp.Click("#ask button"))
}

// The dashboard in a browser, over runs of 42 cells: a wrong key, the report, the
// history with its gap and its change, the list, a comparison.
func TestDashboard(t *testing.T) {
	b := browsertest.New(t)
	store := table(t)
	cells := prodCells(8, 1, "22.21.0")
	skipped := variant("nodejs", "nodejs22.x", functions.ARM64, 128)
	var samples []results.Sample
	for i, hour := range []int{-200, -198, -100, -98, -2, 0} { // with two gaps
		if hour == -98 {
			cells = prodCells(8, 0.7, "22.22.0")
			delete(cells, skipped)
		}
		run := made(t, fmt.Sprintf("run-%d", i), noon.Add(time.Duration(hour)*time.Hour), resultstest.Run{Seed: uint64(i + 1), Cells: cells})
		if cells[skipped].Starts == 0 {
			run.Variants = append(run.Variants, results.VariantSummary{Variant: skipped, Status: results.Skipped, Reason: "the zip is larger than Lambda takes"})
		}
		if i == 0 || i == 5 { // those of the others have expired
			samples = append(samples, run.Samples...)
		}
		keep(t, store, run)
	}
	if err := store.Replace(t.Context(), samples...); err != nil { // last: the emulator looks at every item for every query
		t.Fatal(err)
	}
	load := results.Run{ID: "load-1", Manifest: results.Manifest{Tool: "loadgen", Platform: deployed.AWS, Started: noon.Add(time.Minute), Ended: noon.Add(2 * time.Minute), Targets: []string{"esmodule", "commonjs"}}, Summary: results.Summary{Load: resultstest.Load(60, 10)}}
	if err := errors.Join(store.PutLoad(t.Context(), load), store.PutRun(t.Context(), results.Run{ID: load.ID, Manifest: load.Manifest})); err != nil {
		t.Fatal(err)
	}
	keep(t, store, results.Run{ID: "under-way", Manifest: results.Manifest{Tool: "workflow", Platform: deployed.AWS, Started: noon.Add(time.Hour), Status: results.RunRunning}})
	url := gateway(t, store, noon.Add(2*time.Hour))

	for _, screen := range []struct {
		name string
		browsertest.Screen
	}{{"wide", browsertest.Wide}, {"dark", browsertest.Dark}, {"phone", browsertest.Phone}} {
		t.Run(screen.name, func(t *testing.T) {
			tab := b.Open(t, url, screen.Screen)
			tab.Shoot(t, "dashboard-ask-"+screen.name)
			enter(t, tab, "not-the-key")
			tab.Until(t, `document.querySelector("#state").textContent.includes("not accepted")`)
			if browsertest.Eval[bool](t, tab, `!document.querySelector("#results").hidden || sessionStorage.length > 0`) {
				t.Error("a key that is not accepted is kept")
			}
			if n := tab.Forgive("403"); n == 0 {
				t.Error("the wrong key was not tried")
			}
			enter(t, tab, testKey)
			tab.Until(t, `document.querySelector("iframe")?.contentDocument?.querySelectorAll("article.card").length >= 3`)
			tab.Until(t, `document.querySelectorAll("figure").length === 42`)
			if got := browsertest.Eval[string](t, tab, `document.querySelector("iframe").title`); got != "Report of run run-5" {
				t.Errorf("the latest run is %q", got)
			}
			tab.Until(t, `document.querySelector("iframe").contentDocument.readyState === "complete" && document.querySelector("iframe").getBoundingClientRect().height > 1000`)
			// The script and the style of the report run in its frame.
			if !browsertest.Eval[bool](t, tab, `(() => {
				const inside = document.querySelector("iframe").contentDocument;
				inside.querySelectorAll("details").forEach((fold) => { fold.open = true; });
				const button = inside.querySelector("table.sortable th button");
				button.click();
				return button.parentElement.getAttribute("aria-sort") === "ascending" && getComputedStyle(inside.querySelector(".card")).borderRadius !== "0px";
			})()`) {
				t.Error("the report's table is not sorted, or it has no style")
			}
			// The four answers can be read.
			answers := browsertest.Eval[string](t, tab, `[...document.querySelector("iframe").contentDocument.querySelectorAll("article.card h3")].map((e) => e.textContent).join("; ")`)
			for _, question := range []string{"untime", "rchitecture", "emory", "odule"} {
				if !strings.Contains(answers, question) {
					t.Errorf("the answers are %q, want one on %s", answers, question)
				}
			}
			// No run had a load test, so that the modules are answered by the latest one.
			if modules := browsertest.Eval[string](t, tab, `[...document.querySelector("iframe").contentDocument.querySelectorAll("article.card")].at(-1).innerText`); !strings.Contains(modules, "by run load-1 of 2026-03-04 12:00 UTC") {
				t.Errorf("the answer on modules is %q, want it by run load-1", modules)
			}
			// Two gaps make three stretches, and the change is told.
			path := `document.querySelector("figure .median").getAttribute("d")`
			if n := browsertest.Eval[int](t, tab, path+`.split("M").length - 1`); n != 3 && n != 2 { // the first cell is the one that was skipped later
				t.Errorf("the line has %d stretches, want gaps where there are no runs", n)
			}
			if got := browsertest.Eval[string](t, tab, `[...document.querySelectorAll("figure li")].map((e) => e.textContent).join("; ")`); !strings.Contains(got, "2026-02-28: runtime 22.21.0 to 22.22.0") {
				t.Errorf("changes %q", got)
			}
			tab.Do(t, chromedp.SetValue("#temperature", "warm"), chromedp.SetValue("#architecture", "arm64"))
			browsertest.Eval[bool](t, tab, `document.querySelector("#temperature").dispatchEvent(new Event("change", {bubbles: true}))`)
			tab.Until(t, `document.querySelectorAll("figure").length === 21 && document.querySelector("#history-state").textContent.startsWith("duration of warm invocations")`)
			// The list: one that is under way, and a comparison of the oldest and the newest that ended.
			tab.Until(t, `document.querySelectorAll("#runs tbody tr").length === 8`)
			if got := browsertest.Eval[string](t, tab, `document.querySelector('[data-run="load-1"]').innerText`); !strings.Contains(got, "load test of esmodule and commonjs") || strings.Contains(got, "Samples") {
				t.Errorf("the load test is listed as %q", got)
			}
			if got := browsertest.Eval[string](t, tab, `document.querySelector("#runs tbody tr").textContent`); !strings.Contains(got, "running") {
				t.Errorf("the newest run is %q", got)
			}
			browsertest.Eval[bool](t, tab, `(() => { for (const id of ["run-5", "run-0"]) document.querySelector('#runs input[value="' + id + '"]').click(); document.querySelector("#compare").click(); return true; })()`)
			tab.Until(t, `document.querySelector("#comparison").textContent.includes("run-0")`)
			if wide := browsertest.Eval[int](t, tab, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("the page is %d px wider than the screen", wide)
			}
			tab.Shoot(t, "dashboard-"+screen.name)
			for _, v := range tab.Axe(t) {
				t.Errorf("axe-core: %s (%s): %s: %q", v.ID, v.Impact, v.Help, v.Elements)
			}
			// A run whose samples have expired is shown all the same.
			browsertest.Eval[bool](t, tab, `(() => { document.querySelector('[data-run="run-3"] button').click(); return true; })()`)
			tab.Until(t, `document.querySelector("iframe")?.title === "Report of run run-3" && document.querySelector("iframe").contentDocument.querySelectorAll("article.card").length >= 3`)
			// Forgotten is forgotten.
			tab.Do(t, chromedp.Click("#forget"))
			if browsertest.Eval[bool](t, tab, `sessionStorage.length > 0 || document.querySelector("iframe") !== null || document.querySelectorAll("figure").length > 0`) {
				t.Error("something is left of the key or of what it showed")
			}
		})
	}
}

package report_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// runDirectory writes a run as local does, with n requests to each module.
func runDirectory(t *testing.T, cold, warm, n int) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "run")
	d, err := results.CreateDir(path, manifest())
	must(err)
	for _, s := range samples(cold, warm) {
		must(d.Append(s))
	}
	for _, target := range targets(n) {
		f, err := d.Create(target.name + ".hlog")
		must(err)
		log, err := latency.NewLogWriter(f, started)
		must(err)
		for _, row := range target.log {
			must(log.Write("", row.Start, row.Length, row.Histogram))
			must(log.Write("service", row.Start, row.Length, row.Histogram))
		}
		must(f.Close())
	}
	s := summary(cold, warm)
	s.Load = new(load(n))
	must(d.WriteJSON(results.SummaryFile, s))
	must(d.Finish(manifest()))
	return path
}

func html(t *testing.T, r results.Run) string {
	t.Helper()
	var b strings.Builder
	if err := report.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func read(t *testing.T, dir string) results.Run {
	t.Helper()
	r, err := results.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPageShowsARun(t *testing.T) {
	text := html(t, read(t, runDirectory(t, 30, 120, 600)))
	for _, want := range []string{
		"Platform <b>local</b>", "this machine, not AWS · stage dev · 6 cells, 360 cold starts, 1,440 warm invocations · 1,200 answered requests under load · took 1m0s",
		`<li class="chip good">load test valid</li><li class="chip bad">1 cell failed</li><li class="chip open">3 cells not measured</li><li class="chip open">deprecated: nodejs18.x</li>`,
		`for="workload0">sha256, 2,000 iterations</label>`, `for="workload1">hello</label>`,
		`<h3>Which runtime? <span class="chip good">clear</span></h3>`, `<p class="pick">rust</p>`,
		`<h3>Which architecture? <span class="chip plain">not asked</span></h3>`, `<h3>Which memory size? <span class="chip plain">not asked</span></h3>`,
		`<h3>Which module system? <span class="chip good">clear</span></h3>`, `<p class="pick">esmodule</p>`,
		"Cold start, median in ms: hello", "Warm invocation, median in ms: sha256, 2,000 iterations", "Init and first duration, hello, 512 MB: medians",
		"memory sizes, since every cell has 512 MB; the ratio of architectures, since only x86_64 was measured.",
		`<th scope="col">cpu/wall</th>`, "<td>&lt;10</td><td>-</td>", "Java counts cpu in steps of 10\u00a0ms",
		"<caption>go, x86_64, 512 MB</caption>", `<th scope="row">heap alloc, MB</th><td>0.13</td>`, `<th scope="row">collection, ms</th>`, "the .NET 8 SDK is missing",
		"Load test of esmodule and commonjs: latency by percentile", "latency over time", "Latency by class of request",
		"2 proactive", "cgroup v2, 0.29 processors at 512 MB", "go run ./local -stage dev -seed 42 -ssm-latency 20ms",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// 30 cold and 120 warm samples of 6 cells and 2 workloads.
	if got, want := strings.Count(text, "h0"), 6*2*(30+120); got != want {
		t.Errorf("%d dots, want %d", got, want)
	}
}

// With 5 cold starts nothing is told apart, and a column of #1 would look like a result.
func TestPageShowsPlacesOnlyWhereTheyTellSomething(t *testing.T) {
	for _, test := range []struct {
		name         string
		cold, places int
	}{
		{"both", 30, 2 * 6 * 2},
		{"warm alone", 5, 6 * 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := html(t, run(summary(test.cold, 120), results.Manifest{}))
			if got := strings.Count(text, `title="the places`); got != test.places {
				t.Errorf("%d places, want %d", got, test.places)
			}
		})
	}
}

// The page is opened from a disk, perhaps offline: it may refer to nothing.
func TestPageNeedsNothingElse(t *testing.T) {
	text := html(t, read(t, runDirectory(t, 5, 20, 100)))
	for _, found := range regexp.MustCompile(`(?i)<script|<iframe|<img|@import|url\(|\b(?:src|href|action)="[^"]*"|\bon\w+="`).FindAllString(text, -1) {
		if found != `href="data:,"` && found != "<script" {
			t.Errorf("the page has %s", found)
		}
	}
}

func TestMarkupFromOutsideIsText(t *testing.T) {
	s := summary(5, 20)
	const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>`
	for i := range s.Variants {
		s.Variants[i].Reason += evil
		if s.Variants[i].RanOn != nil {
			s.Variants[i].RanOn.Version += evil
		}
	}
	m := manifest()
	m.Notes, m.Machine = []string{evil}, map[string]string{evil: evil}
	l := load(100)
	l.Targets[0].Name += evil
	l.Targets[0].Failed["<b>"] = 1
	s.Load = &l
	text := html(t, run(s, m))
	if strings.Count(text, "<script") != 1 || strings.Contains(text, "<img") || strings.Contains(text, "<b>:") {
		t.Error("markup from outside is markup in the page")
	}
}

func TestPageOfAKilledRunIsMadeOfItsSamples(t *testing.T) {
	dir := runDirectory(t, 30, 120, 600)
	if err := os.Remove(filepath.Join(dir, results.SummaryFile)); err != nil {
		t.Fatal(err)
	}
	samples := filepath.Join(dir, results.SamplesFile)
	info, err := os.Stat(samples)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(samples, info.Size()-25); err != nil {
		t.Fatal(err)
	}
	r := read(t, dir)
	if len(r.Variants) != 6 || r.Variants[0].Find("hello", results.Cold).N != 30 {
		t.Errorf("the summary is %+v", r.Variants)
	}
	text := html(t, r)
	for _, want := range []string{"All numbers: hello", "the last sample was being written when the run ended"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestPageOfALoadTestAlone(t *testing.T) {
	dir := t.TempDir()
	d, err := results.CreateDir(dir, results.Manifest{Tool: "loadgen", Platform: "aws"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WriteJSON(results.SummaryFile, results.Summary{Load: new(load(600))}); err != nil {
		t.Fatal(err)
	}
	if err := d.Finish(results.Manifest{Tool: "loadgen", Platform: "aws"}); err != nil {
		t.Fatal(err)
	}
	text := html(t, read(t, dir))
	if !strings.Contains(text, "Load test of esmodule and commonjs") || strings.Contains(text, "Anatomy of a cold start") {
		t.Error("the page is not that of a load test")
	}
}

func TestPageOfAKilledLoadTestIsMadeOfItsLogs(t *testing.T) {
	dir := runDirectory(t, 0, 0, 600)
	if err := os.Remove(filepath.Join(dir, results.SummaryFile)); err != nil {
		t.Fatal(err)
	}
	text := html(t, read(t, dir))
	for _, want := range []string{"the run was killed before it could judge itself", "latency by percentile", `<th scope="row">esmodule</th><td>-</td><td>600</td><td>-</td>`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestPageOfNothing(t *testing.T) {
	if text := html(t, results.Run{}); !strings.Contains(text, "</html>") {
		t.Error("the page has no end")
	}
}

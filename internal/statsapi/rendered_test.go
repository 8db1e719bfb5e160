package statsapi

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// rendered are three runs of two cells of one architecture and memory size: two of AWS
// and one of this machine.
func rendered(t *testing.T) *shelf {
	t.Helper()
	rust := rust
	rust.Architecture, rust.MemoryMB = node.Architecture, node.MemoryMB
	s := &shelf{variants: map[string][]results.VariantSummary{}, samples: map[string][]results.Sample{}}
	for i, platform := range []string{"aws", "aws", "local"} {
		run := made(t, fmt.Sprint("run-", i), noon, resultstest.Run{Seed: uint64(i + 1), Cells: map[matrix.Variant]resultstest.Cell{
			node: {Starts: 10, Warm: 4, InitMs: 150, FirstMs: 8, WarmMs: 1.2, MemoryMB: 64, Version: "22.22.0"},
			rust: {Starts: 10, Warm: 4, InitMs: 18, FirstMs: 2, WarmMs: 0.8, MemoryMB: 20, Version: "1.90"},
		}})
		run.Manifest.Platform = "aws"
		if platform == "local" {
			run.Manifest.Platform = "local"
		}
		s.runs = append(s.runs, results.Run{ID: run.ID, Manifest: run.Manifest})
		s.variants[run.ID], s.samples[run.ID] = run.Variants, run.Samples
	}
	return s
}

// A run is shown by the report's own code, alone and against another one.
func TestRendered(t *testing.T) {
	s := rendered(t)
	for _, row := range []struct{ name, target, contentType, want string }{
		{"page", "/v1/runs/run-1?format=html", "text/html; charset=utf-8", `<article class="card">`},
		{"text", "/v1/runs/run-1?format=text", "text/plain; charset=utf-8", "nodejs22"},
		{"against another", "/v1/runs/run-1?format=text&against=run-0", "text/plain; charset=utf-8", "run-1 against run-0"},
		{"JSON", "/v1/runs/run-1?format=json", "application/json", `"manifest"`},
	} {
		w := get(t, s, row.target)
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != row.contentType || !strings.Contains(w.Body.String(), row.want) {
			t.Errorf("%s: %d %s %.300s; want %q", row.name, w.Code, got, w.Body, row.want)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if page := strings.HasPrefix(row.contentType, "text/html"); page != strings.Contains(policy, "script-src 'sha256-") || page && !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: the policy is %q", row.name, policy)
		}
	}
	for _, row := range []struct {
		name, target, parameter, want string
		status                        int
	}{
		{"no such run", "/v1/runs/run-9?format=html", "", "there is no run", 404},
		{"against no such run", "/v1/runs/run-1?format=text&against=run-9", "", `there is no run "run-9"`, 404},
		{"against another platform", "/v1/runs/run-2?format=text&against=run-0", "against", "local", 400},
	} {
		t.Run(row.name, func(t *testing.T) { checkError(t, get(t, s, row.target), row.status, row.parameter, row.want) })
	}
}

// The latest load test stands beside a run that had none: the modules are answered, and
// the page says by which run. Two runs are not compared by it.
func TestRenderedBesideALoadTest(t *testing.T) {
	s := rendered(t)
	without := get(t, s, "/v1/runs/run-1?format=text&against=run-0").Body.String()
	load := resultstest.Load(10, 40)
	load.Run = "load-1"
	s.loads = map[string]*results.Load{"": load}
	const by, ofRun = "by run load-1 of 2026-03-04 12:00 UTC", "Load test of esmodule and commonjs, run load-1 of 2026-03-04 12:00 UTC"
	for range 2 { // of samples, and of values
		for format, wanted := range map[string][]string{"html": {by, ofRun}, "text": {by, "run load-1 of"}} {
			text := strings.Join(strings.Fields(get(t, s, "/v1/runs/run-1?format="+format).Body.String()), " ")
			for _, want := range wanted {
				if !strings.Contains(text, want) {
					t.Errorf("format %s lacks %q", format, want)
				}
			}
		}
		s.runs[1].Manifest.Tally = &results.Tally{Invocations: maxRenderedSamples + 1}
	}
	s.runs[1].Manifest.Tally = nil
	if got := get(t, s, "/v1/runs/run-1?format=text&against=run-0").Body.String(); got != without {
		t.Errorf("the comparison has the load test:\n%s", got)
	}
}

// Of a run of very many samples the page is made from the values that are kept of them.
func TestRenderedWithoutReadingTheSamples(t *testing.T) {
	s := rendered(t)
	want := get(t, s, "/v1/runs/run-1?format=text").Body.String()
	s.runs[1].Manifest.Tally = &results.Tally{Invocations: maxRenderedSamples + 1}
	s.fetched = 0
	if got := get(t, s, "/v1/runs/run-1?format=text"); got.Code != 200 || s.fetched > 0 || strings.Count(got.Body.String(), "nodejs22") != strings.Count(want, "nodejs22") {
		t.Errorf("%d, %d runs fetched with their samples: %s\nwant %s", got.Code, s.fetched, got.Body, want)
	}
}

// A page that Lambda would not take is refused with what to do instead.
func TestRenderedTooLarge(t *testing.T) {
	s := rendered(t)
	for i := range 4000 {
		v := variant("nodejs", "nodejs22.x", functions.ARM64, 128+i)
		s.variants["run-1"] = append(s.variants["run-1"], results.VariantSummary{Variant: v, Status: results.Failed, Reason: strings.Repeat("x", 2000) + fmt.Sprint(i)})
	}
	checkError(t, get(t, s, "/v1/runs/run-1?format=html"), 400, "format", "go run ./report -url … run-1")
}

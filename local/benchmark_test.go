package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
)

// testBenchmark is a run of the Go cell and the module functions, on a stage
// with two provisioned environments of each.
func testBenchmark(t *testing.T, counts Counts) *benchmark {
	t.Helper()
	repository, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	project, err := os.ReadFile(filepath.Join(repository, "Pulumi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "Pulumi.yaml"), project)
	write(t, filepath.Join(root, "Pulumi.test.yaml"), []byte("config:\n  lambda-benchmark:provisionedConcurrency: 2\n"))

	o, err := parseOptions([]string{"-only", "go", "-stage", "test", "-seed", "1", "-out", filepath.Join(t.TempDir(), "run")}, time.Now(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	o.Counts = counts
	var said bytes.Buffer
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the console said:\n%s", said.String())
		}
	})
	c := console.New(&said)
	b, err := newBenchmark(root, o, &toolbox{
		// Artefacts and runtimes are the repository's: they are there already, or will be wanted again.
		builder: &artifact.Builder{Root: repository, Dir: buildDir(repository), Progress: c.Printf},
		finder:  &runtimes.Finder{Root: repository, Cache: filepath.Join(buildDir(repository), "runtimes"), Progress: c.Printf},
		console: c,
	}, c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestMeasure runs everything that go run ./local runs, in small.
func TestMeasure(t *testing.T) {
	b := testBenchmark(t, Counts{Cold: 2, Warm: 3, Rounds: 2, Rate: 20, Duration: time.Second})
	var stdout strings.Builder
	if err := b.measure(t.Context(), &stdout); err != nil {
		t.Fatal(err)
	}
	if err := b.finish(false); err != nil {
		t.Fatal(err)
	}

	var summary results.Summary
	readJSON(t, filepath.Join(b.dir.Path(), results.SummaryFile), &summary)
	if len(summary.Variants) != 2 {
		t.Fatalf("%d rows, want one for each architecture: %+v", len(summary.Variants), summary.Variants)
	}
	for _, row := range summary.Variants {
		if row.Variant.Architecture != b.host {
			if row.Status != results.Checked && row.Status != results.Skipped {
				t.Errorf("%v is %s, want checked or skipped: its times would mean nothing", row.Variant, row.Status)
			}
			continue
		}
		if row.Status != results.Measured || row.AnswerOK == nil || !*row.AnswerOK || row.RanOn == nil {
			t.Errorf("%v: %+v, want it measured, with right answers and its version", row.Variant, row)
		}
		for _, workload := range []string{"hello", "sha256"} {
			cold, warm := row.Find(workload, results.Cold), row.Find(workload, results.Warm)
			if cold == nil || cold.N != 2 || warm == nil || warm.N != 3 {
				t.Errorf("%v, %s: cold %+v, warm %+v; want 2 and 3 samples", row.Variant, workload, cold, warm)
			}
		}
	}
	if summary.Load == nil {
		for _, c := range b.modules {
			if c.skipped == "" {
				t.Errorf("%v was there and not load-tested", c.variant)
			}
		}
		t.Skipf("no module function could be built: %s", b.modules[0].skipped)
	}
	for _, target := range summary.Load.Targets {
		if target.Planned != 20 || target.Planned != target.Sent+target.Dropped || target.Answered == 0 {
			t.Errorf("%s: planned %d, sent %d, dropped %d, answered %d; want 20 planned and none lost", target.Name, target.Planned, target.Sent, target.Dropped, target.Answered)
		}
	}
	for _, name := range []string{results.ManifestFile, results.SamplesFile, results.ReportFile, "esmodule.hlog", "commonjs.hlog"} {
		if info, err := os.Stat(filepath.Join(b.dir.Path(), name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, error %v; want something in it", name, info, err)
		}
	}
	for _, word := range []string{"go", "esmodule", "commonjs", "platform local"} {
		if !strings.Contains(stdout.String(), word) {
			t.Errorf("the output does not mention %q:\n%s", word, stdout.String())
		}
	}
}

// TestInterruptedRunIsReadable ends a run at its first sample.
func TestInterruptedRunIsReadable(t *testing.T) {
	b := testBenchmark(t, Counts{Cold: 1000, Warm: 0, Rounds: 1000, Rate: 1, Duration: time.Second})
	ctx, cancel := context.WithCancelCause(t.Context())
	samples := filepath.Join(b.dir.Path(), results.SamplesFile)
	go func() {
		for ctx.Err() == nil {
			if info, err := os.Stat(samples); err == nil && info.Size() > 0 {
				cancel(console.ErrInterrupted)
				return
			}
			time.Sleep(10 * time.Millisecond) // a file tells nobody that it has grown
		}
	}()
	var stdout strings.Builder
	err := b.measure(ctx, &stdout)
	if err == nil || !strings.Contains(err.Error(), console.ErrInterrupted.Error()) {
		t.Errorf("error %v, want %v", err, console.ErrInterrupted)
	}
	if err := b.finish(true); err != nil {
		t.Fatal(err)
	}
	var manifest results.Manifest
	readJSON(t, filepath.Join(b.dir.Path(), results.ManifestFile), &manifest)
	if !manifest.Interrupted || manifest.Ended.IsZero() {
		t.Errorf("manifest %+v, want it interrupted and ended", manifest)
	}
	var summary results.Summary
	readJSON(t, filepath.Join(b.dir.Path(), results.SummaryFile), &summary)
	if len(summary.Variants) == 0 {
		t.Error("the summary has no rows")
	}
}

func TestEstimate(t *testing.T) {
	root, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"dev", "prod"} {
		var out strings.Builder
		if err := estimate(root, stage, &out); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"One run", "One month", "provisioned concurrency", "$"} {
			if !strings.Contains(out.String(), word) {
				t.Errorf("the estimate of %s does not mention %q:\n%s", stage, word, out.String())
			}
		}
	}
	if err := estimate(root, "nowhere", io.Discard); err == nil || !strings.Contains(err.Error(), "choose from dev, prod") {
		t.Errorf("a stage that does not exist gave %v", err)
	}
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

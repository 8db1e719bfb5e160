package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
)

// testSetup is a run of the Go cell and the module functions, on a stage with two
// provisioned environments of each and with the configuration given by key.
func testSetup(t *testing.T, of map[string]any) setup {
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
	config := "config:\n  lambda-benchmark:provisionedConcurrency: 2\n"
	for key, value := range of {
		config += fmt.Sprintf("  lambda-benchmark:%s: %v\n", key, value)
	}
	write(t, filepath.Join(root, "Pulumi.test.yaml"), []byte(config))

	o, err := parseOptions([]string{"-only", "go", "-stage", "test", "-seed", "1", "-out", filepath.Join(t.TempDir(), "run")}, time.Now(), io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	o.Load = load{rate: 20, duration: time.Second}
	var printed bytes.Buffer
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the console printed:\n%s", printed.String())
		}
	})
	c := console.New(&printed)
	s, err := stage.Read(root, "test")
	if err != nil {
		t.Fatal(err)
	}
	if s.Config, err = hostConfig(s.Config, o, c); err != nil {
		t.Fatal(err)
	}
	r, err := newRecord(o, s)
	if err != nil {
		t.Fatal(err)
	}
	// Artefacts and runtimes are the repository's: they are there already, or will be wanted again.
	return setup{root: root, stage: s, options: o, tools: newToolbox(repository, c), record: r, console: c}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestMeasure runs everything that go run ./local runs, in small: exactly what its
// stage says.
func TestMeasure(t *testing.T) {
	s := testSetup(t, map[string]any{"cold": 7, "warm": 11, "rounds": 2, "iterations": 50})
	// A maximum is exact. Whether 7 starts in 2 rounds bound a median depends on what else this machine does.
	for _, text := range []string{"go.cold.max>1us", "go.sha256.cold.max>10m", "go.cold.p99>10m"} {
		condition, err := threshold.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s.options.FailIf = append(s.options.FailIf, condition)
	}
	var stdout strings.Builder
	e, err := measure(t.Context(), s, &stdout)
	if err != nil {
		t.Fatal(err)
	}
	if e.page != filepath.Join(s.record.dir.Path(), results.ReportFile) {
		t.Errorf("the report is at %q", e.page)
	}
	if err := s.record.finish(false); err != nil {
		t.Fatal(err)
	}
	dir := s.record.dir.Path()

	var summary results.Summary
	readJSON(t, filepath.Join(dir, results.SummaryFile), &summary)
	if len(summary.Variants) != 2 {
		t.Fatalf("%d rows, want one for each architecture: %+v", len(summary.Variants), summary.Variants)
	}
	var outcomes []results.Outcome
	for _, judged := range summary.Thresholds {
		outcomes = append(outcomes, judged.Outcome)
	}
	if want := []results.Outcome{results.Breached, results.Passed, results.NotDecided}; !slices.Equal(outcomes, want) || len(e.run.Failures(false)) != 1 {
		t.Errorf("the conditions are %v, want %v: 7 cold starts have no p99", outcomes, want)
	}
	for _, row := range summary.Variants {
		if row.Variant.Architecture != s.stage.Config.Architecture {
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
			if cold == nil || cold.N != 7 || warm == nil || warm.N != 11 {
				t.Errorf("%v, %s: cold %+v, warm %+v; want 7 and 11 samples", row.Variant, workload, cold, warm)
			}
		}
	}
	wantSamples(t, dir)
	if o := summary.OthersCPU; runtime.GOOS == "linux" && (o == nil || o.Samples < 2*(7+11)) {
		t.Errorf("what other programs took is %+v, want it for each sample", o)
	}
	if summary.Load == nil {
		t.Skipf("no module function could be built: %q", s.record.manifest.Notes)
	}
	for _, target := range summary.Load.Targets {
		if target.Planned != 20 || target.Planned != target.Sent+target.Dropped || target.Answered == 0 {
			t.Errorf("%s: planned %d, sent %d, dropped %d, answered %d; want 20 planned and none lost", target.Name, target.Planned, target.Sent, target.Dropped, target.Answered)
		}
	}
	for _, name := range []string{results.ManifestFile, results.SamplesFile, results.ReportFile, "esmodule.hlog", "commonjs.hlog"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, error %v; want something in it", name, info, err)
		}
	}
	for _, word := range []string{"go", "esmodule", "commonjs", "platform local"} {
		if !strings.Contains(stdout.String(), word) {
			t.Errorf("the output does not mention %q:\n%s", word, stdout.String())
		}
	}
}

// wantSamples checks what the samples of TestMeasure's stage have in common: they
// were taken in two visits, with its iterations.
func wantSamples(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, results.SamplesFile))
	if err != nil {
		t.Fatal(err)
	}
	coldOf := map[functions.Workload]map[int]int{} // by workload and round
	for line := range strings.Lines(string(text)) {
		var sample results.Sample
		if err := json.Unmarshal([]byte(line), &sample); err != nil {
			t.Fatal(err)
		}
		want := map[functions.Workload]int{functions.WorkloadSHA256: 50}[sample.Event.Workload]
		if runtime.GOOS == "linux" && (sample.OthersCPU == nil || *sample.OthersCPU < 0 || *sample.OthersCPU > 1) {
			t.Errorf("a sample of %v does not say what other programs took: %v", sample.Start, sample.OthersCPU)
		}
		if sample.Event.Iterations != want || sample.Round < 1 || sample.Round > 2 {
			t.Errorf("a sample of %+v in round %d; want %d iterations and round 1 or 2", sample.Event, sample.Round, want)
		}
		if sample.Temperature() == results.Cold {
			if coldOf[sample.Event.Workload] == nil {
				coldOf[sample.Event.Workload] = map[int]int{}
			}
			coldOf[sample.Event.Workload][sample.Round]++
		}
	}
	for _, workload := range []functions.Workload{functions.WorkloadHello, functions.WorkloadSHA256} {
		if got := coldOf[workload]; len(got) != 2 || got[1]+got[2] != 7 {
			t.Errorf("%s: %v cold starts by round, want 7 in two", workload, got)
		}
	}
}

// TestInterruptedRunIsReadable ends a run at its first sample.
func TestInterruptedRunIsReadable(t *testing.T) {
	s := testSetup(t, map[string]any{"cold": 1000, "warm": 0, "rounds": 1000})
	dir := s.record.dir.Path()
	ctx, cancel := context.WithCancelCause(t.Context())
	samples := filepath.Join(dir, results.SamplesFile)
	go func() {
		for ctx.Err() == nil {
			if info, err := os.Stat(samples); err == nil && info.Size() > 0 {
				cancel(console.ErrInterrupted)
				return
			}
			time.Sleep(10 * time.Millisecond) // nothing tells that a file has grown
		}
	}()
	var stdout strings.Builder
	_, err := measure(ctx, s, &stdout)
	if err == nil || !strings.Contains(err.Error(), console.ErrInterrupted.Error()) {
		t.Errorf("error %v, want %v", err, console.ErrInterrupted)
	}
	if err := s.record.finish(true); err != nil {
		t.Fatal(err)
	}
	var manifest results.Manifest
	readJSON(t, filepath.Join(dir, results.ManifestFile), &manifest)
	if !manifest.Interrupted || manifest.Ended.IsZero() {
		t.Errorf("manifest %+v, want it interrupted and ended", manifest)
	}
	var summary results.Summary
	readJSON(t, filepath.Join(dir, results.SummaryFile), &summary)
	if len(summary.Variants) == 0 {
		t.Error("the summary has no rows")
	}
}

func TestEstimate(t *testing.T) {
	root, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dev", "prod"} {
		s, err := stage.Read(root, name)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := estimate(s, &out); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"One run", "One month while nothing is measured", "One month of scheduled runs", "$"} {
			if !strings.Contains(out.String(), word) {
				t.Errorf("the estimate of %s does not mention %q:\n%s", name, word, out.String())
			}
		}
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

//go:build linux

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
)

// TestReaders makes three runs of one stack, with a cell left out of the second one, and
// reads them as their users do: with report, and on the dashboard.
func TestReaders(t *testing.T) {
	runs := threeRuns(t)
	t.Run("report", func(t *testing.T) { reportFetches(t, runs) })
	t.Run("dashboard", func(t *testing.T) { dashboardShows(t, runs) })
}

// leftOut is why the second run lacks a cell.
const leftOut = "left out to see what becomes of it"

// threeRuns are measured on one machine, load tests included.
func threeRuns(t *testing.T) (runs []measurement) {
	t.Helper()
	s := testSetup(t, map[string]any{"cold": 8, "warm": 8, "rounds": 2, "iterations": 50, "memoryMB": "[512, 1769]"})
	condition, err := threshold.Parse("go.cold.max>1us")
	if err != nil {
		t.Fatal(err)
	}
	s.options.FailIf = append(s.options.FailIf, condition)
	m := startTest(t, s)
	for i := range 3 {
		if i > 0 {
			m.options.Out, m.options.Seed = filepath.Join(t.TempDir(), "run"), uint64(i+1)
			if m.record, err = newRecord(m.options, s.stage); err == nil {
				err = m.record.started(m.machine)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		one, restore := m, func() {}
		if i == 1 {
			one.machine, restore = without(t, m.machine, m.machine.hello()[1].Variant)
		}
		if _, err := one.run(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
		restore()
		if err := one.record.finish(false); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, one)
	}
	return runs
}

// reportFetches fetches the runs through the stats API and from the table, and compares
// them with what local wrote.
func reportFetches(t *testing.T, runs []measurement) {
	repository, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	bin, work, m := t.TempDir(), t.TempDir(), runs[0].machine
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./report")
	build.Dir = repository
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build ./report: %v\n%s", err, out)
	}
	credentials, err := writeCredentials(filepath.Join(work, credentialsFile), m.operator)
	if err != nil {
		t.Fatal(err)
	}
	var stack bytes.Buffer
	if err := results.WriteJSON(&stack, map[string]any{"deployed": m.stack, "apiUrl": m.stack.APIURL}); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(bin, "deployed.json"), stack.Bytes())
	if err := os.WriteFile(filepath.Join(bin, "pulumi"), []byte("#!/bin/sh\ncat "+filepath.Join(bin, "deployed.json")+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	report := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "report"), args...)
		cmd.Dir = work
		cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") }),
			"STATS_API_KEY="+m.apiKey, "PATH="+bin+":/usr/bin:/bin", "AWS_SHARED_CREDENTIALS_FILE="+credentials)
		out, err := cmd.CombinedOutput()
		// A machine that is busy with other tests makes no valid runs, which compare says.
		if err != nil && (args[0] != "compare" || cmd.ProcessState.ExitCode() != commandline.NotValid) {
			t.Fatalf("report %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for _, m := range runs {
		wrote, err := results.Read(m.record.dir.Path())
		if err != nil {
			t.Fatal(err)
		}
		report("-url", m.machine.statsURL, m.record.id)
		report("-stage", "test", "-out", "of-the-table-"+m.record.id, m.record.id)
		for _, dir := range []string{filepath.Join("out", m.record.id), "of-the-table-" + m.record.id} {
			fetched, err := results.Read(filepath.Join(work, dir))
			if err != nil {
				t.Fatal(err)
			}
			sameRun(t, dir, wrote, fetched)
		}
	}
	text := report("compare", filepath.Join("out", runs[0].record.id), filepath.Join("out", runs[1].record.id))
	if !strings.Contains(text, runs[1].record.id+" against "+runs[0].record.id) || !strings.Contains(text, "hello, cold: total in ms") || !strings.Contains(text, "esmodule") {
		t.Errorf("the comparison is:\n%s", text)
	}
}

// sameRun compares the directory of a run that was fetched with the one that local wrote.
// The A/A test is made where a run is shown, and is of the same values.
func sameRun(t *testing.T, dir string, wrote, fetched results.Run) {
	t.Helper()
	measured := slices.ContainsFunc(wrote.Variants, func(v results.VariantSummary) bool { return len(v.Series) > 0 })
	if len(wrote.Samples) == 0 || wrote.OthersCPU == nil || len(wrote.Thresholds) == 0 || !measured {
		t.Fatalf("local wrote %d samples, %+v, %d conditions, series: %v; want something of each", len(wrote.Samples), wrote.OthersCPU, len(wrote.Thresholds), measured)
	}
	for _, r := range []*results.Run{&wrote, &fetched} {
		slices.SortFunc(r.Samples, results.CompareSamples)
	}
	if diff := cmp.Diff(wrote.Samples, fetched.Samples); diff != "" {
		t.Errorf("%s: samples (-local +fetched):\n%s", dir, diff)
	}
	percentiles := cmp.Comparer(func(a, b latency.Timing) bool { return cmp.Equal(a.Percentiles, b.Percentiles) })
	counts := cmp.Transformer("counts", func(i results.Interval) [2]int64 { return [2]int64{i.Latency.N(), i.Unanswered.N()} })
	if diff := cmp.Diff(wrote.Summary, fetched.Summary, percentiles, counts, cmpopts.IgnoreFields(results.Summary{}, "AA")); diff != "" {
		t.Errorf("%s: cells, series, places, load test, conditions (-local +fetched):\n%s", dir, diff)
	}
	if wrote.Load == nil {
		t.Log("no module function could be built: the load test is not compared")
		return
	}
	for i := range wrote.Load.Targets {
		for _, percentile := range []float64{50, 90, 99} {
			want, got := wrote.Load.Targets[i].Latency, fetched.Load.Targets[i].Latency
			if a, _ := want.At(percentile); want.N > 0 {
				if b, _ := got.At(percentile); a != b {
					t.Errorf("%s: p%v of %s is %v, local has %v", dir, percentile, wrote.Load.Targets[i].Name, b, a)
				}
			}
		}
	}
}

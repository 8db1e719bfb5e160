package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

func TestEnding(t *testing.T) {
	measured := results.VariantSummary{Status: results.Measured, Series: []results.SeriesSummary{{N: 5}}}
	checked := results.VariantSummary{Status: results.Checked}
	skipped := results.VariantSummary{Status: results.Skipped}
	failed := results.VariantSummary{Status: results.Failed}
	load := func(answered int64, valid bool) *results.Load {
		return &results.Load{Targets: []results.Target{{Answered: answered}}, Generator: results.Generator{Valid: valid}}
	}
	for _, row := range []struct {
		name   string
		ending ending
		code   int
		state  string
	}{
		{"all of it", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured, checked, skipped}, Load: load(5, true)}}},
			exitOK, "valid (cells: 1 measured, 1 checked under an emulator, 1 skipped; the load test is valid)"},
		{"a cell failed", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured, failed}}}, err: errors.New("no answer")},
			exitFailed, "incomplete (cells: 1 measured, 1 failed; no load test)"},
		{"interrupted", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured}}}, err: fmt.Errorf("load test: %w", console.ErrInterrupted)},
			exitFailed, "interrupted (cells: 1 measured; no load test)"},
		{"a load test that is not valid", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured}, Load: load(5, false)}}, err: errors.New("and a failure")},
			exitInvalid, "not valid (cells: 1 measured; the load test is not valid)"},
		{"starts beside another run", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured}, Load: load(5, true), OthersCPU: &results.OthersCPU{Samples: 5, Disturbed: 5}}}},
			exitInvalid, "not valid (cells: 1 measured; the starts are not valid; the load test is valid)"},
		{"starts alone on the machine", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured}, OthersCPU: &results.OthersCPU{Samples: 5, Valid: true}}}},
			exitOK, "valid (cells: 1 measured; the starts are valid; no load test)"},
		{"a condition is true", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured}, Thresholds: []results.Threshold{{Outcome: results.Passed}, {Outcome: results.Breached}}}}},
			exitFailed, "valid (cells: 1 measured; no load test)"},
		{"a condition is not decided", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured}, Thresholds: []results.Threshold{{Outcome: results.NotDecided}}}}},
			exitOK, "valid (cells: 1 measured; no load test)"},
		{"a condition is not decided, strictly", ending{strict: true, run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{measured}, Thresholds: []results.Threshold{{Outcome: results.NotDecided}}}}},
			exitFailed, "valid (cells: 1 measured; no load test)"},
		{"the load test alone", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{skipped}, Load: load(5, true)}}},
			exitOK, "valid (cells: 1 skipped; the load test is valid)"},
		{"nothing", ending{run: results.Run{Summary: results.Summary{Variants: []results.VariantSummary{skipped, failed}, Load: load(0, true)}}, err: errors.New("all failed")},
			exitNothing, "nothing was measured (cells: 1 skipped, 1 failed; the load test is valid)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if code, state := row.ending.code(), row.ending.state(); code != row.code || state != row.state {
				t.Errorf("exit code %d and state %q, want %d and %q", code, state, row.code, row.state)
			}
		})
	}
}

func TestAnyCellThatWasAskedFor(t *testing.T) {
	here, missing := cell{}, cell{skipped: ".NET is missing"}
	for _, row := range []struct {
		name     string
		cells    cells
		selected bool
		want     bool
	}{
		{"a benchmarked cell", cells{benchmarked: []cell{missing, here}}, true, true},
		{"only module functions", cells{benchmarked: []cell{missing}, modules: []cell{here}}, false, true},
		{"only module functions, and others were selected", cells{benchmarked: []cell{missing}, modules: []cell{here}}, true, false},
		{"nothing but the harness", cells{benchmarked: []cell{missing}, modules: []cell{missing}, harness: []cell{here}}, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.cells.any(row.selected); got != row.want {
				t.Errorf("any is %v, want %v", got, row.want)
			}
		})
	}
}

// TestNothingCanRun asks for the one cell whose toolchain is missing.
func TestNothingCanRun(t *testing.T) {
	s := testSetup(t, nil)
	for _, row := range []string{"dotnet8", "java21"} {
		only, err := stage.ParseSelection(row)
		if err != nil {
			t.Fatal(err)
		}
		s.options.Only = only
		c, err := s.tools.prepare(t.Context(), s.stage.Config, only)
		if err != nil {
			t.Fatal(err)
		}
		if c.any(true) {
			continue // it can run here
		}
		var stdout, stderr strings.Builder
		code := run(context.Background(), []string{"-only", row, "-out", filepath.Join(t.TempDir(), "run")}, &stdout, &stderr)
		if code != exitNothing || !strings.Contains(stderr.String(), "skipped  ") || !strings.HasSuffix(stderr.String(), "local: "+errNothing.Error()+"\n") {
			t.Errorf("exit code %d, want %d, the reasons and one line at the end:\n%s", code, exitNothing, stderr.String())
		}
		return
	}
	t.Skip("every cell can run here")
}

// TestSnapStartIsSkipped: nothing is built or fetched for a cell that no machine but AWS
// can run.
func TestSnapStartIsSkipped(t *testing.T) {
	c, err := stage.ParseConfig(map[string]string{"include": "current,snapstart"})
	if err != nil {
		t.Fatal(err)
	}
	only, err := stage.ParseSelection("snapstart")
	if err != nil {
		t.Fatal(err)
	}
	tools := newToolbox(t.TempDir(), console.New(io.Discard))
	n := 0
	for _, v := range c.Benchmarked() {
		if !only.Keeps(v) {
			continue
		}
		n++
		if cell, err := tools.prepareCell(t.Context(), v); err != nil || cell.skipped != "SnapStart exists only on AWS" {
			t.Errorf("%v is skipped for %q (%v)", v, cell.skipped, err)
		}
	}
	if n != 14 {
		t.Errorf("%d cells with SnapStart, want 14", n)
	}
}

func TestSkippedCellsAreGrouped(t *testing.T) {
	cellOf := func(runtime string, a functions.Architecture, why string) cell {
		return cell{variant: matrix.Variant{Function: "hello", Runtime: runtime, Architecture: a, MemoryMB: 512}, skipped: why}
	}
	c := cells{
		benchmarked: []cell{cellOf("dotnet8", "arm64", "no .NET"), cellOf("java21", "arm64", "no qemu"), cellOf("dotnet8", "x86_64", "no .NET"), {}},
		modules:     []cell{cellOf("nodejs22.x", "x86_64", "no npm")},
	}
	var printed strings.Builder
	c.printSkipped(console.New(&printed))
	want := "skipped  hello dotnet8 arm64 512 MB, hello dotnet8 x86_64 512 MB: no .NET\n" +
		"skipped  hello java21 arm64 512 MB: no qemu\n" +
		"skipped  hello nodejs22.x x86_64 512 MB: no npm\n"
	if printed.String() != want {
		t.Errorf("printed\n%swant\n%s", printed.String(), want)
	}
}

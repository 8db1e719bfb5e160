package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

func TestUnmeasuredCellsShareALineForEachReason(t *testing.T) {
	cell := func(runtime string, a functions.Architecture, s results.Status, why string) results.VariantSummary {
		return results.VariantSummary{Variant: matrix.Variant{Function: "hello", Language: runtime, Runtime: runtime, Architecture: a, MemoryMB: 512}, Status: s, Reason: why}
	}
	var s sheet
	writeUnmeasured(&s, []results.VariantSummary{
		cell("go", functions.ARM64, results.Skipped, "no emulator"),
		cell("nodejs22.x", functions.ARM64, results.Skipped, "no emulator"),
		cell("rust", functions.ARM64, results.Skipped, "no emulator"),
		cell("dotnet8", functions.ARM64, results.Skipped, "no SDK"),
		cell("dotnet8", functions.X8664, results.Skipped, "no SDK"),
		cell("java21", functions.ARM64, results.Failed, "no emulator"),
		cell("go", functions.X8664, results.Measured, ""),
	})
	want := `not measured

  go, nodejs22.x and rust (arm64) skipped: no emulator
  dotnet8 (arm64, x86_64) skipped: no SDK
  java21 (arm64) failed: no emulator

`
	if diff := cmp.Diff(want, s.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

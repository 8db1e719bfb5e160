package bench

import (
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// TestHold: holding invocations last about as long at every memory size, and where the
// share of a processor may not be enforced as long as a whole one takes.
func TestHold(t *testing.T) {
	for _, row := range []struct {
		platform deployed.Platform
		memoryMB int
		want     int
	}{
		{deployed.AWS, 128, 36_178}, {deployed.AWS, 512, 144_714}, {deployed.AWS, 1769, 500_000}, {deployed.AWS, 10240, 500_000},
		{deployed.Local, 128, 500_000}, {deployed.Local, 1769, 500_000},
	} {
		v := Visit{options: Options{Platform: row.platform}, fn: deployed.Function{Variant: matrix.Variant{MemoryMB: row.memoryMB}}}
		if got := v.hold(); got.Workload != functions.WorkloadSHA256 || got.Iterations != row.want {
			t.Errorf("%s, %d MB: holds by %+v, want %d hashes", row.platform, row.memoryMB, got, row.want)
		}
	}
}

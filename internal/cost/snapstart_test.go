package cost

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

func snapStartCell(language string, memoryMB int) matrix.Variant {
	return matrix.Variant{Function: "hello", Language: language, Architecture: functions.ARM64, MemoryMB: memoryMB, SnapStart: true}
}

// TestSnapStartPrices: restores by the memory, snapshots by the hour and three of them at
// least, Java for nothing.
func TestSnapStartPrices(t *testing.T) {
	for _, row := range []struct {
		name              string
		v                 matrix.Variant
		region            string
		exists            time.Duration
		restore, snapshot float64
		confidence        Confidence
	}{
		{"Python, a short while", snapStartCell("python", 1024), "us-east-1", time.Minute, 0.0001397998, 0.0000015046 * 3 * 3600, SecondHand},
		{"Python, a day", snapStartCell("python", 1024), "us-east-1", 24 * time.Hour, 0.0001397998, 0.0000015046 * 24 * 3600, SecondHand},
		{"half of the memory", snapStartCell("dotnet", 512), "us-east-1", time.Minute, 0.0001397998 / 2, 0.0000015046 * 3 * 3600 / 2, SecondHand},
		{"a region without prices of its own", snapStartCell("python", 1024), "eu-central-1", time.Minute, 0.0001397998, 0.0000015046 * 3 * 3600, Unconfirmed},
		{"Java", snapStartCell("java", 1024), "us-east-1", 24 * time.Hour, 0, 0, Seen},
		{"without SnapStart", snapStartCell("python", 1024).WithoutSnapStart(), "us-east-1", 24 * time.Hour, 0, 0, Seen},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, _ := PricesIn(row.region)
			restore, snapshot := l.Restore(row.v), l.Snapshot(row.v, row.exists)
			if math.Abs(restore.USD-row.restore) > 1e-12 || restore.Confidence != row.confidence {
				t.Errorf("a restore costs %+v, want %v, %s", restore, row.restore, row.confidence)
			}
			if math.Abs(snapshot.USD-row.snapshot) > 1e-12 || snapshot.Confidence != row.confidence {
				t.Errorf("a snapshot costs %+v, want %v, %s", snapshot, row.snapshot, row.confidence)
			}
		})
	}
}

// TestSnapStartInTheEstimate: a cell with SnapStart costs its restores and three hours of
// its snapshot, fewer changes of its configuration, and the time that the snapshot takes.
func TestSnapStartInTheEstimate(t *testing.T) {
	find := func(b Breakdown, what string) Line {
		i := slices.IndexFunc(b.Run, func(l Line) bool { return l.What == what })
		if i < 0 {
			return Line{}
		}
		return b.Run[i]
	}
	estimateOf := func(cells ...matrix.Variant) Breakdown {
		b, err := Estimate(stage(func(s *Stage) {
			s.Measured, s.HoldIterations = cells, func(int) int { return 100_000 }
		}))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	python, java := snapStartCell("python", 512), snapStartCell("java", 512)
	plain, b := estimateOf(python.WithoutSnapStart(), java.WithoutSnapStart()), estimateOf(python, java)
	// Python alone pays: 5 cold starts of 2 workloads at half a GB.
	if got := find(b, "SnapStart, restores").Quantity; got != 5*2*0.5 {
		t.Errorf("%v GB are restored, want 5", got)
	}
	if got := find(b, "SnapStart, snapshots").Quantity; got != 0.5*3*3600 {
		t.Errorf("%v GB-seconds of snapshots, want three hours of half a GB", got)
	}
	if find(plain, "SnapStart, restores").Quantity != 0 || find(plain, "SnapStart, snapshots").Quantity != 0 {
		t.Error("cells without SnapStart pay for it")
	}
	// Before each of the 10 bursts but the first, an invocation for each cold start before it.
	holds := find(b, "benchmarked functions, requests").Quantity - find(plain, "benchmarked functions, requests").Quantity
	if holds != 2*(10*9/2) {
		t.Errorf("%v invocations hold environments, want 90", holds)
	}
	polls := find(b, "workflow").Quantity - find(plain, "workflow").Quantity
	if polls != 2*7*3 {
		t.Errorf("%v transitions wait for snapshots, want 42", polls)
	}
	if b.RunTime < 3*time.Minute {
		t.Errorf("the run takes %v, and a snapshot alone 3 minutes", b.RunTime)
	}
}

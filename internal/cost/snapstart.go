package cost

import (
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// snapStartTerms say what AWS takes for SnapStart beside the invocations, and of whom.
type snapStartTerms struct {
	Checked, Source string
	// Free are the languages that it costs nothing for.
	Free []string
	// LeastHours are billed for each version, however short it exists.
	LeastHours float64
}

// The names of the prices of SnapStart.
const (
	snapStartCache   = "lambda.snapstart.cache"
	snapStartRestore = "lambda.snapstart.restore"
)

// paysForSnapStart says whether snapshots and restores of a cell cost something.
func paysForSnapStart(v matrix.Variant) bool {
	return v.SnapStart && !slices.Contains(priceFile().SnapStart.Free, v.Language)
}

// snapshotSeconds is how long the snapshot of a version that exists for a time is billed.
func snapshotSeconds(d time.Duration) float64 {
	return max(d.Hours(), priceFile().SnapStart.LeastHours) * time.Hour.Seconds()
}

func gigabytes(v matrix.Variant) float64 { return float64(v.MemoryMB) / 1024 }

// Restore is what one restore of the cell's snapshot costs beside the invocation that
// waits for it: nothing without SnapStart, and nothing for Java.
func (l PriceList) Restore(v matrix.Variant) Amount {
	if !paysForSnapStart(v) {
		return Amount{Confidence: Seen}
	}
	return pricesFor(l.Region).price(snapStartRestore).times(gigabytes(v))
}

// Snapshot is what it costs to have one published version of the cell for a time.
func (l PriceList) Snapshot(v matrix.Variant, d time.Duration) Amount {
	if !paysForSnapStart(v) {
		return Amount{Confidence: Seen}
	}
	return pricesFor(l.Region).price(snapStartCache).times(gigabytes(v) * snapshotSeconds(d))
}

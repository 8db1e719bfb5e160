package verdict_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Of independent values the bounds are those of Interval, and one of them is there
// where too few values have both.
func TestBoundOfIndependentValues(t *testing.T) {
	for _, row := range []struct {
		n          int64
		percentile float64
		low, high  int64
	}{
		{6, 50, 1, 6}, {10, 50, 2, 9}, {600, 99, 589, 599},
		{5, 50, 0, 6}, {100, 99, 97, 101},
	} {
		t.Run(fmt.Sprintf("p%v of %d", row.percentile, row.n), func(t *testing.T) {
			values := make(verdict.Sorted, row.n)
			for i := range values {
				values[i] = float64(i)
			}
			got := verdict.Bound(verdict.Independent(values), row.percentile, verdict.Options{})
			want := verdict.Bounds{Low: row.low, High: row.high, Worth: row.n}
			if need := verdict.MinSamples(row.percentile, 0.95); row.n < need {
				want.Reason = verdict.Reason{Kind: verdict.NeedsSamples, Needs: need, Has: row.n}
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if low, high, _, ok := verdict.Ranks(row.n, row.percentile, 0.95); ok && (low != row.low || high != row.high) {
				t.Errorf("Ranks are %d and %d", low, high)
			}
		})
	}
}

func TestBoundLacks(t *testing.T) {
	few := verdict.Sort([]float64{1, 2, 3})
	for _, row := range []struct {
		name       string
		side       verdict.Side
		percentile float64
		kind       verdict.ReasonKind
	}{
		{"no values", verdict.Independent(verdict.Sorted{}), 50, verdict.NeedsSamples},
		{"the largest value", verdict.Independent(few), 100, verdict.NoSuchInterval},
		{"too few clusters", verdict.Clustered(few, []verdict.Part{few}), 50, verdict.NeedsClusters},
		{"too little time", verdict.Timed(few, []verdict.Part{few}), 50, verdict.NeedsBlocks},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := verdict.Bound(row.side, row.percentile, verdict.Options{}); got.Reason.Kind != row.kind || got.Low != 0 {
				t.Errorf("got %+v, want %s", got, row.kind)
			}
		})
	}
}

func boundRows() []simulation {
	var rows []simulation
	for _, rho := range []float64{0, 0.7, 0.9} {
		for _, percentile := range []float64{50, 99} {
			z := map[float64]float64{50: 0, 99: z99}[percentile]
			truth := typicalMs * math.Exp(logSpread*z)
			limit := 0.025
			if rho > 0.7 {
				limit = 0.05
			}
			rows = append(rows, simulation{
				name: fmt.Sprintf("rho %v: a bound of p%v above the truth", rho, percentile), atMost: limit,
				trial: func(rng *rand.Rand) bool {
					values := latencies(autoregressive(rng, loadN, rho), 1)
					b := verdict.Bound(timed(values), percentile, verdict.Options{})
					return b.Low > 0 && verdict.Sort(values).AtRank(b.Low) > truth
				},
			})
		}
	}
	return rows
}

package verdict_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// A trend over the whole run is said where it is of the difference. One that both sides
// have cancels out.
func TestTrends(t *testing.T) {
	const factor = 1.2 // of b over a
	for _, row := range []struct {
		name   string
		ta, tb float64 // by how much the logarithm of each side rises over the run
		word   verdict.Word
		why    verdict.ReasonKind
	}{
		{"none", 0, 0, verdict.Faster, ""},
		{"of one side", 0, 1.5, verdict.Undecided, verdict.Drifts},
		{"of both sides", 1.5, 1.5, verdict.Faster, ""},
		{"of both sides, apart", 1.5, -1.5, verdict.Undecided, verdict.Drifts},
	} {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(31, 32))
			side := func(trend, factor float64) verdict.Side {
				values := latencies(autoregressive(rng, loadN, 0.5), factor)
				for i := range values {
					values[i] *= math.Exp(trend * float64(i) / loadN)
				}
				return timed(values)
			}
			a, b := side(row.ta, 1), side(row.tb, factor)
			j := verdict.Compare(a, b, 50, verdict.Options{})
			if !j.Judged || j.Word != row.word || j.Reason.Kind != row.why {
				t.Errorf("judged %v: %s because of %q, want %s because of %q", j.Judged, j.Word, j.Reason.Kind, row.word, row.why)
			}
			if row.word == verdict.Faster && j.Worth[0] > loadN {
				t.Errorf("%d requests are worth %d", loadN, j.Worth[0])
			}
		})
	}
}

// Rounds that differ are the unit. With fewer than seven of them there is no word.
func TestRounds(t *testing.T) {
	for _, row := range []struct {
		name            string
		rounds, of      int
		apart           float64 // of one round from the next
		needs           verdict.ReasonKind
		worthLess, word bool
	}{
		{"few that differ", 3, 10, 20, verdict.NeedsRounds, false, false},
		{"few that do not", 3, 10, 0, "", false, true},
		{"one", 1, 30, 0, "", false, true},
		{"many that differ", 10, 10, 20, "", true, true},
		{"a value each", 30, 1, 20, "", false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(41, 42))
			side := func(median float64) verdict.Side {
				var parts []verdict.Part
				var all []float64
				for i := range row.rounds {
					values := repeat(rng, row.of, normal(median+row.apart*float64(i%10), 1))
					all, parts = append(all, values...), append(parts, verdict.Sort(values))
				}
				return verdict.InRounds(verdict.Sort(all), parts)
			}
			j := verdict.Compare(side(1000), side(2000), 50, verdict.Options{})
			n := int64(row.rounds * row.of)
			if j.Reason.Kind != row.needs || isWord(j.Word) != row.word || j.Judged && (j.Worth[0] < n) != row.worthLess {
				t.Errorf("got %+v", j)
			}
		})
	}
}

// With K = 0 or K = n the percentile lies beyond all values: a median takes 7 of each
// side, however far the sides lie apart.
func TestMediansTakeSevenOfEach(t *testing.T) {
	for _, row := range []struct {
		a, b int
		word verdict.Word
	}{{6, 6, verdict.Undecided}, {6, 100, verdict.Undecided}, {7, 7, verdict.Faster}} {
		low, high := make([]float64, row.a), make([]float64, row.b)
		for i := range low {
			low[i] = 1 + float64(i)/1000
		}
		for i := range high {
			high[i] = 1000 + float64(i)/1000
		}
		j := verdict.Compare(alone(low), alone(high), 50, verdict.Options{})
		if j.Word != row.word || row.word == verdict.Undecided && (j.Reason != verdict.Reason{Kind: verdict.NeedsSamples, Needs: 7, Has: 6}) {
			t.Errorf("%d and %d values: %s, %+v", row.a, row.b, j.Word, j.Reason)
		}
	}
}

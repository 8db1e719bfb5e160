package latency

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

var _ verdict.Part = Counts{}

// Counts say of every rank and value what their histogram says.
func TestCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 10, 1000} {
		h := New()
		for range n {
			h.Record(time.Duration(math.Exp(random.Float64()*math.Log(3e11-1e3)) + 1e3))
		}
		c, again := h.Counts(), New()
		again.Add(c)
		if c.N() != h.N() || again.N() != h.N() {
			t.Fatalf("%d values, counted %d, added %d", n, c.N(), again.N())
		}
		for rank := int64(1); rank <= h.N(); rank++ {
			v := h.AtRank(rank)
			if c.AtRank(rank) != v || again.AtRank(rank) != v {
				t.Fatalf("rank %d of %d: %v, counted %v, added %v", rank, n, v, c.AtRank(rank), again.AtRank(rank))
			}
			if got := c.AtMost(v); got < rank || got < h.N() && h.AtRank(got+1) <= v {
				t.Errorf("%d of %d values are at most %v, which has rank %d", got, n, v, rank)
			}
			if got := c.AtMost(math.Nextafter(v, 0)); got >= rank {
				t.Errorf("%d of %d values are below %v, which has rank %d", got, n, v, rank)
			}
		}
	}
}

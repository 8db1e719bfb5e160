package answer

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Needs is what would decide an open question.
type Needs struct {
	// Samples is how many more each of Cells takes: the first number decides in half of
	// all cases, the second in those of [verdict.Power], if the difference is the one seen.
	Samples [2]int64 `json:"samples"`
	// Measure is the one that takes the fewest.
	Measure Measure `json:"measure"`
	Cells   int     `json:"cells,omitempty"`
	// Minutes and USD are ranges, from the pace that this run had; nil where that is
	// not known. A local run costs no dollars.
	Minutes *[2]float64 `json:"minutes,omitempty"`
	USD     *[2]float64 `json:"usd,omitempty"`
	// Confidence is that of the least sure price of USD.
	Confidence cost.Confidence `json:"confidence,omitempty"`
}

// missingSamples is how many more samples of each side a ratio takes; ok is false if
// that is not known.
func missingSamples(r Ratio) (n [2]int64, ok bool) {
	switch r.Reason.Kind {
	case verdict.NeedsSamples, verdict.NeedsClusters, verdict.WorthTooFew:
		n = [2]int64{r.Reason.Needs - r.Reason.Has, r.Reason.Needs - r.Reason.Has}
	case verdict.MoreSamples:
		n = [2]int64{r.Reason.More, r.Reason.Most}
	}
	return n, n[0] > 0
}

// fewest is the ratio that takes the fewest samples to decide.
func fewest(all []Ratio) (least Needs, ok bool) {
	for _, r := range all {
		if n, known := missingSamples(r); known && (!ok || n[0] < least.Samples[0]) {
			least, ok = Needs{Samples: n, Measure: r.Measure}, true
		}
	}
	return least, ok
}

// needs is what would decide an open answer, as far as the ratios say that it shows.
func (c cells) needs(a Answer, l levels) *Needs {
	n, ok := fewest(a.Ratios)
	if !ok {
		return nil
	}
	var variants []matrix.Variant
	for _, level := range a.Front {
		for _, v := range c.variants {
			if slices.Contains(l.variants(level), v) {
				variants = append(variants, v)
			}
		}
	}
	n.Cells = len(variants)
	gap, ok := c.pace(n.Measure.Temperature)
	if !ok {
		return &n
	}
	n.Minutes = &[2]float64{}
	for i, each := range gap {
		n.Minutes[i] = each.Minutes() * float64(n.Samples[i]) * float64(n.Cells) / c.concurrency()
	}
	least, okLeast := c.usd(variants, n.Measure.Temperature, n.Samples[0], gap[0])
	most, okMost := c.usd(variants, n.Measure.Temperature, n.Samples[1], gap[1])
	if okLeast && okMost {
		n.USD, n.Confidence = &[2]float64{least.USD, most.USD}, cost.Least(least.Confidence, most.Confidence)
	}
	return &n
}

func (c cells) concurrency() float64 {
	if c.run.Manifest.Counts == nil {
		return 1
	}
	return math.Max(1, float64(c.run.Manifest.Counts.Concurrency))
}

// longestGap is the longest time between two samples of one visit that is believed.
const longestGap = 10 * time.Minute

// pace is how long one sample of a temperature took: the quartiles of the times from
// the sample before it of the same visit.
func (c cells) pace(t results.Temperature) (quartiles [2]time.Duration, ok bool) {
	type visit struct {
		variant matrix.Variant
		round   int
	}
	last := map[visit]time.Time{}
	var gaps []float64
	for _, s := range slices.SortedFunc(slices.Values(c.run.Samples), results.CompareSamples) {
		v := visit{s.Variant, s.Round}
		if before, ok := last[v]; ok && s.Wanted == t && s.Start.Sub(before) < longestGap {
			gaps = append(gaps, float64(s.Start.Sub(before)))
		}
		last[v] = s.Start
	}
	sorted := verdict.Sort(gaps)
	for i, percentile := range []float64{25, 75} {
		v, ok := verdict.Quantile(sorted, percentile)
		if !ok {
			return quartiles, false
		}
		quartiles[i] = time.Duration(v)
	}
	return quartiles, true
}

// harness stands for the runner, whose memory the record does not have.
var harness = matrix.Variant{Function: "runner", Language: "go", Architecture: functions.ARM64, MemoryMB: 512}

// usd is what a run of these cells alone costs that takes so many samples, each of them
// after such a time.
func (c cells) usd(variants []matrix.Variant, t results.Temperature, samples int64, each time.Duration) (cost.Amount, bool) {
	if c.run.Platform() != deployed.AWS {
		return cost.Amount{}, false
	}
	s := cost.Stage{Region: c.run.Manifest.Region, Measured: variants, Rounds: 1, Iterations: c.event.Iterations, Harness: harness}
	if counts := c.run.Manifest.Counts; counts != nil {
		s.Rounds = cmp.Or(counts.Rounds, 1)
	}
	switch t {
	case results.Cold:
		s.Cold, s.UpdateSeconds = int(samples), each.Seconds()
	case results.Warm:
		s.Warm = int(samples)
	}
	b, err := cost.Estimate(s)
	if err != nil {
		return cost.Amount{}, false
	}
	return b.PerRun(), true
}

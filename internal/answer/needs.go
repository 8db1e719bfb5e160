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
	// Rounds and Environments are how many more of those Samples have to be of, where they
	// are what is missing, as many in each as this run had. Seconds is how much longer a
	// load test has to last, likewise.
	Rounds       int64 `json:"rounds,omitempty"`
	Environments int64 `json:"environments,omitempty"`
	Seconds      int64 `json:"seconds,omitempty"`
	// Measure is the one that takes the fewest.
	Measure Measure `json:"measure"`
	Cells   int     `json:"cells,omitempty"`
	// Minutes and USD are ranges, from the pace that this run had; nil where that is
	// not known. A local run costs no dollars, and where no price of the region is known
	// there are none.
	Minutes *[2]float64 `json:"minutes,omitempty"`
	USD     *[2]float64 `json:"usd,omitempty"`
	// Confidence is that of the least sure price of USD.
	Confidence cost.Confidence `json:"confidence,omitempty"`
}

// lacking is what a ratio takes that is of n samples of each side; ok is false if no
// number of them is known to decide it.
func lacking(r Ratio, n int64) (needs Needs, ok bool) {
	needs.Measure = r.Measure
	why := r.Reason
	missing := why.Needs - why.Has
	// each is how many samples there were of what is counted in place of them.
	each := func(missing int64) [2]int64 {
		if why.Has <= 0 {
			return [2]int64{}
		}
		samples := missing * ((n + why.Has - 1) / why.Has)
		return [2]int64{samples, samples}
	}
	switch why.Kind {
	case verdict.NeedsSamples:
		needs.Samples = [2]int64{missing, missing}
	case verdict.NeedsRounds:
		needs.Rounds, needs.Samples = missing, each(missing)
	case verdict.NeedsClusters:
		needs.Environments, needs.Samples = missing, each(missing)
	case verdict.NeedsBlocks:
		needs.Seconds, needs.Samples = missing, each(missing)
	case verdict.WorthTooFew: // more samples are worth more in the same proportion
		needs.Samples = each(missing)
	case verdict.MoreSamples:
		needs.Samples = [2]int64{why.More, why.Most}
	}
	return needs, needs.Samples[0] > 0
}

// fewest is what the ratio takes that takes the fewest samples to decide. size is how
// many a side of a ratio has.
func fewest(all []Ratio, size func(Ratio) int64) (least Needs, ok bool) {
	for _, r := range all {
		if n, known := lacking(r, size(r)); known && (!ok || n.Samples[0] < least.Samples[0]) {
			least, ok = n, true
		}
	}
	return least, ok
}

// needs is what would decide the ratios between cells, as far as they say that it shows;
// nil if nothing is known to.
func (c cells) needs(ratios []Ratio, variants []matrix.Variant) *Needs {
	n, ok := fewest(ratios, func(r Ratio) int64 {
		least := int64(math.MaxInt64)
		for _, v := range variants {
			if has := c.side(v, r.Measure).Values().N(); has > 0 {
				least = min(least, has)
			}
		}
		return least
	})
	if !ok {
		return nil
	}
	n.Cells = len(variants)
	gap, ok := c.paces[n.Measure.Temperature]
	if !ok {
		return &n
	}
	n.Minutes = &[2]float64{}
	for i, each := range gap {
		n.Minutes[i] = each.Minutes() * float64(n.Samples[i]) * float64(n.Cells) / c.concurrency()
	}
	least, okLeast := c.usd(variants, n, 0, gap[0])
	most, okMost := c.usd(variants, n, 1, gap[1])
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

// paces are how long one sample of each temperature took: the quartiles of the times from
// the sample before it of the same visit.
func paces(samples []results.Sample) map[results.Temperature][2]time.Duration {
	type visit struct {
		variant matrix.Variant
		round   int
	}
	last := map[visit]time.Time{}
	gaps := map[results.Temperature][]float64{}
	for _, s := range slices.SortedFunc(slices.Values(samples), results.CompareSamples) {
		v := visit{s.Variant, s.Round}
		if before, ok := last[v]; ok && s.Start.Sub(before) < longestGap {
			gaps[s.Wanted] = append(gaps[s.Wanted], float64(s.Start.Sub(before)))
		}
		last[v] = s.Start
	}
	all := map[results.Temperature][2]time.Duration{}
	for t, of := range gaps {
		sorted := verdict.Sort(of)
		low, okLow := verdict.Quantile(sorted, 25)
		high, okHigh := verdict.Quantile(sorted, 75)
		if okLow && okHigh {
			all[t] = [2]time.Duration{time.Duration(low), time.Duration(high)}
		}
	}
	return all
}

// harness stands for the runner, whose memory the record does not have.
var harness = matrix.Variant{Function: "runner", Language: "go", Architecture: functions.ARM64, MemoryMB: 512}

// usd is what a run of these cells alone costs that takes so many samples (the first or
// the second number of what is needed), each of them after such a time.
func (c cells) usd(variants []matrix.Variant, n Needs, i int, each time.Duration) (cost.Amount, bool) {
	if _, known := cost.PricesIn(c.run.Manifest.Region); !known || c.run.Platform() != deployed.AWS {
		return cost.Amount{}, false
	}
	s := cost.Stage{Region: c.run.Manifest.Region, Measured: variants, Rounds: 1, Iterations: c.event.Iterations, Harness: harness}
	if counts := c.run.Manifest.Counts; counts != nil {
		s.Rounds = cmp.Or(int(n.Rounds), counts.Rounds, 1)
	}
	switch n.Measure.Temperature {
	case results.Cold:
		s.Cold, s.UpdateSeconds = int(n.Samples[i]), each.Seconds()
	case results.Warm:
		s.Warm = int(n.Samples[i])
	}
	b, err := cost.Estimate(s)
	if err != nil {
		return cost.Amount{}, false
	}
	return b.PerRun(), true
}

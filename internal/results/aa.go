package results

import (
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// AA is a run's A/A test: each series was split in two at random and its halves compared,
// which have no difference. It fails where values depend on each other in a way that the
// words of the run do not allow for.
type AA struct {
	// Comparisons is how many could be judged, and Different how many of them were called
	// different. Allowed is how many chance allows: more have a probability of 1 % or less.
	Comparisons int `json:"comparisons"`
	Different   int `json:"different"`
	Allowed     int `json:"allowed"`
	// Finds are the smallest differences that the run could have found.
	Finds []Finds `json:"finds,omitempty"`
}

// Failed says that more comparisons were called different than chance allows.
func (a AA) Failed() bool { return a.Different > a.Allowed }

// Finds is the smallest difference between two series of a kind that gets a word with the
// probability [verdict.Power], as a share of the percentile.
type Finds struct {
	// Temperature is empty for the targets of the load test.
	Temperature Temperature `json:"temperature,omitempty"`
	Percentile  float64     `json:"percentile"`
	// Least and Most are over the series.
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

const (
	// falseAlarms is how often a comparison of equals may be called different.
	falseAlarms = 1 - verdict.DefaultConfidence
	// aaConfidence is with which the number of them is said to be too large.
	aaConfidence = 0.99
)

// CheckAA makes the run's A/A test; it is nil where nothing could be judged. Cold starts
// are split by the rounds in which they were taken, warm invocations by their execution
// environments, and a load test by seconds. The same run is always split the same way.
func (r *Run) CheckAA(o verdict.Options) {
	t := aaTest{options: o, rng: rand.New(rand.NewPCG(r.Manifest.Seed, 0xaa))}
	t.starts(r.Values())
	if l := r.OwnLoad(); l != nil {
		for i := range l.Targets {
			t.target(&l.Targets[i])
		}
	}
	r.AA = nil
	if t.Comparisons > 0 || len(t.Finds) > 0 {
		t.Allowed = verdict.ByChance(t.Comparisons, falseAlarms, aaConfidence)
		r.AA = &t.AA
	}
}

type aaTest struct {
	AA
	options verdict.Options
	rng     *rand.Rand
}

// compare judges the halves of a series.
func (t *aaTest) compare(a, b verdict.Side, percentile float64) {
	j := verdict.Compare(a, b, percentile, verdict.Options{Confidence: t.options.Confidence})
	if !j.Judged {
		return
	}
	t.Comparisons++
	if j.Word == verdict.Faster || j.Word == verdict.Slower {
		t.Different++
	}
}

// finds adds what differences to a whole series could have been found.
func (t *aaTest) finds(temperature Temperature, s verdict.Side, percentile float64) {
	smallest, ok := verdict.Finds(s, percentile, t.options)
	value, _ := verdict.Quantile(s.Values(), percentile)
	if !ok || value <= 0 {
		return
	}
	share := smallest / value
	for i := range t.Finds {
		if f := &t.Finds[i]; f.Temperature == temperature && f.Percentile == percentile {
			f.Least, f.Most = min(f.Least, share), max(f.Most, share)
			return
		}
	}
	t.Finds = append(t.Finds, Finds{temperature, percentile, share, share})
}

// starts are the medians of cold and warm series by their decisive metrics.
func (t *aaTest) starts(values map[Series]Values) {
	for _, series := range slices.SortedFunc(maps.Keys(values), CompareSeries) {
		metric := Decisive(series.Temperature)
		whole, ok := values[series].side(series.Temperature, metric)
		if metric == "" || !ok {
			continue
		}
		t.finds(series.Temperature, whole, 50)
		first, second := values[series].halves(metric, t.rng)
		a, okA := first.side(series.Temperature, metric)
		b, okB := second.side(series.Temperature, metric)
		if okA && okB {
			t.compare(a, b, 50)
		}
	}
}

// halves are two halves of the values of a metric, drawn at random. Parts stay whole,
// unless there is only one.
func (v Values) halves(metric string, rng *rand.Rand) (a, b Values) {
	if len(v) == 1 {
		all := slices.Clone(v[0][metric])
		rng.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		half := len(all) / 2
		return Values{{metric: slices.Sorted(slices.Values(all[:half]))}}, Values{{metric: slices.Sorted(slices.Values(all[half:]))}}
	}
	parts := slices.Clone(v)
	rng.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
	return parts[:len(parts)/2], parts[len(parts)/2:]
}

// target is a target's latencies: of two seconds next to each other, one goes to each half.
func (t *aaTest) target(target *Target) {
	if target.Latency.Distribution() == nil {
		return
	}
	var halves [2]struct {
		all    *latency.Histogram
		blocks []verdict.Part
	}
	for i := range halves {
		halves[i].all = latency.New()
	}
	for pair := range slices.Chunk(target.Intervals, 2) {
		if len(pair) < 2 {
			break
		}
		first := t.rng.IntN(2)
		for i, interval := range pair {
			h := &halves[(i+first)%2]
			counts := interval.all()
			h.all.Add(counts)
			h.blocks = append(h.blocks, counts)
		}
	}
	for _, percentile := range judged {
		t.finds("", target.side(), percentile)
		t.compare(verdict.Timed(halves[0].all, halves[0].blocks), verdict.Timed(halves[1].all, halves[1].blocks), percentile)
	}
}

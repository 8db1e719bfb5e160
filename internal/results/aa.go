package results

import (
	"cmp"
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
	t.starts(r.Samples)
	if r.Load != nil {
		for i := range r.Load.Targets {
			t.target(&r.Load.Targets[i])
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
func (t *aaTest) starts(samples []Sample) {
	of := map[string]func(Sample) (float64, bool){}
	for _, m := range Metrics() {
		of[m.Name] = m.Of
	}
	// A part is what stays together: a round of cold starts, or an environment.
	type part struct {
		round       int
		environment string
	}
	values := map[Series]map[part][]float64{}
	for _, s := range samples {
		series, ok := s.Series()
		if !ok || Decisive(series.Temperature) == "" {
			continue
		}
		v, ok := of[Decisive(series.Temperature)](s)
		if !ok || s.Answer == nil {
			continue
		}
		p := part{round: s.Round}
		if series.Temperature == Warm {
			p = part{environment: s.Answer.EnvironmentID}
		}
		if values[series] == nil {
			values[series] = map[part][]float64{}
		}
		values[series][p] = append(values[series][p], v)
	}
	for _, series := range slices.SortedFunc(maps.Keys(values), CompareSeries) {
		var parts [][]float64
		for _, p := range slices.SortedFunc(maps.Keys(values[series]), func(a, b part) int {
			return cmp.Or(cmp.Compare(a.round, b.round), cmp.Compare(a.environment, b.environment))
		}) {
			parts = append(parts, slices.Sorted(slices.Values(values[series][p])))
		}
		t.finds(series.Temperature, sideOfParts(series.Temperature, parts), 50)
		t.rng.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
		half := len(parts) / 2
		t.compare(sideOfParts(series.Temperature, parts[:half]), sideOfParts(series.Temperature, parts[half:]), 50)
	}
}

// sideOfParts is what a series brings to a comparison, as [Values] says.
func sideOfParts(temperature Temperature, parts [][]float64) verdict.Side {
	all := verdict.Sort(slices.Concat(parts...))
	if temperature == Cold {
		return verdict.Independent(all)
	}
	var clusters []verdict.Part
	for _, p := range parts {
		clusters = append(clusters, verdict.Sorted(p))
	}
	return verdict.Clustered(all, clusters)
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
